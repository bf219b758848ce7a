"""An expression at a point: the binding, the forward pass, the reverse pass, and what there is to say about them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.notices import find_notices
from graddiff.autodiff.reverse_pass import Graph, run_reverse_pass
from graddiff.errors import ABSENT_VARIABLE, Notice, UsageError
from graddiff.language.expression import Expression
from graddiff.language.name_errors import make_unbound_variables_error
from graddiff.language.parser import parse
from graddiff.language.suggestions import suggest_name
from graddiff.numbers.arithmetic import Arithmetic, Number
from graddiff.numbers.floats import FLOATS
from graddiff.operations.table import CONSTANTS


class Result(NamedTuple):
    """The graph of an expression at a point. `requested` are the names its gradient is by, with their lines; None
    for a name that does not occur in the expression, whose derivative is 0."""

    graph: Graph
    at: Mapping[str, Number]
    requested: Mapping[str, int | None]
    notices: tuple[Notice, ...]

    @property
    def expression(self) -> Expression:
        return self.graph.expression

    @property
    def value(self) -> Number:
        """A float, or a number of the kind that was computed with."""
        return self.graph.values[self.expression.output]

    @property
    def gradient(self) -> dict[str, Number]:
        """Name -> derivative of the output by it, in the order requested; nan where it is undefined."""
        return {name: self.adjoint(line) for name, line in self.requested.items()}

    def adjoint(self, line: int | None) -> Number:
        """The derivative of the output by a line; 0 where nothing flows."""
        adjoint = None if line is None else self.graph.adjoints[line]
        return self.graph.arithmetic.read_literal("0") if adjoint is None else adjoint

    @property
    def complete(self) -> bool:
        """Whether every requested derivative exists and was found."""
        return not any(notice.is_derivative_missing for notice in self.notices)


def differentiate(
    expression: str | Expression,
    at: Mapping[str, Number] | None = None,
    wrt: Iterable[str] | None = None,
    extra_names: Iterable[str] = (),
    arithmetic: Arithmetic = FLOATS,
) -> Result:
    """Evaluates an expression at a point and differentiates it by the names in `wrt`, by default all its variables.

    A name is a variable or one that the expression defines. Adjoints of the names in `asked` are found as well, without
    being part of the gradient. The values in `at` are of the `kind` of number. Raises ExpressionError if the text
    cannot be read or a variable has no value, UsageError if `at` binds a name that does not occur, or to no finite
    number, PointError if there is no value."""
    at = {
        name: require_finite(name, value) if arithmetic is FLOATS else value
        for name, value in (at or {}).items()
    }
    if isinstance(expression, str):
        expression = parse(expression, at)
    validate_binding(expression, at)
    requested = find_requested_lines(expression, expression.variables if wrt is None else wrt)
    lines = {
        line
        for line in {**find_requested_lines(expression, extra_names), **requested}.values()
        if line is not None
    }
    graph = run_reverse_pass(
        expression, run_forward_pass(expression, at, arithmetic), lines, arithmetic
    )
    return Result(
        graph,
        at,
        requested,
        (*expression.notices, *make_absent_notices(requested), *find_notices(graph, lines)),
    )


def require_finite(name: str, value: float) -> float:
    """The value as a float; raises UsageError if it is not finite."""
    try:
        number = float(value)
    except OverflowError:  # an integer too large
        number = math.inf
    if not math.isfinite(number):
        raise UsageError(
            f"{name} is {number}, which is no finite number", hint="a value is a finite number"
        )
    return number


def find_requested_lines(expression: Expression, wrt: Iterable[str]) -> dict[str, int | None]:
    """Name -> line of what is to be differentiated by; None for a name that does not occur."""
    lines = expression.lines_by_name
    return {name: lines.get(name) for name in wrt}


def make_absent_notices(requested: Mapping[str, int | None]) -> list[Notice]:
    """A notice for each name that does not occur."""
    message = "{0} does not occur as a variable: the derivative by it is 0"
    return [
        Notice(ABSENT_VARIABLE.name, message.format(name), name)
        for name, line in requested.items()
        if line is None
    ]


def validate_binding(expression: Expression, at: Mapping[str, Number]) -> None:
    """Raises unless every variable has a value and every value a variable."""
    unbound = [name for name in expression.variables if name not in at]
    if unbound:
        raise make_unbound_variables_error(expression, unbound, at)
    validate_bound_names(expression, at)


def validate_bound_names(expression: Expression, at: Iterable[str]) -> None:
    """Raises UsageError unless every name that is bound is a variable."""
    for name in at:
        if name in expression.definitions:
            raise UsageError(
                f"{name} is bound, but the expression defines it",
                hint="bind the variables, or take the definition out",
            )
        if name not in expression.variables:
            hint = suggest_name(name, expression.variables)
            variables = ", ".join([*expression.variables][:8])
            known = f"its variables are {variables}" if variables else "it has no variables"
            if name in CONSTANTS:
                known = f"{name} was read as the constant: parse(text, names=[{name!r}]) lets a binding win"
            raise UsageError(
                f"{name} is bound, but does not occur in the expression", hint=hint or known
            )
