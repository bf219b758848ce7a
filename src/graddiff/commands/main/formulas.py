"""graddiff EXPRESSION without a point: the derivatives as formulas."""

from __future__ import annotations

import sys
from typing import Any

import click

from graddiff.algebra.derivatives import derivatives
from graddiff.commands.shared.options import choose_canvas, print_message
from graddiff.errors import UsageError
from graddiff.language.expression import Expression
from graddiff.render.terminal.canvas import print_lines
from graddiff.render.terminal.formulas import (
    render_formulas,
    render_formulas_json,
    render_latex_formulas,
)


def write_formulas(
    expression: Expression, wrt: tuple[str, ...] | None, form: str, options: dict[str, Any]
) -> int:
    """Writes the derivatives in the form that is asked for; returns the exit code."""
    if options["expect"]:
        raise UsageError(
            "--expect compares numbers, and there is no point", hint="--at x=1 gives one"
        )
    found = derivatives(expression, wrt)
    if form == "json":
        sys.stdout.write(render_formulas_json(found))
    elif form == "latex":
        sys.stdout.writelines(render_latex_formulas(found))
    elif form == "gradient":
        click.echo(found.written().join_definitions(*found.formulas))
        for one in found.notices:
            print_message(f"{one.kind}: {one.message}")
    else:
        canvas = choose_canvas(options["ascii"], options["color"], options["width"])
        print_lines(render_formulas(found, canvas), canvas)
    return 0
