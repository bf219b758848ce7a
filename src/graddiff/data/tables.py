"""Columns in memory -> columns of answers: the kernel for tables of any library.

from graddiff.data.tables import column_kernel

kernel = column_kernel("w*x^2", at={"w": 3})
frame.with_columns(**kernel(frame))  # a polars DataFrame, or a piece of one in map_batches
frame.map_partitions(lambda part: part.assign(**kernel(part)))  # Dask
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy

from graddiff.autodiff.result import require_finite, validate_bound_names
from graddiff.data.row_answers import RowEvaluator, RowQuestion, RowTally, parse_field_number
from graddiff.kernel.vector import VECTOR_NATIVES, ColumnKernel

FloatColumn: TypeAlias = "numpy.ndarray[Any, numpy.dtype[numpy.float64]]"  # (rows,)
RowNumbers: TypeAlias = "numpy.ndarray[Any, numpy.dtype[numpy.intp]]"


def column_kernel(
    expression: str, at: Mapping[str, float] | None = None, wrt: Sequence[str] | None = None
) -> Callable[[Any], dict[str, Any]]:
    """Returns a function of a table, whose columns bind the variables that `at` does not bind.

    A table is anything that gives an array for `table[name]`. The function returns arrays of its
    length by name: `value` and `gradient.x` for each name in `wrt` (default: all variables) as
    float64, nan where undefined, and `error`, an array of messages, empty where a row has none.
    Where a derivative follows a convention (a kink, a jump, a vertical tangent), that convention is
    used without a notice: `differentiate` at that point gives the notice.

    Raises ExpressionError if the expression cannot be parsed, UsageError if `at` binds a name that
    does not occur, or to no finite number."""
    bound = {name: require_finite(name, value) for name, value in (at or {}).items()}
    question = RowQuestion(expression, bound, None if wrt is None else tuple(wrt))
    row_evaluator = RowEvaluator(question, ())
    validate_bound_names(row_evaluator.expression, bound)
    evaluator = ColumnEvaluator(row_evaluator)
    names = row_evaluator.names

    def answer_frame(frame: Any) -> dict[str, Any]:
        inputs = {name: numpy.asarray(frame[name], dtype=numpy.float64) for name in names}
        size = len(next(iter(inputs.values()))) if inputs else len(frame)

        def read_field(row: int, name: str) -> float:
            return parse_field_number(repr(float(inputs[name][row])), name)

        outputs, errors = evaluator.answer_columns(inputs, size, RowTally(), 1, read_field)
        messages = numpy.array([error or "" for error in errors], str)
        return {**dict(zip(evaluator.result_names, outputs)), "error": messages}

    return answer_frame


class ColumnEvaluator:
    """A question about columns of float64, all of the same length."""

    def __init__(self, row_evaluator: RowEvaluator) -> None:
        self.row_evaluator = row_evaluator
        program = row_evaluator.build_program(VECTOR_NATIVES)
        self.variables = row_evaluator.names  # what the single-point path reads
        self.names = [*program.inputs]  # what the kernel reads
        self.result_names = ["value", *(f"gradient.{name}" for name in row_evaluator.wrt)]
        self._kernel = ColumnKernel(program)

    def evaluate_columns(
        self, inputs: Mapping[str, FloatColumn], size: int
    ) -> tuple[list[FloatColumn], RowNumbers]:
        """Returns the value and the derivatives, each of shape (size,), and the rows that are left.

        A row that the kernel leaves to the single-point path has arbitrary numbers."""
        outputs = [numpy.empty(size) for _ in self.result_names]
        left_mask = self._kernel([inputs[name] for name in self.names], outputs)
        if left_mask is None:
            return outputs, numpy.empty(0, numpy.intp)
        return outputs, numpy.flatnonzero(left_mask)

    def answer_columns(
        self,
        inputs: Mapping[str, FloatColumn],
        size: int,
        tally: RowTally,
        first: int,
        read: Callable[[int, str], float],
    ) -> tuple[list[FloatColumn], list[str | None]]:
        """Returns the value and the derivatives, each of shape (size,), and a message per row.

        The tally counts rows from `first`. `read` returns the value of a variable in a row, counted
        from 0, for the rows that the kernel leaves to the single-point path."""
        outputs, single_rows = self.evaluate_columns(inputs, size)
        errors: list[str | None] = [None] * size
        tally.rows += size
        for row in single_rows.tolist():
            answer = self.row_evaluator.answer_single(partial(read, row))
            tally.add_answer(first + row, answer)
            for output, number in zip(outputs, answer.numbers or [numpy.nan] * len(outputs)):
                output[row] = number
            errors[row] = answer.failure.message if answer.failure else None
        return outputs, errors
