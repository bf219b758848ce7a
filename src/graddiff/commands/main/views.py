"""--hessian, --jacobian, --along, --order and --verify: answers other than the value and the gradient."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from graddiff.autodiff.higher_order import (
    check_direction,
    curvature,
    derivatives_of_order,
    hessian,
    only_variable,
    outputs,
)
from graddiff.autodiff.paths import paths
from graddiff.autodiff.point import bindings, names
from graddiff.autodiff.result import Result, check_binding, differentiate
from graddiff.checks.verification import compare
from graddiff.commands.shared.options import canvas_for
from graddiff.errors import Notice, PointError, UsageError
from graddiff.language.expression import Expression
from graddiff.language.suggestions import did_you_mean
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.kind import Kind, Number
from graddiff.render.terminal.canvas import show
from graddiff.render.terminal.paths import of_paths
from graddiff.render.terminal.views import Answer, document, numbers, written


class Asked(NamedTuple):
    """What is asked about an expression: where (None: as formulas), by which names, in which kind of number."""

    expression: Expression
    at: Mapping[str, Number] | None
    wrt: tuple[str, ...] | None
    kind: Kind
    options: Mapping[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """The variables to differentiate by."""
        names = tuple(self.expression.variables) if self.wrt is None else self.wrt
        for name in names:
            if name in self.expression.definitions:
                raise UsageError(
                    f"{name} is defined by the expression",
                    hint="second derivatives are by variables",
                )
        return names

    def result(self) -> Result:
        assert self.at is not None
        return differentiate(self.expression, self.at, self.names, kind=self.kind)


def write_higher(view: str, asked: Asked, form: str) -> int:
    """Writes one view and returns the exit code: 4 where a derivative does not exist."""
    options = asked.options
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
    if form == "latex" and asked.at is not None:
        raise UsageError(
            "--format latex is for formulas, and there is a point", hint="leave --at away"
        )
    answer = ANSWERS[view](asked)
    if form == "json":
        sys.stdout.write(document(asked.expression, answer))
    elif form == "latex":
        sys.stdout.writelines(f"{line}\n" for line in answer.latex)
    else:
        canvas = canvas_for(options["ascii"], options["color"], options["width"])
        show(written(asked.expression, answer, canvas, options["digits"] or 7), canvas)
    return answer.code


def write_hessian(asked: Asked) -> Answer:
    if asked.at is None:
        from graddiff.render.terminal.view_formulas import of_hessian

        return of_hessian(asked.expression, asked.names)
    result = asked.result()
    found = hessian(result)
    table = [["hessian", *found], *([x, *row.values()] for x, row in found.items())]
    return numbers(result, {"hessian": found}, table, [*found.values()])


def write_along(asked: Asked) -> Answer:
    direction = bindings(asked.options["along"], "--along", asked.kind)
    check_direction(asked.expression, direction)
    if asked.at is None:
        from graddiff.numbers.fractions import EXACT
        from graddiff.render.terminal.view_formulas import of_direction

        try:
            exactly = bindings(asked.options["along"], "--along", EXACT)
        except PointError:
            told = "a direction without a point has whole numbers or fractions in it"
            raise UsageError(told, hint="--at gives a point, and numbers for an answer") from None
        return of_direction(asked.expression, exactly, asked.names)
    result = asked.result()
    slope, product = curvature(result, direction)
    body = {"along": direction, "slope": slope, "hessian_product": product}
    table = [["along", *direction], ["", *direction.values()], [], ["slope", slope], []]
    table += [["", *product], ["hessian × direction", *product.values()]]
    return numbers(result, body, table, [{"slope": slope}, product])


def write_order(asked: Asked) -> Answer:
    name, order = only_variable(asked.expression, asked.wrt), asked.options["order"]
    if asked.at is None:
        from graddiff.render.terminal.view_formulas import of_orders

        return of_orders(asked.expression, name, order)
    result = asked._replace(wrt=(name,)).result()
    found = derivatives_of_order(asked.expression, asked.at, name, order, asked.kind)
    rows = [{"order": k, "derivative": d, "coefficient": c} for k, (c, d) in enumerate(found)]
    table = [
        ["order", "derivative", "Taylor coefficient"],
        *([str(k), d, c] for k, (c, d) in enumerate(found)),
    ]
    answer = numbers(result, {"orders": rows}, table, [{"all": d} for _, d in found])
    if len(found) > order:
        return answer
    message = f"there is no derivative of order {len(found)} at this point, or it is too large"
    return answer._replace(notices=(*answer.notices, Notice("undefined", message)), code=4)


def write_jacobian(asked: Asked) -> Answer:
    names = asked.names if asked.wrt is None else asked.wrt
    found = outputs(asked.expression)
    if asked.at is None:
        from graddiff.render.terminal.view_formulas import of_outputs

        return of_outputs(asked.expression, found, names)
    results = [differentiate(one, asked.at, names, kind=asked.kind) for one in found]
    told = [(r.expression.output_name, r.value, r.gradient) for r in results]
    rows = [{"text": text, "value": value, "gradient": gradient} for text, value, gradient in told]
    table = [
        ["jacobian", "value", *names],
        *([r.expression.output_name, r.value, *r.gradient.values()] for r in results),
    ]
    answer = numbers(results[0], {"outputs": rows}, table, [r.gradient for r in results])
    notices = dict.fromkeys(
        notice for r in results for notice in r.notices if notice.kind != "unused statement"
    )
    return answer._replace(notices=tuple(notices), head={"at": answer.head["at"]})


def write_paths(asked: Asked) -> Answer:
    """Every path from one name to the output, or the largest of very many."""
    (name, *more) = names(asked.options["paths"], "--paths")
    if asked.wrt is not None:
        raise UsageError("--paths says itself what the paths are from", hint="leave --wrt away")
    if more:
        raise UsageError("--paths is about one name", hint=f"--paths {name}")
    check_binding(asked.expression, asked.at or {})
    line = asked.expression.lines.get(name)
    if line is None:
        known = f"the names are {', '.join([*asked.expression.lines][:8])}"
        raise UsageError(
            f"{name} in --paths does not occur",
            hint=did_you_mean(name, asked.expression.lines) or known,
        )
    result = differentiate(asked.expression, asked.at, [name], kind=asked.kind)
    return of_paths(result, name, paths(result.graph, line))


def write_verify(asked: Asked) -> Answer:
    if asked.at is None or asked.kind is not FLOATS:
        raise UsageError("--verify compares floats at a point", hint="--at x=1 gives one")
    result = differentiate(asked.expression, asked.at, asked.wrt)
    for name in result.requested:
        if name not in asked.expression.variables:
            raise UsageError(
                f"--verify is by variables, and {name} is none", hint="--wrt x says by which"
            )
    found = compare(result)
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
    table: list[list[Any]] = [titles, *([*row[:6], sides(row.slopes), row.note] for row in found)]
    rows = [
        {**row._asdict(), "slopes": None if row.slopes is None else [*row.slopes]} for row in found
    ]
    answer = numbers(result, {"verify": rows}, table, [])
    return answer._replace(code=1 if not all(row.ok for row in found) else answer.code)


def sides(slopes: tuple[float | None, float | None] | None) -> str:
    return (
        ""
        if slopes is None
        else " | ".join("none" if s is None else format(s, ".7g") for s in slopes)
    )


ANSWERS: dict[str, Callable[[Asked], Answer]] = {
    "hessian": write_hessian,
    "jacobian": write_jacobian,
    "along": write_along,
    "order": write_order,
    "paths": write_paths,
    "verify": write_verify,
}
