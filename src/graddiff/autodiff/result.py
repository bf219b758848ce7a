"""An expression at a point: its value, its gradient, and the notices about them."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.notices import find_notices
from graddiff.autodiff.reverse_pass import Graph, run_reverse_pass
from graddiff.errors import ABSENT_VARIABLE, Notice, UsageError
from graddiff.language.expression import Expression
from graddiff.language.name_errors import MAX_LISTED_NAMES, make_unbound_variables_error
from graddiff.language.parser import parse
from graddiff.language.suggestions import suggest_name
from graddiff.numbers.arithmetic import Arithmetic, Number
from graddiff.numbers.floats import FLOATS
from graddiff.operations.table import CONSTANTS


class Result(NamedTuple):
    """What `differentiate` returns.

    graph: values, local partials and adjoints of the expression.
    at: the value of each variable.
    requested: the line of each name that the gradient is by, None for a name that does not occur in
        the expression, and whose derivative is 0.
    notices: what a reader should know about the derivatives."""

    graph: Graph
    at: Mapping[str, Number]
    requested: Mapping[str, int | None]
    notices: tuple[Notice, ...]

    @property
    def expression(self) -> Expression:
        """The expression that was differentiated."""
        return self.graph.expression

    @property
    def value(self) -> Number:
        """The value of the output, in the kind of number that was computed with."""
        return self.graph.values[self.expression.output]

    @property
    def gradient(self) -> dict[str, Number]:
        """The derivative of the output by each requested name, in the order of the request; nan
        where it is undefined."""
        return {name: self.adjoint(line) for name, line in self.requested.items()}

    def adjoint(self, line: int | None) -> Number:
        """Returns the derivative of the output by a line, 0 where nothing flows."""
        adjoint = None if line is None else self.graph.adjoints[line]
        return self.graph.arithmetic.read_literal("0") if adjoint is None else adjoint

    @property
    def complete(self) -> bool:
        """Whether every requested derivative exists and could be computed."""
        return not any(notice.is_derivative_missing for notice in self.notices)


def differentiate(
    expression: str | Expression,
    at: Mapping[str, Number] | None = None,
    wrt: Iterable[str] | None = None,
    extra_names: Iterable[str] = (),
    arithmetic: Arithmetic = FLOATS,
) -> Result:
    """Evaluates an expression at a point and differentiates it.

    at: a number of the kind `arithmetic` for each variable.
    wrt: the names to differentiate by, variables or definitions; by default all variables.
    extra_names: names whose adjoints are computed without being part of the gradient.

    Raises ExpressionError if the text cannot be read or a variable has no value, UsageError if `at`
    binds a name that does not occur, or to a number that is not finite, PointError if the
    expression has no value at the point."""
    at = {
        name: require_finite(name, value) if arithmetic is FLOATS else value
        for name, value in (at or {}).items()
    }
    if isinstance(expression, str):
        expression = parse(expression, at)
    validate_binding(expression, at)
    requested = find_requested_lines(expression, expression.variables if wrt is None else wrt)
    extra = find_requested_lines(expression, extra_names)
    lines = {line for line in (*requested.values(), *extra.values()) if line is not None}
    values = run_forward_pass(expression, at, arithmetic)
    graph = run_reverse_pass(expression, values, lines, arithmetic)
    notices = [
        *expression.notices,
        *make_absent_notices(requested),
        *find_notices(graph, lines),
    ]
    return Result(graph, at, requested, tuple(notices))


def require_finite(name: str, value: float) -> float:
    """Returns the value as a float. Raises UsageError if it is not finite."""
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
    """Returns the line of each name in `wrt`, None for a name that does not occur."""
    lines = expression.lines_by_name
    return {name: lines.get(name) for name in wrt}


def make_absent_notices(requested: Mapping[str, int | None]) -> list[Notice]:
    """Makes a notice for each name that does not occur."""
    notices = []
    for name, line in requested.items():
        if line is None:
            message = f"{name} does not occur as a variable: the derivative by it is 0"
            notices.append(Notice(ABSENT_VARIABLE.name, message, name))
    return notices


def validate_binding(expression: Expression, at: Mapping[str, Number]) -> None:
    """Raises NamingError if a variable has no value, UsageError if a value has no variable."""
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
            raise UsageError(
                f"{name} is bound, but does not occur in the expression",
                hint=suggest_name(name, expression.variables) or describe_names(expression, name),
            )


def describe_names(expression: Expression, name: str) -> str:
    """Returns the hint for a bound name that is no variable and resembles none."""
    if name in CONSTANTS:
        return f"{name} was read as the constant: parse(text, names=[{name!r}]) lets a binding win"
    return list_variables(expression)


def list_variables(expression: Expression) -> str:
    """Returns the hint that lists the variables of an expression."""
    variables = ", ".join([*expression.variables][:MAX_LISTED_NAMES])
    return f"its variables are {variables}" if variables else "it has no variables"
