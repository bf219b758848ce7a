"""An expression and its rows: a kernel for most of them, and the single-point path for what is awkward."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from graddiff.autodiff.result import differentiate, find_requested_lines, require_finite
from graddiff.errors import FileError, GraddiffError, Notice, Span
from graddiff.kernel import scalar as rows
from graddiff.kernel.program import Program, compile_program
from graddiff.language.expression import Expression
from graddiff.language.parser import parse


class RowQuestion(NamedTuple):
    """What is asked of every row: the expression, the bindings that all rows share, the names to differentiate by (None
    for all variables), and the one number that is wanted (`value`, `gradient`), if it is only one."""

    text: str
    fixed: Mapping[str, float]
    wrt: tuple[str, ...] | None = None
    only: str | None = None


class RowFailure(NamedTuple):
    """Why a row has no answer, or not a whole one."""

    kind: str
    message: str
    code: int
    span: Span | None = None


class RowAnswer(NamedTuple):
    """The value and the derivatives, nan for what is undefined, None if there is no value; and what is to be said."""

    numbers: Sequence[float] | None
    failure: RowFailure | None
    notices: Sequence[Notice] = ()


class RowTally:
    """What has come of the rows so far."""

    def __init__(self) -> None:
        self.rows = self.failed = self.code = 0
        self.first_failure: tuple[int, str] | None = None  # line and message of the first failure
        self.notices: dict[
            str, tuple[int, int, str]
        ] = {}  # node -> first line, number of rows, first message

    def add_answer(self, line: int, answer: RowAnswer) -> None:
        """Takes note of a row that went through the single-point path."""
        if answer.failure:
            self.failed += 1
            self.code = max(self.code, answer.failure.code)
            self.first_failure = self.first_failure or (line, answer.failure.message)
        for notice in answer.notices:
            self._count_notice(
                f"{notice.kind} {notice.text}", line, 1, f"{notice.kind}: {notice.message}"
            )

    def add_tally(self, later: RowTally) -> None:
        """Takes in what has come of later rows."""
        self.rows += later.rows
        self.failed += later.failed
        self.code = max(self.code, later.code)
        self.first_failure = self.first_failure or later.first_failure
        for node, told in later.notices.items():
            self._count_notice(node, *told)

    def _count_notice(self, node: str, line: int, count: int, message: str) -> None:
        first, before, told = self.notices.get(node, (line, 0, message))
        self.notices[node] = (first, before + count, told)


class RowEvaluator:
    """A question, read once for all rows. `columns` are the names that the rows may have values for."""

    def __init__(self, question: RowQuestion, columns: Collection[str]) -> None:
        self.fixed = question.fixed
        self.expression: Expression = parse(question.text, {*question.fixed, *columns})
        self.names = [name for name in self.expression.variables if name not in question.fixed]
        self.wrt = [*self.expression.variables] if question.wrt is None else [*question.wrt]
        if question.only:
            self.wrt = self.wrt[:1] if question.only == "gradient" else []
        self.wrt_lines = [*find_requested_lines(self.expression, self.wrt).values()]

    def build_program(self, natives: Collection[str]) -> Program:
        return compile_program(self.expression, self.fixed, self.wrt_lines, natives)

    def compile_row_kernel(
        self, keys: Mapping[str, Any], read_number: Callable[[Any], float]
    ) -> Callable[[Any], tuple[float, ...]]:
        """The kernel: a record -> value and derivatives; raises where the row is for the single-point path."""
        return rows.compile_row_function(self.build_program(rows.SCALAR_NATIVES), keys, read_number)

    def answer_single(self, read: Callable[[str], float]) -> RowAnswer:
        """The single-point path; `read` gives the value of a variable or raises FileError."""
        try:
            at = {name: require_finite(name, read(name)) for name in self.names}
            result = differentiate(self.expression, {**self.fixed, **at}, self.wrt)
        except GraddiffError as error:
            return RowAnswer(
                None, RowFailure(error.kind, error.message, error.exit_code, error.span)
            )
        said = [notice for notice in result.notices if notice not in self.expression.notices]
        missing = [notice for notice in said if notice.is_derivative_missing]
        numbers = [result.value, *result.gradient.values()]
        failure = (
            RowFailure(missing[0].kind, missing[0].message, 4, missing[0].span) if missing else None
        )
        return RowAnswer(numbers, failure, [notice for notice in said if notice not in missing])


def parse_field_number(text: str, name: str) -> float:
    """The number in a field. Raises FileError, whose message names the column."""
    try:
        value = float(text)
    except ValueError:
        told = f"{text!r} is no number" if text.strip() else "there is no number"
        raise FileError(f"column {name}: {told}") from None
    if not math.isfinite(value):
        raise FileError(f"column {name}: {text.strip()} is no finite number")
    return value
