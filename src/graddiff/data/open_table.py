"""Where the rows of a table come from, and whether they fit the question."""

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from graddiff.autodiff.result import validate_bound_names
from graddiff.data.blocks import Block, open_source, read_blocks
from graddiff.data.formats import csv, jsonl
from graddiff.data.row_answers import RowQuestion
from graddiff.data.row_formats import ENCODING
from graddiff.data.streams import ROW_READERS, StreamPlan
from graddiff.errors import NamingError, UsageError
from graddiff.language.parser import parse

TABLE_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".ipc": "arrow",
    ".feather": "arrow",
}
PACKED_SUFFIX = ".gz"
COLUMNAR_FORMATS = ("parquet", "arrow")  # whole tables, which polars reads and writes
MAX_SHOWN_COLUMNS = 8  # columns that a hint names


class TableRows(NamedTuple):
    """An open table."""

    name: str
    reads: str  # the format of its blocks
    columns: list[str]
    complete: bool  # whether a row can have no other columns
    blocks: Iterator[Block]
    size: int | None  # in bytes, where it is known


def split_table_name(path: str) -> tuple[str, str]:
    """Returns the name of a file without its suffixes, and the suffix of its format in lower case.

    `.gz` is left out: the suffix before it names the format."""
    name = os.path.basename(path)
    stem, suffix = os.path.splitext(name[: -len(PACKED_SUFFIX)] if is_packed(name) else name)
    return stem, suffix.lower()


def is_packed(path: str) -> bool:
    """Says whether the name of a file ends with `.gz`."""
    return path.lower().endswith(PACKED_SUFFIX)


def choose_table_format(path: str, option: str = "--data-format") -> str:
    """Returns the format that the suffix of a file stands for.

    Raises UsageError, whose hint names the `option` that says the format instead."""
    _, suffix = split_table_name(path)
    if suffix not in TABLE_SUFFIXES:
        source = "standard input" if path == "-" else path
        suffixes = "" if path == "-" else f", or {', '.join(sorted(TABLE_SUFFIXES))}"
        hint = f"{option} csv or jsonl names it{suffixes}"
        raise UsageError(f"the format of {source} is not known", hint=hint)
    return TABLE_SUFFIXES[suffix]


def refuse_pipe(path: str, reads: str) -> None:
    """Raises UsageError where a format cannot be read from standard input."""
    if path == "-" and reads in COLUMNAR_FORMATS:
        raise UsageError(f"{reads} is read from a file only", hint="--data FILE")


def open_rows(path: str, reads: str, size: int) -> TableRows:
    """Opens a text file, or standard input for `-`, in blocks of about `size` bytes.

    Raises FileError, and UsageError where it is empty or its header cannot be used."""
    source = open_source(path)
    blocks = read_blocks(source, size, ROW_READERS[reads].has_quotes)
    first = next(blocks, None)
    while first and not first.text.strip():
        first = next(blocks, None)
    if first is None:
        raise make_empty_error(source.name, reads)
    if reads == "jsonl":
        # Objects have no header: the first one names the columns, and later ones may have others.
        records = jsonl.JsonLinesReader(source.name, []).iterate_records(first)
        columns = next(([*record] for _, _, record in records if isinstance(record, dict)), [])
        blocks, complete = chain([first], blocks), False
    else:
        header, rest = split_header(first)
        columns = csv.read_header(source.name, header.decode(*ENCODING).strip("\r\n"))
        blocks, complete = chain([rest] if rest.text else [], blocks), True
    return TableRows(source.name, reads, columns, complete, blocks, source.size)


def make_empty_error(name: str, reads: str) -> UsageError:
    """Returns the error for a table without any text."""
    hint = "JSON Lines has an object a line"
    if reads == "csv":
        hint = "a CSV begins with the names of its columns"
    return UsageError(f"{name} is empty", hint=hint)


def split_header(block: Block) -> tuple[bytes, Block]:
    """Returns the first record of a CSV that is not blank, and the block behind it."""
    lines = block.text.splitlines(keepends=True)
    start = next(index for index, line in enumerate(lines) if line.strip())
    end = start + 1
    # An odd number of quotes leaves one open: the header goes on in the next line.
    while b"".join(lines[start:end]).count(b'"') % 2 and end < len(lines):
        end += 1
    length = sum(map(len, lines[:end]))
    rest = Block(block.text[length:], block.line + end, block.bytes_read)
    return b"".join(lines[start:end]), rest


def validate_columns(question: RowQuestion, name: str, columns: list[str], complete: bool) -> None:
    """Validates that the expression, the bindings and the columns of a table fit together.

    Raises UsageError where a name is bound twice, NamingError where a variable has no value."""
    expression = parse(question.text, {*question.fixed, *columns})
    for bound in question.fixed:
        if bound in columns:
            raise UsageError(
                f"{bound} is bound by --at, and a column of {name}", hint="leave one of them out"
            )
    validate_bound_names(expression, question.fixed)
    known = {*question.fixed, *columns}
    unbound = [variable for variable in expression.variables if variable not in known]
    if unbound and complete:
        more = " …" if len(columns) > MAX_SHOWN_COLUMNS else ""
        raise NamingError(
            f"no value for {', '.join(unbound)}: neither a column of {name} nor in --at",
            text=expression.text,
            span=expression.get_span(expression.variables[unbound[0]]),
            hint=f"the columns are {', '.join(columns[:MAX_SHOWN_COLUMNS])}{more}",
        )


RENAME_HINTS = {
    "csv": "mlr --csv rename {0},{0}_in renames it",
    "jsonl": "jq -c '.{0}_in = .{0} | del(.{0})' renames it",
}


def refuse_name_collisions(plan: StreamPlan, results: Sequence[str], reads: str) -> None:
    """Raises UsageError where a column that is copied has the name of a result."""
    for column in plan.columns if plan.copies else ():
        if column in results:
            rename = RENAME_HINTS.get(reads, "or rename it").format(column)
            what = "member" if reads == "jsonl" else "column"
            raise UsageError(
                f"{plan.name} has a {what} {column!r} itself",
                hint=f"--no-input leaves the input out; {rename}",
            )
