"""Whether an answer is right: the rules for numbers and for formulas."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import NamedTuple

from graddiff.arithmetic import FLOATS, Kind
from graddiff.errors import GraddiffError, HomeworkError, PointError, RangeError
from graddiff.evaluator import evaluate
from graddiff.exact import EXACT
from graddiff.expression import Expression
from graddiff.homework.points import CONDITION, FEWEST, Sample, Witness, rational
from graddiff.homework.problems import Limits, Tolerance
from graddiff.homework.scale import SHAKEN, scale_of_value
from graddiff.naming import did_you_mean
from graddiff.operations import NUMBER, TABLE
from graddiff.parser import parse
from graddiff.tokens import Source

RELATIVE = 1e-9  # by which two ways to compute a number may differ
ROUNDED = 12  # characters of a decimal beyond which it is not meant to be exact
OF_SCALE = 1e-12  # the same, of the natural scale
LARGEST_ROOT = 99  # the odd root of a negative number that an answer may speak of
MACHINE = 15  # significant digits of a float as a machine prints it
CLOSE = 0.01  # to what is close, but not right, relative
EQUAL = "equal as fractions"
NEG, MUL, POW = TABLE["neg"], TABLE["mul"], TABLE["pow"]


def near(left: float, right: float, scale: float = 0.0) -> bool:
    """Whether two numbers are the same, but for how they are computed."""
    return abs(left - right) <= RELATIVE * max(abs(left), abs(right)) + OF_SCALE * scale


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


class Decimal(NamedTuple):
    """A number as typed: its value, the unit of its last digit, how many digits are significant."""

    value: Fraction
    unit: Fraction
    digits: int


def read_answer(text: str, names: Sequence[str], limits: Limits) -> Expression:
    """An answer as an expression in `names`. Raises GraddiffError for what cannot be read, or is too long."""
    if len(text) > limits.length:
        raise HomeworkError(f"the answer has {len(text):,} characters, and {limits.length:,} are the most")
    if "=" in text:
        refuse_functions(Source(text))
    expression = parse(text, names)
    for notice in expression.notices:
        if notice.kind == "unused statement":
            told = "an answer is one expression, and this part of it is not used"
            raise HomeworkError(told, text=expression.text, span=notice.span)
    operations = sum(1 for operands in expression.operands if operands)
    if operations > limits.operations:
        raise HomeworkError(f"the answer has {operations:,} operations, and {limits.operations:,} are the most")
    for name, line in expression.variables.items():
        if name not in names:
            told = f"{name} stands for nothing here" if names else f"a number is asked for, and {name} is none"
            hint = did_you_mean(name, names) or (f"the names are {', '.join(names)}" if names else "put the numbers in")
            raise HomeworkError(told, text=expression.text, span=expression.span(line), hint=hint)
    return expression


def read_as(answer: Expression) -> str:
    """What there is to say about how an answer was read: 1/2x is (1/2)*x."""
    return "; ".join(notice.message for notice in answer.notices if notice.kind == "implicit multiplication")


def refuse_functions(source: Source) -> None:
    """Raises HomeworkError for a definition of a function, calls of which could unfold to anything."""
    for token, written in enumerate(source.tokens):
        if source.kinds[written] == "SIGNATURE":
            raise HomeworkError("an answer defines no functions", text=source.text, span=source.span(token))


def real_power(x: float, y: float) -> float:
    """The power, also of a negative number to an exponent such as 2/3: the real root that textbooks mean by it."""
    if x < 0 and y % 1:
        exponent = Fraction(y).limit_denominator(LARGEST_ROOT)
        if exponent.denominator % 2 == 0 or float(exponent) != y:
            raise ValueError
        return math.copysign(math.pow(-x, y), -1 if exponent.numerator % 2 else 1)
    return float(FLOATS.function(POW)(x, y))


# The kind of number that answers are read in.
REAL_ROOTS = Kind(FLOATS.number, {**FLOATS.natives, "pow": real_power}, FLOATS.finite, FLOATS.limit)


# numbers


class Given(NamedTuple):
    """A number that was given: as a float, as a fraction if it is one, and as it was typed if it is a decimal."""

    value: float
    fraction: Fraction | None
    typed: Decimal | None


def given(answer: Expression) -> Given:
    """The number that a constant expression is. Raises PointError if it has no value."""
    typed = typed_decimal(answer)
    with suppress(PointError):
        fraction = evaluate(answer, {}, EXACT)[answer.output]
        if isinstance(fraction, Fraction):
            with suppress(OverflowError):
                return Given(float(fraction), fraction, typed)
    return Given(float(evaluate(answer, {}, REAL_ROOTS)[answer.output]), None, typed)


def judge_number(found: Given, truth: Truth, tolerance: Tolerance) -> Verdict:
    """Compares a number with the truth."""
    value, fraction, typed = found
    rational = fraction is not None and truth.fraction is not None
    error = distance(fraction, truth.fraction) if rational else abs(value - truth.value)
    if tolerance.rel is not None or tolerance.abs is not None:
        room = max(tolerance.abs or 0.0, (tolerance.rel or 0.0) * abs(truth.value))
        rule = " or ".join(f"{name} {size:g}" for name, size in zip(("rel", "abs"), tolerance[:2]) if size is not None)
        return Verdict("correct" if error <= room else "wrong", f"within {rule}", error)
    if fraction is not None and fraction == truth.fraction:
        return Verdict("correct", EQUAL, 0.0)
    if typed is not None and not tolerance.exact:
        return judge_decimal(typed, truth, tolerance.digits, error)
    if rational or (typed is not None and tolerance.exact):
        close = error <= CLOSE * abs(truth.value)
        return Verdict("wrong", EQUAL, error, "close, but it has to be the number itself" if close else "")
    return Verdict(
        "correct" if near(value, truth.value, truth.scale) else "wrong", f"within {RELATIVE:g}, relative", error
    )


def distance(left: Fraction | None, right: Fraction | None) -> float:
    """How far two fractions are apart, as a float."""
    assert left is not None and right is not None
    try:
        return float(abs(left - right))
    except OverflowError:
        return math.inf


def judge_decimal(typed: Decimal, truth: Truth, digits: int, error: float) -> Verdict:
    """A typed decimal has to be right as far as it is written, and to be written far enough; 0 is 0 against the natural
    scale, and what has as many digits as a float may be rounded as floats are."""
    rule = f"right as written, {digits} digits"
    rounding = Fraction(OF_SCALE * truth.scale)
    if error <= rounding and (truth.fraction is None or typed.digits >= MACHINE):
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


def typed_decimal(answer: Expression) -> Decimal | None:
    """The answer as a number with a decimal point or an exponent, perhaps with a sign, or as such a number times a
    power of ten; None if it is anything else."""
    line, sign = unsigned(answer, answer.output)
    shift = 0
    if answer.operations[line] is MUL:
        left, right = answer.operands[line]
        power = power_of_ten(answer, right)
        if power is None:
            return None
        (line, inner), shift = unsigned(answer, left), power
        sign *= inner
    text = answer.literals.get(line, "")
    if answer.operations[line] is not NUMBER or text.isalpha() or (text.isdigit() and not shift):
        return None
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, decimals = mantissa.partition(".")
    if len(exponent) > 5:
        return None
    unit = Fraction(10) ** (int(exponent or 0) - len(decimals) + shift)
    digits = (whole + decimals).lstrip("0")
    return Decimal(sign * int(digits or "0") * unit, unit, len(digits))


def unsigned(answer: Expression, line: int) -> tuple[int, int]:
    """The line below the signs before it, and what they come to."""
    sign = 1
    while answer.operations[line] is NEG:
        line, sign = answer.operands[line][0], -sign
    return line, sign


def power_of_ten(answer: Expression, line: int) -> int | None:
    """The exponent of 10^-3, None for anything else."""
    if answer.operations[line] is not POW or answer.literals.get(answer.operands[line][0]) != "10":
        return None
    exponent, sign = unsigned(answer, answer.operands[line][1])
    text = answer.literals.get(exponent, "")
    return sign * int(text) if text.isdigit() and len(text) < 4 else None


# formulas


def judge_formula(answer: Expression, points: Sequence[Sample], witness: Witness | None, limits: Limits) -> Verdict:
    """Compares a formula with the derivative: a rational function with another as fractions, and at every point."""
    rule = f"equal at {len(points)} points"
    if len(points) < FEWEST:
        told = f"there are only {len(points)} points to compare at, and {FEWEST} are the fewest"
        return Verdict("undecided", rule, None, told)
    same = None if witness is None or not rational(answer) else equal_at(answer, witness)
    if same is not None:
        rule = "equal as rational functions"
    end = time.monotonic() + limits.seconds
    agreed, worst = 0, 0.0
    for sample in points:
        try:
            value = value_at(answer, sample)
        except GraddiffError as problem:
            if isinstance(problem, RangeError) or lost_by_rounding(answer, sample):
                continue
            return Verdict("wrong", rule, None, f"it has no value: {problem.message}", sample.at)
        equal, error = compare(answer, value, sample)
        if equal is False and not same:
            told = f"it gives {value:.6g}, which the derivative does not"
            return Verdict("wrong", rule, error, told, sample.at)
        agreed, worst = agreed + bool(equal), max(worst, error)
        if time.monotonic() > end:
            return Verdict("invalid", rule, None, f"it takes longer than {limits.seconds:g} s to compute")
    if same is not None:
        told = "" if same else "it is close to the derivative everywhere, but not equal to it"
        return Verdict("correct" if same else "wrong", rule, worst, told)
    if agreed < FEWEST:
        told = f"rounding hides whether it is right at {len(points) - agreed} of {len(points)} points"
        return Verdict("undecided", rule, None, told)
    return Verdict("correct", rule, worst)


def compare(answer: Expression, value: float, sample: Sample) -> tuple[bool | None, float]:
    """Whether a formula is equal to the derivative at a point, None if rounding hides it, and the relative error."""
    size, difference = max(abs(value), abs(sample.derivative)), abs(value - sample.derivative)
    error = difference / size if size else 0.0
    if difference <= OF_SCALE * (size + sample.scale):
        return True, error
    own = scale_of_value(answer, sample.known, answer.output, REAL_ROOTS)
    if difference > OF_SCALE * (size + sample.scale + own):
        return False, error
    return True if own <= CONDITION * max(abs(sample.derivative), sample.scale) else None, error


def lost_by_rounding(answer: Expression, sample: Sample) -> bool:
    """Whether a formula has no value at a point only because numbers cancel that are not quite equal: it has one if
    they are shaken a little."""
    SHAKEN.start(0)
    try:
        evaluate(answer, sample.known, SHAKEN)
    except PointError:
        return False
    return True


def equal_at(answer: Expression, witness: Witness) -> bool | None:
    """Whether a rational function is equal to the derivative at the witness; None if its numbers look rounded, or it
    has no value there."""
    try:
        value = evaluate(answer, witness.known, EXACT)[answer.output]
    except PointError:
        return None
    return True if value == witness.derivative else None if has_rounded(answer) else False


def has_rounded(answer: Expression) -> bool:
    """Whether a number in a formula looks like one that a machine has rounded."""
    return any(len(text.partition("e")[0]) > ROUNDED for text in answer.literals.values() if "." in text)


def value_at(answer: Expression, sample: Sample) -> float:
    """The value of a formula at a point. Raises GraddiffError where it has none."""
    return float(evaluate(answer, sample.known, REAL_ROOTS)[answer.output])
