"""One table to answer: it is opened and validated, answered block by block, and written."""

import contextlib
import os
from collections.abc import Callable
from typing import NamedTuple, Protocol

from graddiff.data.engines import answer_blocks, make_stream, require_engine
from graddiff.data.open_table import (
    COLUMNAR_FORMATS,
    TableRows,
    open_rows,
    refuse_name_collisions,
    validate_columns,
)
from graddiff.data.row_answers import RowQuestion, RowTally
from graddiff.data.row_formats import ENCODING
from graddiff.data.streams import RowStream, StreamPlan
from graddiff.errors import FileError, GraddiffError
from graddiff.language.tokens import TokenizedText
from graddiff.system.files import create_scratch_file, is_device, make_write_error, replace_file

BLOCK_BYTES = {"rows": 256 << 10, "columns": 1 << 20}  # bytes; of a pipe, what it holds at once

TableOutcome = RowTally | GraddiffError  # of one table: its rows, or why it has no answer
ProgressReport = Callable[[int, int], None]  # called with the rows and the bytes so far


def ignore_progress(rows: int, bytes_read: int) -> None:
    """Reports nothing."""


class TableJob(NamedTuple):
    """The question about a table, where the table is, and where its answers go.

    It is small enough to be sent to another machine. The scratch files of a job hold the token of
    its `run` in their names, so that they can be told from those of other runs."""

    question: RowQuestion
    path: str
    reads: str  # the format of the table
    target: str | None  # None for standard output
    writes: str  # the format of the answers
    copies: bool = True  # whether the columns of the table stand before the answers
    engine: str = "auto"
    jobs: int = 1
    fail_fast: bool = False
    run: str = "alone"


class ByteSink(Protocol):
    """Anything that takes bytes, such as a file."""

    def write(self, lines: bytes, /) -> object: ...


def open_job(job: TableJob) -> tuple[TableRows, RowStream]:
    """Opens a table, and returns its rows with the stream that answers them.

    Raises GraddiffError if the question, the file or its columns are wrong, or do not fit."""
    writes = job.writes
    if writes in COLUMNAR_FORMATS:  # the answers become text first, which is then converted
        writes = "members" if job.reads == "jsonl" else "csv"
    rows = open_job_rows(job, writes)
    validate_columns(job.question, rows.name, rows.columns, rows.complete)
    plan = StreamPlan(
        question=job.question,
        name=rows.name,
        columns=tuple(rows.columns),
        reads=rows.reads,
        writes=writes,
        copies=job.copies,
        fail_fast=job.fail_fast,
    )
    stream = make_stream(plan, job.engine, rows.size)
    refuse_name_collisions(plan, stream.writer.result_names, job.reads)
    return rows, stream


def open_job_rows(job: TableJob, writes: str) -> TableRows:
    """Opens the table of a job; the blocks of a columnar one are text in the format `writes`."""
    if job.reads not in COLUMNAR_FORMATS:
        size = BLOCK_BYTES["rows" if job.engine == "rows" else "columns"]
        return open_rows(job.path, job.reads, size)
    require_engine("columns", job.reads)
    from graddiff.data.parquet_arrow import open_columnar_rows

    # Without a copy of the input, only the columns that the expression names have to be read.
    needs_all = job.copies and not job.question.only
    names = None if needs_all else TokenizedText(job.question.text).tokens
    return open_columnar_rows(job.path, job.reads, writes, names)


def write_answers(
    job: TableJob,
    rows: TableRows,
    stream: RowStream,
    out: ByteSink,
    report_progress: ProgressReport,
) -> RowTally:
    """Writes the header and the answers of all rows, up to the first failure with `fail_fast`."""
    total = RowTally()
    out.write(stream.writer.format_header().encode(*ENCODING))
    answered = answer_blocks(stream, rows.blocks, job.jobs, rows.size is None)
    with contextlib.closing(answered) as blocks:
        for block, text, tally in blocks:
            out.write(text)
            total.add_tally(tally)
            report_progress(total.rows, block.bytes_read)
            if total.failed and job.fail_fast:
                break
    return total


def run_job(job: TableJob, report_progress: ProgressReport = ignore_progress) -> RowTally:
    """Answers a table into its target, which is there as a whole or not at all.

    Raises GraddiffError as `open_job` does, and OSError where the target cannot be written."""
    assert job.target is not None
    if is_device(os.path.realpath(job.target)):
        raise FileError(f"{job.target} is not an ordinary file, which answers could replace")
    rows, stream = open_job(job)
    with replace_file(job.target, job.run) as scratch:
        if job.writes not in COLUMNAR_FORMATS:
            return write_text_answers(job, rows, stream, scratch, report_progress)
        require_engine("columns", job.writes)
        from graddiff.data.parquet_arrow import answer_columnar_table

        if job.reads in COLUMNAR_FORMATS:
            return answer_columnar_table(
                rows, job.reads, scratch, job.writes, job.question, job.copies
            )
        return write_columnar_answers(job, rows, stream, scratch, report_progress)


def write_columnar_answers(
    job: TableJob, rows: TableRows, stream: RowStream, path: str, report_progress: ProgressReport
) -> RowTally:
    """Answers a table of text into a columnar file: first as text, whose types show at its end."""
    from graddiff.data.parquet_arrow import convert_to_columnar

    assert job.target is not None
    with create_scratch_file(job.target, job.run) as text:
        total = write_text_answers(job, rows, stream, text, report_progress)
        names = stream.writer.result_names
        convert_to_columnar(text, path, job.writes, names, job.reads == "jsonl")
    return total


def write_text_answers(
    job: TableJob, rows: TableRows, stream: RowStream, path: str, report_progress: ProgressReport
) -> RowTally:
    """Answers a table into a file of text."""
    with open(path, "wb") as out:
        return write_answers(job, rows, stream, out, report_progress)


def try_job(job: TableJob) -> TableOutcome:
    """Answers a table into its target, and returns an error instead of raising it.

    So the other tables of a folder are answered all the same."""
    try:
        return run_job(job)
    except GraddiffError as error:
        return error
    except OSError as error:
        return make_write_error(job.target, error)
