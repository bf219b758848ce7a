"""Exact numbers: the kind of number that fractions are.

A function is known where its value is a fraction: everywhere for abs, min, max, floor and the like,
at squares for sqrt, at single points for exp, sin, log and the rest. Results are never rounded: a
result that is no fraction, or has more than MAX_FRACTION_DIGITS digits, is an error."""

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
MAX_LITERAL_EXPONENT = 308  # the largest power of ten in a literal, as for floats

_ZERO_AT_ZERO = "expm1 log1p sin tan asin atan sinh tanh asinh atanh".split()  # noqa: SIM905
_ONE_AT_ZERO = "exp cos sec cosh sech erfc".split()  # noqa: SIM905
_ZERO_AT_ONE = "log acos asec acosh asech".split()  # noqa: SIM905

# Operation -> operand -> value, for functions whose value is a fraction at these points only.
EXACT_POINTS: dict[str, dict[int, int]] = {
    **{name: {0: 0} for name in _ZERO_AT_ZERO},
    **{name: {0: 1} for name in _ONE_AT_ZERO},
    **{name: {1: 0} for name in _ZERO_AT_ONE},
    "erf": {0: 0},
    "softplus": {},
    "gelu": {0: 0},
}


class InexactError(ArithmeticError):
    """The function has a value here, but this value is not a fraction."""


class FractionArithmetic(Arithmetic):
    """The kind of number behind --exact."""

    range_hint = (
        f"an exact number has at most {MAX_FRACTION_DIGITS:,} digits, "
        f"a literal {MAX_LITERAL_EXPONENT}"
    )

    def read_literal(self, text: str) -> Fraction | float:
        """Returns a literal as it is written: 0.1 is 1/10.

        Not a number for pi and e, infinite for a literal that is too long."""
        if text.isalpha():
            return math.nan
        exponent = text.lower().partition("e")[2]
        # The length comes first: reading an exponent of many digits takes long.
        if len(text) > MAX_LITERAL_LENGTH or len(exponent) > 5:
            return math.inf
        if abs(int(exponent or 0)) > MAX_LITERAL_EXPONENT:
            return math.inf
        return Fraction(text)

    def make_natives(self) -> dict[str, NumberFunction]:
        return {
            **super().make_natives(),
            **{name: _make_point_function(name) for name in EXACT_POINTS},
            "add": _reject_long_results(operator.add),
            "sub": _reject_long_results(operator.sub),
            "mul": _reject_long_results(operator.mul),
            "div": _reject_long_results(operator.truediv),
            "mod": _reject_long_results(operator.mod),
            "pow": _reject_long_results(_compute_exact_power),
            "hypot": _reject_long_results(_compute_exact_hypotenuse),
            "neg": operator.neg,
            "abs": operator.abs,
            "sqrt": _compute_exact_square_root,
            "cbrt": _compute_exact_cube_root,
            "log2": _make_exact_logarithm(2),
            "log10": _make_exact_logarithm(10),
            "atan2": _compute_exact_angle,
            "sign": lambda x: Fraction((x > 0) - (x < 0)),
            "floor": lambda x: Fraction(math.floor(x)),
            "ceil": lambda x: Fraction(math.ceil(x)),
            "round": lambda x: Fraction(round(x)),
        }

    def is_finite(self, value: Fraction | float) -> bool:
        return isinstance(value, (bool, Fraction))

    def compute_limit(self, operation: Operation, operands: Sequence[Fraction | float]) -> float:
        """Returns not a number for an operation without a value.

        Raises PointError for an operation whose value is not a fraction, or a too long one."""
        try:
            self.get_function(operation)(*operands)
        except OverflowError:
            reason = "is too long"
        except InexactError:
            reason = "has no exact value"
        except (ArithmeticError, ValueError, TypeError):
            return math.nan
        else:
            return math.nan
        if any(isinstance(operand, float) for operand in operands):
            culprit = "its formula contains pi"
        else:
            pairs = zip(operation.parameters, operands)
            place = ", ".join(f"{name} = {value}" for name, value in pairs)
            culprit = f"{operation.notation} at {place}"
        raise PointError(f"a derivative {reason}: {culprit}", hint=INEXACT_HINT)


