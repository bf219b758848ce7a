"""graddiff check HOMEWORK ANSWERS…: grades homework and gives reasons."""

import io
import json as encoder
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import click

from graddiff.commands.shared.canvas import choose_canvas
from graddiff.commands.shared.line_output import LineOutput
from graddiff.commands.shared.options import CONTEXT_SETTINGS, add_picture_options
from graddiff.commands.shared.output_file import choose_format_by_suffix, refuse_to_overwrite
from graddiff.errors import UsageError
from graddiff.homework.answer_key import AnswerKey
from graddiff.homework.grading import StudentResult
from graddiff.homework.homework_file import read_homework
from graddiff.homework.mistakes import MISTAKES
from graddiff.homework.parallel import grade_class
from graddiff.homework.problems import Homework
from graddiff.homework.submissions import read_submissions
from graddiff.homework.submitted_answers import Submission
from graddiff.render.reports import classroom, csv, github, gradescope, json, junit, tap, text
from graddiff.render.terminal.canvas import Canvas, print_lines
from graddiff.render.terminal.progress import Progress

HELP = """Grades ANSWERS, which are files or folders, by the problems of HOMEWORK.

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
SINGLE_STUDENT_FORMATS = ("gradescope", "classroom")  # a course runs these once per student
REPORT_SUFFIXES = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".xml": "junit",
    ".tap": "tap",
    ".txt": "text",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class CheckOptions:
    """The options of graddiff check, each under its own name."""

    homework: str
    answers: tuple[str, ...]
    format: str | None
    output: str | None
    show_answers: bool
    all: bool
    exit_zero: bool
    jobs: int
    ascii: bool
    color: str
    width: int | None

    @property
    def report_format(self) -> str:
        """The name of the format: that of --format, or the one of the output file's suffix.

        Raises UsageError for an unknown suffix."""
        if self.format is not None or self.output is None:
            return self.format or "text"
        return choose_format_by_suffix(self.output, REPORT_SUFFIXES)

    @property
    def canvas(self) -> Canvas:
        """The canvas of the text report. A file is no terminal: the options alone decide for it."""
        canvas = choose_canvas(self.ascii, self.color, self.width)
        if not self.output:
            return canvas
        return canvas._replace(width=self.width, colour=self.color == "always", ascii=self.ascii)

    def validate(self) -> None:
        """Raises UsageError if the output has no known format, or would overwrite an input."""
        _ = self.report_format
        refuse_to_overwrite(self.output, (self.homework, *self.answers))

    def validate_students(self, count: int) -> None:
        """Raises UsageError if the format holds one student and there are more."""
        form = self.report_format
        if form in SINGLE_STUDENT_FORMATS and count > 1:
            raise UsageError(
                f"--format {form} holds one student, and there are {count:,}",
                hint="use --format json",
            )


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


@click.command(help=HELP, context_settings=CONTEXT_SETTINGS)
@click.argument("homework", type=click.Path(), metavar="HOMEWORK")
@click.argument("answers", nargs=-1, required=True, type=click.Path(), metavar="ANSWERS...")
@click.option(
    "--format",
    type=click.Choice(["text", *REPORT_FORMATS]),
    help="The format of the report.  [default: text]",
)
@click.option("--output", metavar="FILE", help="Write to FILE; its suffix selects the format.")
@click.option("--show-answers", is_flag=True, help="Include the right answers in the report.")
@click.option("--all", is_flag=True, help="For a class: list the parts that are right, too.")
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
def command(**parameters: Any) -> int:
    options = CheckOptions(**parameters)
    options.validate()
    key = AnswerKey(read_homework(options.homework))
    key.compare_expectations()
    submissions = read_submissions(options.answers)
    options.validate_students(len(submissions))
    results = grade_with_progress(key, submissions, options)
    with LineOutput(options.output, False) as out:
        for piece in render_report(key.homework, results, options):
            out.write(piece.encode("utf-8", "backslashreplace"))
        out.flush()
    return 0 if options.exit_zero else max(result.exit_code for result in results)


def grade_with_progress(
    key: AnswerKey, submissions: Sequence[Submission], options: CheckOptions
) -> list[StudentResult]:
    """Returns the result of each student, and counts them on a terminal meanwhile."""
    results = []
    with closing(Progress(sys.stderr, len(submissions), "students")) as progress:
        for result in grade_class(key, submissions, options.show_answers, options.jobs):
            results.append(result)
            progress.show_progress(len(results), len(results))
    return results


def render_report(
    homework: Homework, results: list[StudentResult], options: CheckOptions
) -> Iterator[str]:
    """Yields the pieces of the report in the format of the options."""
    form = options.report_format
    if form != "text":
        yield from REPORT_FORMATS[form](homework, results)
        return
    canvas, stream = options.canvas, io.StringIO()
    lines = text.render_text_report(homework, results, canvas, options.all)
    print_lines(lines, canvas, stream)
    yield stream.getvalue()
