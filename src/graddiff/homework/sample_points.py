"""Sample points at which formulas are compared: the same for every student, run and machine.

Most coordinates are drawn from bands around 0 and 1, of both signs, with two decimals, so that a
student can try them by hand. One point in four is ten times as far out. If the expression has no
value there, or branches elsewhere, further points are drawn at other scales. Which points may be
used is decided in sample_admission."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction

from graddiff.errors import PointError
from graddiff.homework.conditioning import PIECEWISE, find_branch
from graddiff.homework.problems import Interval
from graddiff.homework.sample_admission import SamplePoint, evaluate_candidate
from graddiff.language.expression import Expression

SAMPLE_COUNT = 12
EXTRA_BRANCH_SAMPLES = 6  # more samples, for branches that are hard to reach
MIN_SAMPLES = 6  # with fewer samples, no answer is decided
BANDS = ((5, 95), (105, 295), (-95, -5), (-295, -105))  # in hundredths
SCALES = tuple(Fraction(10) ** power for power in (0, 1, 0, 0, -1, 2, -2, 3, 4))
TRIES_PER_SCALE = 40  # candidates for each of the scales
INTERVAL_STEPS = 1000  # equal steps of an interval, on whose inner ends a coordinate lies
BRANCH_SCALE = 1e-30  # a smaller scale is 0: the derivative vanishes on the whole branch


class SampleCollector:
    """Chooses samples for an expression among candidates, so that they reach all its branches."""

    def __init__(self, expression: Expression) -> None:
        operations = enumerate(expression.operations)
        self.piecewise = [line for line, row in operations if row.name in PIECEWISE]
        self.wanted = SAMPLE_COUNT + (EXTRA_BRANCH_SAMPLES if self.piecewise else 0)
        self.samples: list[SamplePoint] = []
        self.vanished: list[SamplePoint] = []  # with a derivative that is perhaps only too small
        self._reached_branches: set[object] = set()

    @property
    def is_full(self) -> bool:
        return len(self.samples) == self.wanted

    def offer(self, sample: SamplePoint, branches: set[object]) -> None:
        """Takes a sample if it reaches a new branch, or if there is room for an ordinary one."""
        is_flat = sample.scale <= BRANCH_SCALE
        if is_flat and not self.piecewise:
            self.vanished.append(sample)
        elif branches - self._reached_branches or self._has_room(is_flat):
            self.samples.append(sample)
            self._reached_branches |= branches

    def _has_room(self, is_flat: bool) -> bool:
        """Whether another sample is wanted. Flat branches get MIN_SAMPLES at most: a wrong formula
        is often 0 there, too."""
        if len(self.samples) >= SAMPLE_COUNT:
            return False
        if not is_flat:
            return True
        return sum(sample.scale <= BRANCH_SCALE for sample in self.samples) < MIN_SAMPLES

    def choose_samples(self) -> list[SamplePoint]:
        """Returns the samples; those that vanish are used only if there are too few others."""
        if len(self.samples) >= MIN_SAMPLES:
            return self.samples
        return [*self.samples, *self.vanished][:SAMPLE_COUNT]


def draw_samples(
    seed: str, expression: Expression, name: str, domain: Mapping[str, Interval]
) -> list[SamplePoint]:
    """Returns the samples for the derivative by `name`, which depend on the seed alone: up to
    SAMPLE_COUNT, and up to EXTRA_BRANCH_SAMPLES more that reach further branches."""
    collector = SampleCollector(expression)
    for at in draw_candidates(random.Random(seed), [*expression.variables], domain):
        with suppress(PointError):  # no value there: the next candidate
            result, sample = evaluate_candidate(expression, name, at)
            if sample is not None:
                branches = {(line, find_branch(result.graph, line)) for line in collector.piecewise}
                collector.offer(sample, {*branches})
        if collector.is_full:
            break
    return collector.choose_samples()


def draw_candidates(
    generator: random.Random, names: Sequence[str], domain: Mapping[str, Interval]
) -> Iterator[dict[str, Fraction]]:
    """Yields candidates, the most useful scale first; only one if there are no variables."""
    count = TRIES_PER_SCALE * len(SCALES) if names else 1
    for number in range(count):
        yield {name: draw_coordinate(generator, number, domain.get(name)) for name in names}


def draw_coordinate(generator: random.Random, number: int, interval: Interval | None) -> Fraction:
    """Returns a coordinate of candidate `number`: in an interval, or else with two decimals in one
    of the bands, times the candidate's scale."""
    if interval is not None:
        low, high = interval
        step = 1 + int(generator.random() * (INTERVAL_STEPS - 2))
        return low + (high - low) * Fraction(step, INTERVAL_STEPS)
    first, last = BANDS[int(generator.random() * len(BANDS))]
    hundredths = first + int(generator.random() * (last - first + 1))
    return Fraction(hundredths, 100) * draw_scale(generator, number)


def draw_scale(generator: random.Random, number: int) -> Fraction:
    """Returns the scale of a coordinate of candidate `number`."""
    if number < TRIES_PER_SCALE:
        return SCALES[1] if number % 4 == 3 else SCALES[0]
    # Later candidates mix scales, since the variables of an expression may need different ones.
    if generator.random() < 0.5:
        return SCALES[number // TRIES_PER_SCALE]
    return SCALES[int(generator.random() * len(SCALES))]
