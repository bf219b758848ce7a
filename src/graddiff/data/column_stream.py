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
from graddiff.data.fast_reader import RegularBlockReader
from graddiff.data.formats import csv, number_rows
from graddiff.data.row_answers import RowTally
from graddiff.data.streams import RowStream, StreamPlan
from graddiff.data.tables import ColumnEvaluator

RESULT_MEMBER = re.compile(rb'"(value|gradient|error)"')


class ColumnStream(RowStream):
    """The stream of a plan, by columns."""

    def __init__(self, plan: StreamPlan) -> None:
        super().__init__(plan)
        self.column_evaluator = ColumnEvaluator(self.evaluator)
        self._block_reader = RegularBlockReader(
            plan.reads, self.column_evaluator.names, self.reader.keys, len(plan.columns)
        )
        self._direct = plan.reads == plan.writes or not plan.copies or bool(plan.question.only)

    def answer_block(self, block: Block) -> tuple[bytes, RowTally]:
        text = block.text.replace(b"\r\n", b"\n")
        taken = self.plan.reads == "jsonl" and self.plan.copies and RESULT_MEMBER.search(text)
        regular = self._block_reader.read_frame(text) if self._direct and not taken else None
        if regular is None:
            return super().answer_block(block)
        lines, frame = regular
        found, left = self.column_evaluator.evaluate_columns(
            {name: frame[name].to_numpy() for name in self.column_evaluator.names}, frame.height
        )
        numbers = [
            polars.Series(name, output)
            for name, output in zip(self.column_evaluator.result_names, found)
        ]
        tally = RowTally()
        tally.rows = lines.height
        written = self._render_rows(lines, numbers)
        if left.size:
            return self._insert_single_rows(written, lines, left, block.line, tally), tally
        return written, tally

    def _insert_single_rows(
        self, text: bytes, lines: polars.DataFrame, left: Any, first: int, tally: RowTally
    ) -> bytes:
        """The same text with the rows that are left to the single-point path, each in its line."""
        rows = text.split(b"\n")
        for index in left.tolist():
            (line, raw, record), *_ = self.reader.iterate_records(
                Block(lines.item(index, 0).encode(), first + index, 0)
            )
            answer = self.evaluator.answer_single(partial(self.reader.read_value, record))
            tally.add_answer(line, answer)
            rows[index] = self.writer.format_answer_row(raw, record, answer)[:-1].encode(
                *csv.ENCODING
            )
            if answer.failure and self.plan.fail_fast:
                tally.rows = index + 1
                return b"\n".join([*rows[: index + 1], b""])
        return b"\n".join(rows)

    def _render_rows(self, lines: polars.DataFrame, numbers: list[polars.Series]) -> bytes:
        """The text of the rows, as if all were well."""
        target = io.BytesIO()
        own = [lines.to_series(0)] if self.plan.copies else []
        if isinstance(self.writer, number_rows.NumberRowWriter):
            return "".join(
                [self.writer.format_row("", None, (number,)) for number in numbers[-1].to_list()]
            ).encode()
        if isinstance(self.writer, csv.CsvRowWriter):
            frame = [
                *own,
                *numbers,
                polars.Series([None], dtype=polars.String).new_from_index(0, lines.height),
            ]
        else:  # each column after a blank, which JSON allows
            opened = (
                own[0].str.strip_chars().str.strip_suffix("}")
                if own
                else repeat_text("{", lines.height)
            )
            first, *others = self.writer.pieces
            frame = [opened, repeat_text((", " if own else "") + first.strip(), lines.height)]
            for number, piece in zip(numbers, others):
                frame += [number, repeat_text(piece.strip(), lines.height)]
        named = polars.DataFrame([column.alias(str(index)) for index, column in enumerate(frame)])
        separator = "," if isinstance(self.writer, csv.CsvRowWriter) else " "
        named.write_csv(target, include_header=False, quote_style="never", separator=separator)
        return target.getvalue()


def repeat_text(text: str, height: int) -> polars.Series:
    return polars.Series([text]).new_from_index(0, height)
