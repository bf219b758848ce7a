"""Reads an answer: as an expression in allowed names, or as a number with the digits typed."""

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
from graddiff.operations.table import MUL, NEG, NUMBER, POW

MAX_ODD_ROOT = 99  # the highest odd root of a negative number that an answer may take


def read_answer(text: str, names: Sequence[str], limits: AnswerLimits) -> Expression:
    """Returns an answer as an expression in `names`.

    Raises GraddiffError if it cannot be read, is too long, or contains another name."""
    if len(text) > limits.length:
        raise HomeworkError(
            f"the answer has {len(text):,} characters, but at most {limits.length:,} are allowed"
        )
    if "=" in text:  # before parsing, which would unfold the calls of a function
        refuse_functions(TokenizedText(text))
    expression = parse(text, names)
    validate_size(expression, limits)
    validate_answer_names(expression, names)
    return expression


def refuse_functions(source: TokenizedText) -> None:
    """Raises HomeworkError for the definition of a function: its calls could unfold endlessly."""
    for index, token in enumerate(source.tokens):
        if source.kinds[token] == "SIGNATURE":
            raise HomeworkError(
                "an answer defines no functions", text=source.text, span=source.get_span(index)
            )


def validate_size(expression: Expression, limits: AnswerLimits) -> None:
    """Raises HomeworkError for an answer of several expressions, or of too many operations."""
    for notice in expression.notices:
        if notice.kind == UNUSED_STATEMENT.name:
            raise HomeworkError(
                "an answer is one expression, and this part of it is not used",
                text=expression.text,
                span=notice.span,
            )
    operations = sum(1 for operands in expression.operands if operands)
    if operations > limits.operations:
        raise HomeworkError(
            f"the answer has {operations:,} operations, "
            f"but at most {limits.operations:,} are allowed"
        )


def validate_answer_names(expression: Expression, names: Sequence[str]) -> None:
    """Raises HomeworkError for a name that has no meaning in the problem."""
    for name, line in expression.variables.items():
        if name in names:
            continue
        if names:
            message = f"{name} has no meaning in this problem"
            hint = suggest_name(name, names) or f"the names are {', '.join(names)}"
        else:
            message = f"this must be a number, but {name} is a name"
            hint = "write its value instead"
        raise HomeworkError(
            message, text=expression.text, span=expression.get_span(line), hint=hint
        )


def describe_reading(answer: Expression) -> str:
    """Returns how a product without a sign in an answer was read, such as 1/2x as (1/2)*x."""
    return "; ".join(
        notice.message for notice in answer.notices if notice.kind == IMPLICIT_MULTIPLICATION.name
    )


def compute_real_power(x: float, y: float) -> float:
    """Returns x^y; for a negative x and an exponent such as 2/3 the real root that textbooks mean.

    Raises ValueError where there is no real root: y is no fraction with a small odd denominator."""
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
    """Returns the value of a formula at a point. Raises GraddiffError if it has none."""
    return float(run_forward_pass(answer, sample.values, REAL_ROOTS)[answer.output])


# numbers


class TypedDecimal(NamedTuple):
    """A decimal as typed: its value, the unit of its last digit, and its significant digits.

    0.0250 is 1/40, with the unit 1/10000 and three digits."""

    value: Fraction
    unit: Fraction
    digits: int


class NumericAnswer(NamedTuple):
    """An answered number: as a float, as a fraction if it is one, as typed if it is a decimal."""

    value: float
    fraction: Fraction | None
    typed: TypedDecimal | None


def read_numeric_answer(answer: Expression) -> NumericAnswer:
    """Returns the number that a constant expression is. Raises PointError if it has no value."""
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
    """Returns a decimal that stands alone, perhaps with signs before it or times a power of ten,
    such as -2.50 and 1.6*10^-19. None for anything else, integers included."""
    line, sign = strip_signs(answer, answer.output)
    shift = 0
    if answer.operations[line] is MUL:
        left, right = answer.operands[line]
        power = parse_power_of_ten(answer, right)
        if power is None:
            return None
        line, inner_sign = strip_signs(answer, left)
        shift, sign = power, sign * inner_sign
    text = answer.literals.get(line, "")
    is_integer = text.isdigit() and not shift
    if answer.operations[line] is not NUMBER or text.isalpha() or is_integer:
        return None
    return parse_decimal_text(text, sign, shift)


def parse_decimal_text(text: str, sign: int, shift: int) -> TypedDecimal | None:
    """Returns the decimal in a text such as 2.50 or 1e-3, times a sign and a power of ten.

    None for an exponent of more than five characters, whose fraction would take too much memory."""
    mantissa, _, exponent = text.lower().partition("e")
    integer_digits, _, decimals = mantissa.partition(".")
    if len(exponent) > 5:
        return None
    unit = Fraction(10) ** (int(exponent or 0) - len(decimals) + shift)
    digits = (integer_digits + decimals).lstrip("0")
    return TypedDecimal(sign * int(digits or "0") * unit, unit, len(digits))


def strip_signs(answer: Expression, line: int) -> tuple[int, int]:
    """Returns the line behind the minus signs, and 1 or -1 for the product of the signs."""
    sign = 1
    while answer.operations[line] is NEG:
        line, sign = answer.operands[line][0], -sign
    return line, sign


def parse_power_of_ten(answer: Expression, line: int) -> int | None:
    """Returns the exponent of a power such as 10^-3, None for anything else."""
    if answer.operations[line] is not POW or answer.literals.get(answer.operands[line][0]) != "10":
        return None
    exponent, sign = strip_signs(answer, answer.operands[line][1])
    text = answer.literals.get(exponent, "")
    return sign * int(text) if text.isdigit() and len(text) < 4 else None
