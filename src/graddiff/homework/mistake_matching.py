"""Which mistakes a wrong answer is consistent with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from graddiff.errors import GraddiffError
from graddiff.homework.answer_text import NumericAnswer, evaluate_answer
from graddiff.homework.judging import CLOSE_ERROR, Truth, is_near, judge_number
from graddiff.homework.misreadings import QuestionContext, predict_outcomes
from graddiff.homework.mistakes import MISTAKES
from graddiff.homework.problems import Tolerance
from graddiff.homework.sample_points import MIN_SAMPLES, SamplePoint
from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import Number

LENIENT_TOLERANCE = Tolerance(
    digits=2
)  # a wrong number is recognized by fewer digits than a right one


class Hypothesis(NamedTuple):
    """A mistake that leads to the answer. `id` is that of the mistake."""

    id: str
    message: str


class MistakePattern(NamedTuple):
    """What a mistake, made at one place, leads to at each point; None where it leads nowhere."""

    mistake: str
    place: str
    numbers: tuple[Number | None, ...]


def collect_mistake_patterns(spots: Sequence[QuestionContext]) -> list[MistakePattern]:
    """What each mistake leads to at each point."""
    found: dict[tuple[str, int, str], list[Number | None]] = {}
    for number, spot in enumerate(spots):
        for guess in predict_outcomes(spot):
            found.setdefault(guess[:3], [None] * len(spots))[number] = guess.value
    return [
        MistakePattern(mistake, place, tuple(values))
        for (mistake, _, place), values in found.items()
    ]


def exclude_correct_patterns(
    patterns: Iterable[MistakePattern], truths: Sequence[float]
) -> list[MistakePattern]:
    """The patterns that do not lead to the truth."""

    def is_correct(pattern: MistakePattern) -> bool:
        pairs = [(n, t) for n, t in zip(pattern.numbers, truths) if n is not None]
        return all(is_near(n, t) for n, t in pairs)

    return [pattern for pattern in patterns if not is_correct(pattern)]


def match_number(answer: NumericAnswer, patterns: Iterable[MistakePattern]) -> list[Hypothesis]:
    """The mistakes that lead to a number."""

    def is_match(pattern: MistakePattern) -> bool:
        number = pattern.numbers[0]
        if number is None or not abs(answer.value - number) <= CLOSE_ERROR * abs(number):
            return False
        return (
            judge_number(answer, Truth(None, number, abs(number)), LENIENT_TOLERANCE).status
            == "correct"
        )

    return state_hypotheses(filter(is_match, patterns))


def match_formula(
    answer: Expression, points: Sequence[SamplePoint], patterns: Iterable[MistakePattern]
) -> list[Hypothesis]:
    """The mistakes that lead to a formula: to its values at enough of the points, and to no other value."""
    left = [
        (pattern, 0) for pattern in patterns
    ]  # with the number of points at which it was seen to lead there
    for number, sample in enumerate(points):
        if not left:
            break
        with suppress(GraddiffError):
            value = evaluate_answer(answer, sample)
            left = [
                (p, n + (p.numbers[number] is not None))
                for p, n in left
                if can_lead_to(p.numbers[number], value)
            ]
    return state_hypotheses(pattern for pattern, count in left if count >= MIN_SAMPLES)


def can_lead_to(outcome: Number | None, value: float) -> bool:
    """Whether a mistake leads to the value at a point, or nowhere."""
    return outcome is None or is_near(value, outcome)


def state_hypotheses(patterns: Iterable[MistakePattern]) -> list[Hypothesis]:
    """A hypothesis a mistake, for the first place at which it leads to the answer."""
    found: dict[str, Hypothesis] = {}
    for pattern in patterns:
        if pattern.mistake not in found:
            sentence = MISTAKES[pattern.mistake].format_sentence(pattern.place)
            found[pattern.mistake] = Hypothesis(pattern.mistake, f"consistent with {sentence}")
    return [*found.values()]
