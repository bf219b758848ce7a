"""Taylor series: a kind of number that is a power series in the distance from a point, as long as it is asked for.

An operation h of series obeys h' = sum of its local partials times the slopes of its operands, so each coefficient of h
follows from earlier ones and from the partials, which are series again. The partials are those of the one table.

Source: Griewank & Walther, Evaluating Derivatives, section 13.2."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graddiff.numbers.floats import FLOATS
from graddiff.numbers.kind import Function, Kind, Number
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, TABLE, WHERE


class Series:
    """Coefficients, found one after the other; `step` gives number k from those before it, None for a constant."""

    __slots__ = ("_found", "_step", "constant")

    def __init__(
        self, first: Number, step: Callable[[int], Number] | None = None, zero: Number = 0
    ) -> None:
        self._found, self.constant = [first], step is None
        self._step = step or (lambda k: zero)

    def __getitem__(self, k: int) -> Number:
        while len(self._found) <= k:
            self._found.append(self._step(len(self._found)))
        return self._found[k]

    def __repr__(self) -> str:
        return str(self[0])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Series) and bool(self[0] == other[0])

    __hash__ = None  # type: ignore[assignment]


class SeriesKind(Kind):
    """The kind of number that series over another kind are."""

    def __init__(self, inner: Kind = FLOATS) -> None:
        super().__init__(
            number=lambda text: self.constant(inner.number(text)),
            natives={row.name: self._native(row) for row in TABLE.values()},
            finite=lambda series: isinstance(series, bool) or inner.finite(series[0]),
            limit=lambda operation, operands: self.constant(
                inner.limit(operation, [o[0] for o in operands])
            ),
            syntax={"where": "({1} if {0} else {2})"},
            reach=inner.reach,
        )
        self.inner, self.zero = inner, inner.number("0")
        # Each operation on the same series is found once: sin and cos, each the partial of the other, meet again.
        self._known: dict[tuple[object, ...], tuple[Series | bool, tuple[Series, ...]]] = {}

    def constant(self, value: Number) -> Series:
        return Series(value, zero=self.zero)

    def variable(self, value: Number) -> Series:
        """The point, plus the distance from it."""
        one = self.inner.number("1")
        return Series(value, lambda k: one if k == 1 else self.zero)

    def ties(self, operands: Sequence[Series], value: Series) -> Series:
        return self.constant(super().ties(operands, value))

    def _native(self, operation: Operation) -> Function:
        if operation is WHERE:
            return lambda condition, x, y: x if condition else y

        def on_series(*operands: Series) -> Series | bool:
            key = (operation, *map(id, operands))
            if key not in self._known:
                self._known[key] = (self._made(operation, operands), operands)
            return self._known[key][0]

        return on_series

    def _made(self, operation: Operation, operands: tuple[Series, ...]) -> Series | bool:
        value = self.inner.function(operation)(*[operand[0] for operand in operands])
        if operation in COMPARISONS:
            return bool(value)
        if all(operand.constant for operand in operands):
            return self.constant(value)
        arithmetic = _STEPS.get(operation.name)
        varying = [(slot, operand) for slot, operand in enumerate(operands) if not operand.constant]
        partials: list[Series] = []

        def step(k: int) -> Number:
            if arithmetic is not None:
                return arithmetic(k, *operands, made)
            for slot, _ in varying[len(partials) :]:
                partials.append(
                    self.partial(operation, slot)(**self.known(operation, slot, operands, made))
                )
            total = self.zero
            for (_, operand), partial in zip(varying, partials):
                for j in range(1, k + 1):
                    total = total + j * operand[j] * partial[k - j]
            return total / k

        made = Series(value, step)
        return made


def _product(k: int, x: Series, y: Series, h: Series) -> Number:
    total = x[0] * y[k]
    for j in range(1, k + 1):
        total = total + x[j] * y[k - j]
    return total


def _quotient(k: int, x: Series, y: Series, h: Series) -> Number:
    total = x[k]
    for j in range(1, k + 1):
        total = total - y[j] * h[k - j]
    return total / y[0]


# The arithmetic that the rules themselves are written in.
_STEPS: dict[str, Callable[..., Number]] = {
    "add": lambda k, x, y, h: x[k] + y[k],
    "sub": lambda k, x, y, h: x[k] - y[k],
    "neg": lambda k, x, h: -x[k],
    "mul": _product,
    "div": _quotient,
}
