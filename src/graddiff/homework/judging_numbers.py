"""Judges whether a number is the right answer."""

import math
from fractions import Fraction
from typing import NamedTuple

from graddiff.homework.answer_text import NumericAnswer, TypedDecimal
from graddiff.homework.problems import Tolerance
from graddiff.homework.verdict import (
    CLOSE_ERROR,
    RELATIVE_ERROR,
    SCALE_ERROR,
    Verdict,
    is_near,
)
from graddiff.notation.numerals import format_count

FLOAT_DIGITS = 15  # significant digits of a float as a machine prints it
FRACTION_RULE = "compared as fractions"


class Truth(NamedTuple):
    """The right number: as a fraction if it is one, as a float, and its natural scale."""

    fraction: Fraction | None
    value: float
    scale: float


def judge_number(answer: NumericAnswer, truth: Truth, tolerance: Tolerance) -> Verdict:
    """Returns the verdict on a number. The first of these rules that applies decides:

    1. With a tolerance rel or abs, the answer has to lie within it.
    2. An answer that is the same fraction as the truth is correct.
    3. A typed decimal has to be right as far as it is typed, unless an exact answer is required.
    4. Another fraction is wrong, and so is a decimal where an exact answer is required.
    5. Anything else, such as sqrt(2)/2, has to agree up to the rounding of floats."""
    error = measure_error(answer, truth)
    if tolerance.rel is not None or tolerance.abs is not None:
        return judge_within_tolerance(error, truth, tolerance)
    if answer.fraction is not None and answer.fraction == truth.fraction:
        return Verdict("correct", FRACTION_RULE, 0.0)
    if answer.typed is not None and not tolerance.exact:
        return judge_decimal(answer.typed, truth, tolerance.digits, error)
    are_fractions = answer.fraction is not None and truth.fraction is not None
    if are_fractions or answer.typed is not None:
        is_close = error <= CLOSE_ERROR * abs(truth.value)
        message = "close, but the exact number is asked for" if is_close else ""
        return Verdict("wrong", FRACTION_RULE, error, message)
    status = "correct" if is_near(answer.value, truth.value, truth.scale) else "wrong"
    return Verdict(status, f"compared within {RELATIVE_ERROR:g}, relative", error)


def measure_error(answer: NumericAnswer, truth: Truth) -> float:
    """Returns the distance of an answer from the truth, by their fractions if both have one."""
    if answer.fraction is None or truth.fraction is None:
        return abs(answer.value - truth.value)
    try:
        return float(abs(answer.fraction - truth.fraction))
    except OverflowError:
        return math.inf


def judge_within_tolerance(error: float, truth: Truth, tolerance: Tolerance) -> Verdict:
    """Returns the verdict by the larger of an absolute and a relative tolerance."""
    room = max(tolerance.abs or 0.0, (tolerance.rel or 0.0) * abs(truth.value))
    sizes = {"rel": tolerance.rel, "abs": tolerance.abs}
    rule = " or ".join(f"{name} {size:g}" for name, size in sizes.items() if size is not None)
    return Verdict("correct" if error <= room else "wrong", f"compared within {rule}", error)


def judge_decimal(typed: TypedDecimal, truth: Truth, digits: int, error: float) -> Verdict:
    """Returns the verdict on a typed decimal: correct if it is the truth rounded to its last digit,
    and has at least `digits` significant digits."""
    rule = f"compared as written, at least {digits} digits"
    # The truth is off by rounding itself if it is no fraction, and a student may copy all digits
    # of a float. Rounding is measured by the natural scale, so that sin(pi) is 0.
    rounding = Fraction(SCALE_ERROR * truth.scale)
    if error <= rounding and (truth.fraction is None or typed.digits >= FLOAT_DIGITS):
        return Verdict("correct", rule, error)
    if truth.fraction is None:
        distance = abs(typed.value - Fraction(truth.value)) - rounding
    else:
        distance = abs(typed.value - truth.fraction)
    is_rounded_right = distance <= typed.unit / 2
    if is_rounded_right and typed.digits >= digits:
        return Verdict("correct", rule, error)
    message = ""
    if is_rounded_right:
        count = format_count(typed.digits, "significant digit")
        message = f"right as far as it goes, but it has {count}, and {digits} are asked for"
    elif distance <= typed.unit and typed.digits > 1:
        message = "close, but its last digit is not right: it has to be rounded"
    return Verdict("wrong", rule, error, message)
