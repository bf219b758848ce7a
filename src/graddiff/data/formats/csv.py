"""CSV: a header, then one record per line (RFC 4180). Input fields are copied unchanged."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence

from graddiff.data.blocks import MAX_RECORD_BYTES, Block
from graddiff.data.row_answers import RowAnswer, parse_field_number
from graddiff.data.row_formats import ENCODING, Record
from graddiff.errors import FileError, UsageError

MAX_SHOWN = 60  # characters of a bad record that a message shows

# Separators of other tables: as a message calls them, and as the option of mlr does.
FOREIGN_SEPARATORS = {";": (";", "semicolon"), "\t": ("a tabulator", "tab"), "|": ("|", "pipe")}

CsvRecord = list[str] | FileError


class CsvReader:
    """Reads records as lists of fields."""

    has_quotes = True
    convert_number = float

    def __init__(self, name: str, columns: list[str]) -> None:
        self.name, self.columns = name, columns
        self.keys = {column: index for index, column in enumerate(columns)}

    def iterate_records(self, block: Block) -> Iterator[tuple[int, str, CsvRecord]]:
        """Yields the line of each record, its text without the end of the line, and its fields."""
        text = block.text.decode(*ENCODING)
        lines = text.split("\n")
        if not lines[-1]:
            lines.pop()
        width = len(self.columns)
        if '"' in text:
            yield from self._iterate_quoted_records(lines, block.line, width)
            return
        # Without a quote in the whole block, every comma separates two fields: split() is enough,
        # and several times faster than the csv module.
        for line, raw in enumerate(lines, block.line):
            if raw[-1:] == "\r":
                raw = raw[:-1]
            fields = raw.split(",")
            if len(fields) == width:
                yield line, raw, fields
            elif raw:
                yield line, raw, self._make_width_error(fields)

    def _iterate_quoted_records(
        self, lines: list[str], first_line: int, width: int
    ) -> Iterator[tuple[int, str, CsvRecord]]:
        csv.field_size_limit(MAX_RECORD_BYTES)
        reader = csv.reader((text + "\n" for text in lines), strict=True)
        start = 0  # the index of the line in which the record begins
        while start < len(lines):
            record: CsvRecord
            try:
                record = next(reader, [])
            except csv.Error as error:
                record = FileError(f"no CSV: {error}")
            # A quoted field may hold the end of a line, so a record may take several lines.
            raw = "\n".join(lines[start : reader.line_num]).removesuffix("\r")
            if isinstance(record, list) and record and len(record) != width:
                record = self._make_width_error(record)
            if not record and width == 1:  # an empty line is an empty field of the only column
                record = [""]
            if record:
                yield first_line + start, raw, record
            start = max(reader.line_num, start + 1)

    def _make_width_error(self, fields: Sequence[str]) -> FileError:
        text = ",".join(fields)
        if len(text) > MAX_SHOWN:
            text = f"{text[:MAX_SHOWN]}…"
        return FileError(f"{len(fields)} fields, where the header has {len(self.columns)}: {text}")

    def read_value(self, record: CsvRecord, name: str) -> float:
        """Returns the number in a column. Raises FileError."""
        if isinstance(record, FileError):
            raise record
        return parse_field_number(record[self.keys[name]], name)

    def get_members(self, raw: str, record: CsvRecord) -> dict[str, str]:
        """Returns the fields by the names of their columns."""
        return {"input": raw} if isinstance(record, FileError) else dict(zip(self.columns, record))


def read_header(name: str, record: str) -> list[str]:
    """Returns the names of the columns. Raises UsageError where they cannot be told apart."""
    columns = split_fields(record)
    if len(columns) == 1:
        refuse_foreign_separator(name, record)
    for column in columns:
        if columns.count(column) > 1:
            raise UsageError(
                f"two columns of {name} have the name {column!r}", hint="rename one of them"
            )
    return columns


def refuse_foreign_separator(name: str, record: str) -> None:
    """Raises UsageError where a header of one field has another separator than commas."""
    for separator, (shown, option) in FOREIGN_SEPARATORS.items():
        if separator in record:
            raise UsageError(
                f"the header of {name} has {shown} between its columns, and CSV has commas: "
                f"{record[:MAX_SHOWN]}",
                hint=f"mlr --icsv --ifs {option} --ocsv cat {name} writes commas",
            )


class CsvRowWriter:
    """Writes the columns of the input, if they are copied, then those of the answer."""

    def __init__(self, columns: Sequence[str] | None, names: Sequence[str]) -> None:
        self.columns = columns
        self.result_names = ["value", *(f"gradient.{name}" for name in names), "error"]
        self._row_template = "%r," * (len(names) + 1) + "\n"

    def format_header(self) -> str:
        """Returns the line with the names of the columns."""
        return join_fields([*(self.columns or ()), *self.result_names]) + "\n"

    def format_row(self, raw: str, record: Record, numbers: tuple[float, ...]) -> str:
        """Returns a row whose value and derivatives are all finite: its error stays empty."""
        if self.columns is None:
            return self._row_template % numbers
        return f"{raw},{self._row_template % numbers}"

    def format_answer_row(self, raw: str, record: Record, answer: RowAnswer) -> str:
        """Returns any other row: an undefined number is empty, and the last field says why."""
        numbers = ["" if n != n else repr(n) for n in answer.numbers or ()]
        missing = [""] * (len(self.result_names) - 1 - len(numbers))
        fields = [*numbers, *missing, answer.failure.message if answer.failure else ""]
        if self.columns is None:
            return join_fields(fields) + "\n"
        if isinstance(record, FileError):  # as many of its fields as there are columns
            padded = [*split_fields(raw), *[""] * len(self.columns)]
            raw = join_fields(padded[: len(self.columns)])
        return f"{raw},{join_fields(fields)}\n"

    def convert_members(self, members: Mapping[str, object]) -> str:
        """Returns the fields of a JSON object in the order of the columns."""
        columns = self.columns or ()
        return join_fields([format_csv_member(members.get(column, "")) for column in columns])

    def validate_members(self, members: Mapping[str, object]) -> None:
        """Raises FileError where there is no column for a member."""
        if members.keys() == {"input"}:  # the text of what is no record, see get_members
            return
        for name in members:
            if name not in (self.columns or ()):
                raise FileError(
                    f"member {name} is not in the first record, so there is no column for it"
                )


class MemberRowWriter(CsvRowWriter):
    """Writes fields as JSON, so that texts differ from numbers: for a file of typed columns."""

    def convert_members(self, members: Mapping[str, object]) -> str:
        """Returns the fields of a JSON object, each as JSON, null as an empty field."""
        values = [members.get(column) for column in self.columns or ()]
        return join_fields(["" if value is None else json.dumps(value) for value in values])


def split_fields(record: str) -> list[str]:
    """Returns the fields of a record; one with bad quotes is split at its commas."""
    csv.field_size_limit(MAX_RECORD_BYTES)
    try:
        return next(csv.reader([record]), [])
    except csv.Error:
        return record.replace("\r", " ").split(",")


def format_csv_member(value: object) -> str:
    """Returns a member of an object as a field: a text as it is, null empty, others as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value)


def join_fields(fields: Sequence[str]) -> str:
    """Joins fields with commas, and quotes those that need it."""
    target = io.StringIO()
    csv.writer(target, lineterminator="").writerow(fields)
    text = target.getvalue()
    try:
        text.encode(*ENCODING)
    except UnicodeEncodeError:  # half of a character, which JSON can escape and UTF-8 cannot hold
        return text.encode("utf-8", "backslashreplace").decode()
    return text
