"""graddiff EXPRESSION --data FOLDER --output FOLDER: every table of a folder, one file each, here
or by the workers of Dask."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing

from graddiff.commands.main.data_jobs import plan_job, refuse_row_formats, report_tally
from graddiff.commands.main.options import MainOptions
from graddiff.commands.shared.options import print_message
from graddiff.data.engines import require_engine
from graddiff.data.open_table import TABLE_SUFFIXES, split_table_name
from graddiff.data.row_answers import RowQuestion
from graddiff.data.table_job import TableJob, TableOutcome, try_job
from graddiff.errors import FileError, GraddiffError, UsageError
from graddiff.notation.numerals import format_count
from graddiff.system.files import make_run_token, remove_unfinished_files

MAX_FAILED_FILES = 5  # reported one by one


def answer_folder(question: RowQuestion, options: MainOptions) -> int:
    """Writes the answers to every table of a folder and returns the worst exit code. What a run
    leaves unfinished, it removes."""
    if options.engine == "dask":
        require_engine("dask", "--engine dask")
    jobs = plan_folder_jobs(question, options)
    target = os.path.dirname(jobs[0].target or "")
    os.makedirs(target, exist_ok=True)
    try:
        with closing(run_jobs(jobs, options)) as outcomes:
            return report_jobs(jobs, outcomes, options.fail_fast)
    finally:
        remove_unfinished_files(target, jobs[0].run)


def plan_folder_jobs(question: RowQuestion, options: MainOptions) -> list[TableJob]:
    """Returns a job for each table of the folder. Raises UsageError where two would write to the
    same file, FileError where there is no table."""
    folder, target = options.data, options.output
    assert folder is not None
    if target is None or (os.path.exists(target) and os.path.samefile(folder, target)):
        raise UsageError(
            f"{folder} is a folder",
            hint="--output FOLDER says where its answers go, to another one",
        )
    names = list_tables(folder)
    if options.engine == "dask":  # its workers may stand in another folder
        folder, target = os.path.abspath(folder), os.path.abspath(target)
    jobs = [plan_job_into(target, question, os.path.join(folder, name), options) for name in names]
    path, count = Counter([job.target for job in jobs]).most_common(1)[0]
    if count > 1:
        raise UsageError(f"two tables of {folder} would become {path}", hint="rename one of them")
    run = make_run_token()
    return [job._replace(run=run) for job in jobs]


def plan_job_into(folder: str, question: RowQuestion, path: str, options: MainOptions) -> TableJob:
    """Returns the job for a table whose answers go into a folder, under its own name with the
    suffix of what is written."""
    job = plan_job(question, path, None, options)
    refuse_row_formats(job)
    name = f"{split_table_name(path)[0]}.{job.writes}"
    return job._replace(target=os.path.join(folder, name))


def list_tables(folder: str) -> list[str]:
    """Returns the names of the tables in a folder, sorted, and reports how many other files it
    holds. Raises FileError where there is no table."""
    entries = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
    names = sorted(
        entry.name
        for entry in entries
        if split_table_name(entry.name)[1] in TABLE_SUFFIXES and not entry.is_dir()
    )
    if not names:
        suffixes = ", ".join(sorted(TABLE_SUFFIXES))
        raise FileError(f"no file in {folder} is a table", hint=f"their suffixes are {suffixes}")
    others = len(entries) - len(names)
    if others:
        reason = "are not tables" if others > 1 else "is not a table"
        print_message(f"{folder}: skipped {format_count(others, 'file')} that {reason}")
    return names


def run_jobs(jobs: Sequence[TableJob], options: MainOptions) -> Generator[TableOutcome, None, None]:
    """Yields the outcome of each job, in their order."""
    if options.engine == "dask":
        from graddiff.data.dask import run_jobs_on_dask

        workers = options.jobs or os.cpu_count() or 1
        yield from run_jobs_on_dask(jobs, options.scheduler, workers)
    else:
        yield from map(try_job, jobs)


def report_jobs(jobs: Sequence[TableJob], outcomes: Iterable[TableOutcome], fail_fast: bool) -> int:
    """Reports what failed, and the notices, and returns the worst exit code."""
    worst = failed = 0
    for job, outcome in zip(jobs, outcomes):
        code = outcome.exit_code if isinstance(outcome, GraddiffError) else outcome.code
        worst, failed = max(worst, code), failed + bool(code)
        if failed > MAX_FAILED_FILES:
            continue
        if isinstance(outcome, GraddiffError):
            print_message(f"{job.path}: {outcome.message}")
        else:
            report_tally(outcome, job.path)
        if code and fail_fast:
            return worst
    if failed > MAX_FAILED_FILES:
        print_message(f"and {failed - MAX_FAILED_FILES:,} more files failed")
    return worst
