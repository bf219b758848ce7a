"""graddiff EXPRESSION --data FILE: one expression at many points."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from graddiff.commands.options import tell
from graddiff.commands.output import WholeLines
from graddiff.data import csv, jsonl
from graddiff.data.answers import Question, Tally
from graddiff.data.blocks import Block, Source, blocks, open_source
from graddiff.data.jobs import in_parallel
from graddiff.data.streams import FORMATS, SUFFIXES, Plan, Stream
from graddiff.errors import NamingError, UsageError
from graddiff.parser import parse
from graddiff.render.progress import Progress

BLOCK = 4 << 20  # bytes, or what a pipe has at once
SMALL = 256 << 10  # bytes of a file that is answered before other libraries have been imported
LIBRARIES = {"columns": ("numpy", "polars")}
EXTRAS = {"columns": "batch"}
TOLD = 5  # notices, each with the number of its rows


def answer_rows(text: str, at: Mapping[str, float], wrt: tuple[str, ...] | None, options: Mapping[str, Any]) -> int:
    """Writes every row with its answer and returns the exit code, the worst of the rows."""
    path, target = options["data"], options["output"]
    reads = options["data_format"] or format_of(path)
    writes = options["format_"] or ("jsonl" if options["as_json"] else format_of(target) if target else None)
    writes = writes or (reads if reads in FORMATS else "csv")
    only = "value" if options["only_value"] else "gradient" if options["only_gradient"] is not None else None
    question = Question(text, dict(at), wrt, only)
    if target is not None and os.path.exists(target) and os.path.exists(path) and os.path.samefile(path, target):
        raise UsageError(f"--output {target} would overwrite the data", hint="take another name")
    if not {reads, writes} <= FORMATS.keys():
        return answer_frames(path, reads, target, writes, question, options)
    engine = options["engine"] if options["jobs"] == 1 else "rows"
    if engine != options["engine"] == "columns":
        raise UsageError("--jobs is for the rows engine: columns use all cores by themselves")
    source = open_source(path)
    columns, stream = open_table(source, reads, BLOCK if engine != "rows" else SMALL)
    check(text, at, columns, source.name, first_only=reads == "jsonl")
    plan = Plan(question, source.name, tuple(columns), reads, writes, not options["no_input"], options["fail_fast"])
    work = work_of(plan, engine, source.size)
    collisions(plan, work)
    with WholeLines(target, options["line_buffered"]) as out:
        total = run(plan, work, options["jobs"], source, stream, out)
    report(total, source.name)
    return total.code


def answer_frames(
    path: str, reads: str, target: str | None, writes: str, question: Question, options: Mapping[str, Any]
) -> int:
    """The same where polars reads or writes the table."""
    need("columns")
    if path == "-" or (target is None and writes not in FORMATS):
        raise UsageError(f"{reads if path == '-' else writes} is for files", hint="--data FILE, --output FILE")
    if question.only or options["engine"] == "rows":
        raise UsageError("Parquet and Arrow are answered whole, by columns", hint="--format csv has bare numbers")
    from graddiff.data import frames

    sys.stdout.flush()
    total = frames.answer_frames(path, reads, target or sys.stdout.buffer, writes, question, not options["no_input"])
    report(total, path)
    return total.code


def need(engine: str) -> None:
    """Raises where an engine is not installed."""
    missing = [library for library in LIBRARIES[engine] if not importlib.util.find_spec(library)]
    if missing:
        hint = f"pip install 'graddiff[{EXTRAS[engine]}]' brings it"
        raise UsageError(f"this needs {' and '.join(missing)}, which is not installed", hint=hint)


def work_of(plan: Plan, engine: str, size: int | None) -> Stream:
    """The engine: columns where they are installed and the work is worth their start, unless it is said."""
    if engine == "columns":
        need(engine)
    installed = all(importlib.util.find_spec(library) for library in LIBRARIES["columns"])
    if engine == "rows" or not installed or (engine == "auto" and size is not None and size < SMALL):
        return Stream(plan)
    from graddiff.data.frames import FrameStream  # numpy and polars take a fifth of a second

    return FrameStream(plan)


def format_of(path: str) -> str:
    """The format of a file by its suffix, before that of its packing."""
    name = path.lower().removesuffix(".gz")
    suffix = os.path.splitext(name)[1]
    if suffix not in SUFFIXES:
        known = ", ".join(sorted(SUFFIXES))
        what = "standard input" if path == "-" else path
        raise UsageError(f"what format {what} has is not said", hint=f"--data-format csv or jsonl says it, or {known}")
    return SUFFIXES[suffix]


def open_table(source: Source, reads: str, size: int) -> tuple[list[str], Iterator[Block]]:
    """The names of the columns, and the blocks of rows below the header."""
    stream = blocks(source, size, FORMATS[reads].Reader.quotes)
    first = next(stream, None)
    while first and not first.text.strip():
        first = next(stream, None)
    if first is None:
        raise UsageError(f"{source.name} is empty", hint="a CSV begins with the names of its columns")
    if reads == "jsonl":
        records = jsonl.Reader(source.name, []).records(first)
        columns = next(([*record] for _, _, record in records if isinstance(record, dict)), [])
        return columns, chain([first], stream)
    lines = first.text.splitlines(keepends=True)
    count = 1
    while b"".join(lines[:count]).count(b'"') % 2 and count < len(lines):
        count += 1
    header = b"".join(lines[:count])
    columns = csv.read_header(source.name, header.decode(*csv.ENCODING).rstrip("\r\n"))
    rest = Block(first.text[len(header) :], first.line + count, first.read)
    return columns, chain([rest] if rest.text else [], stream)


def check(text: str, at: Mapping[str, float], columns: list[str], name: str, first_only: bool) -> None:
    """Raises where the expression, the bindings and the columns do not fit together."""
    expression = parse(text, {*at, *columns})
    for column in at:
        if column in columns:
            raise UsageError(f"{column} is bound by --at, and a column of {name}", hint="take one of them away")
        if column not in expression.variables:
            raise UsageError(f"{column} is bound, but does not occur in the expression")
    missing = [variable for variable in expression.variables if variable not in at and variable not in columns]
    if missing and not first_only:
        told = ", ".join(columns[:8]) + (" …" if len(columns) > 8 else "")
        span = expression.span(expression.variables[missing[0]])
        message = f"no value for {', '.join(missing)}: neither a column of {name} nor in --at"
        raise NamingError(message, text=expression.text, span=span, hint=f"the columns are {told}")


def run(plan: Plan, work: Stream, jobs: int, source: Source, stream: Iterator[Block], out: WholeLines) -> Tally:
    """Answers block after block."""
    total, progress = Tally(), Progress(sys.stderr, source.size)
    answered = ((block, *work.answer(block)) for block in stream) if jobs == 1 else in_parallel(plan, stream, jobs)
    try:
        out.write(work.writer.head().encode(*csv.ENCODING))
        for block, written, tally in answered:
            out.write(written)
            total.join(tally)
            progress.tell(total.rows, block.read)
            if total.failed and plan.fail_fast:
                break
    finally:
        progress.end()
    out.flush()
    return total


def collisions(plan: Plan, work: Stream) -> None:
    """Raises where a column has the name of a result."""
    results = work.writer.results if isinstance(work.writer, csv.Writer) else []
    for column in plan.columns if plan.copies else ():
        if column in results:
            raise UsageError(
                f"{plan.name} has a column {column!r} itself",
                hint=f"--no-input leaves the input's columns out; mlr --csv rename {column},{column}_in renames it",
            )


def report(total: Tally, name: str) -> None:
    """On standard error: the rows without an answer, and the conventions that were used."""
    for line, count, message in [*total.notices.values()][:TOLD]:
        more = f" and {count - 1:,} more" if count > 1 else ""
        tell(f"{message} (line {line:,}{more})")
    if len(total.notices) > TOLD:
        tell(f"and notices about {len(total.notices) - TOLD:,} more nodes")
    if total.first:
        line, message = total.first
        tell(f"{total.failed:,} of {total.rows:,} rows failed, the first in line {line:,} of {name}: {message}")
