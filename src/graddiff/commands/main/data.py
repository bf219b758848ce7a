"""graddiff EXPRESSION --data FILE: one expression at many points."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

from graddiff.commands.shared.line_output import LineOutput
from graddiff.commands.shared.options import print_message
from graddiff.commands.shared.output_file import refuse_to_overwrite
from graddiff.data.engines import require_engine
from graddiff.data.open_table import (
    COLUMNAR_FORMATS,
    TABLE_SUFFIXES,
    choose_table_format,
    is_packed,
    refuse_pipe,
    split_table_name,
)
from graddiff.data.row_answers import RowQuestion, RowTally
from graddiff.data.table_job import (
    TableJob,
    open_job,
    run_job,
    try_job,
    write_answers,
)
from graddiff.errors import FileError, GraddiffError, UsageError
from graddiff.render.terminal.progress import Progress
from graddiff.system.files import make_run_token, remove_unfinished_files

MAX_REPORTED = 5  # notices, each with the number of its rows; parts that failed


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
    question = RowQuestion(text, dict(at), wrt, only)
    if os.path.isdir(options["data"]):
        return answer_folder(question, options)
    if options["engine"] == "dask":
        raise UsageError(
            "--engine dask answers a folder of files, a part a task",
            hint="--data FOLDER --output FOLDER",
        )
    if options["scheduler"] is not None:
        raise UsageError("--scheduler is for --engine dask")
    part = plan_job(question, options["data"], options["output"], options)
    if part.target is None and part.writes in COLUMNAR_FORMATS and options["format_"] is None:
        part = part._replace(writes="csv")
    if part.target is None and part.writes in COLUMNAR_FORMATS:
        raise UsageError(f"{part.writes} is written to a file only", hint="--output FILE")
    refuse_row_formats(part)
    if part.target is None or part.writes not in COLUMNAR_FORMATS:
        rows, work = open_job(part)
        with (
            LineOutput(part.target, options["line_buffered"]) as out,
            closing(Progress(sys.stderr, rows.size)) as progress,
        ):
            total = write_answers(part, rows, work, out, progress.show_progress)
    else:
        with closing(Progress(sys.stderr, None)) as progress:
            total = run_job(part, progress.show_progress)
    report_tally(total, "standard input" if part.path == "-" else part.path)
    return total.code


def plan_job(
    question: RowQuestion, path: str, target: str | None, options: Mapping[str, Any]
) -> TableJob:
    """What the options ask of one file. Raises UsageError where they contradict each other."""
    reads = options["data_format"] or choose_table_format(path)
    writes = (
        "jsonl"
        if options["as_json"]
        else options["format_"] or (choose_table_format(target, "--format") if target else reads)
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
    return TableJob(
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


def refuse_row_formats(job: TableJob) -> None:
    """Raises UsageError where a file cannot be written row by row, and has to be."""
    if job.writes in COLUMNAR_FORMATS and (
        job.question.only or (job.reads in COLUMNAR_FORMATS and job.fail_fast)
    ):
        raise UsageError(f"{job.writes} is written as a whole table", hint="--format csv or jsonl")


def answer_folder(question: RowQuestion, options: Mapping[str, Any]) -> int:
    """Answers every table of a folder, one file each, here or by the workers of Dask."""
    if options["engine"] == "dask":
        require_engine("dask", "--engine dask")
    parts = plan_folder_jobs(question, options)
    target = os.path.dirname(parts[0].target or "")
    os.makedirs(target, exist_ok=True)
    try:
        with closing(run_jobs(parts, options)) as found:
            return report_jobs(parts, found, options["fail_fast"])
    finally:
        remove_unfinished_files(target, parts[0].run)


def plan_folder_jobs(question: RowQuestion, options: Mapping[str, Any]) -> list[TableJob]:
    """The tables of a folder. Raises UsageError and FileError where they cannot be told apart, or are none."""
    folder, target, distant = options["data"], options["output"], options["engine"] == "dask"
    if target is None or (os.path.exists(target) and os.path.samefile(folder, target)):
        raise UsageError(
            f"{folder} is a folder",
            hint="--output FOLDER says where its answers go, to another one",
        )
    names = list_tables(folder)
    if distant:  # its workers may stand elsewhere
        folder, target = os.path.abspath(folder), os.path.abspath(target)
    near = {**options, "engine": None, "jobs": None} if distant else options
    parts = [plan_job_into(target, question, os.path.join(folder, name), near) for name in names]
    path, count = Counter([part.target for part in parts]).most_common(1)[0]
    if count > 1:
        raise UsageError(f"two tables of {folder} would become {path}", hint="rename one of them")
    run = make_run_token()
    return [part._replace(run=run) for part in parts]


def list_tables(folder: str) -> list[str]:
    """The names of the files that are tables, in their order; how many are none is told. Raises FileError."""
    entries = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
    names = sorted(
        entry.name
        for entry in entries
        if split_table_name(entry.name)[1] in TABLE_SUFFIXES and not entry.is_dir()
    )
    if not names:
        raise FileError(
            f"no file in {folder} is a table",
            hint=f"their suffixes are {', '.join(sorted(TABLE_SUFFIXES))}",
        )
    others = len(entries) - len(names)
    if others:
        print_message(
            f"{others:,} of {folder} {'are no tables' if others > 1 else 'is no table'} and left alone"
        )
    return names


def run_jobs(
    jobs: Sequence[TableJob], options: Mapping[str, Any]
) -> Generator[RowTally | GraddiffError, None, None]:
    """What has come of each part, in their order."""
    if options["engine"] == "dask":
        from graddiff.data.dask import run_jobs_on_dask

        yield from run_jobs_on_dask(
            jobs, options["scheduler"], options["jobs"] or os.cpu_count() or 1
        )
    else:
        yield from map(try_job, jobs)


def report_jobs(
    jobs: Sequence[TableJob], tallies: Iterable[RowTally | GraddiffError], fail_fast: bool
) -> int:
    """Says what has come of each part, and returns the worst exit code."""
    worst = failed = 0
    for part, total in zip(jobs, tallies):
        code = total.exit_code if isinstance(total, GraddiffError) else total.code
        worst, failed = max(worst, code), failed + bool(code)
        if failed > MAX_REPORTED:
            continue
        if isinstance(total, GraddiffError):
            print_message(f"{part.path}: {total.message}")
        else:
            report_tally(total, part.path)
        if code and fail_fast:
            return worst
    if failed > MAX_REPORTED:
        print_message(f"and {failed - MAX_REPORTED:,} more files failed")
    return worst


def plan_job_into(
    folder: str, question: RowQuestion, path: str, options: Mapping[str, Any]
) -> TableJob:
    """A table whose answers go into a folder, under its own name with the suffix of what is written."""
    part = plan_job(question, path, None, options)
    refuse_row_formats(part)
    return part._replace(target=os.path.join(folder, f"{split_table_name(path)[0]}.{part.writes}"))


def report_tally(total: RowTally, name: str) -> None:
    """On standard error: the rows without an answer, and the conventions that were used."""
    for line, count, message in [*total.notices.values()][:MAX_REPORTED]:
        more = f" and {count - 1:,} more" if count > 1 else ""
        print_message(f"{message} (line {line:,}{more})")
    if len(total.notices) > MAX_REPORTED:
        print_message(f"and notices about {len(total.notices) - MAX_REPORTED:,} more nodes")
    if total.first_failure:
        line, message = total.first_failure
        print_message(
            f"{total.failed:,} of {total.rows:,} rows failed, the first in line {line:,} of {name}: {message}"
        )
