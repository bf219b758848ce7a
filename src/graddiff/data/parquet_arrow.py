"""Parquet and Arrow files, which polars reads and writes."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator, Sequence

import polars

from graddiff.data.blocks import Block
from graddiff.data.formats.jsonl import JSON_NUMBER
from graddiff.data.open_table import TableRows
from graddiff.data.row_answers import RowEvaluator, RowQuestion, RowTally, parse_field_number
from graddiff.data.tables import ColumnEvaluator
from graddiff.errors import FileError

COLUMNAR_BLOCK_ROWS = 65_536  # rows of a block

SCANNERS: dict[str, Callable[..., polars.LazyFrame]] = {
    "parquet": polars.scan_parquet,
    "arrow": polars.scan_ipc,
}
SINKS: dict[str, Callable[..., object]] = {
    "parquet": polars.LazyFrame.sink_parquet,
    "arrow": polars.LazyFrame.sink_ipc,
}

INTEGER_PATTERN = "^(?:0|-?[1-9][0-9]*)$"
MAX_FLOAT_DIGITS = 17  # as many as a float can need

POLARS_ERRORS = (polars.exceptions.PolarsError, polars.exceptions.PanicException, OSError)


def open_columnar_rows(
    path: str, reads: str, text: str, names: Collection[str] | None
) -> TableRows:
    """The rows of a file as blocks of `text`, csv or jsonl, of all columns or of those with such `names`; its rows
    count as lines, from 1. Raises FileError."""
    try:
        frame = SCANNERS[reads](path)
        columns = frame.collect_schema().names()
    except POLARS_ERRORS as error:
        raise make_columnar_error(path, "read", error) from None
    if names is not None and not {*names}.isdisjoint(columns):
        columns = [column for column in columns if column in names]
        frame = frame.select(columns)
    return TableRows(path, text, columns, True, write_text_blocks(path, frame, text), None)


def write_text_blocks(path: str, frame: polars.LazyFrame, text: str) -> Iterator[Block]:
    row = 1
    try:
        for batch in frame.collect_batches(
            chunk_size=COLUMNAR_BLOCK_ROWS, maintain_order=True, lazy=True
        ):
            target = io.BytesIO()
            if text == "csv":
                batch.write_csv(target, include_header=False)
            else:
                batch.write_ndjson(target)
            yield Block(target.getvalue(), row, 0)
            row += batch.height
    except POLARS_ERRORS as error:
        raise make_columnar_error(path, "read", error) from None


def convert_to_columnar(
    path: str, target: str, writes: str, results: Sequence[str], members: bool
) -> None:
    """A CSV with answers becomes a columnar file, whose fields are JSON if they come from `members`. A column of the
    input is one of numbers only if that changes nothing that it says. Raises FileError."""
    types = {name: polars.String() if name == "error" else polars.Float64() for name in results}
    try:
        frame = polars.scan_csv(path, infer_schema=False, schema_overrides=types)
        own = [name for name in frame.collect_schema().names() if name not in types]
        SINKS[writes](frame.with_columns(cast_columns(frame, own, members)), target)
    except POLARS_ERRORS as error:
        raise make_columnar_error(target, "written", error) from None


def cast_columns(frame: polars.LazyFrame, names: Sequence[str], members: bool) -> list[polars.Expr]:
    """The columns with `names`, each of the narrowest type that keeps what all of its fields say."""
    texts = [polars.col(name) for name in names]
    tests = [find_narrowest_type(text).alias(f"{index}") for index, text in enumerate(texts)]
    found = frame.select(tests).collect(engine="streaming").row(0) if tests else ()
    if members:
        strings = [polars.when(text.str.starts_with('"')).then(text) for text in texts]
        texts = [
            polars.coalesce(own.str.json_decode(polars.String), text)
            for own, text in zip(strings, texts)
        ]
    return [COLUMN_CASTS[kind](text) for kind, text in zip(found, texts)]


COLUMN_CASTS: dict[str, Callable[[polars.Expr], polars.Expr]] = {
    "text": lambda text: text,
    "truth": lambda text: text == "true",
    "whole": lambda text: text.cast(polars.Int64),
    "number": lambda text: text.cast(polars.Float64),
}


def find_narrowest_type(text: polars.Expr) -> polars.Expr:
    """Which of the TYPES fits all fields of a column: numbers are those of JSON, of which a float loses no digit."""
    whole = text.str.contains(INTEGER_PATTERN) & (
        text.is_null() | text.cast(polars.Int64, strict=False).is_not_null()
    )
    digits = (
        text.str.replace("[eE].*", "")
        .str.replace_all("[-.]", "")
        .str.strip_chars_start("0")
        .str.len_bytes()
    )
    finite = text.cast(polars.Float64, strict=False).is_finite()
    number = (
        text.str.contains(f"^(?:{JSON_NUMBER.pattern})$") & (digits <= MAX_FLOAT_DIGITS) & finite
    )
    found: polars.Expr = polars.lit("text")
    for kind, fits in (
        ("number", number),
        ("whole", whole),
        ("truth", text.is_in(["true", "false"])),
    ):
        found = polars.when((text.count() > 0) & fits.all()).then(polars.lit(kind)).otherwise(found)
    return found


def answer_columnar_table(
    rows: TableRows, reads: str, target: str, writes: str, question: RowQuestion, copies: bool
) -> RowTally:
    """From one columnar file to another, in pieces. Raises FileError."""
    frames = FrameEvaluator(question, rows.columns, copies)
    try:
        frame = SCANNERS[reads](rows.name)
        schema = frames.build_output_schema(frame.collect_schema())
        answered = frame.with_row_index(frames.index).map_batches(
            frames.answer_frame, schema=schema, streamable=True
        )
        SINKS[writes](answered, target)
    except POLARS_ERRORS as error:
        raise make_columnar_error(rows.name, "answered", error) from None
    return frames.sum_tallies()


class FrameEvaluator:
    """A question over pieces of a table, in any order: each carries the numbers of its rows."""

    def __init__(self, question: RowQuestion, columns: Sequence[str], copies: bool) -> None:
        self.evaluator = ColumnEvaluator(RowEvaluator(question, columns))
        self.index = "row" + "_" * max(map(len, columns), default=0)  # as no column is called
        self.copies = copies
        self._tallies: dict[int, RowTally] = {}

    def answer_frame(self, frame: polars.DataFrame) -> polars.DataFrame:
        """The piece with the columns of the answer."""

        def read_cell(row: int, name: str) -> float:
            value = frame[name][row]
            return parse_field_number("" if value is None else str(value), name)

        first = frame[self.index][0] if frame.height else 0
        tally = self._tallies[first] = RowTally()
        floats = {name: cast_to_floats(frame[name]).to_numpy() for name in self.evaluator.variables}
        numbers, errors = self.evaluator.answer_columns(
            floats, frame.height, tally, first + 1, read_cell
        )
        own = frame.drop(self.index).get_columns() if self.copies else []
        found = [
            polars.Series(name, column).fill_nan(None)
            for name, column in zip(self.evaluator.result_names, numbers)
        ]
        return polars.DataFrame([*own, *found, polars.Series("error", errors, polars.String)])

    def build_output_schema(self, own: polars.Schema) -> polars.Schema:
        results = dict.fromkeys(self.evaluator.result_names, polars.Float64())
        return polars.Schema({**(own if self.copies else {}), **results, "error": polars.String()})

    def sum_tallies(self) -> RowTally:
        """What has come of all rows."""
        total = RowTally()
        for _, tally in sorted(self._tallies.items()):
            total.add_tally(tally)
        return total


def cast_to_floats(column: polars.Series) -> polars.Series:
    """The numbers of a column, or those that its texts stand for; null where there is none."""
    numeric = column.dtype.is_numeric() or column.dtype == polars.Boolean
    return (column if numeric else column.cast(polars.String)).cast(polars.Float64, strict=False)


def make_columnar_error(path: str, participle: str, error: BaseException) -> FileError:
    return FileError(f"{path} cannot be {participle}: {str(error).splitlines()[0]}")
