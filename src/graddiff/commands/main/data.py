"""graddiff EXPRESSION --data FILE: one expression at many points, the rows of a table."""

from __future__ import annotations

import os
import sys
from contextlib import closing

from graddiff.autodiff.point import parse_bindings
from graddiff.commands.main.data_folder import answer_folder
from graddiff.commands.main.data_jobs import plan_job, refuse_row_formats, report_tally
from graddiff.commands.main.options import MainOptions
from graddiff.commands.shared.expression_text import read_expression
from graddiff.commands.shared.line_output import LineOutput
from graddiff.data.open_table import COLUMNAR_FORMATS
from graddiff.data.row_answers import RowQuestion
from graddiff.data.table_job import TableJob, open_job, run_job, write_answers
from graddiff.errors import UsageError
from graddiff.render.terminal.progress import Progress


def answer_rows(options: MainOptions) -> int:
    """Writes every row with its answer and returns the exit code, the worst of the rows."""
    assert options.data is not None
    at = parse_bindings(options.at, "--at")
    text = read_expression(options.expression, options.file)
    only = options.output_format if options.is_single_number else None
    question = RowQuestion(text, at, options.parse_requested_names(), only)
    if os.path.isdir(options.data):
        return answer_folder(question, options)
    if options.engine == "dask":
        raise UsageError(
            "--engine dask answers a folder of files, one task per file",
            hint="--data FOLDER --output FOLDER",
        )
    if options.scheduler is not None:
        raise UsageError("--scheduler is for --engine dask", hint="leave it out")
    return answer_table(plan_table_job(question, options), options)


def answer_table(job: TableJob, options: MainOptions) -> int:
    """Answers one table and returns the worst exit code of its rows."""
    if job.target is None or job.writes not in COLUMNAR_FORMATS:
        rows, stream = open_job(job)
        with (
            LineOutput(job.target, options.line_buffered) as out,
            closing(Progress(sys.stderr, rows.size)) as progress,
        ):
            tally = write_answers(job, rows, stream, out, progress.show_progress)
    else:  # a columnar file has its index at the end, so it is written as a whole
        with closing(Progress(sys.stderr, None)) as progress:
            tally = run_job(job, progress.show_progress)
    report_tally(tally, "standard input" if job.path == "-" else job.path)
    return tally.code


def plan_table_job(question: RowQuestion, options: MainOptions) -> TableJob:
    """Returns the job for the one table --data. Raises UsageError where it cannot be written in the
    format that is asked for."""
    assert options.data is not None
    job = plan_job(question, options.data, options.output, options)
    if job.target is None and job.writes in COLUMNAR_FORMATS:
        if options.format is not None:
            raise UsageError(f"{job.writes} is written to a file only", hint="--output FILE")
        job = job._replace(writes="csv")
    refuse_row_formats(job)
    return job
