"""graddiff key HOMEWORK: the answers to it."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from graddiff.commands.shared.options import add_picture_options, choose_canvas
from graddiff.homework.answer_key import AnswerKey
from graddiff.homework.homework_file import read_homework
from graddiff.render.reports.wording import format_marks
from graddiff.render.terminal.canvas import Segment, print_lines
from graddiff.render.terminal.table import Cell, lay_out_table

HELP = """Writes the answers to a homework: exact where they are fractions, else with all digits of a float.

With --format toml they are a file of answers, which graddiff check finds right."""


@click.command(
    help=HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.argument("homework", type=click.Path(), metavar="HOMEWORK")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "toml", "json"]),
    default="text",
    help="What to write.",
)
@add_picture_options
def command(homework: str, form: str, **options: Any) -> None:
    key = AnswerKey(read_homework(homework))
    key.compare_expectations()
    answers: dict[str, dict[str, str]] = {}
    for (problem, part), found in key.parts.items():
        answers.setdefault(problem, {})[part] = found.answer_text
    if form == "json":
        sys.stdout.write(
            json.dumps({"homework": key.homework.id, "answers": answers}, indent=1) + "\n"
        )
    elif form == "toml":
        for problem, parts in answers.items():
            sys.stdout.write(f"[{quote_toml(problem)}]\n")
            sys.stdout.writelines(
                f"{quote_toml(part)} = {quote_toml(text)}\n" for part, text in parts.items()
            )
    else:
        canvas = choose_canvas(**options)
        rows: list[list[Cell]] = [
            [[[Segment(title, "head")]] for title in ("part", "marks", "answer")]
        ]
        for (problem, part), found in key.parts.items():
            cells = (
                canvas.transliterate(f"{problem}.{part}"),
                format_marks(found.part.marks),
                canvas.transliterate(found.answer_text),
            )
            rows.append([[[Segment(cell)]] for cell in cells])
        print_lines(lay_out_table(rows, "lrl", canvas), canvas)


def quote_toml(text: str) -> str:
    """A string of TOML: one of JSON, but for what is beyond the basic plane."""
    return json.dumps(text, ensure_ascii=False)
