"""Which mistakes a wrong answer is consistent with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from graddiff.arithmetic import Number
from graddiff.errors import GraddiffError
from graddiff.expression import Expression
from graddiff.homework.mistakes import MISTAKES
from graddiff.homework.points import FEWEST, Sample
from graddiff.homework.problems import Tolerance
from graddiff.homework.readings import Spot, guesses
from graddiff.homework.verdicts import RELATIVE, Truth, judge_number, value_at

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
        return all(abs(n - t) <= RELATIVE * max(abs(n), abs(t)) for n, t in pairs)

    return [pattern for pattern in known if not right(pattern)]


def of_number(answer: Expression, known: Iterable[Pattern]) -> list[Hypothesis]:
    """The mistakes that lead to a number."""

    def leads(pattern: Pattern) -> bool:
        number = pattern.numbers[0]
        if number is None or not abs(number) < float("inf"):
            return False
        with suppress(GraddiffError):
            return judge_number(answer, Truth(None, number, abs(number)), NEARLY).status == "correct"
        return False

    return told(known, leads)


def of_formula(answer: Expression, points: Sequence[Sample], known: Iterable[Pattern]) -> list[Hypothesis]:
    """The mistakes that lead to a formula: to its values at enough of the points, and to no other value."""
    values: list[float | None] = []
    for sample in points:
        with suppress(GraddiffError):
            values.append(value_at(answer, sample))
            continue
        values.append(None)

    def leads(pattern: Pattern) -> bool:
        pairs = [(v, n) for v, n in zip(values, pattern.numbers) if v is not None and n is not None]
        return len(pairs) >= FEWEST and all(abs(v - n) <= RELATIVE * max(abs(v), abs(n)) for v, n in pairs)

    return told(known, leads)


def told(known: Iterable[Pattern], leads: Callable[[Pattern], bool]) -> list[Hypothesis]:
    """A hypothesis a mistake, for the first place at which it leads to the answer."""
    found: dict[str, Hypothesis] = {}
    for pattern in known:
        if pattern.mistake not in found and leads(pattern):
            sentence = MISTAKES[pattern.mistake].told.format(at=pattern.place, what=pattern.place)
            found[pattern.mistake] = Hypothesis(pattern.mistake, f"consistent with {sentence}")
    return [*found.values()]
