"""The flow of the main command: which answer a command line asks for, and who writes it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from graddiff.autodiff.point import parse_bindings
from graddiff.autodiff.result import Result
from graddiff.checks.expectations import (
    ComparedExpectation,
    choose_exit_code,
    differentiate_and_compare,
)
from graddiff.commands.main.formats import PICTURE_FORMATS, PROGRAM_FORMATS
from graddiff.commands.main.options import MainOptions
from graddiff.commands.main.request import ExpressionRequest, choose_arithmetic
from graddiff.commands.shared.expression_text import read_expression
from graddiff.commands.shared.output_file import redirect_into_file, refuse_to_overwrite
from graddiff.errors import UsageError
from graddiff.language.parser import parse
from graddiff.numbers.floats import FLOATS

# Formats that formulas cannot be written in.
POINT_FORMATS = ("value", "markdown", *PICTURE_FORMATS, *PROGRAM_FORMATS)

# Each answer is imported when it is asked for, so that JSON starts without the others.


def run_main_command(options: MainOptions) -> int:
    """Answers a command line and returns its exit code. Raises GraddiffError."""
    if options.schema or options.completion is not None:
        return write_reference(options)
    options.validate()
    if options.data is not None:
        from graddiff.commands.main.data import answer_rows

        return answer_rows(options)
    if options.each:
        from graddiff.commands.main.each import answer_lines

        return answer_lines(options)
    refuse_to_overwrite(options.output, [options.file])
    with redirect_into_file(options.output):
        return answer_expression(options)


def answer_expression(options: MainOptions) -> int:
    """Answers one expression: by the view that is asked for, by formulas, or at a point."""
    arithmetic = choose_arithmetic(options)
    at = parse_bindings(options.at, "--at", arithmetic)
    expected = parse_bindings(options.expect, "--expect", arithmetic)
    expression = parse(read_expression(options.expression, options.file), at)
    request = ExpressionRequest(expression, at, expected, arithmetic, options)
    if not request.has_point and arithmetic is not FLOATS:
        raise UsageError(
            "there is no point to compute at: formulas are exact", hint="--at x=1/3 gives one"
        )
    if options.view not in (None, "explain"):
        from graddiff.commands.main.views import write_view

        return write_view(request)
    if request.has_point or needs_point(options):
        return answer_at_point(request)
    from graddiff.commands.main.formulas import write_formulas

    return write_formulas(request)


def needs_point(options: MainOptions) -> bool:
    """Whether formulas cannot answer, so that a missing point is an error."""
    if options.explain or options.mode is not None:
        return True
    return options.output_format in POINT_FORMATS


def answer_at_point(request: ExpressionRequest) -> int:
    """Computes value and gradient at a point, writes them, and returns the exit code."""
    options = request.options
    result, comparisons = differentiate_and_compare(
        request.expression,
        request.at,
        options.parse_requested_names(),
        request.expected,
        options.rtol,
        options.atol,
        request.arithmetic,
    )
    write_result(result, comparisons, options)
    return choose_exit_code(result, comparisons)


def write_result(
    result: Result, comparisons: Sequence[ComparedExpectation], options: MainOptions
) -> None:
    """Writes a result in the format that is asked for."""
    form = options.output_format
    if options.explain or form in ("latex", "markdown"):
        from graddiff.commands.main.explain import write_explanation

        write_explanation(result, options)
    elif form == "json":
        write_json(result, comparisons, options)
    elif form == "tree":
        from graddiff.commands.main.tree import draw_tree

        draw_tree(result, comparisons, options)
    elif options.is_single_number:
        from graddiff.commands.main.single_number import write_single_number

        write_single_number(result, comparisons, options)
    else:
        from graddiff.commands.main.draw import write_graph

        write_graph(result, options)


def write_json(
    result: Result, comparisons: Sequence[ComparedExpectation], options: MainOptions
) -> None:
    from graddiff.render.json.result import render_result_json

    tangents = None
    if options.mode in ("forward", "both"):
        from graddiff.autodiff.forward_mode import compute_tangents

        tangents = compute_tangents(result, result.requested).by_variable
    sys.stdout.writelines(render_result_json(result, not options.no_graph, comparisons, tangents))


def write_reference(options: MainOptions) -> int:
    """Writes a completion script or the JSON Schema."""
    if options.completion is not None:
        from graddiff.commands.generate import build_completion_script

        sys.stdout.write(build_completion_script(options.completion))
    else:
        from graddiff.render.json.schema import render_result_schema

        sys.stdout.write(render_result_schema())
    return 0
