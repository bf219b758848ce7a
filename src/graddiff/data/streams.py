"""Blocks of records -> text with their answers: the loop that every row goes through."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from graddiff.data import bare, csv, jsonl
from graddiff.data.answers import Answers, Question, Tally
from graddiff.data.blocks import Block

FORMATS = {"csv": csv, "jsonl": jsonl}


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
            self.writer = FORMATS[plan.writes].Writer(copied, self.answers.wrt)
        keys = {name: self.reader.keys.get(name, name) for name in self.answers.names}
        self._kernel = self.answers.by_rows(keys, self.reader.number)
        self._converts = plan.reads != plan.writes and plan.copies and not plan.question.only

    def answer(self, block: Block) -> tuple[bytes, Tally]:
        """The rows of a block with their answers, and what has come of them."""
        kernel, row, converts = self._kernel, self.writer.row, self._converts
        tally, written = Tally(), []
        for line, raw, record in self.reader.records(block):
            tally.rows += 1
            if converts:
                members = self.reader.members(raw, record)
                raw, shown = self.writer.other(members), members
            else:
                shown = record
            try:
                written.append(row(raw, shown, kernel(record)))
            except (ArithmeticError, ValueError, TypeError, LookupError):
                answer = self.answers.alone(partial(self.reader.value, record))
                tally.add(line, answer)
                written.append(self.writer.awkward(raw, shown, answer))
                if answer.failure and self.plan.fail_fast:
                    break
        return "".join(written).encode(*csv.ENCODING), tally
