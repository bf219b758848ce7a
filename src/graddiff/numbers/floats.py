"""Floats: Python's own, IEEE 754 binary64."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence

from graddiff.numbers.kind import Kind
from graddiff.operations.row import Operation

CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau}


def _float(text: str) -> float:
    return CONSTANTS[text] if text in CONSTANTS else float(text)


def _clamp(x: float, a: float, b: float) -> float:
    if a > b:
        raise ValueError
    return min(max(x, a), b)


def _cbrt(x: float) -> float:
    """The cube root, exact where it is a whole number, which the C library does not promise."""
    root = math.cbrt(x)
    nearest = float(round(root)) if math.isfinite(root) else root
    return nearest if nearest * nearest * nearest == x else root


def _pow(x: float, y: float) -> float:
    """The power; a square as a product, which is rounded only once."""
    return x * x if y == 2 else math.pow(x, y)


def _sign(x: float) -> float:
    return 1.0 if x > 0 else -1.0 if x < 0 else 0.0


def _whole(rounded: Callable[[float], int]) -> Callable[[float], float]:
    """A whole number near x as a float, -0.0 for a negative x, as IEEE 754 has it."""
    return lambda x: math.copysign(rounded(x), x)


def _float_limit(operation: Operation, operands: Sequence[float]) -> float:
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


_BY_MATH = """exp expm1 log log2 log10 log1p sqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh
    hypot erf erfc"""


_BY_OPERATOR = {
    "sub": "sub",
    "mul": "mul",
    "div": "truediv",
    "neg": "neg",
    "mod": "mod",
    "abs": "abs",
}


FLOATS = Kind(
    number=_float,
    natives={
        "add": operator.add,
        **{name: getattr(operator, function) for name, function in _BY_OPERATOR.items()},
        **{name: getattr(operator, name) for name in ("lt", "le", "gt", "ge", "eq", "ne")},
        **{name: getattr(math, name) for name in _BY_MATH.split()},
        "pow": _pow,
        "cbrt": _cbrt,
        "sign": _sign,
        "floor": _whole(math.floor),
        "ceil": _whole(math.ceil),
        "round": _whole(round),
        "min": lambda *operands: min(operands),
        "max": lambda *operands: max(operands),
        "clamp": _clamp,
        "where": lambda condition, x, y: x if condition else y,
    },
    finite=math.isfinite,
    limit=_float_limit,
)
