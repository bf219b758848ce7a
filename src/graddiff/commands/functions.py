"""graddiff functions: the operations that an expression may hold, from the table of operations."""

from __future__ import annotations

import sys
from json import dumps

import click

from graddiff.commands.shared.canvas import choose_canvas
from graddiff.commands.shared.options import (
    CONTEXT_SETTINGS,
    ExpressionCommand,
    add_picture_options,
)
from graddiff.errors import UsageError
from graddiff.language.suggestions import suggest_name
from graddiff.operations.row import Operation
from graddiff.operations.table import FUNCTIONS, ROWS, TABLE
from graddiff.render.terminal.canvas import print_lines
from graddiff.render.terminal.operations import render_operations
from graddiff.render.views.operations import build_operation_records


@click.command(
    cls=ExpressionCommand,
    help="Lists all operations: how each is written, what it means, its local partials, its "
    "domain, and the convention at its kinks and jumps. NAME shows only that operation.",
    context_settings=CONTEXT_SETTINGS,
)
@click.argument("name", required=False)
@click.option("--json", is_flag=True, help="Write the list as JSON.")
@add_picture_options
def command(name: str | None, json: bool, ascii: bool, color: str, width: int | None) -> None:
    operations = ROWS if name is None else (find_operation(name),)
    if json:
        sys.stdout.write(dumps(build_operation_records(operations), indent=1) + "\n")
    else:
        canvas = choose_canvas(ascii, color, width)
        print_lines(render_operations(operations, canvas), canvas)


def find_operation(name: str) -> Operation:
    """Returns the operation with a name, an alias or a symbol. Raises UsageError where there is
    none."""
    # reversed: where two operations share a symbol, the first one of the table has it
    symbols = {row.symbol: row for row in reversed(ROWS) if row.symbol}
    operations = {**TABLE, **FUNCTIONS, **symbols, "**": TABLE["pow"]}
    if name not in operations:
        hint = suggest_name(name, operations) or "graddiff functions lists them all"
        raise UsageError(f"there is no operation {name}", hint=hint)
    return operations[name]
