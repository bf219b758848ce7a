"""What every report says about a part, in the same words."""

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


def format_part_name(part: PartResult) -> str:
    return neutralize_text(f"{part.problem}.{part.part}")


def format_answer(part: PartResult) -> str:
    """The answer as it was given, a long one cut."""
    text = "" if part.answer is None else part.answer.text.strip()
    return neutralize_text(
        text if len(text) <= MAX_ANSWER_LENGTH else f"{text[:MAX_ANSWER_LENGTH]}…"
    )


def neutralize_text(text: str) -> str:
    """Somebody's text without anything that acts on a terminal, or in the log of a CI, wherever in a line it stands."""
    return make_printable(text).replace("##[", "# #[")


def list_remarks(student: StudentResult) -> list[str]:
    """What is wrong with the submission as a whole."""
    return [neutralize_text(remark) for remark in student.remarks]


def format_part_headline(part: PartResult) -> str:
    """`q1.value is wrong: 4`."""
    text = format_answer(part)
    verb = "" if part.status == "invalid" else "is "
    return f"{format_part_name(part)} {verb}{STATUS_WORDS[part.status]}{': ' if text else ''}{text}"


def generate_details(part: PartResult) -> Iterator[str]:
    """Why, each reason a line."""
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
    at = ", ".join(
        f"{name} = {float(value):g}" for name, value in (part.counterexample or {}).items()
    )
    return f"at {at} {part.message}" if at else part.message


def format_marks(value: float) -> str:
    """Marks as they are written by hand."""
    return format_float(value, 12)


def format_part_message(part: PartResult) -> str:
    return "\n".join([format_part_headline(part), *generate_details(part)])
