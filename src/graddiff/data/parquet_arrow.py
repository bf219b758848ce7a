"""Parquet and Arrow files, which polars reads and writes."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator, Sequence

import polars

from graddiff.data.blocks import Block
from graddiff.data.formats.jsonl import NUMBER
from graddiff.data.open_table import Rows
from graddiff.data.row_answers import Answers, Question, Tally, number
from graddiff.data.tables import Table
from graddiff.errors import FileError

HEIGHT = 65_536  # rows of a block

SCAN: dict[str, Callable[..., polars.LazyFrame]] = {
    "parquet": polars.scan_parquet,
    "arrow": polars.scan_ipc,
}
SINK: dict[str, Callable[..., object]] = {
    "parquet": polars.LazyFrame.sink_parquet,
    "arrow": polars.LazyFrame.sink_ipc,
}

WHOLE = "^(?:0|-?[1-9][0-9]*)$"
DIGITS = 17  # as many as a float can need

FAILURES = (polars.exceptions.PolarsError, polars.exceptions.PanicException, OSError)


def open_columnar(path: str, reads: str, text: str, names: Collection[str] | None) -> Rows:
    """The rows of a file as blocks of `text`, csv or jsonl, of all columns or of those with such `names`; its rows
    count as lines, from 1. Raises FileError."""
    try:
        frame = SCAN[reads](path)
        columns = frame.collect_schema().names()
    except FAILURES as error:
        raise failed(path, "read", error) from None
    if names is not None and not {*names}.isdisjoint(columns):
        columns = [column for column in columns if column in names]
        frame = frame.select(columns)
    return Rows(path, text, columns, True, as_text(path, frame, text), None)


def as_text(path: str, frame: polars.LazyFrame, text: str) -> Iterator[Block]:
    row = 1
    try:
        for batch in frame.collect_batches(chunk_size=HEIGHT, maintain_order=True, lazy=True):
            target = io.BytesIO()
            if text == "csv":
                batch.write_csv(target, include_header=False)
            else:
                batch.write_ndjson(target)
            yield Block(target.getvalue(), row, 0)
            row += batch.height
    except FAILURES as error:
        raise failed(path, "read", error) from None


def convert(path: str, target: str, writes: str, results: Sequence[str], members: bool) -> None:
    """A CSV with answers becomes a columnar file, whose fields are JSON if they come from `members`. A column of the
    input is one of numbers only if that changes nothing that it says. Raises FileError."""
    types = {name: polars.String() if name == "error" else polars.Float64() for name in results}
    try:
        frame = polars.scan_csv(path, infer_schema=False, schema_overrides=types)
        own = [name for name in frame.collect_schema().names() if name not in types]
        SINK[writes](frame.with_columns(typed(frame, own, members)), target)
    except FAILURES as error:
        raise failed(target, "written", error) from None


def typed(frame: polars.LazyFrame, names: Sequence[str], members: bool) -> list[polars.Expr]:
    """The columns with `names`, each of the narrowest type that keeps what all of its fields say."""
    texts = [polars.col(name) for name in names]
    tests = [narrowest(text).alias(f"{index}") for index, text in enumerate(texts)]
    found = frame.select(tests).collect(engine="streaming").row(0) if tests else ()
    if members:
        strings = [polars.when(text.str.starts_with('"')).then(text) for text in texts]
        texts = [
            polars.coalesce(own.str.json_decode(polars.String), text)
            for own, text in zip(strings, texts)
        ]
    return [TYPES[kind](text) for kind, text in zip(found, texts)]


TYPES: dict[str, Callable[[polars.Expr], polars.Expr]] = {
    "text": lambda text: text,
    "truth": lambda text: text == "true",
    "whole": lambda text: text.cast(polars.Int64),
    "number": lambda text: text.cast(polars.Float64),
}


def narrowest(text: polars.Expr) -> polars.Expr:
    """Which of the TYPES fits all fields of a column: numbers are those of JSON, of which a float loses no digit."""
    whole = text.str.contains(WHOLE) & (
        text.is_null() | text.cast(polars.Int64, strict=False).is_not_null()
    )
    digits = (
        text.str.replace("[eE].*", "")
        .str.replace_all("[-.]", "")
        .str.strip_chars_start("0")
        .str.len_bytes()
    )
    finite = text.cast(polars.Float64, strict=False).is_finite()
    number = text.str.contains(f"^(?:{NUMBER.pattern})$") & (digits <= DIGITS) & finite
    found: polars.Expr = polars.lit("text")
    for kind, fits in (
        ("number", number),
        ("whole", whole),
        ("truth", text.is_in(["true", "false"])),
    ):
        found = polars.when((text.count() > 0) & fits.all()).then(polars.lit(kind)).otherwise(found)
    return found


def answer_columnar(
    rows: Rows, reads: str, target: str, writes: str, question: Question, copies: bool
) -> Tally:
    """From one columnar file to another, in pieces. Raises FileError."""
    frames = Frames(question, rows.columns, copies)
    try:
        frame = SCAN[reads](rows.name)
        schema = frames.schema(frame.collect_schema())
        answered = frame.with_row_index(frames.index).map_batches(
            frames.answer, schema=schema, streamable=True
        )
        SINK[writes](answered, target)
    except FAILURES as error:
        raise failed(rows.name, "answered", error) from None
    return frames.total()


class Frames:
    """A question over pieces of a table, in any order: each carries the numbers of its rows."""

    def __init__(self, question: Question, columns: Sequence[str], copies: bool) -> None:
        self.table = Table(Answers(question, columns))
        self.index = "row" + "_" * max(map(len, columns), default=0)  # as no column is called
        self.copies = copies
        self._tallies: dict[int, Tally] = {}

    def answer(self, frame: polars.DataFrame) -> polars.DataFrame:
        """The piece with the columns of the answer."""

        def read(row: int, name: str) -> float:
            value = frame[name][row]
            return number("" if value is None else str(value), name)

        first = frame[self.index][0] if frame.height else 0
        tally = self._tallies[first] = Tally()
        floats = {name: as_floats(frame[name]).to_numpy() for name in self.table.variables}
        numbers, errors = self.table.whole(floats, frame.height, tally, first + 1, read)
        own = frame.drop(self.index).get_columns() if self.copies else []
        found = [
            polars.Series(name, column).fill_nan(None)
            for name, column in zip(self.table.results, numbers)
        ]
        return polars.DataFrame([*own, *found, polars.Series("error", errors, polars.String)])

    def schema(self, own: polars.Schema) -> polars.Schema:
        results = dict.fromkeys(self.table.results, polars.Float64())
        return polars.Schema({**(own if self.copies else {}), **results, "error": polars.String()})

    def total(self) -> Tally:
        """What has come of all rows."""
        total = Tally()
        for _, tally in sorted(self._tallies.items()):
            total.join(tally)
        return total


def as_floats(column: polars.Series) -> polars.Series:
    """The numbers of a column, or those that its texts stand for; null where there is none."""
    numeric = column.dtype.is_numeric() or column.dtype == polars.Boolean
    return (column if numeric else column.cast(polars.String)).cast(polars.Float64, strict=False)


def failed(path: str, what: str, error: BaseException) -> FileError:
    return FileError(f"{path} cannot be {what}: {str(error).splitlines()[0]}")
