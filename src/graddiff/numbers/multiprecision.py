"""Numbers of many digits: the kind of number that those of mpmath are, which is the optional extra `precision`."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from graddiff.errors import UsageError
from graddiff.numbers.arithmetic import Arithmetic, Number
from graddiff.operations.row import Operation

GUARD_DIGITS = 15  # digits that are computed with and not shown
MAX_DECIMAL_EXPONENT = 100_000  # the power of ten at which numbers end
MAX_BINARY_EXPONENT = math.ceil(MAX_DECIMAL_EXPONENT * math.log2(10))

# Functions that mpmath has under the same name.
_MPMATH_FUNCTIONS = """exp expm1 log log1p log10 sqrt sin cos tan sec csc cot asin acos atan asec acsc atan2 sinh cosh tanh sech
    csch coth asinh acosh atanh asech acsch acoth hypot erf erfc sign floor ceil nint"""


def make_multiprecision_arithmetic(digits: int) -> Arithmetic:
    """The kind for a number of significant digits. Raises UsageError where mpmath is not installed."""
    try:
        import mpmath
    except ImportError:
        hint = "pip install 'graddiff[precision]'"
        raise UsageError("--precision needs mpmath, which is not installed", hint=hint) from None

    class MultiprecisionContext(mpmath.MPContext):  # type: ignore[misc]
        _str_digits = digits

    context = MultiprecisionContext()
    context.dps = digits + GUARD_DIGITS
    return Arithmetic(
        read_literal=lambda text: read_multiprecision_number(context, text),
        natives=make_multiprecision_natives(context),
        is_finite=lambda value: isinstance(value, bool) or bool(context.isfinite(value)),
        compute_limit=lambda operation, operands: compute_multiprecision_limit(
            context, operation, operands
        ),
        range_hint=f"a number of many digits ends at 1e{MAX_DECIMAL_EXPONENT:,}",
    )


def read_multiprecision_number(context: Any, text: str) -> Number:
    """A literal, or a constant; infinite where it is too large to be computed with."""
    if text.isalpha():
        return +{"pi": context.pi, "e": context.e, "tau": 2 * context.pi}[text]
    exponent = text.lower().partition("e")[2]
    if len(exponent) > 8 or abs(int(exponent or 0)) > MAX_DECIMAL_EXPONENT:
        return context.inf
    return context.mpf(text)


def make_multiprecision_natives(context: Any) -> dict[str, Callable[..., Number]]:
    found = {
        name: require_real(context, getattr(context, name)) for name in _MPMATH_FUNCTIONS.split()
    }
    growing = {name: prevent_overflow(found[name]) for name in ("exp", "expm1", "sinh", "cosh")}
    return {
        **found,
        **growing,
        "add": require_real(context, operator.add),
        "sub": require_real(context, operator.sub),
        "mul": require_real(context, operator.mul),
        "div": require_real(context, operator.truediv),
        "neg": lambda x: -x,
        "abs": abs,
        "pow": require_real(context, lambda x, y: compute_multiprecision_power(context, x, y)),
        "cbrt": lambda x: context.sign(x) * context.cbrt(abs(x)),
        "log2": require_real(context, lambda x: context.log(x, 2)),
        "round": found["nint"],
        "mod": require_real(context, operator.mod),
        "min": lambda *operands: min(operands),
        "max": lambda *operands: max(operands),
        "clamp": clamp_multiprecision,
        "where": lambda condition, x, y: x if condition else y,
        **{name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")},
    }


def require_real(context: Any, function: Callable[..., Any]) -> Callable[..., Number]:
    """The function with an error where its value is not real, infinite or too large."""

    def compute_real(*operands: Number) -> Number:
        value = function(*operands)
        if not isinstance(value, context.mpf) or value != value:
            raise ValueError
        if context.isinf(value):
            raise ZeroDivisionError
        if context.mag(value) > MAX_BINARY_EXPONENT:
            raise OverflowError
        return value

    return compute_real


def prevent_overflow(function: Callable[..., Number]) -> Callable[..., Number]:
    """The function, but an error at once where only computing its value would take for ever."""

    def compute_in_range(x: Number) -> Number:
        if abs(x) > MAX_BINARY_EXPONENT:
            raise OverflowError
        return function(x)

    return compute_in_range


def compute_multiprecision_power(context: Any, x: Number, y: Number) -> Number:
    if x == 0 and y < 0:
        raise ZeroDivisionError
    if x != 0 and abs(y * context.log(abs(x), 2)) > MAX_BINARY_EXPONENT:
        raise OverflowError
    return x**y


def clamp_multiprecision(x: Number, a: Number, b: Number) -> Number:
    if a > b:
        raise ValueError
    return min(max(x, a), b)


def compute_multiprecision_limit(
    context: Any, operation: Operation, operands: Sequence[Number]
) -> Number:
    """Infinite where a number is divided by zero, otherwise not a number."""
    if operation.name == "div" and operands[0] != 0 and operands[1] == 0:
        return context.inf * context.sign(operands[0])
    return context.nan
