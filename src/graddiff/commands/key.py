"""graddiff key HOMEWORK: writes the answers to a homework."""

import json
import sys
from dataclasses import dataclass
from typing import Any

import click

from graddiff.commands.shared.canvas import choose_canvas
from graddiff.commands.shared.options import CONTEXT_SETTINGS, add_picture_options
from graddiff.homework.answer_key import AnswerKey
from graddiff.homework.homework_file import read_homework
from graddiff.render.reports.wording import format_marks
from graddiff.render.terminal.canvas import Canvas, Segment, print_lines
from graddiff.render.terminal.table import Cell, lay_out_table

HELP = """Writes the answers to a homework: fractions exactly, other numbers with all digits.

With --format toml it writes a file of answers that graddiff check grades as right."""


@dataclass(frozen=True, kw_only=True, eq=False)
class KeyOptions:
    """The options of graddiff key, each under its own name; all of them combine."""

    homework: str
    format: str
    ascii: bool
    color: str
    width: int | None


@click.command(help=HELP, context_settings=CONTEXT_SETTINGS)
@click.argument("homework", type=click.Path(), metavar="HOMEWORK")
@click.option(
    "--format",
    type=click.Choice(["text", "toml", "json"]),
    default="text",
    help="The format of the answers.",
)
@add_picture_options
def command(**parameters: Any) -> None:
    options = KeyOptions(**parameters)
    key = AnswerKey(read_homework(options.homework))
    key.compare_expectations()
    if options.format == "json":
        sys.stdout.write(format_key_json(key))
    elif options.format == "toml":
        sys.stdout.write(format_key_toml(key))
    else:
        print_key_table(key, choose_canvas(options.ascii, options.color, options.width))


def group_answers(key: AnswerKey) -> dict[str, dict[str, str]]:
    """Returns problem -> part -> answer."""
    answers: dict[str, dict[str, str]] = {}
    for (problem, part), part_key in key.parts.items():
        answers.setdefault(problem, {})[part] = part_key.answer_text
    return answers


def format_key_json(key: AnswerKey) -> str:
    content = {"homework": key.homework.id, "answers": group_answers(key)}
    return json.dumps(content, indent=1) + "\n"


def format_key_toml(key: AnswerKey) -> str:
    """Returns the answers as a student would hand them in."""
    lines = []
    for problem, parts in group_answers(key).items():
        lines.append(f"[{quote_toml(problem)}]\n")
        lines += [f"{quote_toml(part)} = {quote_toml(text)}\n" for part, text in parts.items()]
    return "".join(lines)


def quote_toml(text: str) -> str:
    """Returns a TOML string: that of JSON with all characters beyond ASCII as they are."""
    return json.dumps(text, ensure_ascii=False)


def print_key_table(key: AnswerKey, canvas: Canvas) -> None:
    """Prints a table of the parts with their marks and answers."""
    rows: list[list[Cell]] = [[[[Segment(title, "head")]] for title in ("part", "marks", "answer")]]
    for (problem, part), part_key in key.parts.items():
        cells = (
            canvas.transliterate(f"{problem}.{part}"),
            format_marks(part_key.part.marks),
            canvas.transliterate(part_key.answer_text),
        )
        rows.append([[[Segment(cell)]] for cell in cells])
    print_lines(lay_out_table(rows, "lrl", canvas), canvas)
