"""What every report says about a part, in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graddiff.errors import printable
from graddiff.homework.grading import PartResult, StudentResult

LONGEST = 200  # characters of an answer that a report shows

Students = Sequence[StudentResult]

STATUS = {
    "correct": "right",
    "wrong": "wrong",
    "missing": "missing",
    "invalid": "cannot be read",
    "undecided": "undecided",
}


def name(part: PartResult) -> str:
    return quiet(f"{part.problem}.{part.part}")


def answered(part: PartResult) -> str:
    """The answer as it was given, a long one cut."""
    text = "" if part.answer is None else part.answer.text.strip()
    return quiet(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")


def quiet(text: str) -> str:
    """Somebody's text without anything that acts on a terminal, or in the log of a CI, wherever in a line it stands."""
    return printable(text).replace("##[", "# #[")


def remarks(student: StudentResult) -> list[str]:
    """What is wrong with the submission as a whole."""
    return [quiet(remark) for remark in student.remarks]


def headline(part: PartResult) -> str:
    """`q1.value is wrong: 4`."""
    text = answered(part)
    verb = "" if part.status == "invalid" else "is "
    return f"{name(part)} {verb}{STATUS[part.status]}{': ' if text else ''}{text}"


def details(part: PartResult) -> Iterator[str]:
    """Why, each reason a line."""
    if part.picture:
        yield from map(quiet, part.picture.split("\n"))
    elif part.message and part.counterexample is None:
        yield quiet(part.message)
    if part.counterexample is not None:
        yield quiet(counterexample(part))
    yield from (quiet(hypothesis.message) for hypothesis in part.hypotheses)
    if part.expected is not None and part.status != "correct":
        yield f"the answer is {part.expected}"


def counterexample(part: PartResult) -> str:
    at = ", ".join(
        f"{name} = {float(value):g}" for name, value in (part.counterexample or {}).items()
    )
    return f"at {at} {part.message}" if at else part.message


def number(value: float) -> str:
    """Marks as they are written by hand."""
    return format(value, ".12g")


def message(part: PartResult) -> str:
    return "\n".join([headline(part), *details(part)])
