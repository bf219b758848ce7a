"""One table to answer: opened and checked, answered block by block, written."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from graddiff.data.engines import answered, need, stream_of
from graddiff.data.formats import csv, jsonl
from graddiff.data.open_table import COLUMNAR, Rows, check, collisions, open_rows
from graddiff.data.row_answers import Question, Tally
from graddiff.data.streams import Plan, Stream
from graddiff.errors import FileError, GraddiffError
from graddiff.language.tokens import Source
from graddiff.system.files import unwritable

UNFINISHED = ".unfinished"  # the suffix of what nobody should read yet
BLOCK = {"rows": 256 << 10, "columns": 1 << 20}  # bytes, or what a pipe has at once


class Part(NamedTuple):
    """What is asked of a table, and where it comes from and goes to; small enough to be sent to another machine. What
    is unfinished has the name of the `run` in its own, so that it is told from that of others."""

    question: Question
    path: str
    reads: str
    target: str | None
    writes: str
    copies: bool = True
    engine: str = "auto"
    jobs: int = 1
    fail_fast: bool = False
    run: str = "alone"


class Sink(Protocol):
    def write(self, lines: bytes, /) -> object: ...


def open_part(part: Part) -> tuple[Rows, Stream]:
    """The rows, and the stream that answers them. Raises what is wrong with the question, the file or its columns."""
    writes = part.writes
    if part.writes in COLUMNAR:
        writes = "members" if part.reads == "jsonl" else "csv"
    if part.reads in COLUMNAR:
        need("columns", part.reads)
        from graddiff.data.parquet_arrow import open_columnar

        names = (
            None if part.copies and not part.question.only else Source(part.question.text).tokens
        )
        rows = open_columnar(part.path, part.reads, writes, names)
    else:
        rows = open_rows(
            part.path, part.reads, BLOCK["rows" if part.engine == "rows" else "columns"]
        )
    check(part.question, rows.name, rows.columns, rows.complete)
    plan = Plan(
        part.question,
        rows.name,
        tuple(rows.columns),
        rows.reads,
        writes,
        part.copies,
        part.fail_fast,
    )
    work = stream_of(plan, part.engine, rows.size)
    collisions(plan, results(work), part.reads)
    return rows, work


def results(work: Stream) -> Sequence[str]:
    """The names of the answer's columns or members, where it has any."""
    if isinstance(work.writer, csv.Writer):
        return work.writer.results
    return jsonl.RESULTS if isinstance(work.writer, jsonl.Writer) else ()


def pour(
    part: Part, rows: Rows, work: Stream, out: Sink, tell: Callable[[int, int], None]
) -> Tally:
    """Writes the answers; `tell` hears of the rows and the bytes so far."""
    total = Tally()
    out.write(work.writer.head().encode(*csv.ENCODING))
    with contextlib.closing(answered(work, rows.blocks, part.jobs, rows.size is None)) as found:
        for block, written, tally in found:
            out.write(written)
            total.join(tally)
            tell(total.rows, block.read)
            if total.failed and part.fail_fast:
                break
    return total


def answer_part(part: Part, tell: Callable[[int, int], None] = lambda rows, read: None) -> Tally:
    """Writes a file that is there as a whole or not at all: it takes its name when it is complete."""
    assert part.target is not None
    final = os.path.realpath(part.target)
    if os.path.exists(final) and not os.path.isfile(final):
        raise FileError(f"{part.target} is no file that another one can take the place of")
    rows, work = open_part(part)
    with scratch(final, part.run) as target:
        if part.writes not in COLUMNAR:
            total = write_text(part, rows, work, target, tell)
        else:
            need("columns", part.writes)
            from graddiff.data.parquet_arrow import answer_columnar, convert

            if part.reads in COLUMNAR:
                total = answer_columnar(
                    rows, part.reads, target, part.writes, part.question, part.copies
                )
            else:
                with scratch(final, part.run) as text:
                    total = write_text(part, rows, work, text, tell)
                    convert(text, target, part.writes, results(work), part.reads == "jsonl")
        os.replace(target, final)
    return total


def attempt(part: Part) -> Tally | GraddiffError:
    """The same, or what went wrong, so that other parts go on."""
    try:
        return answer_part(part)
    except GraddiffError as error:
        return error
    except OSError as error:
        return unwritable(part.target, error)


def sweep(folder: str, run: str) -> None:
    """Removes what killed processes of a run have left unfinished; others may be at work in the same folder."""
    for entry in os.scandir(folder):
        if (
            entry.name.startswith(".")
            and entry.name.endswith(UNFINISHED)
            and f".{run}." in entry.name
        ):
            os.remove(entry.path)


def write_text(
    part: Part, rows: Rows, work: Stream, path: str, tell: Callable[[int, int], None]
) -> Tally:
    with open(path, "wb") as out:
        return pour(part, rows, work, out, tell)


def token() -> str:
    """A word that nobody else has."""
    return os.urandom(8).hex()


@contextlib.contextmanager
def scratch(path: str, run: str) -> Iterator[str]:
    """The name of a file of one's own beside `path`, which is gone afterwards. Raises FileError."""
    folder, name = os.path.split(path)
    own = os.path.join(folder, f".{name}.{run}.{token()}{UNFINISHED}")
    try:
        open(own, "xb").close()
    except OSError as error:
        raise unwritable(path, error) from None
    try:
        yield own
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(own)
