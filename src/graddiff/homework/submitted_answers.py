"""What a student handed in: answers by problem and quantity, and remarks on what is no answer."""

import os
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from graddiff.checks.expectations import expand_quantity


class SubmittedAnswer(NamedTuple):
    """The text of an answer and its line in the file, 0 where that is unknown.

    `part` is the student's name for the quantity, such as x for gradient.x."""

    text: str
    line: int
    part: str = ""


AnswerTable = dict[tuple[str, str], SubmittedAnswer]  # (problem, quantity) -> answer


class Submission(NamedTuple):
    """The answers of one student.

    `remarks` say what is wrong with some of them; `unreadable` why none of them can be read."""

    student: str
    path: str
    answers: Mapping[tuple[str, str], SubmittedAnswer]
    remarks: tuple[str, ...] = ()
    unreadable: str = ""


def make_unreadable_submission(student: str, path: str, reason: str) -> Submission:
    return Submission(student, path, {}, (), reason)


def derive_student(path: str) -> str:
    """Returns the student who hands in a file: its name without folder and suffix."""
    return "standard input" if path == "-" else os.path.splitext(os.path.basename(path))[0]


def record_answer(
    answers: AnswerTable, problem: str, quantity: str, text: str | None, line: int
) -> Iterator[str]:
    """Adds an answer to `answers`, or yields a remark that says why it is no answer."""
    key = (problem, expand_quantity(quantity) if quantity else "")
    if key in answers:
        lines = f"lines {answers[key].line} and {line}"
        yield f"the part {problem}.{quantity} is answered twice ({lines}); the first one counts"
    elif text is None:
        yield describe_wrong_type(f"{problem}.{quantity}", line)
    else:
        answers[key] = SubmittedAnswer(text, line, quantity)


def describe_wrong_type(part: str, line: int) -> str:
    return f"the answer to {part} is neither a number nor a text (line {line})"
