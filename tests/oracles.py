"""What the operations are, said once more by somebody else: mpmath, at 30 digits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import mp, mpf

from graddiff import Expression
from graddiff.operations.table import NUMBER, VARIABLE

mp.dps = 30

CONSTANTS = {"pi": mp.pi, "e": mp.e, "tau": 2 * mp.pi}

ORACLES: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "sub": lambda x, y: x - y,
    "mul": lambda x, y: x * y,
    "div": lambda x, y: x / y,
    "neg": lambda x: -x,
    "pow": mpmath.power,
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "log2": lambda x: mpmath.log(x, 2),
    "log10": mpmath.log10,
    "log1p": lambda x: mpmath.log(1 + x),
    "sqrt": mpmath.sqrt,
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "abs": abs,
    "sign": mpmath.sign,
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "round": mpmath.nint,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "sec": mpmath.sec,
    "csc": mpmath.csc,
    "cot": mpmath.cot,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "atan": mpmath.atan,
    "asec": mpmath.asec,
    "acsc": mpmath.acsc,
    "acot": lambda x: mp.pi / 2 - mpmath.atan(x),
    "atan2": mpmath.atan2,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "tanh": mpmath.tanh,
    "sech": mpmath.sech,
    "csch": mpmath.csch,
    "coth": mpmath.coth,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "atanh": mpmath.atanh,
    "asech": mpmath.asech,
    "acsch": mpmath.acsch,
    "acoth": mpmath.acoth,
    "min": min,
    "max": max,
    "clamp": lambda x, a, b: min(max(x, a), b) if a <= b else mpmath.nan,
    "hypot": mpmath.hypot,
    "mod": lambda x, y: x - y * mpmath.floor(x / y),
    "relu": lambda x: max(x, mpf(0)),
    "leaky_relu": lambda x, a: x if x > 0 else a * x,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "gelu": lambda x: x * mpmath.ncdf(x),
    "erf": mpmath.erf,
    "erfc": mpmath.erfc,
    "logaddexp": lambda x, y: mpmath.log(mpmath.exp(x) + mpmath.exp(y)),
    "step": lambda x: mpf(x > 0),
    "where": lambda c, x, y: x if c else y,
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
    "eq": lambda x, y: x == y,
    "ne": lambda x, y: x != y,
}


def value(expression: Expression, at: dict[str, Any]) -> Any:
    """An expression evaluated by mpmath."""
    names = {line: name for name, line in expression.variables.items()}
    values: list[Any] = []
    for line, (operation, operands) in enumerate(zip(expression.operations, expression.operands)):
        if operation is VARIABLE:
            values.append(mpf(at[names[line]]))
        elif operation is NUMBER:
            text = expression.literals[line]
            values.append(CONSTANTS[text] + 0 if text in CONSTANTS else mpf(text))
        else:
            values.append(ORACLES[operation.name](*(values[operand] for operand in operands)))
    return values[expression.output]


def slope(function: Callable[..., Any], point: tuple[float, ...], slot: int) -> Any:
    """The derivative of a function by one operand: mpmath's numerical derivative, at 30 digits."""
    exact = [mpf(operand) for operand in point]
    with mp.workdps(45):
        return mpmath.diff(
            lambda x: function(*exact[:slot], x, *exact[slot + 1 :]), exact[slot], h=mpf(10) ** -18
        )
