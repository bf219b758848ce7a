"""Samples as NumPy arrays, and a program over them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy

from graddiff.kernel.program import Program
from graddiff.kernel.vector import ColumnKernel
from graddiff.minimize.training_rows import Samples, count_index_bits

ARRAY_CHUNK_ROWS = (
    65_536  # rows that are answered at once: what is between the steps stays in the cache
)


class ArrayKernel:
    """Samples as columns, and a program over them. What is in memory is kept as columns, too."""

    def __init__(self, samples: Samples, program: Program, parameters: Sequence[str]) -> None:
        self.samples, self._kernel = samples, ColumnKernel(program)
        self._theta = numpy.zeros(len(parameters))
        self._sources = [
            (0, parameters.index(name)) if name in parameters else (1, samples.columns.index(name))
            for name in program.inputs
        ]
        self._outputs = numpy.empty((len(program.outputs), 0))
        self._repeated_parameters: dict[
            int, list[Any]
        ] = {}  # size -> the parameters, each as often as there are rows
        self._all_columns = (
            self._transpose_rows(samples.read_rows(0, samples.count))
            if samples.is_in_memory
            else None
        )
        self._order: tuple[str, Any] | None = None
        self._shuffled: Any = None

    def _transpose_rows(self, rows: bytes | memoryview) -> Any:
        """Rows as columns, an array of shape (columns, rows)."""
        return numpy.ascontiguousarray(
            numpy.frombuffer(rows).reshape(-1, len(self.samples.columns)).T
        )

    def get_order(self, seed: str) -> Any:
        """All rows in the order of a seed, the same as without NumPy."""
        if self._order is None or self._order[0] != seed:
            keys = numpy.random.RandomState()
            _, state, _ = random.Random(seed).getstate()
            keys.set_state(("MT19937", numpy.array(state[:-1], numpy.uint32), state[-1], 0, 0.0))
            count, bits = self.samples.count, count_index_bits(self.samples.count)
            drawn = (keys.random_sample(count) * 2.0 ** (64 - bits)).astype(numpy.uint64)
            packed = (drawn << numpy.uint64(bits)) | numpy.arange(count, dtype=numpy.uint64)
            packed.sort()  # faster than to sort an index by its keys
            order = (packed & numpy.uint64((1 << bits) - 1)).astype(numpy.intp)
            self._order = (seed, order)
            self._shuffled = (
                None if self._all_columns is None else numpy.take(self._all_columns, order, axis=1)
            )
        return self._order[1]

    def read_pieces(self, start: int, stop: int, seed: str | None) -> Any:
        """The columns of some rows, in pieces that stay in the cache."""
        order = None if seed is None else self.get_order(seed)
        whole = self._all_columns if seed is None else self._shuffled
        for first in range(start, stop, ARRAY_CHUNK_ROWS):
            last = min(first + ARRAY_CHUNK_ROWS, stop)
            if whole is not None:
                yield first, whole[:, first:last]
            elif order is not None:
                yield (
                    first,
                    self._transpose_rows(self.samples.read_selected_rows(order[first:last])),
                )
            else:
                yield first, self._transpose_rows(self.samples.read_rows(first, last))

    def sum_rows(self, theta: Sequence[float], matrix: Any) -> tuple[list[float], list[int]]:
        """Value and partials summed over the rows of a piece, and the rows that are left out of it."""
        size = matrix.shape[1]
        self._theta[:] = theta
        inputs = [
            self._repeat_parameter(place, size) if not kind else matrix[place]
            for kind, place in self._sources
        ]
        if self._outputs.shape[1] != size:
            self._outputs = numpy.empty((len(self._outputs), size))
        left = self._kernel(inputs, list(self._outputs))
        if left is None:
            return self._outputs.sum(axis=1).tolist(), []
        return self._outputs.sum(axis=1, where=~left).tolist(), numpy.flatnonzero(left).tolist()

    def _repeat_parameter(self, place: int, size: int) -> Any:
        """A parameter as a column that repeats it."""
        if size not in self._repeated_parameters:
            if len(self._repeated_parameters) > 4:
                self._repeated_parameters.clear()
            self._repeated_parameters[size] = [
                numpy.ndarray(
                    (size,), float, self._theta, offset=index * self._theta.itemsize, strides=(0,)
                )
                for index in range(len(self._theta))
            ]
        return self._repeated_parameters[size][place]
