"""--hessian, --jacobian, --along, --order, --paths and --verify: answers other than value and
gradient. Each is a function that makes a `DerivativeView`, at a point or as formulas."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence

from graddiff.autodiff.higher_order import (
    compute_hessian,
    compute_hessian_product,
    compute_higher_derivatives,
    require_only_variable,
    split_outputs,
    validate_direction,
)
from graddiff.autodiff.paths import find_paths
from graddiff.autodiff.point import parse_bindings, parse_names
from graddiff.autodiff.result import Result, differentiate, validate_binding
from graddiff.checks.verification import verify_gradient
from graddiff.commands.main.request import ExpressionRequest
from graddiff.commands.shared.canvas import choose_canvas
from graddiff.errors import UNDEFINED, UNUSED_STATEMENT, Notice, PointError, UsageError
from graddiff.language.expression import Expression
from graddiff.language.suggestions import suggest_name
from graddiff.numbers.floats import FLOATS
from graddiff.render.json.views import render_view_json
from graddiff.render.terminal.canvas import print_lines
from graddiff.render.terminal.views import render_view
from graddiff.render.views.model import DerivativeView, ViewRow, build_point_view
from graddiff.render.views.paths import build_paths_view
from graddiff.render.views.verification import build_verification_view


def write_view(request: ExpressionRequest) -> int:
    """Writes the view that is asked for and returns the exit code: 4 where a derivative does not
    exist, 1 where --verify finds a difference. Raises GraddiffError."""
    options, form = request.options, request.options.output_format
    if form == "latex" and request.has_point:
        raise UsageError(
            f"--format latex writes formulas, and --{options.view} gives numbers here",
            hint="leave --format out, or use --json",
        )
    assert options.view is not None
    view = VIEW_FUNCTIONS[options.view](request)
    if form == "json":
        sys.stdout.write(render_view_json(request.expression, view))
    elif form == "latex":
        sys.stdout.writelines(f"{line}\n" for line in view.latex)
    else:
        canvas = choose_canvas(options.ascii, options.color, options.width)
        digits = options.significant_digits
        print_lines(render_view(request.expression, view, canvas, digits), canvas)
    return view.code


def list_variables_to_differentiate_by(request: ExpressionRequest) -> tuple[str, ...]:
    """Returns the names in --wrt, by default all variables. Raises UsageError for a name that the
    expression defines."""
    names = request.options.parse_requested_names()
    if names is None:
        names = tuple(request.expression.variables)
    for name in names:
        if name in request.expression.definitions:
            raise UsageError(
                f"{name} is defined by the expression",
                hint="second derivatives are by variables",
            )
    return names


def differentiate_request(request: ExpressionRequest, names: Iterable[str]) -> Result:
    return differentiate(request.expression, request.at, names, arithmetic=request.arithmetic)


def make_hessian_view(request: ExpressionRequest) -> DerivativeView:
    names = list_variables_to_differentiate_by(request)
    if not request.has_point:
        from graddiff.render.views.formulas import build_hessian_view

        return build_hessian_view(request.expression, names)
    result = differentiate_request(request, names)
    hessian = compute_hessian(result)
    table: list[ViewRow] = [["hessian", *hessian]]
    table += [[name, *row.values()] for name, row in hessian.items()]
    return build_point_view(result, {"hessian": hessian}, table, [*hessian.values()])


def make_direction_view(request: ExpressionRequest) -> DerivativeView:
    direction = parse_bindings(request.options.along, "--along", request.arithmetic)
    validate_direction(request.expression, direction)
    if not request.has_point:
        return make_direction_formulas(request)
    result = differentiate_request(request, list_variables_to_differentiate_by(request))
    slope, product = compute_hessian_product(result, direction)
    members = {"along": direction, "slope": slope, "hessian_product": product}
    table: list[ViewRow] = [["along", *direction], ["", *direction.values()], []]
    table += [["slope", slope], []]
    table += [["", *product], ["hessian × direction", *product.values()]]
    return build_point_view(result, members, table, [{"slope": slope}, product])


def make_direction_formulas(request: ExpressionRequest) -> DerivativeView:
    """Makes the view without a point. Raises UsageError for a direction that is no fraction, as in
    --along x=sqrt(2)."""
    from graddiff.numbers.fractions import EXACT
    from graddiff.render.views.formulas import build_direction_view

    try:
        direction = parse_bindings(request.options.along, "--along", EXACT)
    except PointError:
        raise UsageError(
            "a direction without a point has whole numbers or fractions in it",
            hint="--at gives a point, and numbers for an answer",
        ) from None
    names = list_variables_to_differentiate_by(request)
    return build_direction_view(request.expression, direction, names)


def make_orders_view(request: ExpressionRequest) -> DerivativeView:
    order = request.options.order
    assert order is not None
    name = require_only_variable(request.expression, request.options.parse_requested_names())
    if not request.has_point:
        from graddiff.render.views.formulas import build_orders_view

        return build_orders_view(request.expression, name, order)
    result = differentiate_request(request, (name,))
    derivatives = compute_higher_derivatives(
        request.expression, request.at, name, order, request.arithmetic
    )
    rows = []
    table: list[ViewRow] = [["order", "derivative", "Taylor coefficient"]]
    for k, (coefficient, derivative) in enumerate(derivatives):
        rows.append({"order": k, "derivative": derivative, "coefficient": coefficient})
        table.append([str(k), derivative, coefficient])
    required = [{"derivative": derivative} for _, derivative in derivatives]
    view = build_point_view(result, {"orders": rows}, table, required)
    if len(derivatives) > order:
        return view
    # The list ends early at the first order without a derivative.
    message = (
        f"there is no derivative of order {len(derivatives)} at this point, or it is too large"
    )
    notices = (*view.notices, Notice(UNDEFINED.name, message))
    return view._replace(notices=notices, code=PointError.exit_code)


def make_jacobian_view(request: ExpressionRequest) -> DerivativeView:
    names = request.options.parse_requested_names()
    if names is None:
        names = tuple(request.expression.variables)
    outputs = split_outputs(request.expression)
    if not request.has_point:
        from graddiff.render.views.formulas import build_outputs_view

        return build_outputs_view(request.expression, outputs, names)
    return make_jacobian_at_point(request, outputs, names)


def make_jacobian_at_point(
    request: ExpressionRequest, outputs: Sequence[Expression], names: tuple[str, ...]
) -> DerivativeView:
    rows, results = [], []
    notices: dict[Notice, None] = {}  # each once, in order
    table: list[ViewRow] = [["jacobian", "value", *names]]
    for output in outputs:
        result = differentiate(output, request.at, names, arithmetic=request.arithmetic)
        results.append(result)
        text, gradient = output.output_name, result.gradient
        rows.append({"text": text, "value": result.value, "gradient": gradient})
        table.append([text, result.value, *gradient.values()])
        for notice in result.notices:
            if notice.kind != UNUSED_STATEMENT.name:
                notices[notice] = None
    required = [result.gradient for result in results]
    view = build_point_view(results[0], {"outputs": rows}, table, required)
    return view._replace(notices=tuple(notices), head={"at": view.head["at"]})


def make_paths_view(request: ExpressionRequest) -> DerivativeView:
    """Makes the view of every path from one name to the output, or the largest of very many."""
    name, *others = parse_names(request.options.paths, "--paths")
    if others:
        raise UsageError("--paths is about one name", hint=f"--paths {name}")
    validate_binding(request.expression, request.at)
    lines = request.expression.lines_by_name
    if name not in lines:
        known = f"the names are {', '.join([*lines][:8])}"
        raise UsageError(
            f"{name} in --paths does not occur", hint=suggest_name(name, lines) or known
        )
    result = differentiate_request(request, [name])
    return build_paths_view(result, name, find_paths(result.graph, lines[name]))


def make_verification_view(request: ExpressionRequest) -> DerivativeView:
    if not request.has_point or request.arithmetic is not FLOATS:
        raise UsageError("--verify compares floats at a point", hint="--at x=1 gives one")
    names = request.options.parse_requested_names()
    result = differentiate(request.expression, request.at, names)
    for name in result.requested:
        if name not in request.expression.variables:
            raise UsageError(
                f"--verify is for variables, and {name} is not a variable",
                hint="--wrt x names one",
            )
    return build_verification_view(result, verify_gradient(result))


VIEW_FUNCTIONS: Mapping[str, Callable[[ExpressionRequest], DerivativeView]] = {
    "hessian": make_hessian_view,
    "jacobian": make_jacobian_view,
    "along": make_direction_view,
    "order": make_orders_view,
    "paths": make_paths_view,
    "verify": make_verification_view,
}
