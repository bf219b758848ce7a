"""The job of answering one table: what the options ask of it, and the report about its rows."""

from __future__ import annotations

from graddiff.commands.main.options import MainOptions
from graddiff.commands.shared.options import print_message
from graddiff.commands.shared.output_file import refuse_to_overwrite
from graddiff.data.open_table import (
    COLUMNAR_FORMATS,
    choose_table_format,
    is_packed,
    refuse_pipe,
)
from graddiff.data.row_answers import RowQuestion, RowTally
from graddiff.data.table_job import TableJob
from graddiff.errors import UsageError

MAX_REPORTED = 5  # notices, each with the number of its rows


def plan_job(
    question: RowQuestion, path: str, target: str | None, options: MainOptions
) -> TableJob:
    """Returns the job for one table. Raises UsageError for options that do not suit the file."""
    reads = options.data_format or choose_table_format(path)
    if target is not None and is_packed(target):
        raise UsageError(
            f"--output {target} would not be compressed",
            hint="graddiff … | gzip compresses the output",
        )
    refuse_pipe(path, reads)
    refuse_to_overwrite(target, [path])
    engine, jobs = choose_engine(options)
    return TableJob(
        question,
        path,
        reads,
        target,
        choose_row_format(target, reads, options),
        copies=not options.no_input,
        engine=engine,
        jobs=jobs,
        fail_fast=options.fail_fast,
    )


def choose_engine(options: MainOptions) -> tuple[str, int]:
    """Returns the engine of one job, and how many processes it divides its rows between."""
    engine, jobs = options.engine or "auto", options.jobs or 1
    if engine == "dask":  # its workers, not the job, run side by side
        return "auto", 1
    return ("rows", jobs) if jobs > 1 else (engine, 1)


def choose_row_format(target: str | None, reads: str, options: MainOptions) -> str:
    """Returns the format of the rows: as asked for, as the file is called, or as they are read."""
    if options.json:
        return "jsonl"
    if options.format is not None:
        return options.format
    return choose_table_format(target, "--format") if target else reads


def refuse_row_formats(job: TableJob) -> None:
    """Raises UsageError where a columnar file would have to be written row by row."""
    writes_rows = job.question.only or (job.reads in COLUMNAR_FORMATS and job.fail_fast)
    if job.writes in COLUMNAR_FORMATS and writes_rows:
        raise UsageError(f"{job.writes} is written as a whole table", hint="--format csv or jsonl")


def report_tally(tally: RowTally, name: str) -> None:
    """Writes to standard error the conventions that were used, and the rows without an answer."""
    for line, count, message in [*tally.notices.values()][:MAX_REPORTED]:
        more = f" and {count - 1:,} more" if count > 1 else ""
        print_message(f"{message} (line {line:,}{more})")
    if len(tally.notices) > MAX_REPORTED:
        print_message(f"and notices about {len(tally.notices) - MAX_REPORTED:,} more nodes")
    if tally.first_failure:
        line, message = tally.first_failure
        print_message(
            f"{tally.failed:,} of {tally.rows:,} rows failed, "
            f"the first in line {line:,} of {name}: {message}"
        )
