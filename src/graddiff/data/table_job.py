"""One table to answer: opened and checked, answered block by block, written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from graddiff.data.engines import answer_blocks, make_stream, require_engine
from graddiff.data.formats import csv, jsonl
from graddiff.data.open_table import (
    COLUMNAR_FORMATS,
    TableRows,
    open_rows,
    refuse_name_collisions,
    validate_columns,
)
from graddiff.data.row_answers import RowQuestion, RowTally
from graddiff.data.streams import RowStream, StreamPlan
from graddiff.errors import FileError, GraddiffError
from graddiff.language.tokens import TokenizedText
from graddiff.system.files import make_write_error

UNFINISHED_SUFFIX = ".unfinished"  # the suffix of what nobody should read yet
BLOCK_BYTES = {"rows": 256 << 10, "columns": 1 << 20}  # bytes, or what a pipe has at once


class TableJob(NamedTuple):
    """What is asked of a table, and where it comes from and goes to; small enough to be sent to another machine. What
    is unfinished has the name of the `run` in its own, so that it is told from that of others."""

    question: RowQuestion
    path: str
    reads: str
    target: str | None
    writes: str
    copies: bool = True
    engine: str = "auto"
    jobs: int = 1
    fail_fast: bool = False
    run: str = "alone"


class ByteSink(Protocol):
    def write(self, lines: bytes, /) -> object: ...


def open_job(job: TableJob) -> tuple[TableRows, RowStream]:
    """The rows, and the stream that answers them. Raises what is wrong with the question, the file or its columns."""
    writes = job.writes
    if job.writes in COLUMNAR_FORMATS:
        writes = "members" if job.reads == "jsonl" else "csv"
    if job.reads in COLUMNAR_FORMATS:
        require_engine("columns", job.reads)
        from graddiff.data.parquet_arrow import open_columnar_rows

        names = (
            None
            if job.copies and not job.question.only
            else TokenizedText(job.question.text).tokens
        )
        rows = open_columnar_rows(job.path, job.reads, writes, names)
    else:
        rows = open_rows(
            job.path, job.reads, BLOCK_BYTES["rows" if job.engine == "rows" else "columns"]
        )
    validate_columns(job.question, rows.name, rows.columns, rows.complete)
    plan = StreamPlan(
        job.question, rows.name, tuple(rows.columns), rows.reads, writes, job.copies, job.fail_fast
    )
    work = make_stream(plan, job.engine, rows.size)
    refuse_name_collisions(plan, list_result_names(work), job.reads)
    return rows, work


def list_result_names(work: RowStream) -> Sequence[str]:
    """The names of the answer's columns or members, where it has any."""
    if isinstance(work.writer, csv.CsvRowWriter):
        return work.writer.result_names
    return jsonl.RESULT_MEMBERS if isinstance(work.writer, jsonl.JsonLinesRowWriter) else ()


def write_answers(
    job: TableJob,
    rows: TableRows,
    work: RowStream,
    out: ByteSink,
    report_progress: Callable[[int, int], None],
) -> RowTally:
    """Writes the answers; `tell` hears of the rows and the bytes so far."""
    total = RowTally()
    out.write(work.writer.format_header().encode(*csv.ENCODING))
    with contextlib.closing(answer_blocks(work, rows.blocks, job.jobs, rows.size is None)) as found:
        for block, written, tally in found:
            out.write(written)
            total.add_tally(tally)
            report_progress(total.rows, block.bytes_read)
            if total.failed and job.fail_fast:
                break
    return total


def run_job(
    job: TableJob, report_progress: Callable[[int, int], None] = lambda rows, read: None
) -> RowTally:
    """Writes a file that is there as a whole or not at all: it takes its name when it is complete."""
    assert job.target is not None
    final = os.path.realpath(job.target)
    if os.path.exists(final) and not os.path.isfile(final):
        raise FileError(f"{job.target} is no file that another one can take the place of")
    rows, work = open_job(job)
    with create_scratch_file(final, job.run) as target:
        if job.writes not in COLUMNAR_FORMATS:
            total = write_text_answers(job, rows, work, target, report_progress)
        else:
            require_engine("columns", job.writes)
            from graddiff.data.parquet_arrow import answer_columnar_table, convert_to_columnar

            if job.reads in COLUMNAR_FORMATS:
                total = answer_columnar_table(
                    rows, job.reads, target, job.writes, job.question, job.copies
                )
            else:
                with create_scratch_file(final, job.run) as text:
                    total = write_text_answers(job, rows, work, text, report_progress)
                    convert_to_columnar(
                        text, target, job.writes, list_result_names(work), job.reads == "jsonl"
                    )
        os.replace(target, final)
    return total


def try_job(job: TableJob) -> RowTally | GraddiffError:
    """The same, or what went wrong, so that other parts go on."""
    try:
        return run_job(job)
    except GraddiffError as error:
        return error
    except OSError as error:
        return make_write_error(job.target, error)


def remove_unfinished_files(folder: str, run: str) -> None:
    """Removes what killed processes of a run have left unfinished; others may be at work in the same folder."""
    for entry in os.scandir(folder):
        if (
            entry.name.startswith(".")
            and entry.name.endswith(UNFINISHED_SUFFIX)
            and f".{run}." in entry.name
        ):
            os.remove(entry.path)


def write_text_answers(
    job: TableJob,
    rows: TableRows,
    work: RowStream,
    path: str,
    report_progress: Callable[[int, int], None],
) -> RowTally:
    with open(path, "wb") as out:
        return write_answers(job, rows, work, out, report_progress)


def make_run_token() -> str:
    """A word that nobody else has."""
    return os.urandom(8).hex()


@contextlib.contextmanager
def create_scratch_file(path: str, run: str) -> Iterator[str]:
    """The name of a file of one's own beside `path`, which is gone afterwards. Raises FileError."""
    folder, name = os.path.split(path)
    own = os.path.join(folder, f".{name}.{run}.{make_run_token()}{UNFINISHED_SUFFIX}")
    try:
        open(own, "xb").close()
    except OSError as error:
        raise make_write_error(path, error) from None
    try:
        yield own
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(own)
