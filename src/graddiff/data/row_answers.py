"""An expression and its rows: a kernel for most of them, the single-point path for the others."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from graddiff.autodiff.result import differentiate, find_requested_lines, require_finite
from graddiff.errors import FileError, GraddiffError, Notice, PointError, Span
from graddiff.kernel.program import Program, compile_program
from graddiff.kernel.scalar import SCALAR_NATIVES, compile_row_function
from graddiff.language.expression import Expression
from graddiff.language.parser import parse


class RowQuestion(NamedTuple):
    """The question that every row answers."""

    text: str  # of the expression
    fixed: Mapping[str, float]  # the bindings that all rows share
    wrt: tuple[str, ...] | None = None  # the names to differentiate by; None for all variables
    only: str | None = None  # `value` or `gradient` where one number is wanted


class RowFailure(NamedTuple):
    """The reason why a row has no answer, or an incomplete one."""

    kind: str
    message: str
    code: int  # the exit code
    span: Span | None = None


class RowAnswer(NamedTuple):
    """The value and the derivatives of a row, nan where undefined; None if there is no value."""

    numbers: Sequence[float] | None
    failure: RowFailure | None
    notices: Sequence[Notice] = ()


class NoticeCount(NamedTuple):
    """The first line that a notice is about, the number of such lines, and its first message."""

    line: int
    rows: int
    message: str


class RowTally:
    """Counts rows and failures, and collects notices."""

    def __init__(self) -> None:
        self.rows = self.failed = self.code = 0
        self.first_failure: tuple[int, str] | None = None  # its line and its message
        self.notices: dict[str, NoticeCount] = {}  # by kind and node

    def add_answer(self, line: int, answer: RowAnswer) -> None:
        """Adds a row that went through the single-point path."""
        if answer.failure:
            self.failed += 1
            self.code = max(self.code, answer.failure.code)
            self.first_failure = self.first_failure or (line, answer.failure.message)
        for notice in answer.notices:
            message = f"{notice.kind}: {notice.message}"
            self._add_notice(f"{notice.kind} {notice.text}", NoticeCount(line, 1, message))

    def add_tally(self, later: RowTally) -> None:
        """Adds the tally of later rows."""
        self.rows += later.rows
        self.failed += later.failed
        self.code = max(self.code, later.code)
        self.first_failure = self.first_failure or later.first_failure
        for node, notice in later.notices.items():
            self._add_notice(node, notice)

    def _add_notice(self, node: str, later: NoticeCount) -> None:
        first = self.notices.get(node)
        self.notices[node] = first._replace(rows=first.rows + later.rows) if first else later


class RowEvaluator:
    """A question that is parsed once for all rows.

    `columns` are the names that rows may have values for. Raises ExpressionError."""

    def __init__(self, question: RowQuestion, columns: Collection[str]) -> None:
        self.fixed = question.fixed
        self.expression: Expression = parse(question.text, {*question.fixed, *columns})
        self.names = [name for name in self.expression.variables if name not in question.fixed]
        self.wrt = [*self.expression.variables] if question.wrt is None else [*question.wrt]
        if question.only:
            self.wrt = self.wrt[:1] if question.only == "gradient" else []
        self.wrt_lines = [*find_requested_lines(self.expression, self.wrt).values()]

    def build_program(self, natives: Collection[str]) -> Program:
        """Returns the program of the value and the derivatives, which may call `natives`."""
        return compile_program(self.expression, self.fixed, self.wrt_lines, natives)

    def compile_row_kernel(
        self, keys: Mapping[str, int | str], read_number: Callable[[Any], float]
    ) -> Callable[[Any], tuple[float, ...]]:
        """Returns the kernel: record -> value and derivatives.

        It raises ArithmeticError, or what `read_number` and the record raise, where a row is left
        to the single-point path."""
        return compile_row_function(self.build_program(SCALAR_NATIVES), keys, read_number)

    def answer_single(self, read: Callable[[str], float]) -> RowAnswer:
        """Answers a row by the single-point path, with all notices.

        `read` returns the value of a variable, or raises FileError."""
        try:
            at = {name: require_finite(name, read(name)) for name in self.names}
            result = differentiate(self.expression, {**self.fixed, **at}, self.wrt)
        except GraddiffError as error:
            refusal = RowFailure(error.kind, error.message, error.exit_code, error.span)
            return RowAnswer(None, refusal)
        # Notices about the expression itself are the same for every row: they are not counted.
        own = [notice for notice in result.notices if notice not in self.expression.notices]
        undefined = [notice for notice in own if notice.is_derivative_missing]
        failure: RowFailure | None = None
        if undefined:
            first = undefined[0]
            failure = RowFailure(first.kind, first.message, PointError.exit_code, first.span)
        numbers = [result.value, *result.gradient.values()]
        return RowAnswer(numbers, failure, [notice for notice in own if notice not in undefined])


def parse_field_number(text: str, name: str) -> float:
    """Returns the number in a field. Raises FileError, whose message names the column."""
    try:
        value = float(text)
    except ValueError:
        reason = f"{text!r} is no number" if text.strip() else "there is no number"
        raise FileError(f"column {name}: {reason}") from None
    if not math.isfinite(value):
        raise FileError(f"column {name}: {text.strip()} is no finite number")
    return value
