"""Where the rows of a table come from, and whether they fit the question."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from graddiff.autodiff.result import validate_bound_names
from graddiff.data.blocks import Block, open_source, read_blocks
from graddiff.data.formats import csv, jsonl
from graddiff.data.row_answers import RowQuestion
from graddiff.data.streams import ROW_READERS, StreamPlan
from graddiff.errors import NamingError, UsageError
from graddiff.language.parser import parse

TABLE_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
}
TABLE_SUFFIXES |= {".parquet": "parquet", ".arrow": "arrow", ".ipc": "arrow", ".feather": "arrow"}
PACKED_SUFFIX = ".gz"
COLUMNAR_FORMATS = (
    "parquet",
    "arrow",
)  # formats that polars reads and writes, and that nobody reads line by line


class TableRows(NamedTuple):
    """A table: the format of its blocks, the names of its columns (`complete`: all there can be), and its size in bytes
    where that is known."""

    name: str
    reads: str
    columns: list[str]
    complete: bool
    blocks: Iterator[Block]
    size: int | None


def split_table_name(path: str) -> tuple[str, str]:
    """The name of a file without its suffixes, and the one that says its format, which stands before that of its
    packing, in lower case."""
    name = os.path.basename(path)
    stem, suffix = os.path.splitext(name[: -len(PACKED_SUFFIX)] if is_packed(name) else name)
    return stem, suffix.lower()


def is_packed(path: str) -> bool:
    return path.lower().endswith(PACKED_SUFFIX)


def choose_table_format(path: str, option: str = "--data-format") -> str:
    """The format of a file by its suffix; `option` is what could say it instead. Raises UsageError."""
    _, suffix = split_table_name(path)
    if suffix not in TABLE_SUFFIXES:
        what = "standard input" if path == "-" else path
        suffixes = "" if path == "-" else f", or {', '.join(sorted(TABLE_SUFFIXES))}"
        hint = f"{option} csv or jsonl says it{suffixes}"
        raise UsageError(f"what format {what} has is not said", hint=hint)
    return TABLE_SUFFIXES[suffix]


def refuse_pipe(path: str, reads: str) -> None:
    """Raises UsageError where a format cannot be read from standard input."""
    if path == "-" and reads in COLUMNAR_FORMATS:
        raise UsageError(f"{reads} is read from a file only", hint="--data FILE")


def open_rows(path: str, reads: str, size: int) -> TableRows:
    """The rows of a text file, or of standard input for `-`, in blocks of about `size` bytes. Raises FileError, and
    UsageError where the header is no use."""
    source = open_source(path)
    stream = read_blocks(source, size, ROW_READERS[reads].has_quotes)
    first = next(stream, None)
    while first and not first.text.strip():
        first = next(stream, None)
    if first is None:
        hint = (
            "a CSV begins with the names of its columns"
            if reads == "csv"
            else "JSON Lines has an object a line"
        )
        raise UsageError(f"{source.name} is empty", hint=hint)
    if reads == "jsonl":
        records = jsonl.JsonLinesReader(source.name, []).iterate_records(first)
        columns = next(([*record] for _, _, record in records if isinstance(record, dict)), [])
        return TableRows(source.name, reads, columns, False, chain([first], stream), source.size)
    header, rest = split_header(first)
    columns = csv.read_header(source.name, header.decode(*csv.ENCODING).strip("\r\n"))
    return TableRows(
        source.name, reads, columns, True, chain([rest] if rest.text else [], stream), source.size
    )


def split_header(block: Block) -> tuple[bytes, Block]:
    """The first record of a CSV that is not blank, and the block behind it."""
    lines = block.text.splitlines(keepends=True)
    begin = next(index for index, line in enumerate(lines) if line.strip())
    end = begin + 1
    while b"".join(lines[begin:end]).count(b'"') % 2 and end < len(lines):
        end += 1
    length = sum(map(len, lines[:end]))
    return b"".join(lines[begin:end]), Block(
        block.text[length:], block.line + end, block.bytes_read
    )


def validate_columns(question: RowQuestion, name: str, columns: list[str], complete: bool) -> None:
    """Raises where the expression, the bindings and the columns do not fit together."""
    expression = parse(question.text, {*question.fixed, *columns})
    for bound in question.fixed:
        if bound in columns:
            raise UsageError(
                f"{bound} is bound by --at, and a column of {name}", hint="take one of them away"
            )
    validate_bound_names(expression, question.fixed)
    unbound = [
        variable for variable in expression.variables if variable not in (*question.fixed, *columns)
    ]
    if unbound and complete:
        told = ", ".join(columns[:8]) + (" …" if len(columns) > 8 else "")
        span = expression.get_span(expression.variables[unbound[0]])
        message = f"no value for {', '.join(unbound)}: neither a column of {name} nor in --at"
        raise NamingError(message, text=expression.text, span=span, hint=f"the columns are {told}")


RENAME_HINTS = {
    "csv": "mlr --csv rename {0},{0}_in renames it",
    "jsonl": "jq -c '.{0}_in = .{0} | del(.{0})' renames it",
}


def refuse_name_collisions(plan: StreamPlan, results: Sequence[str], reads: str) -> None:
    """Raises where a column that is copied has the name of a result."""
    for column in plan.columns if plan.copies else ():
        if column in results:
            hint = "; ".join(
                [
                    "--no-input leaves the input out",
                    RENAME_HINTS.get(reads, "or rename it").format(column),
                ]
            )
            what = "member" if reads == "jsonl" else "column"
            raise UsageError(f"{plan.name} has a {what} {column!r} itself", hint=hint)
