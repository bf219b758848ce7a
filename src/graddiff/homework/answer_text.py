"""What an answer says: read as an expression in the names it may use, or as a number, and how far it was typed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from fractions import Fraction
from typing import NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.errors import IMPLICIT_MULTIPLICATION, UNUSED_STATEMENT, HomeworkError, PointError
from graddiff.homework.problems import AnswerLimits
from graddiff.homework.sample_admission import SamplePoint
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.language.suggestions import suggest_name
from graddiff.language.tokens import TokenizedText
from graddiff.numbers.arithmetic import NumberFunction
from graddiff.numbers.floats import FLOATS, FloatArithmetic
from graddiff.numbers.fractions import EXACT
from graddiff.operations.table import NUMBER, TABLE

MAX_ODD_ROOT = 99  # the odd root of a negative number that an answer may speak of
NEG, MUL, POW = TABLE["neg"], TABLE["mul"], TABLE["pow"]


def read_answer(text: str, names: Sequence[str], limits: AnswerLimits) -> Expression:
    """An answer as an expression in `names`. Raises GraddiffError for what cannot be read, or is too long."""
    if len(text) > limits.length:
        raise HomeworkError(
            f"the answer has {len(text):,} characters, and {limits.length:,} are the most"
        )
    if "=" in text:
        refuse_functions(TokenizedText(text))
    expression = parse(text, names)
    for notice in expression.notices:
        if notice.kind == UNUSED_STATEMENT.name:
            told = "an answer is one expression, and this part of it is not used"
            raise HomeworkError(told, text=expression.text, span=notice.span)
    operations = sum(1 for operands in expression.operands if operands)
    if operations > limits.operations:
        raise HomeworkError(
            f"the answer has {operations:,} operations, and {limits.operations:,} are the most"
        )
    for name, line in expression.variables.items():
        if name not in names:
            told = (
                f"{name} stands for nothing here"
                if names
                else f"a number is asked for, and {name} is none"
            )
            hint = suggest_name(name, names) or (
                f"the names are {', '.join(names)}" if names else "put the numbers in"
            )
            raise HomeworkError(
                told, text=expression.text, span=expression.get_span(line), hint=hint
            )
    return expression


def describe_reading(answer: Expression) -> str:
    """What there is to say about how an answer was read: 1/2x is (1/2)*x."""
    return "; ".join(
        notice.message for notice in answer.notices if notice.kind == IMPLICIT_MULTIPLICATION.name
    )


def refuse_functions(source: TokenizedText) -> None:
    """Raises HomeworkError for a definition of a function, calls of which could unfold to anything."""
    for token, written in enumerate(source.tokens):
        if source.kinds[written] == "SIGNATURE":
            raise HomeworkError(
                "an answer defines no functions", text=source.text, span=source.get_span(token)
            )


def compute_real_power(x: float, y: float) -> float:
    """The power, also of a negative number to an exponent such as 2/3: the real root that textbooks mean by it."""
    if x < 0 and y % 1:
        exponent = Fraction(y).limit_denominator(MAX_ODD_ROOT)
        if exponent.denominator % 2 == 0 or float(exponent) != y:
            raise ValueError
        return math.copysign(math.pow(-x, y), -1 if exponent.numerator % 2 else 1)
    return float(FLOATS.get_function(POW)(x, y))


class RealRootFloats(FloatArithmetic):
    """Floats whose odd roots of negative numbers are real: the kind that answers are read in."""

    def make_natives(self) -> dict[str, NumberFunction]:
        return {**super().make_natives(), "pow": compute_real_power}


REAL_ROOTS = RealRootFloats()


def evaluate_answer(answer: Expression, sample: SamplePoint) -> float:
    """The value of a formula at a point. Raises GraddiffError where it has none."""
    return float(run_forward_pass(answer, sample.values, REAL_ROOTS)[answer.output])


# numbers


class TypedDecimal(NamedTuple):
    """A number as typed: its value, the unit of its last digit, how many digits are significant."""

    value: Fraction
    unit: Fraction
    digits: int


class NumericAnswer(NamedTuple):
    """A number that was given: as a float, as a fraction if it is one, and as it was typed if it is a decimal."""

    value: float
    fraction: Fraction | None
    typed: TypedDecimal | None


def read_numeric_answer(answer: Expression) -> NumericAnswer:
    """The number that a constant expression is. Raises PointError if it has no value."""
    typed = parse_typed_decimal(answer)
    with suppress(PointError):
        fraction = run_forward_pass(answer, {}, EXACT)[answer.output]
        if isinstance(fraction, Fraction):
            with suppress(OverflowError):
                return NumericAnswer(float(fraction), fraction, typed)
    return NumericAnswer(
        float(run_forward_pass(answer, {}, REAL_ROOTS)[answer.output]), None, typed
    )


def parse_typed_decimal(answer: Expression) -> TypedDecimal | None:
    """The answer as a number with a decimal point or an exponent, perhaps with a sign, or as such a number times a
    power of ten; None if it is anything else."""
    line, sign = strip_signs(answer, answer.output)
    shift = 0
    if answer.operations[line] is MUL:
        left, right = answer.operands[line]
        power = parse_power_of_ten(answer, right)
        if power is None:
            return None
        (line, inner), shift = strip_signs(answer, left), power
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
    return TypedDecimal(sign * int(digits or "0") * unit, unit, len(digits))


def strip_signs(answer: Expression, line: int) -> tuple[int, int]:
    """The line below the signs before it, and what they come to."""
    sign = 1
    while answer.operations[line] is NEG:
        line, sign = answer.operands[line][0], -sign
    return line, sign


def parse_power_of_ten(answer: Expression, line: int) -> int | None:
    """The exponent of 10^-3, None for anything else."""
    if answer.operations[line] is not POW or answer.literals.get(answer.operands[line][0]) != "10":
        return None
    exponent, sign = strip_signs(answer, answer.operands[line][1])
    text = answer.literals.get(exponent, "")
    return sign * int(text) if text.isdigit() and len(text) < 4 else None
