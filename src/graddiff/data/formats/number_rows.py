"""Bare numbers, one a line: the value, or one derivative."""

from __future__ import annotations

from typing import Any

from graddiff.data.row_answers import RowAnswer
from graddiff.notation.numerals import format_bare_number


class NumberRowWriter:
    """The last of a row's numbers; `undefined` where there is none."""

    columns = None

    def format_header(self) -> str:
        return ""

    def format_row(self, raw: str, record: Any, numbers: tuple[float, ...]) -> str:
        return format_bare_number(numbers[-1]) + "\n"

    def format_answer_row(self, raw: str, record: Any, answer: RowAnswer) -> str:
        number = answer.numbers[-1] if answer.numbers else float("nan")
        return "undefined\n" if number != number else self.format_row(raw, record, (number,))

    def convert_members(self, members: dict[str, Any]) -> str:
        return ""

    def validate_members(self, members: dict[str, Any]) -> None:
        """Members are left out anyway."""
