"""The rows that a loss is the mean over: read once, and kept as numbers.

They are kept in memory or, where they are many, in a temporary file without a name, so that memory
does not grow with them."""

from __future__ import annotations

import os
import random
import tempfile
import zlib
from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import IO

from graddiff.data.numeric_rows import TableLocation, open_table, read_numeric_rows
from graddiff.data.open_table import MAX_SHOWN_COLUMNS, TableRows, validate_columns
from graddiff.data.row_answers import RowQuestion
from graddiff.errors import FileError, UsageError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse

MEMORY_BUDGET = 32 << 20  # bytes of numbers that are kept in memory
FLOAT_BYTES = 8


class Samples:
    """Rows of float64, one after the other: the `columns` of a table called `name`."""

    def __init__(self, name: str, columns: Sequence[str], budget: int = MEMORY_BUDGET) -> None:
        self.name, self.columns, self.count, self.checksum = name, tuple(columns), 0, 0
        self.row_bytes = FLOAT_BYTES * len(self.columns)
        self._budget = budget
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        # The rows that do not stand in the line after the row before: (row, line), ascending.
        self._line_breaks: list[tuple[int, int]] = []

    @property
    def is_in_memory(self) -> bool:
        """Whether the rows are kept in memory."""
        return self._file is None

    def append_rows(self, rows: bytes | memoryview, line: int) -> None:
        """Adds rows that stand in consecutive lines, from `line` on. Raises FileError."""
        if not self._line_breaks or self.find_line(self.count) != line:
            self._line_breaks.append((self.count, line))
        self.count += len(rows) // self.row_bytes
        self.checksum = zlib.crc32(rows, self.checksum)
        if self._file is None and len(self._memory) + len(rows) > self._budget:
            # From now on the rows are kept in a file, those before them, too.
            self._file = tempfile.TemporaryFile()  # noqa: SIM115, it goes with the process
            self._write_rows(self._file, self._memory)
            self._memory = bytearray()
        if self._file is None:
            self._memory += rows
        else:
            self._write_rows(self._file, rows)

    def _write_rows(self, file: IO[bytes], rows: bytes | bytearray | memoryview) -> None:
        try:
            done = 0
            while done < len(rows):
                done += os.write(file.fileno(), memoryview(rows)[done:])
        except OSError as error:
            reason = (error.strerror or "").lower()
            raise FileError(
                f"the rows of {self.name} cannot be kept in {tempfile.gettempdir()}: {reason}",
                hint="TMPDIR names another folder",
            ) from None

    def read_rows(self, start: int, stop: int) -> bytes | memoryview:
        """Returns the rows from `start` to `stop`."""
        if self._file is None:
            return memoryview(self._memory)[start * self.row_bytes : stop * self.row_bytes]
        length, offset = (stop - start) * self.row_bytes, start * self.row_bytes
        return os.pread(self._file.fileno(), length, offset)

    def read_selected_rows(self, rows: Sequence[int]) -> bytes:
        """Returns single rows, in this order."""
        return b"".join([self.read_rows(row, row + 1) for row in rows])

    def select_evenly(self, count: int) -> Samples:
        """Returns `count` of the rows, evenly spaced."""
        selected = Samples(self.name, self.columns)
        for place in range(count):
            row = place * self.count // count
            selected.append_rows(self.read_rows(row, row + 1), self.find_line(row))
        return selected

    def find_line(self, row: int) -> int:
        """Returns the line in which a row stands."""
        following = bisect_right(self._line_breaks, row, key=lambda line_break: line_break[0])
        first, line = self._line_breaks[following - 1]
        return line + row - first

    def describe_place(self, row: int) -> str:
        """Returns the line of a row and the name of its table, for messages."""
        return f"line {self.find_line(row):,} of {self.name}"


def count_index_bits(count: int) -> int:
    """Returns the number of bits that the number of a row takes."""
    return max(1, (count - 1).bit_length())


def shuffle_rows(seed: str, count: int) -> list[int]:
    """Returns the numbers of `count` rows in the order of a seed.

    They are sorted by random numbers, which stand in the upper bits before the row's own number:
    a list of integers is sorted faster than one of pairs. `shuffle_row_numbers` is the same by
    NumPy."""
    draw, bits = random.Random(seed).random, count_index_bits(count)
    scale = 2.0 ** (64 - bits)
    packed = sorted([int(draw() * scale) << bits | row for row in range(count)])
    row_mask = (1 << bits) - 1
    return [number & row_mask for number in packed]


def read_samples(
    table: TableLocation, text: str, parameters: Collection[str]
) -> tuple[Samples, Expression]:
    """Returns the rows of a table, and the expression with its columns as names.

    Raises UsageError where the columns do not fit the expression and its parameters, FileError
    where a field is no number, with its line and column."""
    rows = open_table(table, text)
    expression = parse_loss(rows, text, parameters)
    wanted = [name for name in expression.variables if name not in parameters]
    if not wanted:
        shown = ", ".join(rows.columns[:MAX_SHOWN_COLUMNS])
        raise UsageError(
            f"no column of {rows.name} occurs in the loss", hint=f"the columns are {shown}"
        )
    samples = Samples(rows.name, wanted)
    for numbers, line in read_numeric_rows(rows, wanted):
        samples.append_rows(numbers, line)
    if not samples.count:
        raise FileError(f"{rows.name} has no rows", hint="the loss is the mean over them")
    return samples, expression


def parse_loss(rows: TableRows, text: str, parameters: Collection[str]) -> Expression:
    """Returns the expression with parameters and columns as names. Raises UsageError."""
    for name in parameters:
        if name in rows.columns:
            raise UsageError(
                f"{name} is a parameter, and a column of {rows.name}", hint="rename one of them"
            )
    question = RowQuestion(text, dict.fromkeys(parameters, 0.0))
    validate_columns(question, rows.name, rows.columns, rows.complete)
    return parse(text, {*parameters, *rows.columns})
