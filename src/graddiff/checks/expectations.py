"""Expected quantities against found ones: `value`, `gradient.x` or `x`, `p.value`, `p.adjoint`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graddiff.autodiff.result import Result, differentiate
from graddiff.errors import UsageError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.language.suggestions import suggest_name
from graddiff.numbers.arithmetic import Arithmetic, NoValue, Number
from graddiff.numbers.floats import FLOATS


class ComparedExpectation(NamedTuple):
    """One comparison. `expected` and `found` are nan where the quantity is undefined."""

    quantity: str
    expected: Number
    actual: Number
    ok: bool


def differentiate_and_compare(
    expression: str | Expression,
    at: Mapping[str, Number],
    wrt: Iterable[str] | None,
    expected: Mapping[str, Number],
    rtol: float = 1e-6,
    atol: float = 1e-9,
    arithmetic: Arithmetic = FLOATS,
) -> tuple[Result, list[ComparedExpectation]]:
    """Reads and differentiates an expression, what is expected being found whatever the gradient is by."""
    if isinstance(expression, str):
        expression = parse(expression, at)
    asked = [
        name for name in (find_adjoint_name(expression, quantity) for quantity in expected) if name
    ]
    result = differentiate(expression, at, wrt, asked, arithmetic)
    return result, compare_expectations(result, expected, rtol, atol)


def choose_exit_code(result: Result, comparisons: Iterable[ComparedExpectation]) -> int:
    """1 if something was expected otherwise, 4 if a derivative is missing."""
    return 1 if not all(check.ok for check in comparisons) else 0 if result.complete else 4


def compare_expectations(
    result: Result, expected: Mapping[str, Number], rtol: float, atol: float
) -> list[ComparedExpectation]:
    """Compares as PyTorch's allclose does: |found - expected| <= atol + rtol × |expected|."""
    checks = []
    for quantity, value in expected.items():
        found = get_quantity(result, quantity)
        same = found == value or (found != found and value != value)
        ok = same or abs(found - value) <= atol + rtol * abs(value) < math.inf
        checks.append(ComparedExpectation(expand_quantity(quantity), value, found, ok))
    return checks


def expand_quantity(quantity: str) -> str:
    """`x` is short for `gradient.x`."""
    return quantity if quantity == "value" or "." in quantity else f"gradient.{quantity}"


def split_quantity(quantity: str) -> tuple[str, str]:
    """The name a quantity is of, "" for the output, and what of it: its value, or its adjoint, which of a variable is
    its derivative."""
    name, _, what = expand_quantity(quantity).rpartition(".")
    return (what, "adjoint") if name == "gradient" else (name, what)


def find_adjoint_name(expression: Expression, quantity: str) -> str | None:
    """The name whose adjoint a quantity is, None for a value. Raises UsageError for no quantity at all."""
    name, what = split_quantity(quantity)
    names = expression.lines_by_name
    if what not in ("value", "adjoint") or (name and name not in names):
        known = ["value", *names, *(f"{n}.{w}" for n in names for w in ("value", "adjoint"))]
        raise UsageError(
            f"{quantity} is not a quantity of this expression",
            hint=suggest_name(quantity, known)
            or f"value, and for each name a derivative, a value and an adjoint: {', '.join(known[1:8])}",
        )
    return name if what == "adjoint" else None


def get_quantity(result: Result, quantity: str) -> Number:
    """The quantity of a result; nan where it is undefined."""
    name, what = split_quantity(quantity)
    line = result.expression.lines_by_name[name] if name else result.expression.output
    if what == "value":
        value: Number = result.graph.values[line]
        return math.nan if isinstance(value, NoValue | bool) else value
    return result.adjoint(line)
