"""The numbers that the mistakes of the table lead to at a point."""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from graddiff.errors import GraddiffError
from graddiff.homework.bent_pass import differentiate_bent
from graddiff.homework.bent_rules import find_bent_rules, make_rule_shape
from graddiff.homework.misreadings import READINGS
from graddiff.homework.mistakes import MISTAKE_ROWS, Mistake
from graddiff.homework.question import MAX_PATHS, Question
from graddiff.numbers.arithmetic import Number

MAX_BENT_LINES = 40  # with more lines, a rule is bent at all of them at once only


class MistakeOutcome(NamedTuple):
    """The number that a mistake leads to, made at one place.

    `variant` and `place` tell the outcomes of one mistake apart, at every point alike; `place`
    completes the mistake's sentence."""

    mistake: str
    variant: int
    place: str
    value: Number


def predict_outcomes(question: Question) -> Iterator[MistakeOutcome]:
    """Yields what each mistake leads to, in the order of the table, as far as it has a value."""
    for mistake in MISTAKE_ROWS:
        if mistake.reading:
            yield from predict_misread_outcomes(question, mistake)
        if mistake.values or (mistake.rules and question.aspect == "adjoint"):
            yield from predict_bent_outcomes(question, mistake)


def predict_misread_outcomes(question: Question, mistake: Mistake) -> Iterator[MistakeOutcome]:
    """Yields the numbers of the graph that are mistaken for the answer."""
    aspects, misread = READINGS[mistake.reading]
    if question.aspect in aspects:
        with suppress(GraddiffError):
            for variant, (place, value) in enumerate(misread(question)):
                yield MistakeOutcome(mistake.id, variant, place, value)


def predict_bent_outcomes(question: Question, mistake: Mistake) -> Iterator[MistakeOutcome]:
    """Yields what comes out if the mistake is made at one line, at another, and at all of them."""
    expression, seed = question.expression, None
    if question.aspect == "adjoint":
        seed = question.line
    else:
        expression = expression._replace(output=question.line)
    for only in list_bent_places(question, mistake):
        with suppress(ArithmeticError, ValueError, GraddiffError):
            value, derivative = differentiate_bent(
                expression, question.graph.values, seed, mistake.id, only
            )
            number = float(value if seed is None else derivative)
            place = "" if only is None else f" at {question.labels[only]}"
            # Variants below MAX_PATHS belong to misreadings of the same mistake.
            yield MistakeOutcome(mistake.id, MAX_PATHS + (only or 0), place, number)


def list_bent_places(question: Question, mistake: Mistake) -> list[int | None]:
    """Returns the lines at which the mistake is tried, None for all of them at once.

    A mistake that bends values, such as angles in degrees, is made everywhere."""
    lines = find_bent_lines(question, mistake)
    places: list[int | None] = []
    if len(lines) <= MAX_BENT_LINES and not mistake.values:
        places += lines
    if len(lines) > 1 or (lines and mistake.values):
        places.append(None)
    return places


def find_bent_lines(question: Question, mistake: Mistake) -> list[int]:
    """Returns the lines to which a bent rule of the mistake applies."""
    expression, rules = question.expression, find_bent_rules(mistake.id)
    if rules.values:
        bent_operations = {operation for operation, _ in rules.values}
        operations = enumerate(expression.operations)
        return [line for line, operation in operations if operation in bent_operations]
    depends = expression.find_dependent_lines({question.line})
    lines = []
    for line, operands in enumerate(expression.operands):
        if operands and line != question.line:
            moving = [depends[operand] for operand in operands]
            if make_rule_shape(expression.operations[line], moving) in rules.derivatives:
                lines.append(line)
    return lines
