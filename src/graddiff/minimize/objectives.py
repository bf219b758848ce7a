"""Losses: parameters -> the loss and its gradient, at a point or as a mean over rows."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from graddiff.autodiff.result import differentiate, find_requested_lines
from graddiff.errors import VERTICAL_TANGENT, Notice, PointError
from graddiff.kernel.program import Program, compile_program
from graddiff.kernel.scalar import SCALAR_NATIVES, compile_row_function
from graddiff.kernel.vector import VECTOR_NATIVES
from graddiff.language.expression import Expression
from graddiff.minimize.training_rows import Samples, shuffle_rows

# What a kernel raises where it leaves a point to the single-point path.
KERNEL_ERRORS = (ArithmeticError, ValueError)
CHUNK_ROWS = 4_096  # rows that are answered at once

Numbers = Sequence[float]
Piece = TypeVar("Piece")


class Objective:
    """Parameters -> the loss and its derivatives.

    `names` are the parameters, `fixed` the other bindings. `notices` collects the notices of the
    single-point path: kind and node -> how often, and the first one."""

    def __init__(
        self, expression: Expression, names: Sequence[str], fixed: Mapping[str, float]
    ) -> None:
        self.expression, self.names, self.fixed = expression, tuple(names), fixed
        self.wrt_lines = [*find_requested_lines(expression, names).values()]
        self.notices: dict[str, tuple[int, Notice]] = {}

    def evaluate_single(self, theta: Numbers, row: Mapping[str, float]) -> tuple[float, ...]:
        """Returns the loss and its derivatives by the single-point path.

        Raises PointError where the value or a derivative is undefined or infinite."""
        at = {**self.fixed, **dict(zip(self.names, theta)), **row}
        result = differentiate(self.expression, at, self.names)
        for notice in result.notices:
            if notice.is_derivative_missing:
                raise PointError(notice.message, text=self.expression.text, span=notice.span)
            # Notices about the expression itself are listed once, at the end of the run.
            if notice not in self.expression.notices:
                self._count_notice(notice)
        for name, slope in result.gradient.items():
            if not math.isfinite(slope):
                raise make_infinite_error(name, result.notices)
        return (result.value, *result.gradient.values())

    def _count_notice(self, notice: Notice) -> None:
        node = f"{notice.kind} {notice.text}"
        count, first = self.notices.get(node, (0, notice))
        self.notices[node] = (count + 1, first)


def make_infinite_error(name: str, notices: Sequence[Notice]) -> PointError:
    """Returns the error for an infinite derivative, with the notice that explains it."""
    reasons = [notice.message for notice in notices if notice.kind == VERTICAL_TANGENT.name]
    reason = f": {reasons[0]}" if reasons else ""
    return PointError(f"the derivative by {name} is infinite{reason}")


class PointObjective(Objective):
    """The loss is the expression itself."""

    def __init__(
        self, expression: Expression, names: Sequence[str], fixed: Mapping[str, float]
    ) -> None:
        super().__init__(expression, names, fixed)
        program = compile_program(expression, fixed, self.wrt_lines, SCALAR_NATIVES)
        self._kernel, self._places = compile_kernel(program, self.names)

    def __call__(self, theta: Numbers) -> tuple[float, ...]:
        """Returns the loss, then its derivative by each parameter. Raises PointError."""
        try:
            return self._kernel(*[theta[place] for place in self._places])
        except KERNEL_ERRORS:
            return self.evaluate_single(theta, {})


class SampleKernel(Protocol[Piece]):
    """A program over samples, which it takes in pieces of a type of its own.

    A piece has the columns as its items, each a sequence of the numbers of some rows."""

    def find_row(self, place: int, seed: str | None) -> int:
        """Returns the row at a place in the order of a seed, or of the table."""

    def read_pieces(self, start: int, stop: int, seed: str | None) -> Iterator[tuple[int, Piece]]:
        """Yields the rows from `start` to `stop`, in pieces, each with the place of its first row.

        Places are counted in the order of a seed, or of the table."""

    def sum_rows(self, theta: Numbers, piece: Piece) -> tuple[list[float], list[int]]:
        """Returns the loss and its derivatives, summed over a piece, and the rows left out of them.

        Those rows, counted in the piece, are left to the single-point path."""


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
        self._sample_kernel: SampleKernel[Any]
        natives = VECTOR_NATIVES if engine == "columns" else SCALAR_NATIVES
        program = compile_program(expression, fixed, self.wrt_lines, natives)
        if engine == "columns":
            from graddiff.minimize.training_columns import ArrayKernel  # imports numpy

            self._sample_kernel = ArrayKernel(samples, program, self.names)
        else:
            self._sample_kernel = ListKernel(samples, program, self.names)

    def __call__(
        self, theta: Numbers, start: int = 0, stop: int | None = None, seed: str | None = None
    ) -> tuple[float, ...]:
        """Returns the mean over the rows from `start` to `stop`, then its derivatives.

        The rows are counted in the order of a seed, or of the table. Raises PointError with the
        line of a row where the loss is undefined."""
        stop = self.samples.count if stop is None else stop
        totals = [0.0] * (1 + len(self.names))
        for first, piece in self._sample_kernel.read_pieces(start, stop, seed):
            sums, single_rows = self._sample_kernel.sum_rows(theta, piece)
            totals = [total + part for total, part in zip(totals, sums)]
            for index in single_rows:
                row = self._sample_kernel.find_row(first + index, seed)
                numbers = self._evaluate_single_row(theta, piece, index, row)
                totals = [total + part for total, part in zip(totals, numbers)]
        return tuple([total / (stop - start) for total in totals])

    def _evaluate_single_row(
        self, theta: Numbers, piece: Sequence[Numbers], index: int, row: int
    ) -> tuple[float, ...]:
        """Answers a row by the single-point path: one of a piece, and of the table."""
        values = {name: float(column[index]) for name, column in zip(self.samples.columns, piece)}
        try:
            return self.evaluate_single(theta, values)
        except PointError as error:
            raise type(error)(
                f"{self.samples.describe_place(row)}: {error.message}",
                text=error.text,
                span=error.span,
                hint=error.hint,
            ) from None


LossFunction = PointObjective | MeanObjective


class ListKernel:
    """Samples as arrays of the standard library, and a program over them."""

    def __init__(self, samples: Samples, program: Program, parameters: Sequence[str]) -> None:
        self.samples = samples
        self._kernel, self._places = compile_kernel(program, [*parameters, *samples.columns])
        self._output_count = len(program.outputs)
        self._order: tuple[str, list[int]] = ("", [])

    def get_order(self, seed: str) -> list[int]:
        """Returns the numbers of all rows in the order of a seed; the last order is kept."""
        if self._order[0] != seed:
            self._order = (seed, shuffle_rows(seed, self.samples.count))
        return self._order[1]

    def find_row(self, place: int, seed: str | None) -> int:
        """Returns the row at a place in the order of a seed, or of the table."""
        return place if seed is None else self.get_order(seed)[place]

    def read_pieces(
        self, start: int, stop: int, seed: str | None
    ) -> Iterator[tuple[int, list[array[float]]]]:
        """Yields the columns of some rows, CHUNK_ROWS rows at a time."""
        width = len(self.samples.columns)
        for first in range(start, stop, CHUNK_ROWS):
            last = min(first + CHUNK_ROWS, stop)
            if seed is None:
                rows = self.samples.read_rows(first, last)
            else:
                rows = self.samples.read_selected_rows(self.get_order(seed)[first:last])
            numbers = array("d")
            numbers.frombytes(rows)
            yield first, [numbers[place::width] for place in range(width)]

    def sum_rows(self, theta: Numbers, piece: Sequence[Numbers]) -> tuple[list[float], list[int]]:
        """Returns the loss and its derivatives, summed over a piece, and the rows left out."""
        size = len(piece[0])
        inputs = [*([number] * size for number in theta), *piece]
        needed = [inputs[place] for place in self._places]
        if not needed:  # the loss is the same for every row
            return [number * size for number in self._kernel()], []
        try:
            return [sum(column) for column in zip(*map(self._kernel, *needed))], []
        except KERNEL_ERRORS:  # raised by a row: the others are summed one by one
            return self._sum_regular_rows([*zip(*needed)])

    def _sum_regular_rows(self, rows: Sequence[Numbers]) -> tuple[list[float], list[int]]:
        results: list[Numbers] = [[0.0] * self._output_count]
        single_rows = []
        for index, numbers in enumerate(rows):
            try:
                results.append(self._kernel(*numbers))
            except KERNEL_ERRORS:
                single_rows.append(index)
        return [sum(column) for column in zip(*results)], single_rows


def compile_kernel(
    program: Program, names: Sequence[str]
) -> tuple[Callable[..., tuple[float, ...]], list[int]]:
    """Returns a function of the inputs of a program, and the places of these inputs in `names`."""
    return compile_row_function(program), [[*names].index(name) for name in program.inputs]
