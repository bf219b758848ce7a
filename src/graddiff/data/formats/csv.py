"""CSV: a header, then a record a line (RFC 4180). Input fields are copied as they were written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from graddiff.data.blocks import MAX_RECORD_BYTES, Block
from graddiff.data.row_answers import RowAnswer, parse_field_number
from graddiff.errors import FileError, UsageError

ENCODING = ("utf-8", "surrogateescape")  # bytes that are not UTF-8 pass through


class CsvReader:
    """Records are lists of fields; one that is no record is the FileError that says why."""

    has_quotes = True
    convert_number = float

    def __init__(self, name: str, columns: list[str]) -> None:
        self.name, self.columns = name, columns
        self.keys = {column: index for index, column in enumerate(columns)}

    def iterate_records(self, block: Block) -> Iterator[tuple[int, str, Any]]:
        """Line, text without its end, fields."""
        text = block.text.decode(*ENCODING)
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        width = len(self.columns)
        if '"' in text:
            yield from self._iterate_quoted_records(lines, block.line, width)
            return
        for line, raw in enumerate(lines, block.line):
            if raw[-1:] == "\r":
                raw = raw[:-1]
            fields = raw.split(",")
            if len(fields) == width:
                yield line, raw, fields
            elif raw:
                yield line, raw, self._make_width_error(fields)

    def _iterate_quoted_records(
        self, lines: list[str], line: int, width: int
    ) -> Iterator[tuple[int, str, Any]]:
        csv.field_size_limit(MAX_RECORD_BYTES)
        reader = csv.reader((text + "\n" for text in lines), strict=True)
        begun = 0
        while begun < len(lines):
            try:
                fields: Any = next(reader, [])
            except csv.Error as error:
                fields = FileError(f"no CSV: {error}")
            raw = "\n".join(lines[begun : reader.line_num]).removesuffix("\r")
            if isinstance(fields, list) and fields and len(fields) != width:
                fields = self._make_width_error(fields)
            if not fields and width == 1:
                fields = [""]
            if fields:
                yield line + begun, raw, fields
            begun = max(reader.line_num, begun + 1)

    def _make_width_error(self, fields: Sequence[str]) -> FileError:
        told = ",".join(fields)
        told = told if len(told) <= 60 else f"{told[:60]}…"
        return FileError(f"{len(fields)} fields, where the header has {len(self.columns)}: {told}")

    def read_value(self, record: Any, name: str) -> float:
        if isinstance(record, FileError):
            raise record
        return parse_field_number(record[self.keys[name]], name)

    def get_members(self, raw: str, record: Any) -> dict[str, str]:
        """The record by the names of its columns."""
        return {"input": raw} if isinstance(record, FileError) else dict(zip(self.columns, record))


def read_header(name: str, record: str) -> list[str]:
    """The names of the columns. Raises UsageError where they are no use."""
    columns = split_fields(record)
    if len(columns) == 1:
        for separator, told, called in (
            (";", ";", "semicolon"),
            ("\t", "a tabulator", "tab"),
            ("|", "|", "pipe"),
        ):
            if separator in record:
                raise UsageError(
                    f"the header of {name} has {told} between its columns, and CSV has commas: {record[:60]}",
                    hint=f"mlr --icsv --ifs {called} --ocsv cat {name} writes commas",
                )
    for column in columns:
        if columns.count(column) > 1:
            raise UsageError(
                f"two columns of {name} have the name {column!r}", hint="rename one of them"
            )
    return columns


class CsvRowWriter:
    """Rows with the input's columns, if they are wanted, then the answer's."""

    def __init__(self, columns: Sequence[str] | None, names: Sequence[str]) -> None:
        self.columns = columns
        self.result_names = ["value", *(f"gradient.{name}" for name in names), "error"]
        self._row_template = "%r," * (len(names) + 1) + "\n"

    def format_header(self) -> str:
        return join_fields([*(self.columns or ()), *self.result_names]) + "\n"

    def format_row(self, raw: str, record: Any, numbers: tuple[float, ...]) -> str:
        """A row in which all is well."""
        return (
            f"{raw},{self._row_template % numbers}"
            if self.columns is not None
            else self._row_template % numbers
        )

    def format_answer_row(self, raw: str, record: Any, answer: RowAnswer) -> str:
        """Any other row: what has no value is empty, and the last field says why."""
        numbers = ["" if n != n else repr(n) for n in answer.numbers or ()]
        fields = [
            *numbers,
            *[""] * (len(self.result_names) - 1 - len(numbers)),
            answer.failure.message if answer.failure else "",
        ]
        if self.columns is None:
            return join_fields(fields) + "\n"
        if isinstance(record, FileError):  # as many of its fields as there are columns
            given = split_fields(raw)
            raw = join_fields((given + [""] * len(self.columns))[: len(self.columns)])
        return f"{raw},{join_fields(fields)}\n"

    def convert_members(self, members: dict[str, Any]) -> str:
        """What stands for a row of another format."""
        return join_fields(
            [format_csv_member(members.get(column, "")) for column in self.columns or ()]
        )

    def validate_members(self, members: dict[str, Any]) -> None:
        """Raises FileError where there is no column for a member."""
        lost = (
            []
            if members.keys() == {"input"}
            else [name for name in members if name not in (self.columns or ())]
        )
        if lost:
            raise FileError(
                f"member {lost[0]} is none of the first record, so there is no column for it"
            )


class MemberRowWriter(CsvRowWriter):
    """The same with fields that are JSON, so that the texts of an object are told from its numbers: for a file that has
    types."""

    def convert_members(self, members: dict[str, Any]) -> str:
        import json

        given = [members.get(column) for column in self.columns or ()]
        return join_fields(["" if value is None else json.dumps(value) for value in given])


def split_fields(record: str) -> list[str]:
    """The fields of a record, as good as they can be told apart."""
    csv.field_size_limit(MAX_RECORD_BYTES)
    try:
        return next(csv.reader([record]), [])
    except csv.Error:
        return record.replace("\r", " ").split(",")


def format_csv_member(value: Any) -> str:
    """A member of a JSON object as a field."""
    import json

    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def join_fields(fields: Sequence[str]) -> str:
    """Fields with commas between them, quoted where they have to be."""
    target = io.StringIO()
    csv.writer(target, lineterminator="").writerow(fields)
    text = target.getvalue()
    try:
        text.encode(*ENCODING)
    except UnicodeEncodeError:  # half of a character, which JSON can escape and UTF-8 cannot hold
        return text.encode("utf-8", "backslashreplace").decode()
    return text
