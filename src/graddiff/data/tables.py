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

from graddiff.autodiff.result import require_finite, validate_bound_names
from graddiff.data.row_answers import RowEvaluator, RowQuestion, RowTally, parse_field_number
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
    bound = {name: require_finite(name, value) for name, value in (at or {}).items()}
    answers = RowEvaluator(RowQuestion(expression, bound, None if wrt is None else tuple(wrt)), ())
    validate_bound_names(answers.expression, bound)
    table = ColumnEvaluator(answers)

    def answer_frame(frame: Any) -> dict[str, Any]:
        found = {name: numpy.asarray(frame[name], dtype=numpy.float64) for name in answers.names}
        size = len(next(iter(found.values()))) if found else len(frame)

        def read_field(row: int, name: str) -> float:
            return parse_field_number(repr(float(found[name][row])), name)

        outputs, errors = table.answer_columns(found, size, RowTally(), 1, read_field)
        return {
            **dict(zip(table.result_names, outputs)),
            "error": numpy.array([error or "" for error in errors], str),
        }

    return answer_frame


class ColumnEvaluator:
    """A question over columns of float64."""

    def __init__(self, answers: RowEvaluator) -> None:
        self.row_evaluator = answers
        program = answers.build_program(columns.VECTOR_NATIVES)
        self.variables = answers.names  # what the single-point path reads
        self.names = [*program.inputs]  # what the kernel reads
        self.result_names = ["value", *(f"gradient.{name}" for name in answers.wrt)]
        self._kernel = columns.ColumnKernel(program)

    def evaluate_columns(self, inputs: Mapping[str, Any], size: int) -> tuple[list[Any], Any]:
        """Arrays with value and derivatives, and the rows that are for the single-point path."""
        outputs = [numpy.empty(size) for _ in self.result_names]
        left = self._kernel([inputs[name] for name in self.names], outputs)
        return outputs, numpy.empty(0, int) if left is None else numpy.flatnonzero(left)

    def answer_columns(
        self,
        inputs: Mapping[str, Any],
        size: int,
        tally: RowTally,
        first: int,
        read: Callable[[int, str], float],
    ) -> tuple[list[Any], list[str | None]]:
        """Arrays with all answers, and the messages; rows are counted from `first`, and what the kernel leaves to the
        single-point path is read by `read`."""
        outputs, left = self.evaluate_columns(inputs, size)
        errors: list[str | None] = [None] * size
        tally.rows += size
        for row in left.tolist():
            answer = self.row_evaluator.answer_single(partial(read, row))
            tally.add_answer(first + row, answer)
            for output, found in zip(outputs, answer.numbers or [numpy.nan] * len(outputs)):
                output[row] = found
            errors[row] = answer.failure.message if answer.failure else None
        return outputs, errors
