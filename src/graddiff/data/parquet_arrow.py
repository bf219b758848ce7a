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
MAX_FLOAT_DIGITS = 17  # significant digits that tell every float from every other

POLARS_ERRORS = (polars.exceptions.PolarsError, polars.exceptions.PanicException, OSError)


def open_columnar_rows(
    path: str, reads: str, text: str, names: Collection[str] | None
) -> TableRows:
    """Opens a file as blocks of text in the format `text`, csv or jsonl.

    They hold all columns, or those with such `names`; rows count as lines, from 1. Raises
    FileError."""
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
    """Yields the rows of a frame as blocks of text. Raises FileError."""
    row = 1
    try:
        batches = frame.collect_batches(
            chunk_size=COLUMNAR_BLOCK_ROWS, maintain_order=True, lazy=True
        )
        for batch in batches:
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
    """Converts a CSV with answers to a columnar file; its fields are JSON if they are `members`.

    The columns named in `results` have known types. A column of the input gets a narrower type than
    text only if that keeps everything that its fields say. Raises FileError."""
    types = {name: polars.String() if name == "error" else polars.Float64() for name in results}
    try:
        frame = polars.scan_csv(path, infer_schema=False, schema_overrides=types)
        own = [name for name in frame.collect_schema().names() if name not in types]
        SINKS[writes](frame.with_columns(cast_columns(frame, own, members)), target)
    except POLARS_ERRORS as error:
        raise make_columnar_error(target, "written", error) from None


def cast_columns(frame: polars.LazyFrame, names: Sequence[str], members: bool) -> list[polars.Expr]:
    """Returns the columns with `names`, each of the narrowest type that keeps all of its fields."""
    if not names:
        return []
    texts = [polars.col(name) for name in names]
    # One pass over the file finds the types of all columns; the caller's pass then converts them.
    tests = [find_narrowest_type(text).alias(f"{index}") for index, text in enumerate(texts)]
    types = frame.select(tests).collect(engine="streaming").row(0)
    if members:  # a JSON string becomes its text; everything else stays as it is
        texts = [
            polars.coalesce(
                polars.when(text.str.starts_with('"')).then(text).str.json_decode(polars.String),
                text,
            )
            for text in texts
        ]
    return [COLUMN_CASTS[kind](text) for kind, text in zip(types, texts)]


COLUMN_CASTS: dict[str, Callable[[polars.Expr], polars.Expr]] = {
    "text": lambda text: text,
    "truth": lambda text: text == "true",
    "integer": lambda text: text.cast(polars.Int64),
    "number": lambda text: text.cast(polars.Float64),
}


def find_narrowest_type(text: polars.Expr) -> polars.Expr:
    """Returns an expression for the key of COLUMN_CASTS that fits all fields of a column.

    Numbers are those of JSON; a column with a number of which a float loses a digit stays text."""
    integer = text.str.contains(INTEGER_PATTERN) & (
        text.is_null() | text.cast(polars.Int64, strict=False).is_not_null()
    )
    digit_count = (
        text.str.replace("[eE].*", "")
        .str.replace_all("[-.]", "")
        .str.strip_chars_start("0")
        .str.len_bytes()
    )
    number = (
        text.str.contains(f"^(?:{JSON_NUMBER.pattern})$")
        & (digit_count <= MAX_FLOAT_DIGITS)
        & text.cast(polars.Float64, strict=False).is_finite()
    )
    truth = text.is_in(["true", "false"])
    # From the widest type to the narrowest: each one that fits wraps the choice before it. A column
    # without any field stays text.
    choice: polars.Expr = polars.lit("text")
    for kind, fits in (("number", number), ("integer", integer), ("truth", truth)):
        is_fitting = (text.count() > 0) & fits.all()
        choice = polars.when(is_fitting).then(polars.lit(kind)).otherwise(choice)
    return choice


def answer_columnar_table(
    rows: TableRows, reads: str, target: str, writes: str, question: RowQuestion, copies: bool
) -> RowTally:
    """Answers a columnar file into another one, in pieces. Raises FileError."""
    evaluator = FrameEvaluator(question, rows.columns, copies)
    try:
        frame = SCANNERS[reads](rows.name)
        schema = evaluator.build_output_schema(frame.collect_schema())
        answered = frame.with_row_index(evaluator.index).map_batches(
            evaluator.answer_frame, schema=schema, streamable=True
        )
        SINKS[writes](answered, target)
    except POLARS_ERRORS as error:
        raise make_columnar_error(rows.name, "answered", error) from None
    return evaluator.sum_tallies()


class FrameEvaluator:
    """A question about pieces of a table.

    polars may hand them over in any order, so each piece carries the numbers of its rows in a
    column called `index`, and the tallies are put in order at the end."""

    def __init__(self, question: RowQuestion, columns: Sequence[str], copies: bool) -> None:
        self.evaluator = ColumnEvaluator(RowEvaluator(question, columns))
        longest = max(map(len, columns), default=0)
        self.index = "row" + "_" * longest  # longer than the name of any column
        self.copies = copies
        self._tallies: dict[int, RowTally] = {}  # by the first row of the piece

    def answer_frame(self, frame: polars.DataFrame) -> polars.DataFrame:
        """Returns a piece with the columns of the answer."""

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
        results = [
            polars.Series(name, column).fill_nan(None)
            for name, column in zip(self.evaluator.result_names, numbers)
        ]
        return polars.DataFrame([*own, *results, polars.Series("error", errors, polars.String)])

    def build_output_schema(self, own: polars.Schema) -> polars.Schema:
        """Returns the names and types of the columns of the answered table."""
        results = dict.fromkeys(self.evaluator.result_names, polars.Float64())
        return polars.Schema({**(own if self.copies else {}), **results, "error": polars.String()})

    def sum_tallies(self) -> RowTally:
        """Returns the tally of all rows, in the order of the table."""
        total = RowTally()
        for _, tally in sorted(self._tallies.items()):
            total.add_tally(tally)
        return total


def cast_to_floats(column: polars.Series) -> polars.Series:
    """Returns the numbers of a column, or those that its texts stand for, null for no number."""
    is_numeric = column.dtype.is_numeric() or column.dtype == polars.Boolean
    text = column if is_numeric else column.cast(polars.String)
    return text.cast(polars.Float64, strict=False)


def make_columnar_error(path: str, participle: str, error: BaseException) -> FileError:
    """Returns the error for a file that cannot be read, answered or written: the `participle`."""
    return FileError(f"{path} cannot be {participle}: {str(error).splitlines()[0]}")
