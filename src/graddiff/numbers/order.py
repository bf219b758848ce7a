"""Operations that only compare and choose: they serve every kind of number that has an order."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from graddiff.operations.table import COMPARISONS

Operand = Any  # of any kind of number that has an order


def _find_smallest(*operands: Operand) -> Operand:
    """Returns the smallest operand; of a single one, which min() would take for a list, too."""
    return min(operands)


def _find_largest(*operands: Operand) -> Operand:
    return max(operands)


def _clamp_number(x: Operand, a: Operand, b: Operand) -> Operand:
    if a > b:
        raise ValueError
    return min(max(x, a), b)


def choose_operand(condition: Operand, x: Operand, y: Operand) -> Operand:
    """Returns the operand that a `where` chooses."""
    return x if condition else y


ORDER_FUNCTIONS: dict[str, Callable[..., Operand]] = {
    **{comparison.name: getattr(operator, comparison.name) for comparison in COMPARISONS},
    "min": _find_smallest,
    "max": _find_largest,
    "clamp": _clamp_number,
    "where": choose_operand,
}
