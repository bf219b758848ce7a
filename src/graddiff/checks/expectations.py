"""`--expect`: the quantities of a result beside the numbers that a user expects.

A quantity is named `value`, `gradient.x` or short `x`, `p.value`, `p.adjoint`."""

import math
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from graddiff.autodiff.result import Result, differentiate
from graddiff.errors import UsageError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.language.suggestions import suggest_name
from graddiff.numbers.arithmetic import Arithmetic, NoValue, Number
from graddiff.numbers.floats import FLOATS


class ComparedExpectation(NamedTuple):
    """One comparison; `expected` and `actual` are nan where the quantity is undefined."""

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
    """Differentiates an expression by `wrt` and compares the expected quantities, whether they are
    part of the gradient or not.

    Raises what `differentiate` raises, and UsageError for an unknown quantity."""
    if isinstance(expression, str):
        expression = parse(expression, at)
    names = [find_adjoint_name(expression, quantity) for quantity in expected]
    extra_names = [name for name in names if name]
    result = differentiate(expression, at, wrt, extra_names, arithmetic)
    return result, compare_expectations(result, expected, rtol, atol)


def choose_exit_code(result: Result, comparisons: Iterable[ComparedExpectation]) -> int:
    """Returns 1 if a quantity is not as expected, 4 if a derivative is missing, 0 otherwise."""
    if not all(comparison.ok for comparison in comparisons):
        return 1
    return 0 if result.complete else 4


def compare_expectations(
    result: Result, expected: Mapping[str, Number], rtol: float, atol: float
) -> list[ComparedExpectation]:
    """Compares each expected quantity with the result."""
    comparisons = []
    for quantity, value in expected.items():
        actual = get_quantity(result, quantity)
        comparison = ComparedExpectation(
            quantity=expand_quantity(quantity),
            expected=value,
            actual=actual,
            ok=is_close(actual, value, rtol, atol),
        )
        comparisons.append(comparison)
    return comparisons


def is_close(actual: Number, expected: Number, rtol: float, atol: float) -> bool:
    """Whether two numbers are equal but for rounding, as PyTorch's allclose defines it:
    |actual - expected| <= atol + rtol × |expected|. An infinity and nan equal only themselves."""
    are_both_nan = actual != actual and expected != expected
    if actual == expected or are_both_nan:
        return True
    return bool(abs(actual - expected) <= atol + rtol * abs(expected) < math.inf)


def expand_quantity(quantity: str) -> str:
    """Returns the full name of a quantity: `x` is short for `gradient.x`."""
    return quantity if quantity == "value" or "." in quantity else f"gradient.{quantity}"


def split_quantity(quantity: str) -> tuple[str, str]:
    """Returns the name that a quantity belongs to, "" for the output, and its property: "value" or
    "adjoint". The derivative by a variable is the variable's adjoint."""
    name, _, attribute = expand_quantity(quantity).rpartition(".")
    return (attribute, "adjoint") if name == "gradient" else (name, attribute)


def find_adjoint_name(expression: Expression, quantity: str) -> str | None:
    """Returns the name whose adjoint a quantity is, None for a value. Raises UsageError for text
    that names no quantity of the expression."""
    name, attribute = split_quantity(quantity)
    names = expression.lines_by_name
    if attribute not in ("value", "adjoint") or (name and name not in names):
        raise make_quantity_error(quantity, names)
    return name if attribute == "adjoint" else None


def make_quantity_error(quantity: str, names: Collection[str]) -> UsageError:
    """Makes the error for an unknown quantity, with the most similar one as a hint."""
    known = ["value", *names]
    known += [f"{name}.{attribute}" for name in names for attribute in ("value", "adjoint")]
    hint = suggest_name(quantity, known)
    if not hint:
        examples = ", ".join(known[1:8])
        hint = f"value, and for each name a derivative, a value and an adjoint: {examples}"
    return UsageError(f"{quantity} is not a quantity of this expression", hint=hint)


def get_quantity(result: Result, quantity: str) -> Number:
    """Returns a quantity of a result, nan where it is undefined."""
    name, attribute = split_quantity(quantity)
    line = result.expression.lines_by_name[name] if name else result.expression.output
    if attribute == "adjoint":
        return result.adjoint(line)
    value: Number = result.graph.values[line]
    return math.nan if isinstance(value, NoValue | bool) else value
