"""Blocks of records through polars and the kernel for columns, wherever a block is regular.

In a regular block, only the rows that the kernel leaves to the single-point path go through it. An
irregular block goes through the engine for rows as a whole, so that messages about a bad row do not
depend on the engine."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import partial

import polars

from graddiff.data.blocks import Block
from graddiff.data.fast_reader import RegularBlockReader
from graddiff.data.formats import csv, jsonl, number_rows
from graddiff.data.row_answers import RowTally
from graddiff.data.row_formats import ENCODING
from graddiff.data.streams import RowStream, StreamPlan
from graddiff.data.tables import ColumnEvaluator

RESULT_MEMBER = re.compile(rb'"(value|gradient|error)"')


class ColumnStream(RowStream):
    """Answers the rows of a plan by columns."""

    def __init__(self, plan: StreamPlan) -> None:
        super().__init__(plan)
        self.column_evaluator = ColumnEvaluator(self.evaluator)
        self._block_reader = RegularBlockReader(
            plan.reads, self.column_evaluator.names, self.reader.keys, len(plan.columns)
        )

    def answer_block(self, block: Block) -> tuple[bytes, RowTally]:
        """Returns the rows of a block with their answers, and the tally of these rows."""
        text = block.text.replace(b"\r\n", b"\n")
        regular = None
        # A record that is converted to another format has to be read as a whole, by rows.
        if not self._converts and not self._can_collide(text):
            regular = self._block_reader.read_frame(text)
        if regular is None:
            return super().answer_block(block)
        lines, frame = regular
        evaluator = self.column_evaluator
        columns = {name: frame[name].to_numpy() for name in evaluator.names}
        outputs, single_rows = evaluator.evaluate_columns(columns, frame.height)
        numbers = [
            polars.Series(name, output) for name, output in zip(evaluator.result_names, outputs)
        ]
        tally = RowTally()
        tally.rows = lines.height
        answered = self._render_rows(lines, numbers)
        if single_rows.size:
            rows = single_rows.tolist()
            answered = self._replace_single_rows(answered, lines, rows, block.line, tally)
        return answered, tally

    def _can_collide(self, text: bytes) -> bool:
        """Says whether an object that is copied may have a member of the answer already."""
        copies_objects = self.plan.reads == "jsonl" and self.plan.copies
        return copies_objects and RESULT_MEMBER.search(text) is not None

    def _replace_single_rows(
        self,
        text: bytes,
        lines: polars.DataFrame,
        single_rows: Sequence[int],
        first_line: int,
        tally: RowTally,
    ) -> bytes:
        """Returns the text with those rows answered by the single-point path, each in its line.

        With `fail_fast` the text ends behind the first row that fails."""
        rows = text.split(b"\n")
        for index in single_rows:
            record_text = Block(lines.item(index, 0).encode(), first_line + index, 0)
            line, raw, record = next(self.reader.iterate_records(record_text))
            answer = self.evaluator.answer_single(partial(self.reader.read_value, record))
            tally.add_answer(line, answer)
            row = self.writer.format_answer_row(raw, record, answer).removesuffix("\n")
            rows[index] = row.encode(*ENCODING)
            if answer.failure and self.plan.fail_fast:
                tally.rows = index + 1
                return b"\n".join([*rows[: index + 1], b""])
        return b"\n".join(rows)

    def _render_rows(self, lines: polars.DataFrame, numbers: list[polars.Series]) -> bytes:
        """Returns the text of the rows, as if the kernel had answered all of them."""
        if isinstance(self.writer, number_rows.NumberRowWriter):
            format_row = self.writer.format_row
            return "".join(
                [format_row("", (), (number,)) for number in numbers[-1].to_list()]
            ).encode()
        own = lines.to_series(0) if self.plan.copies else None
        if isinstance(self.writer, csv.CsvRowWriter):
            no_errors = polars.Series([None], dtype=polars.String).new_from_index(0, lines.height)
            fields = [*numbers, no_errors]
            return join_columns([own, *fields] if own is not None else fields, ",")
        assert isinstance(self.writer, jsonl.JsonLinesRowWriter)
        return render_objects(own, numbers, self.writer.pieces)


def render_objects(
    own: polars.Series | None, numbers: Sequence[polars.Series], pieces: Sequence[str]
) -> bytes:
    """Returns JSON Lines: the input's objects, if they are copied, with the answer's members.

    `pieces` are the texts around the numbers. polars joins columns much faster than Python could,
    with one character between two of them: a blank, which JSON allows anywhere."""
    height = numbers[0].len()
    first, *others = pieces
    if own is None:
        columns = [repeat_text("{", height), repeat_text(first.strip(), height)]
    else:
        opened = own.str.strip_chars().str.strip_suffix("}")
        columns = [opened, repeat_text(", " + first.strip(), height)]
    for number, piece in zip(numbers, others):
        columns += [number, repeat_text(piece.strip(), height)]
    return join_columns(columns, " ")


def join_columns(columns: Sequence[polars.Series], separator: str) -> bytes:
    """Returns the rows of columns as lines, with a separator between two fields."""
    target = io.BytesIO()
    frame = polars.DataFrame([column.alias(str(index)) for index, column in enumerate(columns)])
    frame.write_csv(target, include_header=False, quote_style="never", separator=separator)
    return target.getvalue()


def repeat_text(text: str, height: int) -> polars.Series:
    """Returns a column that repeats a text."""
    return polars.Series([text]).new_from_index(0, height)
