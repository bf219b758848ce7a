"""Tables as numbers: some columns of a table, row by row, as bytes of float64."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graddiff.data.blocks import Block
from graddiff.data.engines import SMALL_FILE_BYTES, find_missing_libraries, require_engine
from graddiff.data.open_table import (
    COLUMNAR_FORMATS,
    TableRows,
    choose_table_format,
    open_rows,
    refuse_pipe,
)
from graddiff.data.streams import ROW_READERS, RowReader
from graddiff.errors import FileError, UsageError
from graddiff.language.tokens import TokenizedText

NUMERIC_BLOCK_BYTES = 1 << 20  # bytes of text that are read at once


class TableLocation(NamedTuple):
    """Where rows come from: a path or `-`, and what it holds: csv, jsonl, parquet or arrow."""

    path: str
    reads: str


def locate_table(path: str, reads: str | None) -> TableLocation:
    """The table at a path. Raises UsageError where its format is not known."""
    if os.path.isdir(path):
        raise UsageError(f"{path} is a folder, and one table is minimized over", hint="--data FILE")
    return TableLocation(path, reads or choose_table_format(path))


def open_table(table: TableLocation, text: str) -> TableRows:
    """The rows of a table, of a columnar one only the columns that occur in the text."""
    if table.reads in COLUMNAR_FORMATS:
        refuse_pipe(table.path, table.reads)
        require_engine("columns", table.reads)
        from graddiff.data.parquet_arrow import open_columnar_rows

        return open_columnar_rows(table.path, table.reads, "csv", TokenizedText(text).tokens)
    return open_rows(table.path, table.reads, NUMERIC_BLOCK_BYTES)


def read_numeric_rows(rows: TableRows, wanted: Sequence[str]) -> Iterator[tuple[bytes, int]]:
    """Numbers of consecutive lines, and the first of these lines. Raises FileError for what is no number."""
    reader = ROW_READERS[rows.reads](rows.name, rows.columns)
    regular = None
    if not find_missing_libraries("columns") and (
        rows.size is None or rows.size > SMALL_FILE_BYTES
    ):
        from graddiff.data.fast_reader import RegularBlockReader

        regular = RegularBlockReader(rows.reads, wanted, reader.keys, len(rows.columns))
    for block in rows.blocks:
        quick = regular.read_float_bytes(block.text) if regular else None
        if quick is not None:
            yield quick, block.line
        else:
            yield from parse_numeric_rows(reader, block, wanted)


def parse_numeric_rows(
    reader: RowReader, block: Block, wanted: Sequence[str]
) -> Iterator[tuple[bytes, int]]:
    """The same in plain Python, a record at a time."""
    begun, following, found = block.line, block.line, array("d")
    for line, _, record in reader.iterate_records(block):
        if line != following and found:
            yield found.tobytes(), begun
            found = array("d")
        if not found:
            begun = line
        following = line + 1
        try:
            found.extend([reader.read_value(record, name) for name in wanted])
        except FileError as error:
            raise FileError(f"line {line:,} of {reader.name}: {error.message}") from None
    if found:
        yield found.tobytes(), begun
