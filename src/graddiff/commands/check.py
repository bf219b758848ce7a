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

HELP = """Grades ANSWERS, files or folders of them, to the problems of HOMEWORK.

The homework is TOML and has no answers in it: graddiff computes them. An answer is a number or an expression; a wrong
one is compared with what the usual mistakes lead to, and what it is consistent with is said. Nothing of an answer is
ever run.

\b
  graddiff check hw3.toml ada.toml               one student's answers: [q1] and below it value = -12
  graddiff check hw3.toml answers.csv            a class: student,problem,part,answer
  graddiff check hw3.toml handed-in/             a folder, a student a file
  graddiff check hw3.toml ada.toml --format junit --output ada.xml

Exit codes: 0 all right, 1 something wrong, missing or undecided, 3 the homework or an answer cannot be read."""

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
    help="What to write.  [default: text]",
)
@click.option("--output", metavar="FILE", help="Write into a file; its suffix says the format.")
@click.option("--show-answers", is_flag=True, help="Show the right answers.")
@click.option("--all", "everything", is_flag=True, help="Show what is right, too, for a class.")
@click.option(
    "--exit-zero",
    is_flag=True,
    help="Exit with 0 though something is wrong, for graders that want it.",
)
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, 256),
    default=1,
    help="Processes for a class.  [default: 1]",
)
@add_picture_options
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=write_schema,
    help="Write the JSON Schema.",
)
@click.option(
    "--mistakes",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=write_mistakes,
    help="List the mistakes that are recognized, by the names that credit = { … } takes.",
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
