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
from graddiff.numbers.arithmetic import INEXACT_HINT, Arithmetic, NumberFunction
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import TABLE

MAX_FRACTION_DIGITS = 4_000  # of a numerator or denominator
MAX_FRACTION_BITS = math.ceil(MAX_FRACTION_DIGITS * math.log2(10))
MAX_LITERAL_LENGTH = 1_000  # characters of a literal
MAX_LITERAL_EXPONENT = 308  # the power of ten at which a literal ends, as a float does

# Where functions that are no fractions elsewhere have exact values.
EXACT_POINTS: dict[str, dict[int, int]] = {
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


class InexactError(ArithmeticError):
    """The function has a value here, but no fraction is that value."""


def read_fraction(text: str) -> Fraction | float:
    """A literal as it is written: 0.1 is 1/10. Not a number for pi and e, infinite for what is too long."""
    if text.isalpha():
        return math.nan
    exponent = text.lower().partition("e")[2]
    if (
        len(text) > MAX_LITERAL_LENGTH
        or len(exponent) > 5
        or abs(int(exponent or 0)) > MAX_LITERAL_EXPONENT
    ):
        return math.inf
    return Fraction(text)


def reject_long_results(function: Callable[..., Fraction]) -> NumberFunction:
    """The function, but an OverflowError for a result that is too long."""

    def compute_short_fraction(*operands: Fraction) -> Fraction | float:
        if any(isinstance(operand, float) for operand in operands):  # undefined already
            return math.nan
        value = function(*operands)
        if is_short_fraction(value):
            return value
        raise OverflowError

    return compute_short_fraction


def is_short_fraction(value: Fraction) -> bool:
    return max(value.numerator.bit_length(), value.denominator.bit_length()) <= MAX_FRACTION_BITS


def compute_exact_power(x: Fraction, y: Fraction) -> Fraction:
    if x == 0 and y < 0:
        raise ZeroDivisionError
    if (
        abs(y.numerator) * max(abs(x.numerator).bit_length() - 1, x.denominator.bit_length() - 1)
        > MAX_FRACTION_BITS * y.denominator
    ):
        raise OverflowError
    if y.denominator == 1:
        return Fraction(x**y.numerator)
    if x < 0:
        raise ValueError
    base = compute_exact_root(x, y.denominator)
    return Fraction(base**y.numerator)


def compute_exact_root(x: Fraction, degree: int) -> Fraction:
    """The root of a number that is not negative, where it is a fraction."""
    above, below = (
        compute_integer_root(x.numerator, degree),
        compute_integer_root(x.denominator, degree),
    )
    if above is None or below is None:
        raise InexactError
    return Fraction(above, below)


def compute_integer_root(x: int, degree: int) -> int | None:
    if x < 2 or degree > x.bit_length():
        return x if x < 2 else None
    if degree == 2:
        found = math.isqrt(x)
    else:  # Newton's method from above
        found = 1 << -(-x.bit_length() // degree)
        while (step := ((degree - 1) * found + x // found ** (degree - 1)) // degree) < found:
            found = step
    return found if found**degree == x else None


def compute_exact_square_root(x: Fraction) -> Fraction:
    if x < 0:
        raise ValueError
    return compute_exact_root(x, 2)


def compute_exact_cube_root(x: Fraction) -> Fraction:
    return compute_exact_root(x, 3) if x >= 0 else -compute_exact_root(-x, 3)


def make_exact_logarithm(base: int) -> NumberFunction:
    """The logarithm of whole powers of the base."""

    def compute_exact_logarithm(x: Fraction) -> Fraction:
        if x <= 0:
            raise ValueError
        sign, whole = (1, x.numerator) if x.denominator == 1 else (-1, x.denominator)
        exponent = round(math.log(whole, base))
        if x != Fraction(base) ** (sign * exponent):
            raise InexactError
        return Fraction(sign * exponent)

    return compute_exact_logarithm


def make_point_function(name: str) -> NumberFunction:
    """A function that has exact values at some points only."""
    known = EXACT_POINTS[name]

    def get_exact_value(x: Fraction) -> Fraction:
        if x not in known:
            with suppress(OverflowError):
                FLOATS.get_function(TABLE[name])(
                    float(x)
                )  # a ValueError where there is no value at all
            raise InexactError
        return Fraction(known[x.numerator])

    return get_exact_value


def compute_exact_angle(y: Fraction, x: Fraction) -> Fraction:
    if y == 0 and x >= 0:
        return Fraction(0)
    raise InexactError


def clamp_fraction(x: Fraction, a: Fraction, b: Fraction) -> Fraction:
    if a > b:
        raise ValueError
    return min(max(x, a), b)


def compute_exact_limit(operation: Operation, operands: Sequence[Fraction]) -> float:
    """Undefined where a formula has no value. Raises PointError where it has one that is no fraction."""
    try:
        EXACT.get_function(operation)(*operands)
    except (InexactError, OverflowError) as error:
        at = ", ".join(f"{name} = {value}" for name, value in zip(operation.parameters, operands))
        told = "is too long" if isinstance(error, OverflowError) else "has no exact value"
        raise PointError(
            f"a derivative {told}: {operation.notation} at {at}", hint=INEXACT_HINT
        ) from None
    except (ArithmeticError, ValueError, TypeError):
        pass
    return math.nan


EXACT = Arithmetic(
    read_literal=read_fraction,
    natives={
        **{
            name: reject_long_results(getattr(operator, name))
            for name in ("add", "sub", "mul", "mod")
        },
        **{name: getattr(operator, name) for name in ("neg", "lt", "le", "gt", "ge", "eq", "ne")},
        **{name: make_point_function(name) for name in EXACT_POINTS},
        "div": reject_long_results(operator.truediv),
        "pow": reject_long_results(compute_exact_power),
        "sqrt": compute_exact_square_root,
        "cbrt": compute_exact_cube_root,
        "hypot": reject_long_results(lambda x, y: compute_exact_square_root(x * x + y * y)),
        "log2": make_exact_logarithm(2),
        "log10": make_exact_logarithm(10),
        "atan2": compute_exact_angle,
        "abs": abs,
        "sign": lambda x: Fraction((x > 0) - (x < 0)),
        "floor": lambda x: Fraction(math.floor(x)),
        "ceil": lambda x: Fraction(math.ceil(x)),
        "round": lambda x: Fraction(round(x)),
        "min": lambda *operands: min(operands),
        "max": lambda *operands: max(operands),
        "clamp": clamp_fraction,
        "where": lambda condition, x, y: x if condition else y,
    },
    is_finite=lambda value: isinstance(value, (bool, Fraction)),
    compute_limit=compute_exact_limit,
    range_hint=f"an exact number has at most {MAX_FRACTION_DIGITS:,} digits, a literal {MAX_LITERAL_EXPONENT}",
)
