"""JSON Lines: an object a line. Input objects are copied as they were written, the answer's members behind theirs."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from graddiff.data.blocks import Block
from graddiff.data.row_answers import RowAnswer
from graddiff.errors import FileError

RESULT_MEMBERS = ("value", "gradient", "error")
JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")  # as RFC 8259 has it

_plus_zero = (0.0).__add__


def require_json_float(value: Any) -> float:
    """A JSON number as a float; raises TypeError for anything else."""
    found = _plus_zero(value)
    if found is NotImplemented or value is True or value is False:
        raise TypeError
    return found


class JsonLinesReader:
    """Records are dictionaries; what is none is the FileError that says why. `columns` are those of the first one."""

    has_quotes = False
    convert_number = staticmethod(require_json_float)

    def __init__(self, name: str, columns: list[str]) -> None:
        self.name, self.columns = name, columns
        self.keys = {column: column for column in columns}
        self._decode = json.JSONDecoder().decode

    def iterate_records(self, block: Block) -> Iterator[tuple[int, str, Any]]:
        """Line, text, object."""
        decode = self._decode
        for line, raw in enumerate(
            block.text.decode("utf-8", "surrogateescape").split("\n"), block.line
        ):
            raw = raw.strip()
            if not raw:
                continue
            try:
                record = decode(raw)
            except (ValueError, RecursionError) as error:
                record = make_json_error(error, raw)
            if type(record) is not dict and not isinstance(record, FileError):
                record = FileError(f"no JSON object: {raw[:60]}")
            yield line, raw, record

    def read_value(self, record: Any, name: str) -> float:
        if isinstance(record, FileError):
            raise record
        if name not in record:
            raise FileError(f"there is no {name}")
        value = record[name]
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise FileError(f"{name} is no number, but {json.dumps(value)[:60]}")
        if not abs(value) < sys.float_info.max:
            raise FileError(f"{name} is {describe_large_number(value)}, which is no finite number")
        return require_json_float(value)

    def get_members(self, raw: str, record: Any) -> dict[str, Any]:
        return {"input": raw} if isinstance(record, FileError) else record


class JsonLinesRowWriter:
    """Objects with the input's members, if they are wanted, then the answer's."""

    def __init__(self, columns: Sequence[str] | None, names: Sequence[str]) -> None:
        self.names, self.columns = names, columns
        # what stands before the first number, between two numbers, and behind the last one
        keys = [json.dumps(name, ensure_ascii=False) + ": " for name in names]
        first = [f', "gradient": {{{key}' for key in keys[:1]]
        last = "}, " if names else ', "gradient": {}, '
        self.pieces = [
            '"value": ',
            *first,
            *(f", {key}" for key in keys[1:]),
            f'{last}"error": null}}',
        ]
        self._row_template = "%r".join(piece.replace("%", "%%") for piece in self.pieces) + "\n"

    def format_header(self) -> str:
        return ""

    def format_row(self, raw: str, record: Any, numbers: tuple[float, ...]) -> str:
        """A row in which all is well."""
        return self._open_object(raw, record) + self._row_template % numbers

    def format_answer_row(self, raw: str, record: Any, answer: RowAnswer) -> str:
        """Any other row: undefined is null, and so is a value that does not exist."""
        numbers = [
            convert_to_json_number(number)
            for number in answer.numbers or [math.nan] * (len(self.names) + 1)
        ]
        failure = answer.failure
        error = (
            None
            if failure is None
            else {"kind": failure.kind, "message": failure.message, "span": failure.span}
        )
        members = {
            "value": numbers[0],
            "gradient": dict(zip(self.names, numbers[1:])),
            "error": error,
        }
        return self._open_object(raw, record) + json.dumps(members, ensure_ascii=False)[1:] + "\n"

    def _open_object(self, raw: str, record: Any) -> str:
        """The input's object, still open."""
        if self.columns is None:
            return "{"
        if isinstance(record, FileError):
            return '{"input": ' + json.dumps(raw, ensure_ascii=False) + ", "
        for name in RESULT_MEMBERS:
            if name in record:
                raise FileError(f"the object has a member {name!r} itself")
        return f"{raw[:-1]}, " if record else "{"

    def convert_members(self, members: dict[str, Any]) -> str:
        """What stands for a row of another format: numbers as numbers."""
        return (
            "{"
            + ", ".join(
                f"{quote_json(name)}: {convert_csv_field(value)}" for name, value in members.items()
            )
            + "}"
        )

    def validate_members(self, members: dict[str, Any]) -> None:
        """Everything has its place in an object."""


def make_json_error(error: ValueError | RecursionError, raw: str) -> FileError:
    """What is wrong with a line that was to be JSON."""
    told = f"{error}"
    if isinstance(error, json.JSONDecodeError):
        told = f"{error.msg.lower()} at character {error.pos + 1}"
    return FileError(f"no JSON, {told}: {raw[:60]}")


def convert_to_json_number(number: float) -> float | str | None:
    """A number as JSON has it."""
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return None if number != number else number


def quote_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def describe_large_number(value: float) -> str:
    """A number that is no float, or a very large one."""
    return str(value) if isinstance(value, float) else "a whole number of too many digits"


def convert_csv_field(value: Any) -> str:
    """A field of a CSV as a member: a number where it is written as one, digit by digit."""
    return (
        value
        if isinstance(value, str) and JSON_NUMBER.fullmatch(value)
        else json.dumps(value, ensure_ascii=False)
    )
