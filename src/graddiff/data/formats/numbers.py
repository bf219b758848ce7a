"""Bare numbers, one a line: the value, or one derivative."""

from __future__ import annotations

from typing import Any

from graddiff.data.row_answers import Answer


class Writer:
    """The last of a row's numbers; `undefined` where there is none."""

    columns = None

    def head(self) -> str:
        return ""

    def row(self, raw: str, record: Any, numbers: tuple[float, ...]) -> str:
        return repr(numbers[-1]).removesuffix(".0") + "\n"

    def awkward(self, raw: str, record: Any, answer: Answer) -> str:
        number = answer.numbers[-1] if answer.numbers else float("nan")
        return "undefined\n" if number != number else self.row(raw, record, (number,))

    def other(self, members: dict[str, Any]) -> str:
        return ""

    def check(self, members: dict[str, Any]) -> None:
        """Members are left out anyway."""
