"""The words that all reports share: names, answers, marks and reasons of a part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graddiff.errors import make_printable
from graddiff.homework.grading import PartResult, StudentResult
from graddiff.notation.numerals import format_float

MAX_ANSWER_LENGTH = 200  # characters of an answer that a report shows

StudentResults = Sequence[StudentResult]

STATUS_WORDS = {
    "correct": "right",
    "wrong": "wrong",
    "missing": "missing",
    "invalid": "cannot be read",
    "undecided": "undecided",
}


def neutralize_text(text: str) -> str:
    """Returns a student's text without anything that acts on a terminal, or in the log of a CI."""
    return make_printable(text).replace("##[", "# #[")


def format_part_name(part: PartResult) -> str:
    return neutralize_text(f"{part.problem}.{part.part}")


def format_answer(part: PartResult) -> str:
    """Returns the text of the answer; a long one is cut."""
    text = "" if part.answer is None else part.answer.text.strip()
    if len(text) > MAX_ANSWER_LENGTH:
        text = f"{text[:MAX_ANSWER_LENGTH]}…"
    return neutralize_text(text)


def get_answer_line(part: PartResult) -> int:
    """Returns the line of the answer in its file, 0 where that is unknown."""
    return 0 if part.answer is None else part.answer.line


def format_marks(value: float) -> str:
    """Returns marks as a teacher writes them: 1, 0.5."""
    return format_float(value, 12)


def list_remarks(student: StudentResult) -> list[str]:
    """Returns what is wrong with the submission itself."""
    return [neutralize_text(remark) for remark in student.remarks]


def format_part_headline(part: PartResult) -> str:
    """Returns a line such as `q1.value is wrong: 4`."""
    text = format_answer(part)
    verb = "" if part.status == "invalid" else "is "
    headline = f"{format_part_name(part)} {verb}{STATUS_WORDS[part.status]}"
    return f"{headline}: {text}" if text else headline


def generate_details(part: PartResult) -> Iterator[str]:
    """Yields the reasons for the status, one per line."""
    if part.error_block:
        yield from map(neutralize_text, part.error_block.split("\n"))
    elif part.message and part.counterexample is None:
        yield neutralize_text(part.message)
    if part.counterexample is not None:
        yield neutralize_text(format_counterexample(part))
    yield from (neutralize_text(hypothesis.message) for hypothesis in part.hypotheses)
    if part.expected is not None and part.status != "correct":
        yield f"the answer is {part.expected}"


def format_counterexample(part: PartResult) -> str:
    """Returns the message of a wrong formula, with the point at which it is wrong."""
    coordinates = (part.counterexample or {}).items()
    point = ", ".join(f"{name} = {format_float(float(value), 6)}" for name, value in coordinates)
    return f"at {point} {part.message}" if point else part.message


def format_part_message(part: PartResult) -> str:
    return "\n".join([format_part_headline(part), *generate_details(part)])
