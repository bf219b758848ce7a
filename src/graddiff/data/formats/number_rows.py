"""Plain numbers, one per line: the value, or one derivative."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from graddiff.data.row_answers import RowAnswer
from graddiff.data.row_formats import Record
from graddiff.notation.numerals import format_plain_float


class NumberRowWriter:
    """Writes the last number of each row, or `undefined` where there is none."""

    columns: Sequence[str] | None = None
    result_names: tuple[str, ...] = ()

    def format_header(self) -> str:
        """Returns no text."""
        return ""

    def format_row(self, raw: str, record: Record, numbers: tuple[float, ...]) -> str:
        """Returns the number, a whole one without its decimal point."""
        return format_plain_float(numbers[-1]) + "\n"

    def format_answer_row(self, raw: str, record: Record, answer: RowAnswer) -> str:
        """Returns the number, or `undefined`."""
        number = answer.numbers[-1] if answer.numbers else math.nan
        return "undefined\n" if number != number else self.format_row(raw, record, (number,))

    def convert_members(self, members: Mapping[str, object]) -> str:
        """Returns no text: the input is not copied."""
        return ""

    def validate_members(self, members: Mapping[str, object]) -> None:
        """Accepts every member: the input is not copied."""
