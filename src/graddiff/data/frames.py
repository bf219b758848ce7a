"""Blocks of records through polars and the columns of the kernel, wherever a block is regular; rows where it is not.

A block is regular if its records are its lines and all have the same shape. In a regular block only the rows that the
kernel leaves to the single-point path go through it; an irregular one goes through the other engine as a whole, so that
what is said about a bad row does not depend on the engine."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import polars

from graddiff.data import bare, csv
from graddiff.data.answers import Tally
from graddiff.data.blocks import Block
from graddiff.data.streams import Plan, Stream
from graddiff.data.tables import Table

RESULT = re.compile(rb'"(value|gradient|error)"')


# A letter, a digit or _ of a name, written as JSON writes what is not ASCII.
ESCAPED = re.compile(rb"\\u00(3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aA])")

Read = Callable[[bytes, polars.Series], polars.DataFrame | None]


class FrameStream(Stream):
    """The stream of a plan, by columns."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.table = Table(self.answers)
        self._read: Read = {"csv": self._csv, "jsonl": self._jsonl}[plan.reads]
        self._regular = plan.reads == plan.writes or not plan.copies or bool(plan.question.only)

    def answer(self, block: Block) -> tuple[bytes, Tally]:
        text = block.text.replace(b"\r\n", b"\n")
        lines = self._lines(text) if self._regular and self.table.names else None
        frame = None if lines is None else self._read(text, lines.to_series(0))
        if lines is None or frame is None or frame.height != lines.height:
            return super().answer(block)
        found, left = self.table.answer({name: frame[name].to_numpy() for name in self.table.names}, frame.height)
        numbers = [polars.Series(name, output) for name, output in zip(self.table.results, found)]
        tally = Tally()
        tally.rows = lines.height
        written = self._write(lines, numbers)
        if left.size:
            return self._by_rows(written, lines, left, block.line, tally), tally
        return written, tally

    def _by_rows(self, written: bytes, lines: polars.DataFrame, left: Any, first: int, tally: Tally) -> bytes:
        """The same text with the rows that are left to the single-point path, each in its line."""
        rows = written.split(b"\n")
        for index in left.tolist():
            (line, raw, record), *_ = self.reader.records(Block(lines.item(index, 0).encode(), first + index, 0))
            answer = self.answers.alone(partial(self.reader.value, record))
            tally.add(line, answer)
            rows[index] = self.writer.awkward(raw, record, answer)[:-1].encode(*csv.ENCODING)
            if answer.failure and self.plan.fail_fast:
                tally.rows = index + 1
                return b"\n".join([*rows[: index + 1], b""])
        return b"\n".join(rows)

    def _lines(self, text: bytes) -> polars.DataFrame | None:
        """A frame of the lines, if each of them is a record."""
        if text.startswith(b"\n") or b"\n\n" in text or b"\r" in text or b"\x1f" in text:
            return None
        try:
            lines = polars.read_csv(text, separator="\x1f", quote_char=None, has_header=False, infer_schema=False)
        except polars.exceptions.PolarsError:
            return None
        return lines if lines.width == 1 and lines.height == text.count(b"\n") + (not text.endswith(b"\n")) else None

    def _ragged(self, lines: polars.Series) -> bool:
        """Whether a line has not as many fields as the header."""
        return bool((lines.str.count_matches(",", literal=True) != len(self.plan.columns) - 1).any())

    def _csv(self, text: bytes, lines: polars.Series) -> polars.DataFrame | None:
        if b'"' in text or self._ragged(lines):
            return None
        wanted = [self.reader.keys[name] for name in self.table.names]
        try:
            frame = polars.read_csv(
                text,
                has_header=False,
                infer_schema=False,
                quote_char=None,
                columns=sorted(wanted),
                truncate_ragged_lines=False,
            )
        except polars.exceptions.PolarsError:
            return None
        frame.columns = [self.table.names[wanted.index(index)] for index in sorted(wanted)]
        return frame.cast(polars.Float64, strict=False)

    def _jsonl(self, text: bytes, lines: polars.Series) -> polars.DataFrame | None:
        if self.plan.copies and RESULT.search(text):
            return None
        try:
            frame = polars.read_ndjson(text, schema=dict.fromkeys(self.table.names, polars.Float64))
        except polars.exceptions.PolarsError:
            return None
        return None if any(self._twice(text, lines, frame[name]) for name in self.table.names) else frame

    def _twice(self, text: bytes, lines: polars.Series, column: polars.Series) -> bool:
        """Whether a name may stand twice in an object: Python takes its last value, polars the first."""
        if b"\\u" in text and (not column.name.isascii() or ESCAPED.search(text)):
            return True
        if not column.null_count() and text.count(f'"{column.name}"'.encode()) == lines.len():
            return False  # it stands in every line, and nowhere else
        return bool((lines.str.count_matches(f'"{column.name}"\\s*:') > 1).any())

    def _write(self, lines: polars.DataFrame, numbers: list[polars.Series]) -> bytes:
        """The text of the rows, as if all were well."""
        target = io.BytesIO()
        own = [lines.to_series(0)] if self.plan.copies else []
        if isinstance(self.writer, bare.Writer):
            return "".join([self.writer.row("", None, (number,)) for number in numbers[-1].to_list()]).encode()
        if isinstance(self.writer, csv.Writer):
            frame = [*own, *numbers, polars.Series([None], dtype=polars.String).new_from_index(0, lines.height)]
        else:  # each column after a blank, which JSON allows
            opened = own[0].str.strip_chars().str.strip_suffix("}") if own else text_column("{", lines.height)
            first, *others = self.writer.pieces
            frame = [opened, text_column((", " if own else "") + first.strip(), lines.height)]
            for number, piece in zip(numbers, others):
                frame += [number, text_column(piece.strip(), lines.height)]
        named = polars.DataFrame([column.alias(str(index)) for index, column in enumerate(frame)])
        separator = "," if isinstance(self.writer, csv.Writer) else " "
        named.write_csv(target, include_header=False, quote_style="never", separator=separator)
        return target.getvalue()


def text_column(text: str, height: int) -> polars.Series:
    return polars.Series([text]).new_from_index(0, height)
