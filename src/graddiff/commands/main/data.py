"""graddiff EXPRESSION --data FILE: one expression at many points."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

from graddiff.commands.shared.options import tell
from graddiff.commands.shared.output_file import refuse_to_overwrite
from graddiff.commands.shared.whole_lines import WholeLines
from graddiff.data.engines import need
from graddiff.data.open_table import COLUMNAR, SUFFIXES, format_of, is_packed, named, refuse_pipe
from graddiff.data.row_answers import Question, Tally
from graddiff.data.table_job import Part, answer_part, attempt, open_part, pour, sweep, token
from graddiff.errors import FileError, GraddiffError, UsageError
from graddiff.render.terminal.progress import Progress

TOLD = 5  # notices, each with the number of its rows; parts that failed


def answer_rows(
    text: str, at: Mapping[str, float], wrt: tuple[str, ...] | None, options: Mapping[str, Any]
) -> int:
    """Writes every row with its answer and returns the exit code, the worst of the rows."""
    only = (
        "value"
        if options["only_value"]
        else "gradient"
        if options["only_gradient"] is not None
        else None
    )
    question = Question(text, dict(at), wrt, only)
    if os.path.isdir(options["data"]):
        return answer_folder(question, options)
    if options["engine"] == "dask":
        raise UsageError(
            "--engine dask answers a folder of files, a part a task",
            hint="--data FOLDER --output FOLDER",
        )
    if options["scheduler"] is not None:
        raise UsageError("--scheduler is for --engine dask")
    part = part_of(question, options["data"], options["output"], options)
    if part.target is None and part.writes in COLUMNAR and options["format_"] is None:
        part = part._replace(writes="csv")
    if part.target is None and part.writes in COLUMNAR:
        raise UsageError(f"{part.writes} is written to a file only", hint="--output FILE")
    check_whole(part)
    if part.target is None or part.writes not in COLUMNAR:
        rows, work = open_part(part)
        with (
            WholeLines(part.target, options["line_buffered"]) as out,
            closing(Progress(sys.stderr, rows.size)) as progress,
        ):
            total = pour(part, rows, work, out, progress.tell)
    else:
        with closing(Progress(sys.stderr, None)) as progress:
            total = answer_part(part, progress.tell)
    report(total, "standard input" if part.path == "-" else part.path)
    return total.code


def part_of(question: Question, path: str, target: str | None, options: Mapping[str, Any]) -> Part:
    """What the options ask of one file. Raises UsageError where they contradict each other."""
    reads = options["data_format"] or format_of(path)
    writes = (
        "jsonl"
        if options["as_json"]
        else options["format_"] or (format_of(target, "--format") if target else reads)
    )
    if target is not None and is_packed(target):
        raise UsageError(
            f"--output {target} would not be packed", hint="graddiff … | gzip writes packed files"
        )
    refuse_pipe(path, reads)
    refuse_to_overwrite(target, [path])
    jobs, engine = options["jobs"] or 1, options["engine"] or "auto"
    if jobs > 1 and options["line_buffered"]:
        raise UsageError(
            "--jobs answers blocks of rows, and --line-buffered each row at once",
            hint="give one of them",
        )
    if jobs > 1 and engine == "columns":
        raise UsageError("--jobs divides the work of the rows engine")
    engine = "rows" if jobs > 1 else engine
    return Part(
        question,
        path,
        reads,
        target,
        writes,
        not options["no_input"],
        engine,
        jobs,
        options["fail_fast"],
    )


def check_whole(part: Part) -> None:
    """Raises UsageError where a file cannot be written row by row, and has to be."""
    if part.writes in COLUMNAR and (
        part.question.only or (part.reads in COLUMNAR and part.fail_fast)
    ):
        raise UsageError(f"{part.writes} is written as a whole table", hint="--format csv or jsonl")


def answer_folder(question: Question, options: Mapping[str, Any]) -> int:
    """Answers every table of a folder, one file each, here or by the workers of Dask."""
    if options["engine"] == "dask":
        need("dask", "--engine dask")
    parts = parts_of(question, options)
    target = os.path.dirname(parts[0].target or "")
    os.makedirs(target, exist_ok=True)
    try:
        with closing(answered(parts, options)) as found:
            return report_parts(parts, found, options["fail_fast"])
    finally:
        sweep(target, parts[0].run)


def parts_of(question: Question, options: Mapping[str, Any]) -> list[Part]:
    """The tables of a folder. Raises UsageError and FileError where they cannot be told apart, or are none."""
    folder, target, distant = options["data"], options["output"], options["engine"] == "dask"
    if target is None or (os.path.exists(target) and os.path.samefile(folder, target)):
        raise UsageError(
            f"{folder} is a folder",
            hint="--output FOLDER says where its answers go, to another one",
        )
    names = tables_in(folder)
    if distant:  # its workers may stand elsewhere
        folder, target = os.path.abspath(folder), os.path.abspath(target)
    near = {**options, "engine": None, "jobs": None} if distant else options
    parts = [part_into(target, question, os.path.join(folder, name), near) for name in names]
    path, count = Counter([part.target for part in parts]).most_common(1)[0]
    if count > 1:
        raise UsageError(f"two tables of {folder} would become {path}", hint="rename one of them")
    run = token()
    return [part._replace(run=run) for part in parts]


def tables_in(folder: str) -> list[str]:
    """The names of the files that are tables, in their order; how many are none is told. Raises FileError."""
    entries = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
    names = sorted(
        entry.name for entry in entries if named(entry.name)[1] in SUFFIXES and not entry.is_dir()
    )
    if not names:
        raise FileError(
            f"no file in {folder} is a table",
            hint=f"their suffixes are {', '.join(sorted(SUFFIXES))}",
        )
    others = len(entries) - len(names)
    if others:
        tell(
            f"{others:,} of {folder} {'are no tables' if others > 1 else 'is no table'} and left alone"
        )
    return names


def answered(
    parts: Sequence[Part], options: Mapping[str, Any]
) -> Generator[Tally | GraddiffError, None, None]:
    """What has come of each part, in their order."""
    if options["engine"] == "dask":
        from graddiff.data.dask import answer_parts

        yield from answer_parts(parts, options["scheduler"], options["jobs"] or os.cpu_count() or 1)
    else:
        yield from map(attempt, parts)


def report_parts(
    parts: Sequence[Part], found: Iterable[Tally | GraddiffError], fail_fast: bool
) -> int:
    """Says what has come of each part, and returns the worst exit code."""
    worst = failed = 0
    for part, total in zip(parts, found):
        code = total.exit_code if isinstance(total, GraddiffError) else total.code
        worst, failed = max(worst, code), failed + bool(code)
        if failed > TOLD:
            continue
        if isinstance(total, GraddiffError):
            tell(f"{part.path}: {total.message}")
        else:
            report(total, part.path)
        if code and fail_fast:
            return worst
    if failed > TOLD:
        tell(f"and {failed - TOLD:,} more files failed")
    return worst


def part_into(folder: str, question: Question, path: str, options: Mapping[str, Any]) -> Part:
    """A table whose answers go into a folder, under its own name with the suffix of what is written."""
    part = part_of(question, path, None, options)
    check_whole(part)
    return part._replace(target=os.path.join(folder, f"{named(path)[0]}.{part.writes}"))


def report(total: Tally, name: str) -> None:
    """On standard error: the rows without an answer, and the conventions that were used."""
    for line, count, message in [*total.notices.values()][:TOLD]:
        more = f" and {count - 1:,} more" if count > 1 else ""
        tell(f"{message} (line {line:,}{more})")
    if len(total.notices) > TOLD:
        tell(f"and notices about {len(total.notices) - TOLD:,} more nodes")
    if total.first:
        line, message = total.first
        tell(
            f"{total.failed:,} of {total.rows:,} rows failed, the first in line {line:,} of {name}: {message}"
        )
