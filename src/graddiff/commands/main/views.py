"""--hessian, --jacobian, --along, --order and --verify: answers other than the value and the gradient."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

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
from graddiff.commands.shared.options import choose_canvas
from graddiff.errors import UNDEFINED, UNUSED_STATEMENT, Notice, PointError, UsageError
from graddiff.language.expression import Expression
from graddiff.language.suggestions import suggest_name
from graddiff.notation.numerals import format_sentence_number
from graddiff.numbers.arithmetic import Arithmetic, Number
from graddiff.numbers.floats import FLOATS
from graddiff.render.terminal.canvas import print_lines
from graddiff.render.terminal.paths import build_paths_view
from graddiff.render.terminal.views import (
    DerivativeView,
    build_point_view,
    render_view,
    render_view_json,
)


class ViewRequest(NamedTuple):
    """What is asked about an expression: where (None: as formulas), by which names, in which kind of number."""

    expression: Expression
    at: Mapping[str, Number] | None
    wrt: tuple[str, ...] | None
    arithmetic: Arithmetic
    options: Mapping[str, Any]

    @property
    def wrt_names(self) -> tuple[str, ...]:
        """The variables to differentiate by."""
        names = tuple(self.expression.variables) if self.wrt is None else self.wrt
        for name in names:
            if name in self.expression.definitions:
                raise UsageError(
                    f"{name} is defined by the expression",
                    hint="second derivatives are by variables",
                )
        return names

    def differentiate_expression(self) -> Result:
        assert self.at is not None
        return differentiate(self.expression, self.at, self.wrt_names, arithmetic=self.arithmetic)


def write_view(view: str, request: ViewRequest, form: str) -> int:
    """Writes one view and returns the exit code: 4 where a derivative does not exist."""
    options = request.options
    if form in ("value", "gradient") or options["expect"]:
        option = "expect" if options["expect"] else form
        raise UsageError(
            f"--{option} is about the gradient, and there is --{view}",
            hint="--json writes all of it",
        )
    if form not in ("tree", "json", "latex"):
        raise UsageError(
            f"--{view} is no graph that --format {form} could show", hint="--json, or a text"
        )
    if form == "latex" and request.at is not None:
        raise UsageError(
            "--format latex is for formulas, and there is a point", hint="leave --at away"
        )
    answer = VIEW_FUNCTIONS[view](request)
    if form == "json":
        sys.stdout.write(render_view_json(request.expression, answer))
    elif form == "latex":
        sys.stdout.writelines(f"{line}\n" for line in answer.latex)
    else:
        canvas = choose_canvas(options["ascii"], options["color"], options["width"])
        print_lines(render_view(request.expression, answer, canvas, options["digits"] or 7), canvas)
    return answer.code


def compute_hessian_view(request: ViewRequest) -> DerivativeView:
    if request.at is None:
        from graddiff.render.terminal.view_formulas import build_hessian_view

        return build_hessian_view(request.expression, request.wrt_names)
    result = request.differentiate_expression()
    found = compute_hessian(result)
    table = [["hessian", *found], *([x, *row.values()] for x, row in found.items())]
    return build_point_view(result, {"hessian": found}, table, [*found.values()])


def compute_directional_view(request: ViewRequest) -> DerivativeView:
    direction = parse_bindings(request.options["along"], "--along", request.arithmetic)
    validate_direction(request.expression, direction)
    if request.at is None:
        from graddiff.numbers.fractions import EXACT
        from graddiff.render.terminal.view_formulas import build_direction_view

        try:
            exactly = parse_bindings(request.options["along"], "--along", EXACT)
        except PointError:
            told = "a direction without a point has whole numbers or fractions in it"
            raise UsageError(told, hint="--at gives a point, and numbers for an answer") from None
        return build_direction_view(request.expression, exactly, request.wrt_names)
    result = request.differentiate_expression()
    slope, product = compute_hessian_product(result, direction)
    body = {"along": direction, "slope": slope, "hessian_product": product}
    table = [["along", *direction], ["", *direction.values()], [], ["slope", slope], []]
    table += [["", *product], ["hessian × direction", *product.values()]]
    return build_point_view(result, body, table, [{"slope": slope}, product])


def compute_order_view(request: ViewRequest) -> DerivativeView:
    name, order = require_only_variable(request.expression, request.wrt), request.options["order"]
    if request.at is None:
        from graddiff.render.terminal.view_formulas import build_orders_view

        return build_orders_view(request.expression, name, order)
    result = request._replace(wrt=(name,)).differentiate_expression()
    found = compute_higher_derivatives(
        request.expression, request.at, name, order, request.arithmetic
    )
    rows = [{"order": k, "derivative": d, "coefficient": c} for k, (c, d) in enumerate(found)]
    table = [
        ["order", "derivative", "Taylor coefficient"],
        *([str(k), d, c] for k, (c, d) in enumerate(found)),
    ]
    answer = build_point_view(result, {"orders": rows}, table, [{"all": d} for _, d in found])
    if len(found) > order:
        return answer
    message = f"there is no derivative of order {len(found)} at this point, or it is too large"
    return answer._replace(notices=(*answer.notices, Notice(UNDEFINED.name, message)), code=4)


def compute_jacobian_view(request: ViewRequest) -> DerivativeView:
    names = request.wrt_names if request.wrt is None else request.wrt
    found = split_outputs(request.expression)
    if request.at is None:
        from graddiff.render.terminal.view_formulas import build_outputs_view

        return build_outputs_view(request.expression, found, names)
    results = [
        differentiate(one, request.at, names, arithmetic=request.arithmetic) for one in found
    ]
    told = [(r.expression.output_name, r.value, r.gradient) for r in results]
    rows = [{"text": text, "value": value, "gradient": gradient} for text, value, gradient in told]
    table = [
        ["jacobian", "value", *names],
        *([r.expression.output_name, r.value, *r.gradient.values()] for r in results),
    ]
    answer = build_point_view(results[0], {"outputs": rows}, table, [r.gradient for r in results])
    notices = dict.fromkeys(
        notice for r in results for notice in r.notices if notice.kind != UNUSED_STATEMENT.name
    )
    return answer._replace(notices=tuple(notices), head={"at": answer.head["at"]})


def compute_paths_view(request: ViewRequest) -> DerivativeView:
    """Every path from one name to the output, or the largest of very many."""
    (name, *more) = parse_names(request.options["paths"], "--paths")
    if request.wrt is not None:
        raise UsageError("--paths says itself what the paths are from", hint="leave --wrt away")
    if more:
        raise UsageError("--paths is about one name", hint=f"--paths {name}")
    validate_binding(request.expression, request.at or {})
    line = request.expression.lines_by_name.get(name)
    if line is None:
        known = f"the names are {', '.join([*request.expression.lines_by_name][:8])}"
        raise UsageError(
            f"{name} in --paths does not occur",
            hint=suggest_name(name, request.expression.lines_by_name) or known,
        )
    result = differentiate(request.expression, request.at, [name], arithmetic=request.arithmetic)
    return build_paths_view(result, name, find_paths(result.graph, line))


def compute_verification_view(request: ViewRequest) -> DerivativeView:
    if request.at is None or request.arithmetic is not FLOATS:
        raise UsageError("--verify compares floats at a point", hint="--at x=1 gives one")
    result = differentiate(request.expression, request.at, request.wrt)
    for name in result.requested:
        if name not in request.expression.variables:
            raise UsageError(
                f"--verify is by variables, and {name} is none", hint="--wrt x says by which"
            )
    found = verify_gradient(result)
    titles = [
        "verify",
        "reverse mode",
        "forward mode",
        "formula",
        "difference quotient",
        "estimated error",
        "sides",
        "",
    ]
    table: list[list[Any]] = [
        titles,
        *([*row[:6], format_slopes(row.slopes), row.note] for row in found),
    ]
    rows = [
        {**row._asdict(), "slopes": None if row.slopes is None else [*row.slopes]} for row in found
    ]
    answer = build_point_view(result, {"verify": rows}, table, [])
    return answer._replace(code=1 if not all(row.ok for row in found) else answer.code)


def format_slopes(slopes: tuple[float | None, float | None] | None) -> str:
    return (
        ""
        if slopes is None
        else " | ".join("none" if s is None else format_sentence_number(s) for s in slopes)
    )


VIEW_FUNCTIONS: dict[str, Callable[[ViewRequest], DerivativeView]] = {
    "hessian": compute_hessian_view,
    "jacobian": compute_jacobian_view,
    "along": compute_directional_view,
    "order": compute_order_view,
    "paths": compute_paths_view,
    "verify": compute_verification_view,
}
