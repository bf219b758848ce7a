"""Blocks of records -> text with their answers: the loop that every row goes through."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from graddiff.data.blocks import Block
from graddiff.data.formats import csv, jsonl
from graddiff.data.formats import numbers as bare
from graddiff.data.row_answers import Answer, Answers, Failure, Question, Tally
from graddiff.errors import FileError

FORMATS = {"csv": csv, "jsonl": jsonl}
WRITERS: dict[str, type[csv.Writer] | type[jsonl.Writer]] = {
    "csv": csv.Writer,
    "members": csv.MemberWriter,
    "jsonl": jsonl.Writer,
}


class Plan(NamedTuple):
    """What is to be done with every row; small enough to be sent to another process."""

    question: Question
    name: str  # of the source, for messages
    columns: tuple[str, ...]
    reads: str
    writes: str
    copies: bool  # the input's columns
    fail_fast: bool


class Stream:
    """A plan with its kernel."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.answers = Answers(plan.question, plan.columns)
        self.reader = FORMATS[plan.reads].Reader(plan.name, [*plan.columns])
        self.writer: csv.Writer | jsonl.Writer | bare.Writer
        if plan.question.only:
            self.writer = bare.Writer()
        else:
            copied = plan.columns if plan.copies else None
            self.writer = WRITERS[plan.writes](copied, self.answers.wrt)
        keys = {name: self.reader.keys.get(name, name) for name in self.answers.names}
        self._kernel = self.answers.by_rows(keys, self.reader.number)
        self._converts = plan.reads != plan.writes and plan.copies and not plan.question.only

    def answer(self, block: Block) -> tuple[bytes, Tally]:
        """The rows of a block with their answers, and what has come of them."""
        kernel, row, converts = self._kernel, self.writer.row, self._converts
        tally, written = Tally(), []
        for line, raw, record in self.reader.records(block):
            tally.rows += 1
            shown = record
            try:
                if converts:
                    shown = self.reader.members(raw, record)
                    raw = self.writer.other(shown)
                    self.writer.check(shown)
                written.append(row(raw, shown, kernel(record)))
            except (ArithmeticError, ValueError, TypeError, LookupError):
                answer = self.answers.alone(partial(self.reader.value, record))
                if self._add(line, raw, shown, answer, tally, written):
                    break
            except FileError as error:  # there is no room for the answer in this row
                if self._add(line, raw, shown, refused(error), tally, written):
                    break
        return "".join(written).encode(*csv.ENCODING), tally

    def _add(
        self, line: int, raw: str, shown: Any, answer: Answer, tally: Tally, written: list[str]
    ) -> bool:
        """Writes a row that is not like the others, and says whether it is the last one."""
        try:
            text = self.writer.awkward(raw, shown, answer)
        except FileError as error:
            answer = refused(error)
            text = self.writer.awkward(raw, error, answer)
        tally.add(line, answer)
        written.append(text)
        return answer.failure is not None and self.plan.fail_fast


def refused(error: FileError) -> Answer:
    return Answer(None, Failure(error.kind, error.message, error.exit_code))
