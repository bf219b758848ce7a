"""JSON Lines: one object per line. Input objects are copied unchanged, up to their brace."""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graddiff.data.blocks import Block
from graddiff.data.row_answers import RowAnswer
from graddiff.data.row_formats import ENCODING, Record
from graddiff.errors import FileError

RESULT_MEMBERS = ("value", "gradient", "error")
JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")  # as RFC 8259 has it
MAX_SHOWN = 60  # characters of a bad line that a message shows

JsonRecord = dict[str, Any] | FileError

_plus_zero = (0.0).__add__  # returns NotImplemented for what is no number


def require_json_float(value: Any) -> float:
    """Returns a JSON number as a float. Raises TypeError for anything else."""
    number = _plus_zero(value)
    if number is NotImplemented or value is True or value is False:
        raise TypeError
    return number


class JsonLinesReader:
    """Reads records as dictionaries. `columns` are the members of the first one."""

    has_quotes = False
    convert_number = staticmethod(require_json_float)

    def __init__(self, name: str, columns: list[str]) -> None:
        self.name, self.columns = name, columns
        self.keys = {column: column for column in columns}
        self._decode = json.JSONDecoder().decode

    def iterate_records(self, block: Block) -> Iterator[tuple[int, str, JsonRecord]]:
        """Yields the line of each record, its text without blanks around it, and its members."""
        decode = self._decode
        for line, raw in enumerate(block.text.decode(*ENCODING).split("\n"), block.line):
            raw = raw.strip()
            if not raw:
                continue
            try:
                record = decode(raw)
            except (ValueError, RecursionError) as error:
                record = make_json_error(error, raw)
            if type(record) is not dict and not isinstance(record, FileError):
                record = FileError(f"no JSON object: {raw[:MAX_SHOWN]}")
            yield line, raw, record

    def read_value(self, record: JsonRecord, name: str) -> float:
        """Returns the number of a member. Raises FileError."""
        if isinstance(record, FileError):
            raise record
        if name not in record:
            raise FileError(f"there is no {name}")
        value = record[name]
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise FileError(f"{name} is no number, but {json.dumps(value)[:MAX_SHOWN]}")
        if not abs(value) < sys.float_info.max:
            raise FileError(f"{name} is {describe_large_number(value)}, which is no finite number")
        return require_json_float(value)

    def get_members(self, raw: str, record: JsonRecord) -> dict[str, Any]:
        """Returns the members of an object."""
        return {"input": raw} if isinstance(record, FileError) else record


class JsonLinesRowWriter:
    """Writes the members of the input, if they are copied, then those of the answer."""

    result_names = RESULT_MEMBERS

    def __init__(self, columns: Sequence[str] | None, names: Sequence[str]) -> None:
        self.names, self.columns = names, columns
        # The text before the first number, between two numbers, and behind the last one.
        keys = [f"{quote_json(name)}: " for name in names]
        first = [f', "gradient": {{{key}' for key in keys[:1]]
        others = [f", {key}" for key in keys[1:]]
        last = "}, " if names else ', "gradient": {}, '
        self.pieces = ['"value": ', *first, *others, f'{last}"error": null}}']
        self._row_template = "%r".join(piece.replace("%", "%%") for piece in self.pieces) + "\n"

    def format_header(self) -> str:
        """Returns no text: every object names its members itself."""
        return ""

    def format_row(self, raw: str, record: Record, numbers: tuple[float, ...]) -> str:
        """Returns a row whose value and derivatives are all finite."""
        return self._open_object(raw, record) + self._row_template % numbers

    def format_answer_row(self, raw: str, record: Record, answer: RowAnswer) -> str:
        """Returns any other row: an undefined number is null, and `error` says why."""
        undefined = [math.nan] * (len(self.names) + 1)
        numbers = [convert_to_json_number(number) for number in answer.numbers or undefined]
        failure, error = answer.failure, None
        if failure is not None:
            error = {"kind": failure.kind, "message": failure.message, "span": failure.span}
        members = {
            "value": numbers[0],
            "gradient": dict(zip(self.names, numbers[1:])),
            "error": error,
        }
        return self._open_object(raw, record) + json.dumps(members, ensure_ascii=False)[1:] + "\n"

    def _open_object(self, raw: str, record: Record) -> str:
        """Returns the object of the input without its closing brace.

        Raises FileError where it has a member of the answer already."""
        if self.columns is None:
            return "{"
        if isinstance(record, FileError):
            return '{"input": ' + quote_json(raw) + ", "
        for name in RESULT_MEMBERS:
            if name in record:
                raise FileError(f"the object has a member {name!r} itself")
        return f"{raw[:-1]}, " if record else "{"

    def convert_members(self, members: Mapping[str, object]) -> str:
        """Returns the fields of a CSV as an object, its numbers as numbers."""
        pairs = [f"{quote_json(name)}: {convert_csv_field(members[name])}" for name in members]
        return "{" + ", ".join(pairs) + "}"

    def validate_members(self, members: Mapping[str, object]) -> None:
        """Accepts every member: an object has a place for any name."""


def make_json_error(error: ValueError | RecursionError, raw: str) -> FileError:
    """Returns the error for a line that should be JSON and is not."""
    reason = f"{error}"
    if isinstance(error, json.JSONDecodeError):
        reason = f"{error.msg.lower()} at character {error.pos + 1}"
    return FileError(f"no JSON, {reason}: {raw[:MAX_SHOWN]}")


def convert_to_json_number(number: float) -> float | str | None:
    """Returns a number as JSON can hold it: infinity as a text, nan as null."""
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    return None if number != number else number


def quote_json(text: str) -> str:
    """Returns a text as a JSON string."""
    return json.dumps(text, ensure_ascii=False)


def describe_large_number(value: float) -> str:
    """Returns the words for a number that no finite float can hold."""
    return str(value) if isinstance(value, float) else "a whole number of too many digits"


def convert_csv_field(value: object) -> str:
    """Returns a field of a CSV as JSON: a number if it is written as one, digit by digit."""
    if isinstance(value, str) and JSON_NUMBER.fullmatch(value):
        return value
    return json.dumps(value, ensure_ascii=False)
