"""graddiff EXPRESSION without a point: the derivatives as formulas."""

from __future__ import annotations

import sys
from typing import Any

import click

from graddiff.commands.options import canvas_for, tell
from graddiff.errors import UsageError
from graddiff.expression import Expression
from graddiff.render.formulas import document, latex, lines
from graddiff.render.terminal import show
from graddiff.symbolic import derivatives


def write_formulas(expression: Expression, wrt: tuple[str, ...] | None, form: str, options: dict[str, Any]) -> int:
    """Writes the derivatives in the form that is asked for; returns the exit code."""
    if options["expect"]:
        raise UsageError("--expect compares numbers, and there is no point", hint="--at x=1 gives one")
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
