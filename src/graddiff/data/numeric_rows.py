"""Tables as numbers: some columns of a table, row by row, as bytes of float64."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from graddiff.data.blocks import Block
from graddiff.data.engines import SMALL, missing, need
from graddiff.data.open_table import COLUMNAR, Rows, format_of, open_rows, refuse_pipe
from graddiff.data.streams import FORMATS
from graddiff.errors import FileError, UsageError
from graddiff.language.tokens import Source

BLOCK = 1 << 20  # bytes of text that are read at once


class Table(NamedTuple):
    """Where rows come from: a path or `-`, and what it holds: csv, jsonl, parquet or arrow."""

    path: str
    reads: str


def table(path: str, reads: str | None) -> Table:
    """The table at a path. Raises UsageError where its format is not known."""
    if os.path.isdir(path):
        raise UsageError(f"{path} is a folder, and one table is minimized over", hint="--data FILE")
    return Table(path, reads or format_of(path))


def open_table(table: Table, text: str) -> Rows:
    """The rows of a table, of a columnar one only the columns that occur in the text."""
    if table.reads in COLUMNAR:
        refuse_pipe(table.path, table.reads)
        need("columns", table.reads)
        from graddiff.data.parquet_arrow import open_columnar

        return open_columnar(table.path, table.reads, "csv", Source(text).tokens)
    return open_rows(table.path, table.reads, BLOCK)


def numbers(rows: Rows, wanted: Sequence[str]) -> Iterator[tuple[bytes, int]]:
    """Numbers of consecutive lines, and the first of these lines. Raises FileError for what is no number."""
    reader = FORMATS[rows.reads].Reader(rows.name, rows.columns)
    regular = None
    if not missing("columns") and (rows.size is None or rows.size > SMALL):
        from graddiff.data.fast_reader import Regular

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
