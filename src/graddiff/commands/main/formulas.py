"""graddiff EXPRESSION without a point: the derivatives as formulas."""

from __future__ import annotations

import sys

import click

from graddiff.algebra.derivatives import derivatives
from graddiff.commands.main.request import ExpressionRequest
from graddiff.commands.shared.canvas import choose_canvas
from graddiff.commands.shared.options import print_message
from graddiff.errors import UsageError
from graddiff.render.json.formulas import render_formulas_json
from graddiff.render.latex import render_latex_formulas
from graddiff.render.terminal.canvas import print_lines
from graddiff.render.terminal.formulas import render_formulas


def write_formulas(request: ExpressionRequest) -> int:
    """Writes the derivatives in the format that is asked for and returns the exit code. Raises
    UsageError where numbers are expected."""
    options, form = request.options, request.options.output_format
    if options.expect:
        raise UsageError(
            "--expect compares numbers, and there is no point", hint="--at x=1 gives one"
        )
    answer = derivatives(request.expression, options.parse_requested_names())
    if form == "json":
        sys.stdout.write(render_formulas_json(answer))
    elif form == "latex":
        sys.stdout.writelines(render_latex_formulas(answer))
    elif form == "gradient":
        click.echo(answer.written().join_definitions(*answer.formulas))
        for notice in answer.notices:
            print_message(f"{notice.kind}: {notice.message}")
    else:
        canvas = choose_canvas(options.ascii, options.color, options.width)
        print_lines(render_formulas(answer, canvas), canvas)
    return 0
