"""Blocks of records through polars and the columns of the kernel, wherever a block is regular; rows where it is not.

In a regular block only the rows that the kernel leaves to the single-point path go through it; an irregular one goes
through the other engine as a whole, so that what is said about a bad row does not depend on the engine."""

from __future__ import annotations

import io
import re
from functools import partial
from typing import Any

import polars

from graddiff.data.blocks import Block
from graddiff.data.fast_reader import Regular
from graddiff.data.formats import csv
from graddiff.data.formats import numbers as bare
from graddiff.data.row_answers import Tally
from graddiff.data.streams import Plan, Stream
from graddiff.data.tables import Table

RESULT = re.compile(rb'"(value|gradient|error)"')


class FrameStream(Stream):
    """The stream of a plan, by columns."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.table = Table(self.answers)
        self._regular = Regular(plan.reads, self.table.names, self.reader.keys, len(plan.columns))
        self._direct = plan.reads == plan.writes or not plan.copies or bool(plan.question.only)

    def answer(self, block: Block) -> tuple[bytes, Tally]:
        text = block.text.replace(b"\r\n", b"\n")
        taken = self.plan.reads == "jsonl" and self.plan.copies and RESULT.search(text)
        regular = self._regular.frame(text) if self._direct and not taken else None
        if regular is None:
            return super().answer(block)
        lines, frame = regular
        found, left = self.table.answer(
            {name: frame[name].to_numpy() for name in self.table.names}, frame.height
        )
        numbers = [polars.Series(name, output) for name, output in zip(self.table.results, found)]
        tally = Tally()
        tally.rows = lines.height
        written = self._write(lines, numbers)
        if left.size:
            return self._by_rows(written, lines, left, block.line, tally), tally
        return written, tally

    def _by_rows(
        self, written: bytes, lines: polars.DataFrame, left: Any, first: int, tally: Tally
    ) -> bytes:
        """The same text with the rows that are left to the single-point path, each in its line."""
        rows = written.split(b"\n")
        for index in left.tolist():
            (line, raw, record), *_ = self.reader.records(
                Block(lines.item(index, 0).encode(), first + index, 0)
            )
            answer = self.answers.alone(partial(self.reader.value, record))
            tally.add(line, answer)
            rows[index] = self.writer.awkward(raw, record, answer)[:-1].encode(*csv.ENCODING)
            if answer.failure and self.plan.fail_fast:
                tally.rows = index + 1
                return b"\n".join([*rows[: index + 1], b""])
        return b"\n".join(rows)

    def _write(self, lines: polars.DataFrame, numbers: list[polars.Series]) -> bytes:
        """The text of the rows, as if all were well."""
        target = io.BytesIO()
        own = [lines.to_series(0)] if self.plan.copies else []
        if isinstance(self.writer, bare.Writer):
            return "".join(
                [self.writer.row("", None, (number,)) for number in numbers[-1].to_list()]
            ).encode()
        if isinstance(self.writer, csv.Writer):
            frame = [
                *own,
                *numbers,
                polars.Series([None], dtype=polars.String).new_from_index(0, lines.height),
            ]
        else:  # each column after a blank, which JSON allows
            opened = (
                own[0].str.strip_chars().str.strip_suffix("}")
                if own
                else text_column("{", lines.height)
            )
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
