"""Finds the mistakes that lead to a wrong answer."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from graddiff.errors import GraddiffError
from graddiff.homework.answer_text import NumericAnswer, evaluate_answer
from graddiff.homework.judging_numbers import Truth, judge_number
from graddiff.homework.mistake_outcomes import predict_outcomes
from graddiff.homework.mistakes import MISTAKES
from graddiff.homework.problems import Tolerance
from graddiff.homework.question import Question
from graddiff.homework.sample_admission import SamplePoint
from graddiff.homework.sample_points import MIN_SAMPLES
from graddiff.homework.verdict import CLOSE_ERROR, is_near
from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import Number

# A wrong number is recognized by fewer digits than a right one needs: students round it, too.
LENIENT_TOLERANCE = Tolerance(digits=2)


class Hypothesis(NamedTuple):
    """A mistake that leads to the answer: its id, and a sentence for the student."""

    id: str
    message: str


class MistakePattern(NamedTuple):
    """What a mistake, made at one place, leads to at each point; None where it has no value."""

    mistake: str
    place: str
    numbers: tuple[Number | None, ...]


def collect_mistake_patterns(questions: Sequence[Question]) -> list[MistakePattern]:
    """Returns the patterns of all mistakes over the same question at several points."""
    numbers: dict[tuple[str, int, str], list[Number | None]] = {}
    for place, question in enumerate(questions):
        for outcome in predict_outcomes(question):
            key = (outcome.mistake, outcome.variant, outcome.place)
            numbers.setdefault(key, [None] * len(questions))[place] = outcome.value
    return [
        MistakePattern(mistake, place, tuple(values))
        for (mistake, _, place), values in numbers.items()
    ]


def exclude_correct_patterns(
    patterns: Iterable[MistakePattern], truths: Sequence[float]
) -> list[MistakePattern]:
    """Returns the patterns that differ from the truth at some point."""
    return [pattern for pattern in patterns if differs_from_truth(pattern, truths)]


def differs_from_truth(pattern: MistakePattern, truths: Sequence[float]) -> bool:
    pairs = zip(pattern.numbers, truths)
    return any(number is not None and not is_near(number, truth) for number, truth in pairs)


def match_number(answer: NumericAnswer, patterns: Iterable[MistakePattern]) -> list[Hypothesis]:
    """Returns the mistakes that lead to a number."""
    return state_hypotheses(p for p in patterns if leads_to_number(p.numbers[0], answer))


def leads_to_number(outcome: Number | None, answer: NumericAnswer) -> bool:
    """Whether an outcome is the answer, which may be rounded to two digits."""
    # The first comparison is only for speed: most outcomes are far away.
    if outcome is None or not abs(answer.value - outcome) <= CLOSE_ERROR * abs(outcome):
        return False
    truth = Truth(None, outcome, abs(outcome))
    return judge_number(answer, truth, LENIENT_TOLERANCE).status == "correct"


def match_formula(
    answer: Expression, points: Sequence[SamplePoint], patterns: Iterable[MistakePattern]
) -> list[Hypothesis]:
    """Returns the mistakes that lead to a formula: they have its values at MIN_SAMPLES points or
    more, and other values at no point."""
    # The patterns that no point has excluded, each with the number of points at which it agrees.
    candidates = [(pattern, 0) for pattern in patterns]
    for place, sample in enumerate(points):
        if not candidates:
            break
        with suppress(GraddiffError):  # without a value, the point excludes nothing
            value = evaluate_answer(answer, sample)
            candidates = [
                (pattern, count + (pattern.numbers[place] is not None))
                for pattern, count in candidates
                if can_lead_to(pattern.numbers[place], value)
            ]
    return state_hypotheses(pattern for pattern, count in candidates if count >= MIN_SAMPLES)


def can_lead_to(outcome: Number | None, value: float) -> bool:
    """Whether an outcome is the value, or there is no outcome to compare."""
    return outcome is None or is_near(value, outcome)


def state_hypotheses(patterns: Iterable[MistakePattern]) -> list[Hypothesis]:
    """Returns one hypothesis per mistake, for the first place at which it leads to the answer."""
    hypotheses: dict[str, Hypothesis] = {}
    for pattern in patterns:
        if pattern.mistake not in hypotheses:
            sentence = MISTAKES[pattern.mistake].format_sentence(pattern.place)
            hypotheses[pattern.mistake] = Hypothesis(pattern.mistake, f"consistent with {sentence}")
    return [*hypotheses.values()]
