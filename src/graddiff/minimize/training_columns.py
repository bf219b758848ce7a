"""Samples as NumPy arrays, and a program over them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy

from graddiff.data.tables import FloatColumn, RowNumbers
from graddiff.kernel.program import Program
from graddiff.kernel.vector import ColumnKernel
from graddiff.minimize.training_rows import Samples, count_index_bits

ARRAY_CHUNK_ROWS = 65_536  # rows that are answered at once: all intermediate columns stay in cache
MAX_REPEATED_SIZES = 5  # sizes for which the repeated parameters are kept

FloatMatrix: TypeAlias = "numpy.ndarray[Any, numpy.dtype[numpy.float64]]"  # (columns, rows)


class ArrayKernel:
    """Samples as columns, and a program over them. Samples in memory are kept as columns, too."""

    def __init__(self, samples: Samples, program: Program, parameters: Sequence[str]) -> None:
        self.samples, self._kernel = samples, ColumnKernel(program)
        self._theta = numpy.zeros(len(parameters))
        # Where each input of the program comes from: (is it a parameter, its place).
        self._sources = [
            (True, parameters.index(name))
            if name in parameters
            else (False, samples.columns.index(name))
            for name in program.inputs
        ]
        self._outputs = numpy.empty((len(program.outputs), 0))
        # Size -> the parameters, each as a column that repeats it so often.
        self._repeated_parameters: dict[int, list[FloatColumn]] = {}
        self._all_columns: FloatMatrix | None = None
        if samples.is_in_memory:
            self._all_columns = self._transpose_rows(samples.read_rows(0, samples.count))
        self._order: tuple[str, RowNumbers] | None = None
        self._shuffled: FloatMatrix | None = None  # all columns in that order

    def _transpose_rows(self, rows: bytes | memoryview) -> FloatMatrix:
        """Returns rows as columns, an array of shape (columns, rows)."""
        matrix = numpy.frombuffer(rows).reshape(-1, len(self.samples.columns))
        return numpy.ascontiguousarray(matrix.T)

    def get_order(self, seed: str) -> RowNumbers:
        """Returns the numbers of all rows in the order of a seed, as `shuffle_rows` gives it."""
        if self._order is None or self._order[0] != seed:
            order = shuffle_row_numbers(seed, self.samples.count)
            self._order = (seed, order)
            if self._all_columns is not None:
                self._shuffled = numpy.take(self._all_columns, order, axis=1)
        return self._order[1]

    def find_row(self, place: int, seed: str | None) -> int:
        """Returns the row at a place in the order of a seed, or of the table."""
        return place if seed is None else int(self.get_order(seed)[place])

    def read_pieces(
        self, start: int, stop: int, seed: str | None
    ) -> Iterator[tuple[int, FloatMatrix]]:
        """Yields the columns of some rows, ARRAY_CHUNK_ROWS rows at a time."""
        order = None if seed is None else self.get_order(seed)
        columns = self._all_columns if seed is None else self._shuffled
        for first in range(start, stop, ARRAY_CHUNK_ROWS):
            last = min(first + ARRAY_CHUNK_ROWS, stop)
            if columns is not None:
                yield first, columns[:, first:last]
                continue
            if order is None:
                rows = self.samples.read_rows(first, last)
            else:
                rows = self.samples.read_selected_rows(order[first:last].tolist())
            yield first, self._transpose_rows(rows)

    def sum_rows(self, theta: Sequence[float], piece: FloatMatrix) -> tuple[list[float], list[int]]:
        """Returns the loss and its derivatives, summed over a piece, and the rows left out."""
        size = piece.shape[1]
        self._theta[:] = theta  # the columns that repeat the parameters change with it
        inputs = [
            self._repeat_parameter(place, size) if is_parameter else piece[place]
            for is_parameter, place in self._sources
        ]
        if self._outputs.shape[1] != size:
            self._outputs = numpy.empty((len(self._outputs), size))
        left_mask = self._kernel(inputs, list(self._outputs))
        if left_mask is None:
            return self._outputs.sum(axis=1).tolist(), []
        sums = self._outputs.sum(axis=1, where=~left_mask)
        return sums.tolist(), numpy.flatnonzero(left_mask).tolist()

    def _repeat_parameter(self, place: int, size: int) -> FloatColumn:
        """Returns a parameter as a column that repeats it, without a copy: its stride is 0."""
        if size not in self._repeated_parameters:
            if len(self._repeated_parameters) >= MAX_REPEATED_SIZES:
                self._repeated_parameters.clear()
            width = self._theta.itemsize
            self._repeated_parameters[size] = [
                numpy.ndarray((size,), float, self._theta, offset=index * width, strides=(0,))
                for index in range(len(self._theta))
            ]
        return self._repeated_parameters[size][place]


def shuffle_row_numbers(seed: str, count: int) -> RowNumbers:
    """Returns the same as `shuffle_rows`, by NumPy: a tenth of the time."""
    # NumPy's legacy generator is the Mersenne Twister of Python's random: it takes its state over.
    generator = numpy.random.RandomState()
    _, state, _ = random.Random(seed).getstate()
    generator.set_state(("MT19937", numpy.array(state[:-1], numpy.uint32), state[-1], 0, 0.0))
    bits = count_index_bits(count)
    drawn = (generator.random_sample(count) * 2.0 ** (64 - bits)).astype(numpy.uint64)
    packed = (drawn << numpy.uint64(bits)) | numpy.arange(count, dtype=numpy.uint64)
    packed.sort()  # faster than to sort an index by its keys
    return (packed & numpy.uint64((1 << bits) - 1)).astype(numpy.intp)
