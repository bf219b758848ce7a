"""Numbers of many digits: those of mpmath, which is the optional extra `precision`."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import Any

from graddiff.errors import UsageError
from graddiff.numbers.arithmetic import Arithmetic, Number, NumberFunction
from graddiff.operations.row import Operation

GUARD_DIGITS = 15  # digits that are computed with and not shown
MAX_DECIMAL_EXPONENT = 100_000  # numbers end at this power of ten
MAX_BINARY_EXPONENT = math.ceil(MAX_DECIMAL_EXPONENT * math.log2(10))

# Functions that mpmath has under the same name.
_MPMATH_FUNCTIONS = """
    expm1 exp log log1p log10 sqrt sin cos tan sec csc cot asin acos atan asec acsc atan2
    sinh cosh tanh sech csch coth asinh acosh atanh asech acsch acoth hypot erf erfc sign floor ceil
""".split()  # noqa: SIM905


class MultiprecisionArithmetic(Arithmetic):
    """The kind of number behind --precision, with so many significant digits.

    Raises UsageError if mpmath is not installed."""

    range_hint = f"a number of many digits ends at 1e{MAX_DECIMAL_EXPONENT:,}"

    def __init__(self, digits: int) -> None:
        self.context = _make_context(digits)
        super().__init__()

    def read_literal(self, text: str) -> Number:
        """Returns a literal or a constant; infinite where it is too large to be computed with."""
        context = self.context
        if text.isalpha():
            return +{"pi": context.pi, "e": context.e, "tau": 2 * context.pi}[text]
        exponent = text.lower().partition("e")[2]
        # The length comes first: reading an exponent of many digits takes long.
        if len(exponent) > 8 or abs(int(exponent or 0)) > MAX_DECIMAL_EXPONENT:
            return context.inf
        return context.mpf(text)

    def make_natives(self) -> dict[str, NumberFunction]:
        context = self.context
        real_functions = {
            **{name: getattr(context, name) for name in _MPMATH_FUNCTIONS},
            "add": operator.add,
            "sub": operator.sub,
            "mul": operator.mul,
            "div": operator.truediv,
            "mod": operator.mod,
            "pow": self._compute_power,
            "log2": lambda x: context.log(x, 2),
            "round": context.nint,
        }
        natives = {name: self._require_real(f) for name, f in real_functions.items()}
        for name in ("exp", "expm1", "sinh", "cosh"):
            natives[name] = _prevent_overflow(natives[name])
        return {
            **super().make_natives(),
            **natives,
            "neg": lambda x: -x,
            "abs": abs,
            "cbrt": lambda x: context.sign(x) * context.cbrt(abs(x)),
        }

    def is_finite(self, value: Number) -> bool:
        return isinstance(value, bool) or bool(self.context.isfinite(value))

    def compute_limit(self, operation: Operation, operands: Sequence[Number]) -> Number:
        """Returns an infinity where a number is divided by zero, otherwise not a number."""
        if operation.name == "div" and operands[0] != 0 and operands[1] == 0:
            return self.context.inf * self.context.sign(operands[0])
        return self.context.nan

    def _compute_power(self, x: Number, y: Number) -> Number:
        if x == 0 and y < 0:
            raise ZeroDivisionError
        if x != 0 and abs(y * self.context.log(abs(x), 2)) > MAX_BINARY_EXPONENT:
            raise OverflowError
        return x**y

    def _require_real(self, function: Callable[..., Any]) -> NumberFunction:
        """Returns the function with an error where its value is not real, infinite or too large."""
        context = self.context

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


def _make_context(digits: int) -> Any:
    """Returns a context of mpmath: its functions, computed with guard digits."""
    try:
        import mpmath
    except ImportError:
        hint = "pip install 'graddiff[precision]'"
        raise UsageError("--precision needs mpmath, which is not installed", hint=hint) from None

    class MultiprecisionContext(mpmath.MPContext):  # type: ignore[misc]
        _str_digits = digits

    context = MultiprecisionContext()
    context.dps = digits + GUARD_DIGITS
    return context


def _prevent_overflow(function: NumberFunction) -> NumberFunction:
    """Returns the function with an error at once where computing its value would take too long."""

    def compute_in_range(x: Number) -> Number:
        if abs(x) > MAX_BINARY_EXPONENT:
            raise OverflowError
        return function(x)

    return compute_in_range
