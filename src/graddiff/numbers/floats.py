"""Floats: Python's own, IEEE 754 binary64."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence

from graddiff.numbers.arithmetic import Arithmetic
from graddiff.operations.row import Operation

FLOAT_CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau}


def _read_float(text: str) -> float:
    return FLOAT_CONSTANTS[text] if text in FLOAT_CONSTANTS else float(text)


def _clamp_float(x: float, a: float, b: float) -> float:
    if a > b:
        raise ValueError
    return min(max(x, a), b)


def _compute_float_cube_root(x: float) -> float:
    """The cube root, exact where it is a whole number, which the C library does not promise."""
    root = math.cbrt(x)
    nearest = float(round(root)) if math.isfinite(root) else root
    return nearest if nearest * nearest * nearest == x else root


def _compute_float_power(x: float, y: float) -> float:
    """The power; a square as a product, which is rounded only once."""
    return x * x if y == 2 else math.pow(x, y)


def _compute_float_sign(x: float) -> float:
    return 1.0 if x > 0 else -1.0 if x < 0 else 0.0


def _make_float_rounding(round_to_integer: Callable[[float], int]) -> Callable[[float], float]:
    """A whole number near x as a float, -0.0 for a negative x, as IEEE 754 has it."""
    return lambda x: math.copysign(round_to_integer(x), x)


def _compute_float_limit(operation: Operation, operands: Sequence[float]) -> float:
    """Quotients and powers by the limit as a zero is approached from above; not a number elsewhere."""
    if any(map(math.isnan, operands)):
        return math.nan
    if operation.name == "div" and operands[0] != 0:
        return math.copysign(math.inf, operands[0])
    if operation.name == "pow" and (
        operands[0] >= 0 or operands[1] % 1 == 0
    ):  # 0 to a negative power, or an overflow
        return -math.inf if operands[0] < 0 and operands[1] % 2 else math.inf
    if operation.name in ("floor", "ceil", "round"):
        return operands[0]
    if operation.name in ("exp", "expm1", "cosh"):  # an overflow
        return math.inf
    if operation.name == "sinh":
        return math.copysign(math.inf, operands[0])
    if operation.name == "log" and operands[0] == 0:
        return -math.inf
    return math.nan


_MATH_FUNCTIONS = """exp expm1 log log2 log10 log1p sqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh
    hypot erf erfc"""


_OPERATOR_FUNCTIONS = {
    "sub": "sub",
    "mul": "mul",
    "div": "truediv",
    "neg": "neg",
    "mod": "mod",
    "abs": "abs",
}


FLOATS = Arithmetic(
    read_literal=_read_float,
    natives={
        "add": operator.add,
        **{name: getattr(operator, function) for name, function in _OPERATOR_FUNCTIONS.items()},
        **{name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")},
        **{name: getattr(math, name) for name in _MATH_FUNCTIONS.split()},
        "pow": _compute_float_power,
        "cbrt": _compute_float_cube_root,
        "sign": _compute_float_sign,
        "floor": _make_float_rounding(math.floor),
        "ceil": _make_float_rounding(math.ceil),
        "round": _make_float_rounding(round),
        "min": lambda *operands: min(operands),
        "max": lambda *operands: max(operands),
        "clamp": _clamp_float,
        "where": lambda condition, x, y: x if condition else y,
    },
    is_finite=math.isfinite,
    compute_limit=_compute_float_limit,
)
