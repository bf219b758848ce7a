"""Floats: Python's own, IEEE 754 binary64."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence

from graddiff.numbers.arithmetic import Arithmetic, NumberFunction
from graddiff.operations.row import Operation

FLOAT_CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau}

# Functions that the module math has under the same name.
_MATH_FUNCTIONS = """
    exp expm1 log log2 log10 log1p sqrt sin cos tan asin acos atan atan2
    sinh cosh tanh asinh acosh atanh hypot erf erfc
""".split()  # noqa: SIM905


class FloatArithmetic(Arithmetic):
    """The kind of number that is computed with unless the user asks for another one."""

    # The built-in function itself, not a method around it: the forward pass calls it for each line.
    is_finite = staticmethod(math.isfinite)  # type: ignore[assignment]

    def read_literal(self, text: str) -> float:
        return FLOAT_CONSTANTS[text] if text in FLOAT_CONSTANTS else float(text)

    def make_natives(self) -> dict[str, NumberFunction]:
        return {
            **super().make_natives(),
            **{name: getattr(math, name) for name in _MATH_FUNCTIONS},
            "add": operator.add,
            "sub": operator.sub,
            "mul": operator.mul,
            "div": operator.truediv,
            "neg": operator.neg,
            "mod": operator.mod,
            "abs": operator.abs,
            "pow": _compute_float_power,
            "cbrt": _compute_float_cube_root,
            "sign": _compute_float_sign,
            "floor": _make_float_rounding(math.floor),
            "ceil": _make_float_rounding(math.ceil),
            "round": _make_float_rounding(round),
        }

    def compute_limit(self, operation: Operation, operands: Sequence[float]) -> float:
        """Returns the limit as a zero is approached from above; not a number if there is none."""
        first, name = operands[0], operation.name
        if any(map(math.isnan, operands)):
            return math.nan
        if name == "div" and first != 0:
            return math.copysign(math.inf, first)
        if name == "pow":
            return _compute_power_limit(first, operands[1])
        if name in ("floor", "ceil", "round"):  # an infinity has no whole number near it
            return first
        if name in ("exp", "expm1", "cosh"):  # an overflow
            return math.inf
        if name == "sinh":  # an overflow
            return math.copysign(math.inf, first)
        if name == "log" and first == 0:
            return -math.inf
        return math.nan


def _compute_power_limit(base: float, exponent: float) -> float:
    """Returns the limit of 0 to a negative power, or of a power that overflows."""
    is_integer = exponent % 1 == 0
    if base < 0 and not is_integer:
        return math.nan
    is_odd = exponent % 2 != 0
    return -math.inf if base < 0 and is_odd else math.inf


def _compute_float_cube_root(x: float) -> float:
    """Returns the cube root, exact where it is whole, which the C library does not promise."""
    root = math.cbrt(x)
    nearest = float(round(root)) if math.isfinite(root) else root
    return nearest if nearest * nearest * nearest == x else root


def _compute_float_power(x: float, y: float) -> float:
    """Returns the power; a square as a product, which is rounded only once."""
    return x * x if y == 2 else math.pow(x, y)


def _compute_float_sign(x: float) -> float:
    if x > 0:
        return 1.0
    return -1.0 if x < 0 else 0.0


def _make_float_rounding(round_to_integer: Callable[[float], int]) -> Callable[[float], float]:
    """Returns a function that rounds to a float; a small negative x to -0.0, as IEEE 754 does."""
    return lambda x: math.copysign(round_to_integer(x), x)


FLOATS = FloatArithmetic()
