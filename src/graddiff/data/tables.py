"""Columns in memory -> columns of answers: the kernel for whoever has a table already, of whatever library.

from graddiff.data.tables import column_kernel

kernel = column_kernel("w*x^2", at={"w": 3})
frame.with_columns(**kernel(frame))  # a polars DataFrame, or a piece of one in map_batches
frame.map_partitions(lambda part: part.assign(**kernel(part)))  # Dask
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy

from graddiff.autodiff.result import check_bound, finite
from graddiff.data.row_answers import Answers, Question, Tally, number
from graddiff.kernel import vector as columns


def column_kernel(
    expression: str, at: Mapping[str, float] | None = None, wrt: Sequence[str] | None = None
) -> Callable[[Any], dict[str, Any]]:
    """A function of a table, from whose columns the variables that `at` does not bind take their values: anything that
    gives an array for `table[name]`. It gives arrays of float64 by name, `value` and `gradient.x` for each name in
    `wrt` (default: all variables), nan where there is none, and `error`, an array of messages, empty where all is well.
    Where a derivative is a matter of convention (a kink, a jump, a vertical tangent) the one that is agreed on is used,
    and nothing tells of it: `differentiate` at that point does.

    Raises ExpressionError if the expression cannot be read, UsageError if `at` binds a name that does not occur, or to
    no finite number."""
    bound = {name: finite(name, value) for name, value in (at or {}).items()}
    answers = Answers(Question(expression, bound, None if wrt is None else tuple(wrt)), ())
    check_bound(answers.expression, bound)
    table = Table(answers)

    def kernel(frame: Any) -> dict[str, Any]:
        found = {name: numpy.asarray(frame[name], dtype=numpy.float64) for name in answers.names}
        size = len(next(iter(found.values()))) if found else len(frame)

        def read(row: int, name: str) -> float:
            return number(repr(float(found[name][row])), name)

        outputs, errors = table.whole(found, size, Tally(), 1, read)
        return {
            **dict(zip(table.results, outputs)),
            "error": numpy.array([error or "" for error in errors], str),
        }

    return kernel


class Table:
    """A question over columns of float64."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        program = answers.program(columns.NATIVES)
        self.variables = answers.names  # what the single-point path reads
        self.names = [*program.inputs]  # what the kernel reads
        self.results = ["value", *(f"gradient.{name}" for name in answers.wrt)]
        self._columns = columns.Columns(program)

    def answer(self, inputs: Mapping[str, Any], size: int) -> tuple[list[Any], Any]:
        """Arrays with value and derivatives, and the rows that are for the single-point path."""
        outputs = [numpy.empty(size) for _ in self.results]
        left = self._columns([inputs[name] for name in self.names], outputs)
        return outputs, numpy.empty(0, int) if left is None else numpy.flatnonzero(left)

    def whole(
        self,
        inputs: Mapping[str, Any],
        size: int,
        tally: Tally,
        first: int,
        read: Callable[[int, str], float],
    ) -> tuple[list[Any], list[str | None]]:
        """Arrays with all answers, and the messages; rows are counted from `first`, and what the kernel leaves to the
        single-point path is read by `read`."""
        outputs, left = self.answer(inputs, size)
        errors: list[str | None] = [None] * size
        tally.rows += size
        for row in left.tolist():
            answer = self.answers.alone(partial(read, row))
            tally.add(first + row, answer)
            for output, found in zip(outputs, answer.numbers or [numpy.nan] * len(outputs)):
                output[row] = found
            errors[row] = answer.failure.message if answer.failure else None
        return outputs, errors
