"""Forward mode: a kind of number that carries its derivative along one direction with it (a dual number).

What an operation does to tangents is the sum of local partial times tangent over its operands, with the partials of
the one table. So the forward pass on duals is forward mode, and the reverse pass on duals gives second derivatives:
the tangents of the adjoints are the Hessian times the direction (reverse over forward).

Source: Griewank & Walther, Evaluating Derivatives, sections 3.1 and 5.1."""

from __future__ import annotations

import math
from collections.abc import Sequence

from graddiff.numbers.floats import FLOATS
from graddiff.numbers.kind import Function, Kind, Number
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, TABLE, WHERE


class Dual:
    """A value, and its derivative along the direction; None where the value does not depend on it."""

    __slots__ = ("tangent", "value")

    def __init__(self, value: Number, tangent: Number | None = None) -> None:
        self.value, self.tangent = value, tangent

    def __repr__(self) -> str:
        return str(self.value)

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.value + other.value, _sum(self.tangent, other.tangent))

    def __mul__(self, other: Dual) -> Dual:
        left = None if self.tangent is None else self.tangent * other.value
        return Dual(
            self.value * other.value,
            _sum(left, None if other.tangent is None else self.value * other.tangent),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dual) and bool(self.value == other.value)

    __hash__ = None  # type: ignore[assignment]


def _sum(left: Number | None, right: Number | None) -> Number | None:
    if left is None or right is None:
        return right if left is None else left
    return left + right


class Duals(Kind):
    """The kind of number that duals are, over another kind."""

    def __init__(self, inner: Kind = FLOATS) -> None:
        super().__init__(
            number=lambda text: Dual(inner.number(text)),
            natives={row.name: self._native(row) for row in TABLE.values()},
            finite=lambda number: isinstance(number, bool) or inner.finite(number.value),
            limit=self._limit,
            syntax={"where": "({1} if {0} else {2})"},
            reach=inner.reach,
        )
        self.inner = inner

    def ties(self, operands: Sequence[Dual], value: Dual) -> Dual:
        return Dual(super().ties(operands, value))

    def _limit(self, operation: Operation, operands: Sequence[Dual]) -> Dual:
        """The limit of a value; where it depends on the direction, how fast is unknown."""
        value = self.inner.limit(operation, [operand.value for operand in operands])
        return Dual(
            value, None if all(operand.tangent is None for operand in operands) else math.nan
        )

    def _native(self, operation: Operation) -> Function:
        def on_duals(*operands: Dual) -> Dual | bool:
            inner = self.inner
            values = [operand.value for operand in operands]
            value = inner.function(operation)(*values)
            if operation in COMPARISONS:
                return bool(value)
            tangent = None
            for slot, operand in enumerate(operands):
                if operand.tangent is not None:
                    partial = partial_at(inner, operation, slot, values, value)
                    tangent = _sum(tangent, partial * operand.tangent)
            return Dual(value, tangent)

        if operation is WHERE:
            return lambda condition, x, y: x if condition else y
        return on_duals


def partial_at(
    kind: Kind, operation: Operation, slot: int, operands: Sequence[Number], value: Number
) -> Number:
    """A local partial: by its formula, or the limit where that has no value."""
    known = kind.known(operation, slot, operands, value)
    try:
        return kind.partial(operation, slot)(**known)
    except (ArithmeticError, ValueError):
        return kind.partial_limit(operation, slot, known)
