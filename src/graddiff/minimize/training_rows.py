"""The rows that a loss is the mean over: read once, and kept in memory or, where they are many, in a file that nobody
else sees, so that memory does not grow with them."""

from __future__ import annotations

import os
import random
import tempfile
import zlib
from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import IO

from graddiff.data.numeric_rows import TableLocation, open_table, read_numeric_rows
from graddiff.data.open_table import validate_columns
from graddiff.data.row_answers import RowQuestion
from graddiff.errors import FileError, UsageError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse

MEMORY_BUDGET = 32 << 20  # bytes of numbers that are kept in memory
FLOAT_BYTES = 8  # bytes


class Samples:
    """Rows of so many floats, one after the other, of the `columns` of a table called `name`."""

    def __init__(self, name: str, columns: Sequence[str], budget: int = MEMORY_BUDGET) -> None:
        self.name, self.columns, self.count, self.checksum = name, tuple(columns), 0, 0
        self.width = FLOAT_BYTES * len(self.columns)
        self._budget = budget
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._lines: list[
            tuple[int, int]
        ] = []  # a row, and the line it stood in, wherever that is not the next one

    @property
    def is_in_memory(self) -> bool:
        return self._file is None

    def append_rows(self, rows: bytes | memoryview, line: int) -> None:
        """Adds rows that stood in consecutive lines."""
        if not self._lines or self._lines[-1][1] + self.count - self._lines[-1][0] != line:
            self._lines.append((self.count, line))
        self.count += len(rows) // self.width
        self.checksum = zlib.crc32(rows, self.checksum)
        if self._file is None and len(self._memory) + len(rows) > self._budget:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115, it goes with the process
            self._write_rows(self._memory)
            self._memory = bytearray()
        if self._file is None:
            self._memory += rows
        else:
            self._write_rows(rows)

    def _write_rows(self, rows: bytes | bytearray | memoryview) -> None:
        assert self._file is not None
        try:
            done = 0
            while done < len(rows):
                done += os.write(self._file.fileno(), memoryview(rows)[done:])
        except OSError as error:
            raise FileError(
                f"the rows of {self.name} cannot be kept in {tempfile.gettempdir()}: {(error.strerror or '').lower()}",
                hint="TMPDIR names another folder",
            ) from None

    def read_rows(self, start: int, stop: int) -> bytes | memoryview:
        """The rows from `start` to `stop`."""
        if self._file is None:
            return memoryview(self._memory)[start * self.width : stop * self.width]
        return os.pread(self._file.fileno(), (stop - start) * self.width, start * self.width)

    def read_selected_rows(self, rows: Sequence[int]) -> bytes:
        """Single rows, in this order."""
        return b"".join([self.read_rows(row, row + 1) for row in rows])

    def select_evenly(self, count: int) -> Samples:
        """So many of the rows, evenly spaced."""
        some = Samples(self.name, self.columns)
        for place in range(count):
            row = place * self.count // count
            some.append_rows(self.read_rows(row, row + 1), self.find_line(row))
        return some

    def find_line(self, row: int) -> int:
        """The line in which a row stood."""
        first, line = self._lines[bisect_right(self._lines, row, key=lambda known: known[0]) - 1]
        return line + row - first

    def describe_place(self, row: int) -> str:
        return f"line {self.find_line(row):,} of {self.name}"


def count_index_bits(count: int) -> int:
    """How many bits a row's number takes."""
    return max(1, (count - 1).bit_length())


def shuffle_rows(seed: str, count: int) -> list[int]:
    """Rows in the order of a seed: sorted by random numbers, which stand in the upper bits before the row's own."""
    draw, bits = random.Random(seed).random, count_index_bits(count)
    scale = 2.0 ** (64 - bits)
    packed = sorted([int(draw() * scale) << bits | row for row in range(count)])
    return [number & (1 << bits) - 1 for number in packed]


def read_samples(
    table: TableLocation, text: str, parameters: Collection[str]
) -> tuple[Samples, Expression]:
    """The rows of a table, and the expression with its columns as names. Raises UsageError where the columns do not fit
    the expression and its parameters, FileError where a field is no number, with its line and column."""
    rows = open_table(table, text)
    for name in parameters:
        if name in rows.columns:
            raise UsageError(
                f"{name} is a parameter, and a column of {rows.name}", hint="rename one of them"
            )
    validate_columns(
        RowQuestion(text, dict.fromkeys(parameters, 0.0)), rows.name, rows.columns, rows.complete
    )
    expression = parse(text, {*parameters, *rows.columns})
    wanted = [name for name in expression.variables if name not in parameters]
    if not wanted:
        told = ", ".join(rows.columns[:8])
        raise UsageError(
            f"no column of {rows.name} occurs in the loss", hint=f"the columns are {told}"
        )
    samples = Samples(rows.name, wanted)
    for data, line in read_numeric_rows(rows, wanted):
        samples.append_rows(data, line)
    if not samples.count:
        raise FileError(f"{rows.name} has no rows", hint="the loss is the mean over them")
    return samples, expression
