"""Blocks of records -> text with their answers: the loop that every row goes through."""

from functools import partial
from typing import Any, NamedTuple

from graddiff.data.blocks import Block
from graddiff.data.formats import csv, jsonl, number_rows
from graddiff.data.row_answers import RowAnswer, RowEvaluator, RowFailure, RowQuestion, RowTally
from graddiff.data.row_formats import ENCODING, Record, RowReader, RowWriter
from graddiff.errors import FileError

ROW_READERS: dict[str, type[RowReader[Any]]] = {
    "csv": csv.CsvReader,
    "jsonl": jsonl.JsonLinesReader,
}
ROW_WRITERS: dict[str, type[csv.CsvRowWriter] | type[jsonl.JsonLinesRowWriter]] = {
    "csv": csv.CsvRowWriter,
    "members": csv.MemberRowWriter,
    "jsonl": jsonl.JsonLinesRowWriter,
}


class StreamPlan(NamedTuple):
    """The plan for every row; small enough to be sent to another process."""

    question: RowQuestion
    name: str  # of the source, for messages
    columns: tuple[str, ...]
    reads: str
    writes: str
    copies: bool  # whether the columns of the input stand before the answers
    fail_fast: bool


class RowStream:
    """Answers the rows of a plan one by one, with a kernel that is compiled once."""

    def __init__(self, plan: StreamPlan) -> None:
        self.plan = plan
        self.evaluator = RowEvaluator(plan.question, plan.columns)
        self.reader = ROW_READERS[plan.reads](plan.name, [*plan.columns])
        self.writer = make_row_writer(plan, self.evaluator.wrt)
        keys = {name: self.reader.keys.get(name, name) for name in self.evaluator.names}
        self._kernel = self.evaluator.compile_row_kernel(keys, self.reader.convert_number)
        self._converts = plan.reads != plan.writes and plan.copies and not plan.question.only

    def answer_block(self, block: Block) -> tuple[bytes, RowTally]:
        """Returns the rows of a block with their answers, and the tally of these rows."""
        kernel, format_row, converts = self._kernel, self.writer.format_row, self._converts
        tally, texts = RowTally(), []
        for line, raw, record in self.reader.iterate_records(block):
            tally.rows += 1
            copied = record  # the record that the writer copies
            try:
                if converts:
                    copied = self.reader.get_members(raw, record)
                    raw = self.writer.convert_members(copied)
                    self.writer.validate_members(copied)
                texts.append(format_row(raw, copied, kernel(record)))
            except (ArithmeticError, ValueError, TypeError, LookupError):
                # The kernel is fast and says nothing about a row that is not regular: the
                # single-point path answers it again, with its notices or the reason of its failure.
                answer = self.evaluator.answer_single(partial(self.reader.read_value, record))
                if self._add_single_row(line, raw, copied, answer, tally, texts):
                    break
            except FileError as error:  # the row has no place for its answer, or for a member
                answer = make_refusal(error)
                if self._add_single_row(line, raw, copied, answer, tally, texts):
                    break
        return "".join(texts).encode(*ENCODING), tally

    def _add_single_row(
        self,
        line: int,
        raw: str,
        copied: Record,
        answer: RowAnswer,
        tally: RowTally,
        texts: list[str],
    ) -> bool:
        """Writes a row that is not regular, and returns whether it is the last one."""
        try:
            text = self.writer.format_answer_row(raw, copied, answer)
        except FileError as error:
            answer = make_refusal(error)
            text = self.writer.format_answer_row(raw, error, answer)
        tally.add_answer(line, answer)
        texts.append(text)
        return answer.failure is not None and self.plan.fail_fast


def make_row_writer(plan: StreamPlan, names: list[str]) -> RowWriter:
    """Returns the writer of a plan, which differentiates by such names."""
    if plan.question.only:
        return number_rows.NumberRowWriter()
    return ROW_WRITERS[plan.writes](plan.columns if plan.copies else None, names)


def make_refusal(error: FileError) -> RowAnswer:
    """Returns the answer of a row that cannot be written."""
    return RowAnswer(None, RowFailure(error.kind, error.message, error.exit_code))
