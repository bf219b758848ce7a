"""Whether an answer is right: the rules for numbers and for formulas."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.errors import GraddiffError, PointError, RangeError
from graddiff.homework.answer_text import REAL_ROOTS, NumericAnswer, TypedDecimal, evaluate_answer
from graddiff.homework.conditioning import PERTURBED_FLOATS, compute_value_scale
from graddiff.homework.problems import Tolerance
from graddiff.homework.sample_points import (
    MAX_CONDITION,
    MIN_SAMPLES,
    SamplePoint,
    Witness,
    is_rational_function,
)
from graddiff.language.expression import Expression
from graddiff.notation.numerals import format_float
from graddiff.numbers.fractions import EXACT

RELATIVE_ERROR = 1e-9  # by which two ways to compute a number may differ
MAX_EXACT_LENGTH = 12  # characters of a decimal beyond which it is not meant to be exact
SCALE_ERROR = 1e-12  # the same, of the natural scale
FLOAT_DIGITS = 15  # significant digits of a float as a machine prints it
CLOSE_ERROR = 0.01  # to what is close, but not right, relative
EQUAL_RULE = "equal as fractions"


def is_near(left: float, right: float, scale: float = 0.0) -> bool:
    """Whether two numbers are the same, but for how they are computed."""
    return abs(left - right) <= RELATIVE_ERROR * max(abs(left), abs(right)) + SCALE_ERROR * scale


class Verdict(NamedTuple):
    """`status` is correct, wrong, invalid or undecided; `rule` the one that decided, `error` what it measured."""

    status: str
    rule: str = ""
    error: float | None = None
    message: str = ""
    counterexample: Mapping[str, Fraction] | None = None


class Truth(NamedTuple):
    """A number that is asked for: as a fraction, if it is one, as a float, and its natural scale."""

    fraction: Fraction | None
    value: float
    scale: float


# numbers


def judge_number(answer: NumericAnswer, truth: Truth, tolerance: Tolerance) -> Verdict:
    """Compares a number with the truth."""
    value, fraction, typed = answer
    rational = fraction is not None and truth.fraction is not None
    error = measure_distance(fraction, truth.fraction) if rational else abs(value - truth.value)
    if tolerance.rel is not None or tolerance.abs is not None:
        room = max(tolerance.abs or 0.0, (tolerance.rel or 0.0) * abs(truth.value))
        rule = " or ".join(
            f"{name} {size:g}"
            for name, size in zip(("rel", "abs"), tolerance[:2])
            if size is not None
        )
        return Verdict("correct" if error <= room else "wrong", f"within {rule}", error)
    if fraction is not None and fraction == truth.fraction:
        return Verdict("correct", EQUAL_RULE, 0.0)
    if typed is not None and not tolerance.exact:
        return judge_decimal(typed, truth, tolerance.digits, error)
    if rational or (typed is not None and tolerance.exact):
        close = error <= CLOSE_ERROR * abs(truth.value)
        return Verdict(
            "wrong", EQUAL_RULE, error, "close, but it has to be the number itself" if close else ""
        )
    return Verdict(
        "correct" if is_near(value, truth.value, truth.scale) else "wrong",
        f"within {RELATIVE_ERROR:g}, relative",
        error,
    )


def measure_distance(left: Fraction | None, right: Fraction | None) -> float:
    """How far two fractions are apart, as a float."""
    assert left is not None and right is not None
    try:
        return float(abs(left - right))
    except OverflowError:
        return math.inf


def judge_decimal(typed: TypedDecimal, truth: Truth, digits: int, error: float) -> Verdict:
    """A typed decimal has to be right as far as it is written, and to be written far enough; 0 is 0 against the natural
    scale, and what has as many digits as a float may be rounded as floats are."""
    rule = f"right as written, {digits} digits"
    rounding = Fraction(SCALE_ERROR * truth.scale)
    if error <= rounding and (truth.fraction is None or typed.digits >= FLOAT_DIGITS):
        return Verdict("correct", rule, error)
    true = Fraction(truth.value) if truth.fraction is None else truth.fraction
    off = abs(typed.value - true) - (rounding if truth.fraction is None else 0)
    if off <= typed.unit / 2 and typed.digits >= digits:
        return Verdict("correct", rule, error)
    message = ""
    if off <= typed.unit / 2:
        few = f"{typed.digits} significant digit{'s' * (typed.digits != 1)}"
        message = f"right as far as it goes, but it has {few}, and {digits} are asked for"
    elif off <= typed.unit and typed.digits > 1:
        message = "close, but the last digit that is written is not right: it has to be rounded"
    return Verdict("wrong", rule, error, message)


# formulas


def judge_formula(
    answer: Expression, points: Sequence[SamplePoint], witness: Witness | None
) -> Verdict:
    """Compares a formula with the derivative: a rational function with another as fractions, and at every point."""
    rule = f"equal at {len(points)} points"
    if len(points) < MIN_SAMPLES:
        told = (
            f"there are only {len(points)} points to compare at, and {MIN_SAMPLES} are the fewest"
        )
        return Verdict("undecided", rule, None, told)
    same = (
        None
        if witness is None or not is_rational_function(answer)
        else compare_at_witness(answer, witness)
    )
    if same is not None:
        rule = "equal as rational functions"
    agreed, worst = 0, 0.0
    for sample in points:
        try:
            value = evaluate_answer(answer, sample)
        except GraddiffError as problem:
            if isinstance(problem, RangeError) or is_lost_by_rounding(answer, sample):
                continue
            return Verdict("wrong", rule, None, f"it has no value: {problem.message}", sample.at)
        equal, error = compare_at_sample(answer, value, sample)
        if equal is False and not same:
            told = f"it gives {format_float(value, 6)}, which the derivative does not"
            return Verdict("wrong", rule, error, told, sample.at)
        agreed, worst = agreed + bool(equal), max(worst, error)
    if same is not None:
        told = "" if same else "it is close to the derivative everywhere, but not equal to it"
        return Verdict("correct" if same else "wrong", rule, worst, told)
    if agreed < MIN_SAMPLES:
        told = (
            f"rounding hides whether it is right at {len(points) - agreed} of {len(points)} points"
        )
        return Verdict("undecided", rule, None, told)
    return Verdict("correct", rule, worst)


def compare_at_sample(
    answer: Expression, value: float, sample: SamplePoint
) -> tuple[bool | None, float]:
    """Whether a formula is equal to the derivative at a point, None if rounding hides it, and the relative error."""
    size, difference = max(abs(value), abs(sample.derivative)), abs(value - sample.derivative)
    error = difference / size if size else 0.0
    if difference <= SCALE_ERROR * (size + sample.scale):
        return True, error
    own = compute_value_scale(answer, sample.values, answer.output, REAL_ROOTS)
    if difference > SCALE_ERROR * (size + sample.scale + own):
        return False, error
    return True if own <= MAX_CONDITION * max(abs(sample.derivative), sample.scale) else None, error


def is_lost_by_rounding(answer: Expression, sample: SamplePoint) -> bool:
    """Whether a formula has no value at a point only because numbers cancel that are not quite equal: it has one if
    they are shaken a little."""
    PERTURBED_FLOATS.start_run(0)
    try:
        run_forward_pass(answer, sample.values, PERTURBED_FLOATS)
    except PointError:
        return False
    return True


def compare_at_witness(answer: Expression, witness: Witness) -> bool | None:
    """Whether a rational function is equal to the derivative at the witness; None if its numbers look rounded, or it
    has no value there."""
    try:
        value = run_forward_pass(answer, witness.values, EXACT)[answer.output]
    except PointError:
        return None
    return True if value == witness.derivative else None if has_rounded_number(answer) else False


def has_rounded_number(answer: Expression) -> bool:
    """Whether a number in a formula looks like one that a machine has rounded."""
    return any(
        len(text.partition("e")[0]) > MAX_EXACT_LENGTH
        for text in answer.literals.values()
        if "." in text
    )
