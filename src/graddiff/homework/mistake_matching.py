"""Which mistakes a wrong answer is consistent with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from graddiff.errors import GraddiffError
from graddiff.homework.answer_text import Given, value_at
from graddiff.homework.judging import CLOSE, Truth, judge_number, near
from graddiff.homework.misreadings import Spot, guesses
from graddiff.homework.mistakes import MISTAKES
from graddiff.homework.problems import Tolerance
from graddiff.homework.sample_points import FEWEST, Sample
from graddiff.language.expression import Expression
from graddiff.numbers.kind import Number

NEARLY = Tolerance(digits=2)  # a wrong number is recognized by fewer digits than a right one


class Hypothesis(NamedTuple):
    """A mistake that leads to the answer. `id` is that of the mistake."""

    id: str
    message: str


class Pattern(NamedTuple):
    """What a mistake, made at one place, leads to at each point; None where it leads nowhere."""

    mistake: str
    place: str
    numbers: tuple[Number | None, ...]


def patterns(spots: Sequence[Spot]) -> list[Pattern]:
    """What each mistake leads to at each point."""
    found: dict[tuple[str, int, str], list[Number | None]] = {}
    for number, spot in enumerate(spots):
        for guess in guesses(spot):
            found.setdefault(guess[:3], [None] * len(spots))[number] = guess.value
    return [Pattern(mistake, place, tuple(values)) for (mistake, _, place), values in found.items()]


def mistaken(known: Iterable[Pattern], truths: Sequence[float]) -> list[Pattern]:
    """The patterns that do not lead to the truth."""

    def right(pattern: Pattern) -> bool:
        pairs = [(n, t) for n, t in zip(pattern.numbers, truths) if n is not None]
        return all(near(n, t) for n, t in pairs)

    return [pattern for pattern in known if not right(pattern)]


def of_number(found: Given, known: Iterable[Pattern]) -> list[Hypothesis]:
    """The mistakes that lead to a number."""

    def leads(pattern: Pattern) -> bool:
        number = pattern.numbers[0]
        if number is None or not abs(found.value - number) <= CLOSE * abs(number):
            return False
        return judge_number(found, Truth(None, number, abs(number)), NEARLY).status == "correct"

    return told(filter(leads, known))


def of_formula(
    answer: Expression, points: Sequence[Sample], known: Iterable[Pattern]
) -> list[Hypothesis]:
    """The mistakes that lead to a formula: to its values at enough of the points, and to no other value."""
    left = [
        (pattern, 0) for pattern in known
    ]  # with the number of points at which it was seen to lead there
    for number, sample in enumerate(points):
        if not left:
            break
        with suppress(GraddiffError):
            value = value_at(answer, sample)
            left = [
                (p, n + (p.numbers[number] is not None))
                for p, n in left
                if may_lead(p.numbers[number], value)
            ]
    return told(pattern for pattern, count in left if count >= FEWEST)


def may_lead(found: Number | None, value: float) -> bool:
    """Whether a mistake leads to the value at a point, or nowhere."""
    return found is None or near(value, found)


def told(patterns: Iterable[Pattern]) -> list[Hypothesis]:
    """A hypothesis a mistake, for the first place at which it leads to the answer."""
    found: dict[str, Hypothesis] = {}
    for pattern in patterns:
        if pattern.mistake not in found:
            sentence = MISTAKES[pattern.mistake].sentence(pattern.place)
            found[pattern.mistake] = Hypothesis(pattern.mistake, f"consistent with {sentence}")
    return [*found.values()]
