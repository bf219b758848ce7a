"""graddiff key HOMEWORK: the answers to it."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from graddiff.commands.shared.options import canvas_for, picture
from graddiff.homework.answer_key import Key
from graddiff.homework.homework_file import read_homework
from graddiff.render.reports.wording import number
from graddiff.render.terminal.canvas import Segment, show
from graddiff.render.terminal.table import Cell, lay_out

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
@picture
def command(homework: str, form: str, **options: Any) -> None:
    key = Key(read_homework(homework))
    key.check_expected()
    answers: dict[str, dict[str, str]] = {}
    for (problem, part), found in key.parts.items():
        answers.setdefault(problem, {})[part] = found.written
    if form == "json":
        sys.stdout.write(
            json.dumps({"homework": key.homework.id, "answers": answers}, indent=1) + "\n"
        )
    elif form == "toml":
        for problem, parts in answers.items():
            sys.stdout.write(f"[{quoted(problem)}]\n")
            sys.stdout.writelines(
                f"{quoted(part)} = {quoted(text)}\n" for part, text in parts.items()
            )
    else:
        canvas = canvas_for(**options)
        rows: list[list[Cell]] = [
            [[[Segment(title, "head")]] for title in ("part", "marks", "answer")]
        ]
        for (problem, part), found in key.parts.items():
            cells = (
                canvas.written(f"{problem}.{part}"),
                number(found.part.marks),
                canvas.written(found.written),
            )
            rows.append([[[Segment(cell)]] for cell in cells])
        show(lay_out(rows, "lrl", canvas), canvas)


def quoted(text: str) -> str:
    """A string of TOML: one of JSON, but for what is beyond the basic plane."""
    return json.dumps(text, ensure_ascii=False)
