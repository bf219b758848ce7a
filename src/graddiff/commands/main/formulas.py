"""graddiff EXPRESSION without a point: the derivatives as formulas."""

from __future__ import annotations

import sys
from typing import Any

import click

from graddiff.algebra.derivatives import derivatives
from graddiff.commands.shared.options import canvas_for, tell
from graddiff.errors import UsageError
from graddiff.language.expression import Expression
from graddiff.render.terminal.canvas import show
from graddiff.render.terminal.formulas import document, latex, lines


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
        sys.stdout.write(document(found))
    elif form == "latex":
        sys.stdout.writelines(latex(found))
    elif form == "gradient":
        click.echo(found.written().text(*found.formulas))
        for one in found.notices:
            tell(f"{one.kind}: {one.message}")
    else:
        canvas = canvas_for(options["ascii"], options["color"], options["width"])
        show(lines(found, canvas), canvas)
    return 0
