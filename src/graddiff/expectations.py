"""Expected quantities against found ones: `value`, `gradient.x` or `x`, `p.value`, `p.adjoint`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from graddiff.arithmetic import Number
from graddiff.diagnosis import did_you_mean
from graddiff.differentiation import Result
from graddiff.errors import UsageError
from graddiff.expression import Expression


class Check(NamedTuple):
    """One comparison. `found` is nan where the quantity is undefined, and then nothing is equal to it."""

    quantity: str
    expected: float
    found: float
    ok: bool


def check(result: Result, expected: Mapping[str, float], rtol: float, atol: float) -> list[Check]:
    """Compares as PyTorch's allclose does: |found - expected| <= atol + rtol × |expected|."""
    checks = []
    for quantity, value in expected.items():
        found = find(result, quantity)
        ok = found == value or abs(found - value) <= atol + rtol * abs(value) < math.inf
        checks.append(Check(full_name(quantity), value, found, ok))
    return checks


def full_name(quantity: str) -> str:
    """`x` is short for `gradient.x`."""
    return quantity if quantity == "value" or "." in quantity else f"gradient.{quantity}"


def asked_for(expression: Expression, quantity: str) -> str | None:
    """The name whose adjoint a quantity is, None for a value. Raises UsageError for no quantity at all."""
    name, _, what = full_name(quantity).rpartition(".")
    if quantity == "value":
        return None
    if name == "gradient":
        name, what = what, "gradient"
    names = [*expression.variables, *expression.definitions]
    if what not in ("gradient", "value", "adjoint") or name not in names:
        known = ["value", *names, *(f"{n}.{w}" for n in names for w in ("value", "adjoint"))]
        raise UsageError(
            f"{quantity} is not a quantity of this expression",
            hint=did_you_mean(quantity, known)
            or "it has value, gradient.x, p.value and p.adjoint, for its names x and p",
        )
    return None if what == "value" else name


def find(result: Result, quantity: str) -> float:
    """The quantity of a result; nan where it is undefined."""
    if quantity == "value":
        return result.value
    name, _, what = full_name(quantity).rpartition(".")
    lines = {**result.expression.definitions, **result.expression.variables}
    if what == "value" and name != "gradient":
        value: Number = result.graph.values[lines[name]]
        return float(value) if isinstance(value, float) else math.nan
    return result.adjoint(lines[what if name == "gradient" else name])
