"""graddiff check HOMEWORK ANSWERS…: homework graded, with reasons."""

from __future__ import annotations

import io
import json as encoder
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Any

import click

from graddiff.commands.shared.line_output import LineOutput
from graddiff.commands.shared.options import add_picture_options, choose_canvas
from graddiff.commands.shared.output_file import choose_format_by_suffix, refuse_to_overwrite
from graddiff.errors import UsageError
from graddiff.homework.answer_key import AnswerKey
from graddiff.homework.grading import StudentResult
from graddiff.homework.homework_file import read_homework
from graddiff.homework.mistakes import MISTAKES
from graddiff.homework.parallel import grade_class
from graddiff.homework.problems import Homework
from graddiff.homework.submissions import read_submissions
from graddiff.render.reports import classroom, csv, github, gradescope, json, junit, tap, text
from graddiff.render.terminal.canvas import print_lines
from graddiff.render.terminal.progress import Progress

HELP = """Grades ANSWERS, which are files or folders, to the problems of HOMEWORK.

The homework is a TOML file without answers: graddiff computes them. An answer is a number or an
expression. A wrong answer is compared with the results of common mistakes, and the report names the
mistakes that it is consistent with. An answer is never run as code.

\b
  graddiff check hw3.toml ada.toml               one student: [q1], and below it value = -12
  graddiff check hw3.toml answers.csv            a class: student,problem,part,answer
  graddiff check hw3.toml handed-in/             a folder with one file per student
  graddiff check hw3.toml ada.toml --format junit --output ada.xml

Exit codes: 0 all answers are right, 1 an answer is wrong, missing or undecided, 3 the homework or
an answer cannot be read."""

ReportFormat = Callable[[Homework, Sequence[StudentResult]], Iterator[str]]

REPORT_FORMATS: dict[str, ReportFormat] = {
    "json": json.render_homework_json,
    "jsonl": json.render_homework_jsonl,
    "csv": csv.render_csv_report,
    "junit": junit.render_junit_report,
    "github": github.render_github_report,
    "gradescope": gradescope.render_gradescope_report,
    "classroom": classroom.render_classroom_report,
    "tap": tap.render_tap_report,
}
SINGLE_STUDENT_FORMATS = ("gradescope", "classroom")  # that a course runs for each student
REPORT_SUFFIXES = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".xml": "junit",
    ".tap": "tap",
    ".txt": "text",
}


def write_schema(context: click.Context, option: click.Parameter, is_requested: bool) -> None:
    if is_requested:
        sys.stdout.write(encoder.dumps(json.build_homework_schema(), indent=2) + "\n")
        context.exit()


def write_mistakes(context: click.Context, option: click.Parameter, is_requested: bool) -> None:
    if is_requested:
        width = max(map(len, MISTAKES))
        for mistake in MISTAKES.values():
            sys.stdout.write(f"{mistake.id:{width}}  {mistake.title}\n")
        context.exit()


@click.command(
    help=HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.argument("homework", type=click.Path(), metavar="HOMEWORK")
@click.argument("answers", nargs=-1, required=True, type=click.Path(), metavar="ANSWERS...")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", *REPORT_FORMATS]),
    help="The format of the report.  [default: text]",
)
@click.option("--output", metavar="FILE", help="Write to FILE; its suffix selects the format.")
@click.option("--show-answers", is_flag=True, help="Include the right answers in the report.")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="List the right answers of a class, too, not only the others.",
)
@click.option(
    "--exit-zero",
    is_flag=True,
    help="Exit with 0 even if an answer is wrong, for graders that require it.",
)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, 256),
    default=1,
    help="Number of processes for a class.  [default: 1]",
)
@add_picture_options
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=write_schema,
    help="Write the JSON Schema of the formats json and jsonl.",
)
@click.option(
    "--mistakes",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=write_mistakes,
    help="List the mistakes that graddiff recognizes, by the names to use in credit = { … }.",
)
def command(homework: str, answers: tuple[str, ...], **options: Any) -> int:
    form = choose_report_format(options)
    refuse_to_overwrite(options["output"], (homework, *answers))
    key = AnswerKey(read_homework(homework))
    key.compare_expectations()
    handed_in = read_submissions(answers)
    if form in SINGLE_STUDENT_FORMATS and len(handed_in) > 1:
        raise UsageError(
            f"--format {form} is for one student, and there are {len(handed_in):,}",
            hint="--format json",
        )
    with closing(Progress(sys.stderr, len(handed_in), "students")) as progress:
        results = []
        for result in grade_class(key, handed_in, options["show_answers"], options["jobs"]):
            results.append(result)
            progress.show_progress(len(results), len(results))
    with LineOutput(options["output"], False) as out:
        for piece in render_report(form, key.homework, results, options):
            out.write(piece.encode("utf-8", "backslashreplace"))
        out.flush()
    return 0 if options["exit_zero"] else max(result.exit_code for result in results)


def choose_report_format(options: dict[str, Any]) -> str:
    """The format: as asked for, or as the suffix of the file says."""
    if options["format_"] is not None or options["output"] is None:
        return options["format_"] or "text"
    return choose_format_by_suffix(options["output"], REPORT_SUFFIXES)


def render_report(
    form: str, homework: Homework, results: list[StudentResult], options: dict[str, Any]
) -> Iterator[str]:
    if form != "text":
        return REPORT_FORMATS[form](homework, results)
    canvas = choose_canvas(options["ascii"], options["color"], options["width"])
    if options["output"]:  # a file is no terminal
        canvas = canvas._replace(
            width=options["width"], colour=options["color"] == "always", ascii=options["ascii"]
        )
    stream = io.StringIO()
    print_lines(
        text.render_text_report(homework, results, canvas, options["everything"]), canvas, stream
    )
    return iter([stream.getvalue()])
