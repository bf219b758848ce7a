"""Dual numbers: a kind of number that carries its derivative along one direction with it.

The tangent of an operation is the sum of local partial times tangent over its operands, with the
partials of the one table. So the forward pass on duals is forward mode, and the reverse pass on
duals gives second derivatives: the tangents of the adjoints are the Hessian times the direction
(reverse over forward).

Source: Griewank & Walther, Evaluating Derivatives, sections 3.1 and 5.1."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from graddiff.numbers.arithmetic import SCALAR_SYNTAX, Arithmetic, Number, NumberFunction
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.order import choose_operand
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, TABLE, WHERE


class Dual:
    """A value and its tangent, the derivative along the direction; the tangent is None where the
    value does not change along it."""

    __slots__ = ("tangent", "value")

    def __init__(self, value: Number, tangent: Number | None = None) -> None:
        self.value, self.tangent = value, tangent

    def __repr__(self) -> str:
        return str(self.value)

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.value + other.value, _add_tangents(self.tangent, other.tangent))

    def __mul__(self, other: Dual) -> Dual:
        left = None if self.tangent is None else self.tangent * other.value
        right = None if other.tangent is None else self.value * other.tangent
        return Dual(self.value * other.value, _add_tangents(left, right))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dual) and bool(self.value == other.value)

    __hash__ = None  # type: ignore[assignment]


def _add_tangents(left: Number | None, right: Number | None) -> Number | None:
    if left is None or right is None:
        return right if left is None else left
    return left + right


class DualArithmetic(Arithmetic):
    """The kind of number that duals over an inner kind are."""

    syntax: Mapping[str, str] = {"where": SCALAR_SYNTAX["where"]}

    def __init__(self, inner: Arithmetic = FLOATS) -> None:
        self.inner, self.range_hint = inner, inner.range_hint
        super().__init__()

    def read_literal(self, text: str) -> Dual:
        return Dual(self.inner.read_literal(text))

    def make_natives(self) -> dict[str, NumberFunction]:
        """Returns every operation of the table: each has a rule for tangents."""
        return {row.name: self._make_native(row) for row in TABLE.values()}

    def is_finite(self, value: Dual | bool) -> bool:
        return isinstance(value, bool) or self.inner.is_finite(value.value)

    def compute_limit(self, operation: Operation, operands: Sequence[Dual]) -> Dual:
        """Returns the limit of the value; its tangent is unknown if it depends on the direction."""
        value = self.inner.compute_limit(operation, [operand.value for operand in operands])
        is_constant = all(operand.tangent is None for operand in operands)
        return Dual(value, None if is_constant else math.nan)

    def count_ties(self, operands: Sequence[Dual], value: Dual) -> Dual:
        return Dual(super().count_ties(operands, value))

    def _make_native(self, operation: Operation) -> NumberFunction:
        if operation is WHERE:
            return choose_operand

        def apply_to_duals(*operands: Dual) -> Dual | bool:
            inner = self.inner
            values = [operand.value for operand in operands]
            value = inner.get_function(operation)(*values)
            if operation in COMPARISONS:
                return bool(value)
            tangent = None
            for slot, operand in enumerate(operands):
                if operand.tangent is not None:
                    partial = inner.compute_local_partial(operation, slot, values, value)
                    tangent = _add_tangents(tangent, partial * operand.tangent)
            return Dual(value, tangent)

        return apply_to_duals
