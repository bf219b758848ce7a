"""Taylor series: a kind of number that is a power series in the distance from a point.

An operation h of series obeys h' = sum of its local partials times the slopes of its operands, so
each coefficient of h follows from earlier ones and from the partials, which are series again. The
partials are those of the one table. Coefficients are computed when they are asked for.

Source: Griewank & Walther, Evaluating Derivatives, section 13.2."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from graddiff.numbers.arithmetic import SCALAR_SYNTAX, Arithmetic, Number, NumberFunction
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.order import choose_operand
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, TABLE, WHERE


class TaylorSeries:
    """The coefficients of a series, from that of degree 0.

    `compute_coefficient` returns the coefficient of degree k, after all of lower degree are there;
    it is None for a constant."""

    __slots__ = ("_coefficients", "_compute_coefficient", "is_constant")

    def __init__(
        self,
        first: Number,
        compute_coefficient: Callable[[int], Number] | None = None,
        zero: Number = 0,
    ) -> None:
        self._coefficients, self.is_constant = [first], compute_coefficient is None
        self._compute_coefficient = compute_coefficient or (lambda k: zero)

    def __getitem__(self, k: int) -> Number:
        while len(self._coefficients) <= k:
            self._coefficients.append(self._compute_coefficient(len(self._coefficients)))
        return self._coefficients[k]

    def __repr__(self) -> str:
        return str(self[0])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TaylorSeries) and bool(self[0] == other[0])

    __hash__ = None  # type: ignore[assignment]


OperationKey = tuple[object, ...]  # an operation and the ids of its operands
SeriesOrBool = TaylorSeries | bool


class TaylorArithmetic(Arithmetic):
    """The kind of number that series over an inner kind are."""

    syntax: Mapping[str, str] = {"where": SCALAR_SYNTAX["where"]}

    def __init__(self, inner: Arithmetic = FLOATS) -> None:
        self.inner, self.range_hint = inner, inner.range_hint
        self.zero = inner.read_literal("0")
        super().__init__()
        # Each operation on the same series is made once. Without this, sin and cos, each the
        # partial of the other, would start a new series for every coefficient. The operands are
        # kept beside the result, so that no other series gets their id.
        self._results: dict[OperationKey, tuple[SeriesOrBool, tuple[TaylorSeries, ...]]] = {}

    def read_literal(self, text: str) -> TaylorSeries:
        return self.make_constant(self.inner.read_literal(text))

    def make_natives(self) -> dict[str, NumberFunction]:
        """Returns every operation of the table: the coefficients follow from its partials."""
        return {row.name: self._make_native(row) for row in TABLE.values()}

    def is_finite(self, value: TaylorSeries | bool) -> bool:
        return isinstance(value, bool) or self.inner.is_finite(value[0])

    def compute_limit(self, operation: Operation, operands: Sequence[TaylorSeries]) -> TaylorSeries:
        limit = self.inner.compute_limit(operation, [operand[0] for operand in operands])
        return self.make_constant(limit)

    def make_constant(self, value: Number) -> TaylorSeries:
        """Returns the series of a number."""
        return TaylorSeries(value, zero=self.zero)

    def make_variable(self, value: Number) -> TaylorSeries:
        """Returns the series of a variable: the point, plus the distance from it."""
        slope = self.inner.read_literal("1")
        return TaylorSeries(value, lambda k: slope if k == 1 else self.zero)

    def count_ties(self, operands: Sequence[TaylorSeries], value: TaylorSeries) -> TaylorSeries:
        return self.make_constant(super().count_ties(operands, value))

    def _make_native(self, operation: Operation) -> NumberFunction:
        if operation is WHERE:
            return choose_operand

        def apply_to_series(*operands: TaylorSeries) -> SeriesOrBool:
            key = (operation, *map(id, operands))
            if key not in self._results:
                self._results[key] = (self._make_series(operation, operands), operands)
            return self._results[key][0]

        return apply_to_series

    def _make_series(
        self, operation: Operation, operands: tuple[TaylorSeries, ...]
    ) -> SeriesOrBool:
        """Returns the series of an operation, whose coefficients wait until they are needed."""
        value = self.inner.get_function(operation)(*[operand[0] for operand in operands])
        if operation in COMPARISONS:
            return bool(value)
        if all(operand.is_constant for operand in operands):
            return self.make_constant(value)
        coefficient_rule = _COEFFICIENT_RULES.get(operation.name)
        varying = [
            (slot, operand) for slot, operand in enumerate(operands) if not operand.is_constant
        ]
        partials: list[TaylorSeries] = []

        def compute_coefficient(k: int) -> Number:
            if coefficient_rule is not None:
                return coefficient_rule(k, *operands, series)
            # The partials are series, too, and wait until the first coefficient needs them.
            for slot, _ in varying[len(partials) :]:
                rule_values = self.bind_rule_variables(operation, slot, operands, series)
                partials.append(self.get_partial(operation, slot)(**rule_values))
            # k times the coefficient of h is that of h' of degree k - 1.
            total = self.zero
            for (_, operand), partial in zip(varying, partials):
                for j in range(1, k + 1):
                    total = total + j * operand[j] * partial[k - j]
            return total / k

        series = TaylorSeries(value, compute_coefficient)
        return series


def _compute_product_coefficient(
    k: int, x: TaylorSeries, y: TaylorSeries, h: TaylorSeries
) -> Number:
    total = x[0] * y[k]
    for j in range(1, k + 1):
        total = total + x[j] * y[k - j]
    return total


def _compute_quotient_coefficient(
    k: int, x: TaylorSeries, y: TaylorSeries, h: TaylorSeries
) -> Number:
    total = x[k]
    for j in range(1, k + 1):
        total = total - y[j] * h[k - j]
    return total / y[0]


# Rules for the operations that the partials themselves are written in.
_COEFFICIENT_RULES: dict[str, Callable[..., Number]] = {
    "add": lambda k, x, y, h: x[k] + y[k],
    "sub": lambda k, x, y, h: x[k] - y[k],
    "neg": lambda k, x, h: -x[k],
    "mul": _compute_product_coefficient,
    "div": _compute_quotient_coefficient,
}
