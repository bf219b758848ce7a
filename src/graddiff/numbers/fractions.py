"""Exact numbers: the kind of number that fractions are.

A function is known where its value is a fraction: everywhere for abs, min, max, floor and the like, at squares for
sqrt, at single points for exp, sin, log and the rest. Nothing is ever rounded; what has no exact value, or one of more
than DIGITS digits, is an error."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from contextlib import suppress
from fractions import Fraction

from graddiff.errors import PointError
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.kind import INEXACT, Function, Kind
from graddiff.operations.row import Operation
from graddiff.operations.table import TABLE

DIGITS = 4_000  # of a numerator or denominator
BITS = math.ceil(DIGITS * math.log2(10))
LONGEST = 1_000  # characters of a literal
LARGEST = 308  # the power of ten at which a literal ends, as a float does

# Where functions that are no fractions elsewhere have exact values.
POINTS: dict[str, dict[int, int]] = {
    **{
        name: {0: 0}
        for name in (
            "expm1",
            "log1p",
            "sin",
            "tan",
            "asin",
            "atan",
            "sinh",
            "tanh",
            "asinh",
            "atanh",
        )
    },
    **{name: {0: 1} for name in ("exp", "cos", "sec", "cosh", "sech", "erfc")},
    **{name: {1: 0} for name in ("log", "acos", "asec", "acosh", "asech")},
    "erf": {0: 0},
    "softplus": {},
    "gelu": {0: 0},
}


class Inexact(ArithmeticError):
    """The function has a value here, but no fraction is that value."""


def literal(text: str) -> Fraction | float:
    """A literal as it is written: 0.1 is 1/10. Not a number for pi and e, infinite for what is too long."""
    if text.isalpha():
        return math.nan
    exponent = text.lower().partition("e")[2]
    if len(text) > LONGEST or len(exponent) > 5 or abs(int(exponent or 0)) > LARGEST:
        return math.inf
    return Fraction(text)


def bounded(function: Callable[..., Fraction]) -> Function:
    """The function, but an OverflowError for a result that is too long."""

    def guarded(*operands: Fraction) -> Fraction | float:
        if any(isinstance(operand, float) for operand in operands):  # undefined already
            return math.nan
        value = function(*operands)
        if small(value):
            return value
        raise OverflowError

    return guarded


def small(value: Fraction) -> bool:
    return max(value.numerator.bit_length(), value.denominator.bit_length()) <= BITS


def power(x: Fraction, y: Fraction) -> Fraction:
    if x == 0 and y < 0:
        raise ZeroDivisionError
    if (
        abs(y.numerator) * max(abs(x.numerator).bit_length() - 1, x.denominator.bit_length() - 1)
        > BITS * y.denominator
    ):
        raise OverflowError
    if y.denominator == 1:
        return Fraction(x**y.numerator)
    if x < 0:
        raise ValueError
    base = root(x, y.denominator)
    return Fraction(base**y.numerator)


def root(x: Fraction, degree: int) -> Fraction:
    """The root of a number that is not negative, where it is a fraction."""
    above, below = whole_root(x.numerator, degree), whole_root(x.denominator, degree)
    if above is None or below is None:
        raise Inexact
    return Fraction(above, below)


def whole_root(x: int, degree: int) -> int | None:
    if x < 2 or degree > x.bit_length():
        return x if x < 2 else None
    if degree == 2:
        found = math.isqrt(x)
    else:  # Newton's method from above
        found = 1 << -(-x.bit_length() // degree)
        while (step := ((degree - 1) * found + x // found ** (degree - 1)) // degree) < found:
            found = step
    return found if found**degree == x else None


def square_root(x: Fraction) -> Fraction:
    if x < 0:
        raise ValueError
    return root(x, 2)


def cube_root(x: Fraction) -> Fraction:
    return root(x, 3) if x >= 0 else -root(-x, 3)


def logarithm(base: int) -> Function:
    """The logarithm of whole powers of the base."""

    def function(x: Fraction) -> Fraction:
        if x <= 0:
            raise ValueError
        sign, whole = (1, x.numerator) if x.denominator == 1 else (-1, x.denominator)
        exponent = round(math.log(whole, base))
        if x != Fraction(base) ** (sign * exponent):
            raise Inexact
        return Fraction(sign * exponent)

    return function


def at_points(name: str) -> Function:
    """A function that has exact values at some points only."""
    known = POINTS[name]

    def function(x: Fraction) -> Fraction:
        if x not in known:
            with suppress(OverflowError):
                FLOATS.function(TABLE[name])(
                    float(x)
                )  # a ValueError where there is no value at all
            raise Inexact
        return Fraction(known[x.numerator])

    return function


def angle(y: Fraction, x: Fraction) -> Fraction:
    if y == 0 and x >= 0:
        return Fraction(0)
    raise Inexact


def clamp(x: Fraction, a: Fraction, b: Fraction) -> Fraction:
    if a > b:
        raise ValueError
    return min(max(x, a), b)


def limit(operation: Operation, operands: Sequence[Fraction]) -> float:
    """Undefined where a formula has no value. Raises PointError where it has one that is no fraction."""
    try:
        EXACT.function(operation)(*operands)
    except (Inexact, OverflowError) as error:
        at = ", ".join(f"{name} = {value}" for name, value in zip(operation.parameters, operands))
        told = "is too long" if isinstance(error, OverflowError) else "has no exact value"
        raise PointError(
            f"a derivative {told}: {operation.written} at {at}", hint=INEXACT
        ) from None
    except (ArithmeticError, ValueError, TypeError):
        pass
    return math.nan


EXACT = Kind(
    number=literal,
    natives={
        **{name: bounded(getattr(operator, name)) for name in ("add", "sub", "mul", "mod")},
        **{name: getattr(operator, name) for name in ("neg", "lt", "le", "gt", "ge", "eq", "ne")},
        **{name: at_points(name) for name in POINTS},
        "div": bounded(operator.truediv),
        "pow": bounded(power),
        "sqrt": square_root,
        "cbrt": cube_root,
        "hypot": bounded(lambda x, y: square_root(x * x + y * y)),
        "log2": logarithm(2),
        "log10": logarithm(10),
        "atan2": angle,
        "abs": abs,
        "sign": lambda x: Fraction((x > 0) - (x < 0)),
        "floor": lambda x: Fraction(math.floor(x)),
        "ceil": lambda x: Fraction(math.ceil(x)),
        "round": lambda x: Fraction(round(x)),
        "min": lambda *operands: min(operands),
        "max": lambda *operands: max(operands),
        "clamp": clamp,
        "where": lambda condition, x, y: x if condition else y,
    },
    finite=lambda value: isinstance(value, (bool, Fraction)),
    limit=limit,
    reach=f"an exact number has at most {DIGITS:,} digits, a literal {LARGEST}",
)
