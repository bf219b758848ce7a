"""Judges whether a formula is the right derivative, by its values at sample points.

Two rational functions are compared exactly, at one point of random fractions (rational_witness).
Any other formula is compared in floats at all sample points. A difference counts only if it is
larger than the rounding that the terms of the formulas explain: that of their natural scales."""

from collections.abc import Sequence
from typing import NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.errors import GraddiffError, PointError, RangeError
from graddiff.homework.answer_text import REAL_ROOTS, evaluate_answer
from graddiff.homework.conditioning import PERTURBED_FLOATS, compute_value_scale
from graddiff.homework.rational_witness import Witness, is_rational_function
from graddiff.homework.sample_admission import MAX_CONDITION, SamplePoint
from graddiff.homework.sample_points import MIN_SAMPLES
from graddiff.homework.verdict import SCALE_ERROR, Verdict
from graddiff.language.expression import Expression
from graddiff.notation.numerals import format_float
from graddiff.numbers.fractions import EXACT

MAX_EXACT_LENGTH = 12  # characters; a longer decimal was rounded by a machine


class SampleComparison(NamedTuple):
    """How a formula compares with the derivative at a point.

    `is_equal` is None if rounding hides it. `error` is the relative difference, None without a
    value. `message` says how the formula differs."""

    is_equal: bool | None
    error: float | None = None
    message: str = ""


def judge_formula(
    answer: Expression, samples: Sequence[SamplePoint], witness: Witness | None
) -> Verdict:
    """Returns the verdict on a formula. It is undecided with fewer than MIN_SAMPLES points at which
    rounding allows a comparison; a single point at which the formula differs makes it wrong."""
    rule = f"compared at {len(samples)} points"
    if len(samples) < MIN_SAMPLES:
        message = (
            f"there are only {len(samples)} points to compare at, "
            f"but at least {MIN_SAMPLES} are needed"
        )
        return Verdict("undecided", rule, None, message)
    is_same = None
    if witness is not None and is_rational_function(answer):
        is_same = compare_at_witness(answer, witness)
    if is_same is not None:
        rule = "compared as rational functions"
    agreements, largest_error = 0, 0.0
    for sample in samples:
        comparison = compare_at_sample(answer, sample)
        # Equal rational functions may still differ in where they have a value: x^2/x and x.
        if comparison.is_equal is False and (not is_same or comparison.error is None):
            return Verdict("wrong", rule, comparison.error, comparison.message, sample.at)
        agreements += bool(comparison.is_equal)
        largest_error = max(largest_error, comparison.error or 0.0)
    if is_same is None:
        return conclude_from_samples(rule, agreements, len(samples), largest_error)
    if is_same:
        return Verdict("correct", rule, largest_error)
    message = "it is close to the derivative everywhere, but not equal to it"
    return Verdict("wrong", rule, largest_error, message)


def conclude_from_samples(rule: str, agreements: int, count: int, error: float) -> Verdict:
    """Returns the verdict on a formula that agrees at some of `count` points, and never differs."""
    if agreements >= MIN_SAMPLES:
        return Verdict("correct", rule, error)
    message = f"rounding hides whether it is right at {count - agreements} of {count} points"
    return Verdict("undecided", rule, None, message)


def compare_at_sample(answer: Expression, sample: SamplePoint) -> SampleComparison:
    """Compares a formula with the derivative at a point."""
    try:
        value = evaluate_answer(answer, sample)
    except GraddiffError as problem:
        if isinstance(problem, RangeError) or is_lost_by_rounding(answer, sample):
            return SampleComparison(None)
        return SampleComparison(False, None, f"it has no value: {problem.message}")
    is_equal, error = compare_value(answer, value, sample)
    if is_equal is not False:
        return SampleComparison(is_equal, error)
    message = f"it gives {format_float(value, 6)}, which the derivative does not"
    return SampleComparison(False, error, message)


def compare_value(
    answer: Expression, value: float, sample: SamplePoint
) -> tuple[bool | None, float]:
    """Returns whether a value of the formula is that of the derivative, None if rounding hides it,
    and the relative difference."""
    size = max(abs(value), abs(sample.derivative))
    difference = abs(value - sample.derivative)
    error = difference / size if size else 0.0
    if difference <= SCALE_ERROR * (size + sample.scale):
        return True, error
    # The formula may be written so that its own large terms cancel. Their scale takes a pass more,
    # and is computed only if it matters.
    own_scale = compute_value_scale(answer, sample.values, answer.output, REAL_ROOTS)
    if difference > SCALE_ERROR * (size + sample.scale + own_scale):
        return False, error
    is_well_conditioned = own_scale <= MAX_CONDITION * max(abs(sample.derivative), sample.scale)
    return (True if is_well_conditioned else None), error


def is_lost_by_rounding(answer: Expression, sample: SamplePoint) -> bool:
    """Whether a formula has no value at a point only because rounding makes a small number 0 or
    turns its sign. Then it has a value if all its numbers are perturbed a little."""
    PERTURBED_FLOATS.start_run(0)
    try:
        run_forward_pass(answer, sample.values, PERTURBED_FLOATS)
    except PointError:
        return False
    return True


def compare_at_witness(answer: Expression, witness: Witness) -> bool | None:
    """Whether a rational function is equal to the derivative at the witness.

    None if it has no value there, or differs perhaps only because its numbers are rounded."""
    try:
        value = run_forward_pass(answer, witness.values, EXACT)[answer.output]
    except PointError:
        return None
    if value == witness.derivative:
        return True
    return None if has_rounded_number(answer) else False


def has_rounded_number(answer: Expression) -> bool:
    """Whether a number in a formula looks like one that a machine has rounded."""
    return any(
        "." in text and len(text.partition("e")[0]) > MAX_EXACT_LENGTH
        for text in answer.literals.values()
    )
