"""Points at which two formulas are compared: the same for everyone, in every run, on every machine.

They are drawn from bands around 0 and 1, of both signs, with two decimals, so that anybody can try one by hand, and
one in four from ten times as far out; where an expression is at home elsewhere, or has branches there, from still other
places. A point is admissible if the expression has a value and a derivative there, no convention is needed, and
rounding does not matter."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.result import Result, differentiate
from graddiff.autodiff.reverse_pass import Graph, run_reverse_pass
from graddiff.errors import (
    INDETERMINATE,
    JUMP,
    KINK,
    OVERFLOW,
    POLE,
    SMOOTH,
    UNDEFINED,
    VERTICAL_TANGENT,
    PointError,
)
from graddiff.homework.conditioning import PIECEWISE, compute_adjoint_scale, find_branch
from graddiff.homework.problems import Interval
from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import NoValue, Number
from graddiff.numbers.floats import FLOAT_CONSTANTS
from graddiff.numbers.fractions import EXACT
from graddiff.operations.table import NUMBER, TABLE, VARIABLE

SAMPLE_COUNT = 12
EXTRA_BRANCH_SAMPLES = 6  # for branches that are hard to reach
MIN_SAMPLES = 6  # below which nothing is decided
BANDS = ((5, 95), (105, 295), (-95, -5), (-295, -105))  # hundredths
SCALES = tuple(Fraction(10) ** power for power in (0, 1, 0, 0, -1, 2, -2, 3, 4))
TRIES_PER_SCALE = 40  # points tried at each scale
MAX_CONDITION = (
    1e4  # of a derivative's natural scale to the derivative, beyond which rounding matters
)
ZERO_RATIO = 1e-14  # of the scale: what is smaller is 0, but for rounding
BRANCH_SCALE = 1e-30  # a scale that a branch makes, on which the derivative is 0
SMALLEST_PRECISE = 1e-290  # below which a float loses digits
VANISHING_OPERATIONS = (
    "exp",
    "pow",
    "mul",
    "div",
    "sech",
    "csch",
    "erfc",
    "sigmoid",
    "softplus",
    "silu",
    "gelu",
)
NEG, POW = TABLE["neg"], TABLE["pow"]
RATIONAL_OPERATIONS = (
    NUMBER,
    VARIABLE,
    NEG,
    *(TABLE[name] for name in ("add", "sub", "mul", "div")),
)
CONVENTIONS = (
    KINK.name,
    JUMP.name,
    SMOOTH.name,
    POLE.name,
    VERTICAL_TANGENT.name,
    UNDEFINED.name,
    INDETERMINATE.name,
    OVERFLOW.name,
)


class SamplePoint(NamedTuple):
    """A point, the derivative there and its natural scale. `known` are the values of all names that an answer may speak
    of."""

    at: Mapping[str, Fraction]
    values: Mapping[str, float]
    derivative: float
    scale: float


class Witness(NamedTuple):
    """A point of fractions, the values there of all names that an answer may speak of, and the derivative."""

    values: Mapping[str, Fraction]
    derivative: Fraction


def draw_samples(
    seed: str, expression: Expression, name: str, domain: Mapping[str, Interval]
) -> list[SamplePoint]:
    """Up to WANTED admissible points for the derivative by a name, which depend on the seed alone, and up to MORE that
    reach branches of the expression which those do not."""
    piecewise = [
        line for line, operation in enumerate(expression.operations) if operation.name in PIECEWISE
    ]
    most = SAMPLE_COUNT + EXTRA_BRANCH_SAMPLES * bool(piecewise)
    found: list[SamplePoint] = []
    vanished: list[SamplePoint] = []
    reached: set[object] = set()
    for at in draw_candidates(random.Random(seed), [*expression.variables], domain):
        with suppress(PointError):
            result, sample = evaluate_candidate(expression, name, at)
            if sample is None:
                continue
            flat = sample.scale <= BRANCH_SCALE
            branches = {(line, find_branch(result.graph, line)) for line in piecewise}
            if flat and not piecewise:  # perhaps too small for a float
                vanished.append(sample)
            elif branches - reached or (
                len(found) < SAMPLE_COUNT
                and not (flat and count_flat_samples(found) >= MIN_SAMPLES)
            ):
                found.append(sample)
                reached |= branches
        if len(found) == most:
            break
    return found if len(found) >= MIN_SAMPLES else [*found, *vanished][:SAMPLE_COUNT]


def count_flat_samples(samples: list[SamplePoint]) -> int:
    """How many samples are of a derivative that is 0 by the branch they are on."""
    return sum(sample.scale <= BRANCH_SCALE for sample in samples)


def draw_candidates(
    draw: random.Random, names: list[str], domain: Mapping[str, Interval]
) -> Iterator[dict[str, Fraction]]:
    """Points, the likelier ones first. An expression without variables has one."""
    for number in range(TRIES_PER_SCALE * len(SCALES) if names else 1):
        yield {name: draw_coordinate(draw, number, domain.get(name)) for name in names}


def draw_coordinate(draw: random.Random, number: int, interval: Interval | None) -> Fraction:
    """A number with two decimals from one of the bands, or from the inside of an interval."""
    if interval is not None:
        low, high = interval
        return low + (high - low) * Fraction(1 + int(draw.random() * 998), 1000)
    first, last = BANDS[int(draw.random() * len(BANDS))]
    hundredths = first + int(draw.random() * (last - first + 1))
    if number < TRIES_PER_SCALE:
        scale = SCALES[1 if number % 4 == 3 else 0]
    else:
        scale = (
            SCALES[number // TRIES_PER_SCALE]
            if draw.random() < 0.5
            else SCALES[int(draw.random() * len(SCALES))]
        )
    return Fraction(hundredths, 100) * scale


def evaluate_candidate(
    expression: Expression, name: str, at: Mapping[str, Fraction]
) -> tuple[Result, SamplePoint | None]:
    """The graph at a point and its sample, None where it is not admissible; raises PointError for no value."""
    point = {variable: float(value) for variable, value in at.items()}
    result = differentiate(expression, point, [name])
    line = expression.lines_by_name[name]
    derivative = float(result.gradient[name])
    if any(
        is_vanishing(result.graph, place) or has_chance_value(result.graph, place)
        for place in range(expression.size)
    ):
        return result, None
    if (
        any(notice.kind in CONVENTIONS for notice in result.notices)
        or not 0 <= abs(derivative) < 1e100
    ):
        return result, None
    scale = compute_adjoint_scale(expression, point, line)
    if not scale < 1e100 or (
        MAX_CONDITION * abs(derivative) < scale and abs(derivative) > ZERO_RATIO * scale
    ):
        return result, None
    known = {
        name: extract_float(result.graph.values[place])
        for name, place in expression.lines_by_name.items()
    }
    return result, SamplePoint(
        at, {n: v for n, v in known.items() if v is not None}, derivative, scale
    )


def is_vanishing(graph: Graph, line: int) -> bool:
    """Whether a line is 0, or nearly, only because a float is no smaller."""
    value = graph.values[line]
    if graph.expression.operations[line].name not in VANISHING_OPERATIONS or isinstance(
        value, NoValue
    ):
        return False
    return abs(value) < SMALLEST_PRECISE and all(
        graph.values[operand] != 0 for operand in graph.expression.operands[line]
    )


def has_chance_value(graph: Graph, line: int) -> bool:
    """Whether a line has a value only because a variable exponent of a negative number happens to be whole."""
    if graph.expression.operations[line] is not POW:
        return False
    base, exponent = graph.expression.operands[line]
    varies = graph.expression.find_dependent_lines({*graph.expression.variables.values()})[exponent]
    return bool(varies) and not isinstance(graph.values[base], NoValue) and graph.values[base] < 0


def extract_float(value: Number) -> float | None:
    return None if isinstance(value, NoValue | bool) else float(value)


def is_rational_function(expression: Expression) -> bool:
    """Whether an expression is a rational function of its variables: a polynomial over another."""
    for line, operation in enumerate(expression.operations):
        if operation is POW:
            exponent = expression.operands[line][1]
            while expression.operations[exponent] is NEG:
                exponent = expression.operands[exponent][0]
            if not expression.literals.get(exponent, "").isdigit():
                return False
        elif operation not in RATIONAL_OPERATIONS:
            return False
    return not any(text in FLOAT_CONSTANTS for text in expression.literals.values())


def draw_witness(
    seed: str, expression: Expression, name: str, domain: Mapping[str, Interval]
) -> Witness | None:
    """A point whose coordinates are fractions of 61 bits: two different rational functions agree there with a
    probability of less than their degree over 2^61 (J. T. Schwartz, Journal of the ACM 27, 1980, pages 701 to 717).
    None if the expression is no rational function, or has no value there."""
    if not is_rational_function(expression):
        return None
    draw = random.Random(f"{seed} witness")
    at = {}
    for variable in expression.variables:
        low, high = domain.get(variable, (Fraction(-3), Fraction(3)))
        at[variable] = low + (high - low) * Fraction(draw.randrange(1, 2**61), 2**61)
    line = expression.lines_by_name[name]
    try:
        values = run_forward_pass(expression, at, EXACT)
        derivative = run_reverse_pass(expression, values, {line}, EXACT).adjoints[line]
    except PointError:
        return None
    known = {name: values[place] for name, place in expression.lines_by_name.items()}
    return Witness(known, Fraction(0) if derivative is None else derivative)
