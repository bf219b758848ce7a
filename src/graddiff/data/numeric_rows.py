"""Tables as numbers: some columns of a table, row by row, as bytes of float64."""

import os
from array import array
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from graddiff.data.blocks import Block
from graddiff.data.engines import SMALL_FILE_BYTES, find_missing_libraries, require_engine
from graddiff.data.open_table import (
    COLUMNAR_FORMATS,
    TableRows,
    choose_table_format,
    open_rows,
    refuse_pipe,
)
from graddiff.data.row_formats import RowReader
from graddiff.data.streams import ROW_READERS
from graddiff.errors import FileError, UsageError
from graddiff.language.tokens import TokenizedText

NUMERIC_BLOCK_BYTES = 1 << 20  # bytes of text that are read at once


class TableLocation(NamedTuple):
    """Where rows come from: a path or `-`, and its format: csv, jsonl, parquet or arrow."""

    path: str
    reads: str


def locate_table(path: str, reads: str | None) -> TableLocation:
    """Returns the table at a path, with the format that its suffix names unless `reads` does.

    Raises UsageError where the format is not known."""
    if os.path.isdir(path):
        raise UsageError(f"{path} is a folder, and one table is minimized over", hint="--data FILE")
    return TableLocation(path, reads or choose_table_format(path))


def open_table(table: TableLocation, text: str) -> TableRows:
    """Opens a table; of a columnar one, only the columns that occur in the `text` are read."""
    if table.reads in COLUMNAR_FORMATS:
        refuse_pipe(table.path, table.reads)
        require_engine("columns", table.reads)
        from graddiff.data.parquet_arrow import open_columnar_rows

        return open_columnar_rows(table.path, table.reads, "csv", TokenizedText(text).tokens)
    return open_rows(table.path, table.reads, NUMERIC_BLOCK_BYTES)


def read_numeric_rows(rows: TableRows, wanted: Sequence[str]) -> Iterator[tuple[bytes, int]]:
    """Yields the numbers of consecutive lines, row by row, and the first of these lines.

    Raises FileError for a field that is no finite number, with its line and column."""
    reader = ROW_READERS[rows.reads](rows.name, rows.columns)
    fast_reader = None
    is_small = rows.size is not None and rows.size <= SMALL_FILE_BYTES
    if not is_small and not find_missing_libraries("columns"):
        from graddiff.data.fast_reader import RegularBlockReader

        fast_reader = RegularBlockReader(rows.reads, wanted, reader.keys, len(rows.columns))
    for block in rows.blocks:
        numbers = fast_reader.read_float_bytes(block.text) if fast_reader else None
        if numbers is not None:
            yield numbers, block.line
        else:  # an irregular block: the slow reader takes it, or says what is wrong with it
            yield from parse_numeric_rows(reader, block, wanted)


def parse_numeric_rows(
    reader: RowReader[Any], block: Block, wanted: Sequence[str]
) -> Iterator[tuple[bytes, int]]:
    """Yields the same as `read_numeric_rows`, in plain Python, a record at a time."""
    first_line = next_line = block.line
    numbers = array("d")
    for line, _, record in reader.iterate_records(block):
        if line != next_line and numbers:  # a blank line, or a record of several lines, before it
            yield numbers.tobytes(), first_line
            numbers = array("d")
        if not numbers:
            first_line = line
        next_line = line + 1
        try:
            numbers.extend([reader.read_value(record, name) for name in wanted])
        except FileError as error:
            raise FileError(f"line {line:,} of {reader.name}: {error.message}") from None
    if numbers:
        yield numbers.tobytes(), first_line
