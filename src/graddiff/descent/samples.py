"""The rows that a loss is the mean over: read once, and kept in memory or, where they are many, in a file that nobody
else sees, so that memory does not grow with them."""

from __future__ import annotations

import os
import random
import tempfile
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from typing import IO, Any, NamedTuple

from graddiff.data.answers import Question
from graddiff.data.blocks import Block
from graddiff.data.engines import SMALL, missing, need
from graddiff.data.inputs import COLUMNAR, Rows, check, format_of, open_rows
from graddiff.data.streams import FORMATS
from graddiff.errors import FileError, UsageError
from graddiff.expression import Expression
from graddiff.parser import parse
from graddiff.tokens import Source

BUDGET = 32 << 20  # bytes of numbers that are kept in memory
BLOCK = 1 << 20  # bytes of text that are read at once
NUMBER = 8  # bytes


class Samples:
    """Rows of so many floats, one after the other, of the `columns` of a table called `name`."""

    def __init__(self, name: str, columns: Sequence[str], budget: int = BUDGET) -> None:
        self.name, self.columns, self.count, self.checksum = name, tuple(columns), 0, 0
        self.width = NUMBER * len(self.columns)
        self._budget = budget
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._lines: list[tuple[int, int]] = []  # a row, and the line it stood in, wherever that is not the next one

    @property
    def in_memory(self) -> bool:
        return self._file is None

    def append(self, rows: bytes | memoryview, line: int) -> None:
        """Adds rows that stood in consecutive lines."""
        if not self._lines or self._lines[-1][1] + self.count - self._lines[-1][0] != line:
            self._lines.append((self.count, line))
        self.count += len(rows) // self.width
        self.checksum = zlib.crc32(rows, self.checksum)
        if self._file is None and len(self._memory) + len(rows) > self._budget:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115, it goes with the process
            self._write(self._memory)
            self._memory = bytearray()
        if self._file is None:
            self._memory += rows
        else:
            self._write(rows)

    def _write(self, rows: bytes | bytearray | memoryview) -> None:
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

    def read(self, start: int, stop: int) -> bytes | memoryview:
        """The rows from `start` to `stop`."""
        if self._file is None:
            return memoryview(self._memory)[start * self.width : stop * self.width]
        return os.pread(self._file.fileno(), (stop - start) * self.width, start * self.width)

    def pick(self, rows: Sequence[int]) -> bytes:
        """Single rows, in this order."""
        return b"".join([self.read(row, row + 1) for row in rows])

    def thinned(self, count: int) -> Samples:
        """So many of the rows, evenly spaced."""
        some = Samples(self.name, self.columns)
        for place in range(count):
            row = place * self.count // count
            some.append(self.read(row, row + 1), self.line(row))
        return some

    def line(self, row: int) -> int:
        """The line in which a row stood."""
        first, line = self._lines[bisect_right(self._lines, row, key=lambda known: known[0]) - 1]
        return line + row - first

    def place(self, row: int) -> str:
        return f"line {self.line(row):,} of {self.name}"


def index_bits(count: int) -> int:
    """How many bits a row's number takes."""
    return max(1, (count - 1).bit_length())


def order(seed: str, count: int) -> list[int]:
    """Rows in the order of a seed: sorted by random numbers, which stand in the upper bits before the row's own."""
    draw, bits = random.Random(seed).random, index_bits(count)
    scale = 2.0 ** (64 - bits)
    packed = sorted([int(draw() * scale) << bits | row for row in range(count)])
    return [number & (1 << bits) - 1 for number in packed]


class Table(NamedTuple):
    """Where rows come from: a path or `-`, and what it holds: csv, jsonl, parquet or arrow."""

    path: str
    reads: str


def table(path: str, reads: str | None) -> Table:
    """The table at a path. Raises UsageError where its format is not known."""
    if os.path.isdir(path):
        raise UsageError(f"{path} is a folder, and one table is minimized over", hint="--data FILE")
    return Table(path, reads or format_of(path))


def read_samples(table: Table, text: str, parameters: Collection[str]) -> tuple[Samples, Expression]:
    """The rows of a table, and the expression with its columns as names. Raises UsageError where the columns do not fit
    the expression and its parameters, FileError where a field is no number, with its line and column."""
    rows = opened(table, text)
    for name in parameters:
        if name in rows.columns:
            raise UsageError(f"{name} is a parameter, and a column of {rows.name}", hint="rename one of them")
    check(Question(text, dict.fromkeys(parameters, 0.0)), rows.name, rows.columns, rows.complete)
    expression = parse(text, {*parameters, *rows.columns})
    wanted = [name for name in expression.variables if name not in parameters]
    if not wanted:
        told = ", ".join(rows.columns[:8])
        raise UsageError(f"no column of {rows.name} occurs in the loss", hint=f"the columns are {told}")
    samples = Samples(rows.name, wanted)
    for data, line in numbers(rows, wanted):
        samples.append(data, line)
    if not samples.count:
        raise FileError(f"{rows.name} has no rows", hint="the loss is the mean over them")
    return samples, expression


def opened(table: Table, text: str) -> Rows:
    """The rows of a table, of a columnar one only the columns that occur in the text."""
    if table.reads in COLUMNAR:
        if table.path == "-":
            raise UsageError(f"{table.reads} is read from a file only", hint="--data FILE")
        need("columns", table.reads)
        from graddiff.data.columnar import open_columnar

        return open_columnar(table.path, table.reads, "csv", Source(text).tokens)
    return open_rows(table.path, table.reads, BLOCK)


def numbers(rows: Rows, wanted: Sequence[str]) -> Iterator[tuple[bytes, int]]:
    """Numbers of consecutive lines, and the first of these lines. Raises FileError for what is no number."""
    reader = FORMATS[rows.reads].Reader(rows.name, rows.columns)
    regular = None
    if not missing("columns") and (rows.size is None or rows.size > SMALL):
        from graddiff.data.regular import Regular

        regular = Regular(rows.reads, wanted, reader.keys, len(rows.columns))
    for block in rows.blocks:
        quick = regular.numbers(block.text) if regular else None
        if quick is not None:
            yield quick, block.line
        else:
            yield from one_by_one(reader, block, wanted)


def one_by_one(reader: Any, block: Block, wanted: Sequence[str]) -> Iterator[tuple[bytes, int]]:
    """The same in plain Python, a record at a time."""
    begun, following, found = block.line, block.line, array("d")
    for line, _, record in reader.records(block):
        if line != following and found:
            yield found.tobytes(), begun
            found = array("d")
        if not found:
            begun = line
        following = line + 1
        try:
            found.extend([reader.value(record, name) for name in wanted])
        except FileError as error:
            raise FileError(f"line {line:,} of {reader.name}: {error.message}") from None
    if found:
        yield found.tobytes(), begun
