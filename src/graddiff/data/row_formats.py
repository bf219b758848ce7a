"""The interfaces of a format of rows: its reader finds records, its writer adds answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from graddiff.data.blocks import Block
from graddiff.data.row_answers import RowAnswer
from graddiff.errors import FileError

ENCODING = ("utf-8", "surrogateescape")  # bytes that are not UTF-8 pass through unchanged

Fields = TypeVar("Fields")  # the fields of a record: a list in CSV, a dictionary in JSON Lines

# A record as a writer gets it: its fields, or the error that says why the text is no record.
Record = Sequence[str] | Mapping[str, object] | FileError


class RowReader(Protocol[Fields]):
    """Reads the records of one format.

    A text that is no record stands in its place as the FileError that says why, so that one bad row
    does not end the run."""

    name: str  # of the source, for messages
    columns: list[str]  # of a JSON Lines file, the members of its first object
    has_quotes: bool  # whether a quoted field may hold the end of a line

    def __init__(self, name: str, columns: list[str]) -> None: ...

    @property
    def keys(self) -> Mapping[str, int | str]:
        """Column -> the index or the name of its field in a record."""

    @property
    def convert_number(self) -> Callable[[Any], float]:
        """Turns a field into a float; raises ValueError or TypeError for what is no number."""

    def iterate_records(self, block: Block) -> Iterator[tuple[int, str, Fields | FileError]]:
        """Yields the line of each record, its text without the end of the line, and its fields."""

    def read_value(self, record: Fields | FileError, name: str) -> float:
        """Returns the number in a column. Raises FileError, whose message names the column."""

    def get_members(self, raw: str, record: Fields | FileError) -> Mapping[str, object]:
        """Returns the fields by their names, or `input` and the text of what is no record."""


class RowWriter(Protocol):
    """Writes rows in one format: the columns of the input, if they are copied, then the answer."""

    columns: Sequence[str] | None  # of the input; None where they are not copied

    @property
    def result_names(self) -> Sequence[str]:
        """The names of the columns or members that hold the answer, where they have names."""

    def format_header(self) -> str:
        """Returns the text before the first row."""

    def format_row(self, raw: str, record: Record, numbers: tuple[float, ...]) -> str:
        """Returns a row whose value and derivatives are all finite; this is the fast way."""

    def format_answer_row(self, raw: str, record: Record, answer: RowAnswer) -> str:
        """Returns any other row, with what is missing in it and why."""

    def convert_members(self, members: Mapping[str, object]) -> str:
        """Returns the text of a record that was read in another format."""

    def validate_members(self, members: Mapping[str, object]) -> None:
        """Raises FileError where this format has no place for a member."""
