"""Blocks of records -> text with their answers: the loop that every row goes through."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from graddiff.data.blocks import Block
from graddiff.data.formats import csv, jsonl, number_rows
from graddiff.data.row_answers import RowAnswer, RowEvaluator, RowFailure, RowQuestion, RowTally
from graddiff.errors import FileError

RowReader = csv.CsvReader | jsonl.JsonLinesReader

ROW_READERS: dict[str, type[RowReader]] = {
    "csv": csv.CsvReader,
    "jsonl": jsonl.JsonLinesReader,
}
ROW_WRITERS: dict[str, type[csv.CsvRowWriter] | type[jsonl.JsonLinesRowWriter]] = {
    "csv": csv.CsvRowWriter,
    "members": csv.MemberRowWriter,
    "jsonl": jsonl.JsonLinesRowWriter,
}


class StreamPlan(NamedTuple):
    """What is to be done with every row; small enough to be sent to another process."""

    question: RowQuestion
    name: str  # of the source, for messages
    columns: tuple[str, ...]
    reads: str
    writes: str
    copies: bool  # the input's columns
    fail_fast: bool


class RowStream:
    """A plan with its kernel."""

    def __init__(self, plan: StreamPlan) -> None:
        self.plan = plan
        self.evaluator = RowEvaluator(plan.question, plan.columns)
        self.reader = ROW_READERS[plan.reads](plan.name, [*plan.columns])
        self.writer: csv.CsvRowWriter | jsonl.JsonLinesRowWriter | number_rows.NumberRowWriter
        if plan.question.only:
            self.writer = number_rows.NumberRowWriter()
        else:
            copied = plan.columns if plan.copies else None
            self.writer = ROW_WRITERS[plan.writes](copied, self.evaluator.wrt)
        keys = {name: self.reader.keys.get(name, name) for name in self.evaluator.names}
        self._kernel = self.evaluator.compile_row_kernel(keys, self.reader.convert_number)
        self._converts = plan.reads != plan.writes and plan.copies and not plan.question.only

    def answer_block(self, block: Block) -> tuple[bytes, RowTally]:
        """The rows of a block with their answers, and what has come of them."""
        kernel, row, converts = self._kernel, self.writer.format_row, self._converts
        tally, written = RowTally(), []
        for line, raw, record in self.reader.iterate_records(block):
            tally.rows += 1
            shown = record
            try:
                if converts:
                    shown = self.reader.get_members(raw, record)
                    raw = self.writer.convert_members(shown)
                    self.writer.validate_members(shown)
                written.append(row(raw, shown, kernel(record)))
            except (ArithmeticError, ValueError, TypeError, LookupError):
                answer = self.evaluator.answer_single(partial(self.reader.read_value, record))
                if self._add_single_row(line, raw, shown, answer, tally, written):
                    break
            except FileError as error:  # there is no room for the answer in this row
                if self._add_single_row(line, raw, shown, make_refusal(error), tally, written):
                    break
        return "".join(written).encode(*csv.ENCODING), tally

    def _add_single_row(
        self, line: int, raw: str, shown: Any, answer: RowAnswer, tally: RowTally, texts: list[str]
    ) -> bool:
        """Writes a row that is not like the others, and says whether it is the last one."""
        try:
            text = self.writer.format_answer_row(raw, shown, answer)
        except FileError as error:
            answer = make_refusal(error)
            text = self.writer.format_answer_row(raw, error, answer)
        tally.add_answer(line, answer)
        texts.append(text)
        return answer.failure is not None and self.plan.fail_fast


def make_refusal(error: FileError) -> RowAnswer:
    return RowAnswer(None, RowFailure(error.kind, error.message, error.exit_code))
