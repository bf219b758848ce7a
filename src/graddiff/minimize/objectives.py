"""What is minimized: parameters -> the loss and its gradient, at a point or as the mean over rows."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graddiff.autodiff.result import differentiate, find_requested_lines
from graddiff.errors import VERTICAL_TANGENT, Notice, PointError
from graddiff.kernel import vector as columns
from graddiff.kernel.program import Program, compile_program
from graddiff.kernel.scalar import SCALAR_NATIVES, compile_row_function
from graddiff.language.expression import Expression
from graddiff.minimize.training_rows import Samples, shuffle_rows

KERNEL_ERRORS = (
    ArithmeticError,
    ValueError,
)  # what a kernel raises where a point is for the single-point path
CHUNK_ROWS = 4_096  # rows that are answered at once

Numbers = Sequence[float]


class Objective:
    """Parameters -> the loss and its derivatives. `notices` are kept: node -> how often, and the first one."""

    def __init__(
        self, expression: Expression, names: Sequence[str], fixed: Mapping[str, float]
    ) -> None:
        self.expression, self.names, self.fixed = expression, tuple(names), fixed
        self.wrt = [*find_requested_lines(expression, names).values()]
        self.notices: dict[str, tuple[int, Notice]] = {}

    def evaluate_single(self, theta: Numbers, row: Mapping[str, float]) -> tuple[float, ...]:
        """The single-point path. Raises PointError where a value or a derivative does not exist."""
        result = differentiate(
            self.expression, {**self.fixed, **dict(zip(self.names, theta)), **row}, self.names
        )
        for notice in result.notices:
            if notice.is_derivative_missing:
                raise PointError(notice.message, text=self.expression.text, span=notice.span)
            if notice not in self.expression.notices:
                node = f"{notice.kind} {notice.text}"
                count, first = self.notices.get(node, (0, notice))
                self.notices[node] = (count + 1, first)
        for name, slope in result.gradient.items():
            if not math.isfinite(slope):
                told = next(
                    (
                        notice.message
                        for notice in result.notices
                        if notice.kind == VERTICAL_TANGENT.name
                    ),
                    "",
                )
                raise PointError(f"the derivative by {name} is infinite{f': {told}' * bool(told)}")
        return (result.value, *result.gradient.values())


class PointObjective(Objective):
    """The loss is the expression itself."""

    def __init__(
        self, expression: Expression, names: Sequence[str], fixed: Mapping[str, float]
    ) -> None:
        super().__init__(expression, names, fixed)
        self._kernel, self._places = compile_kernel(
            compile_program(expression, fixed, self.wrt, SCALAR_NATIVES), self.names
        )

    def __call__(self, theta: Numbers) -> tuple[float, ...]:
        """The loss, and its derivative by each parameter. Raises PointError."""
        try:
            found: tuple[float, ...] = self._kernel(*[theta[place] for place in self._places])
            return found
        except KERNEL_ERRORS:
            return self.evaluate_single(theta, {})


class MeanObjective(Objective):
    """The loss is the mean of the expression over rows, whose columns are variables."""

    def __init__(
        self,
        expression: Expression,
        names: Sequence[str],
        fixed: Mapping[str, float],
        samples: Samples,
        engine: str,
    ) -> None:
        super().__init__(expression, names, fixed)
        self.samples = samples
        self._sample_kernel: Any
        if engine == "columns":
            from graddiff.minimize.training_columns import ArrayKernel

            self._sample_kernel = ArrayKernel(
                samples,
                compile_program(expression, fixed, self.wrt, columns.VECTOR_NATIVES),
                self.names,
            )
        else:
            self._sample_kernel = ListKernel(
                samples, compile_program(expression, fixed, self.wrt, SCALAR_NATIVES), self.names
            )

    def __call__(
        self, theta: Numbers, start: int = 0, stop: int | None = None, seed: str | None = None
    ) -> tuple[float, ...]:
        """The mean over the rows from `start` to `stop`, in the order of a seed or of the table, and its derivatives.
        Raises PointError with the line of a row that has none."""
        stop = self.samples.count if stop is None else stop
        totals = [0.0] * (1 + len(self.names))
        for first, piece in self._sample_kernel.read_pieces(start, stop, seed):
            sums, left = self._sample_kernel.sum_rows(theta, piece)
            totals = [total + part for total, part in zip(totals, sums)]
            for row in left:
                numbers = self._evaluate_left_row(
                    theta,
                    piece,
                    row,
                    first + row
                    if seed is None
                    else self._sample_kernel.get_order(seed)[first + row],
                )
                totals = [total + part for total, part in zip(totals, numbers)]
        return tuple([total / (stop - start) for total in totals])

    def _evaluate_left_row(
        self, theta: Numbers, piece: Sequence[Any], row: int, place: int
    ) -> tuple[float, ...]:
        """A row that the kernel leaves to the single-point path."""
        values = {name: float(column[row]) for name, column in zip(self.samples.columns, piece)}
        try:
            return self.evaluate_single(theta, values)
        except PointError as error:
            raise type(error)(
                f"{self.samples.describe_place(int(place))}: {error.message}",
                text=error.text,
                span=error.span,
                hint=error.hint,
            ) from None


class ListKernel:
    """Samples as lists of floats, and a program over them."""

    def __init__(self, samples: Samples, program: Program, parameters: Sequence[str]) -> None:
        self.samples = samples
        self._kernel, self._places = compile_kernel(program, [*parameters, *samples.columns])
        self._outputs = len(program.outputs)
        self._order: tuple[str, list[int]] = ("", [])

    def get_order(self, seed: str) -> Sequence[int]:
        """All rows in the order of a seed."""
        if self._order[0] != seed:
            self._order = (seed, shuffle_rows(seed, self.samples.count))
        return self._order[1]

    def read_pieces(
        self, start: int, stop: int, seed: str | None
    ) -> Iterator[tuple[int, list[Sequence[float]]]]:
        """The columns of some rows, in pieces."""
        width = len(self.samples.columns)
        for first in range(start, stop, CHUNK_ROWS):
            last = min(first + CHUNK_ROWS, stop)
            rows = (
                self.samples.read_rows(first, last)
                if seed is None
                else self.samples.read_selected_rows(self.get_order(seed)[first:last])
            )
            numbers = array("d")
            numbers.frombytes(rows)
            yield first, [numbers[place::width] for place in range(width)]

    def sum_rows(
        self, theta: Numbers, piece: Sequence[Sequence[float]]
    ) -> tuple[list[float], list[int]]:
        """Value and partials summed over the rows of a piece, and the rows that are left out of it."""
        size = len(piece[0])
        inputs = [*([number] * size for number in theta), *piece]
        given = [inputs[place] for place in self._places]
        if not given:  # the same for every row
            return [number * size for number in self._kernel()], []
        try:
            return [sum(column) for column in zip(*map(self._kernel, *given))], []
        except KERNEL_ERRORS:
            return self._sum_regular_rows([*zip(*given)])

    def _sum_regular_rows(self, rows: Sequence[Sequence[float]]) -> tuple[list[float], list[int]]:
        found, left = [[0.0] * self._outputs], []
        for row, numbers in enumerate(rows):
            try:
                found.append(self._kernel(*numbers))
            except KERNEL_ERRORS:
                left.append(row)
        return [sum(column) for column in zip(*found)], left


def compile_kernel(program: Program, names: Sequence[str]) -> tuple[Any, list[int]]:
    """A function of those names that the program needs, and their places."""
    return compile_row_function(program), [[*names].index(name) for name in program.inputs]