def _reject_long_results(function: Callable[..., Fraction]) -> NumberFunction:
    """Returns the function with an OverflowError in place of a result that is too long."""

    def compute_short_fraction(*operands: Fraction) -> Fraction | float:
        if any(isinstance(operand, float) for operand in operands):  # undefined already
            return math.nan
        value = function(*operands)
        if _is_short_fraction(value):
            return value
        raise OverflowError

    return compute_short_fraction


def _is_short_fraction(value: Fraction) -> bool:
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    return bits <= MAX_FRACTION_BITS


def _compute_exact_power(x: Fraction, y: Fraction) -> Fraction:
    if x == 0 and y < 0:
        raise ZeroDivisionError
    # A result that is too long is refused by an estimate of its bits, before it is computed.
    bits = max(abs(x.numerator).bit_length() - 1, x.denominator.bit_length() - 1)
    if abs(y.numerator) * bits > MAX_FRACTION_BITS * y.denominator:
        raise OverflowError
    if y.denominator == 1:
        return Fraction(x**y.numerator)
    if x < 0:
        raise ValueError
    base = _compute_exact_root(x, y.denominator)
    return Fraction(base**y.numerator)


def _compute_exact_root(x: Fraction, degree: int) -> Fraction:
    """Returns the root of a number that is not negative.

    Raises InexactError if the root is not a fraction."""
    numerator = _compute_integer_root(x.numerator, degree)
    denominator = _compute_integer_root(x.denominator, degree)
    if numerator is None or denominator is None:
        raise InexactError
    return Fraction(numerator, denominator)


def _compute_integer_root(x: int, degree: int) -> int | None:
    """Returns the root of an integer, None if that is not an integer."""
    if x < 2:
        return x
    if degree > x.bit_length():
        return None
    root = math.isqrt(x) if degree == 2 else _approximate_integer_root(x, degree)
    return root if root**degree == x else None


def _approximate_integer_root(x: int, degree: int) -> int:
    """Returns the largest integer that is not above the root, by Newton's method from above."""
    root = 1 << -(-x.bit_length() // degree)  # a power of two above the root
    while True:
        step = ((degree - 1) * root + x // root ** (degree - 1)) // degree
        if step >= root:
            return root
        root = step


def _compute_exact_square_root(x: Fraction | float) -> Fraction:
    if isinstance(x, float):  # pi in the rules of erf and erfc
        raise InexactError
    if x < 0:
        raise ValueError
    return _compute_exact_root(x, 2)


def _compute_exact_cube_root(x: Fraction) -> Fraction:
    return _compute_exact_root(x, 3) if x >= 0 else -_compute_exact_root(-x, 3)


def _compute_exact_hypotenuse(x: Fraction, y: Fraction) -> Fraction:
    return _compute_exact_square_root(x * x + y * y)


def _make_exact_logarithm(base: int) -> NumberFunction:
    """Returns the logarithm, which is known for whole powers of the base."""

    def compute_exact_logarithm(x: Fraction) -> Fraction:
        if x <= 0:
            raise ValueError
        # Of a power of the base, either the numerator or the denominator is 1.
        sign, power = (1, x.numerator) if x.denominator == 1 else (-1, x.denominator)
        exponent = sign * round(math.log(power, base))
        if x != Fraction(base) ** exponent:
            raise InexactError
        return Fraction(exponent)

    return compute_exact_logarithm


def _make_point_function(name: str) -> NumberFunction:
    """Returns a function that has exact values at the points of EXACT_POINTS only."""
    values = EXACT_POINTS[name]

    def get_exact_value(x: Fraction) -> Fraction:
        if x not in values:
            # Raises a ValueError where the function has no value at all, exact or not.
            with suppress(OverflowError):
                FLOATS.get_function(TABLE[name])(float(x))
            raise InexactError
        return Fraction(values[x.numerator])

    return get_exact_value


def _compute_exact_angle(y: Fraction, x: Fraction) -> Fraction:
    if y == 0 and x >= 0:
        return Fraction(0)
    raise InexactError


EXACT = FractionArithmetic()
