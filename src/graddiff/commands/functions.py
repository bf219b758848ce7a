"""graddiff functions: what can stand in an expression, from the table of operations."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from graddiff.commands.shared.canvas import choose_canvas
from graddiff.commands.shared.options import ExpressionCommand, add_picture_options
from graddiff.errors import UsageError
from graddiff.language.suggestions import suggest_name
from graddiff.operations.table import FUNCTIONS, ROWS, TABLE
from graddiff.render.terminal.canvas import print_lines
from graddiff.render.terminal.operations import build_operation_records, render_operations


@click.command(
    cls=ExpressionCommand,
    help="Lists all operations: how each is written, what it means, its local partials, its "
    "domain, and the convention at its kinks and jumps. NAME shows only that operation.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Write the list as JSON.")
@add_picture_options
def command(name: str | None, as_json: bool, **options: Any) -> None:
    symbols = {row.symbol: row for row in reversed(ROWS) if row.symbol}
    known = {**TABLE, **FUNCTIONS, **symbols, "**": TABLE["pow"]}
    if name is not None and name not in known:
        hint = suggest_name(name, known) or "graddiff functions lists them all"
        raise UsageError(f"there is no operation {name}", hint=hint)
    chosen = ROWS if name is None else (known[name],)
    if as_json:
        sys.stdout.write(json.dumps(build_operation_records(chosen), indent=1) + "\n")
    else:
        canvas = choose_canvas(**options)
        print_lines(render_operations(chosen, canvas), canvas)
