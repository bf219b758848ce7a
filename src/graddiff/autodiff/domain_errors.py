"""Why a line has no value at a point: `log needs x > 0; here x+y = -1`.

There are four reasons, and a function makes the error for each: the line is a number that this kind
of number cannot hold; its value is too large; a condition of its domain is broken; or the value
exists, but not among these numbers (sqrt(2) among fractions)."""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from graddiff.errors import PointError, RangeError
from graddiff.language.expression import Expression
from graddiff.notation.labels import Labels
from graddiff.notation.numerals import format_sentence_number, is_numeral
from graddiff.numbers.arithmetic import INEXACT_HINT, Arithmetic, Number
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import NUMBER, POW

# The name of an operand in a condition of the table, not of a function.
PARAMETER_PATTERN = r"\b[a-z]\b(?!\()"
# A text that needs no brackets as an operand: a name, a number, or a call without inner brackets.
ATOM_PATTERN = r"[\w.]+|\w+\([^()]*\)"

STABLE_FORMULAS_HINT = (
    "sigmoid(x) is 1/(1+exp(-x)), softplus(x) is log(1+exp(x)), "
    "logaddexp(x, y) is log(exp(x)+exp(y)), all without overflow"
)
LOGARITHMS_HINT = "logarithms turn products into sums"
REAL_POWERS_HINT = "a negative number has powers for whole exponents only; its cube root is cbrt(x)"


class FailedLine(NamedTuple):
    """A line without value. `texts` are the names or texts of its operands, `operands` their
    values."""

    expression: Expression
    line: int
    label: str
    texts: list[str]
    operands: Sequence[Number]
    arithmetic: Arithmetic

    @property
    def operation(self) -> Operation:
        return self.expression.operations[self.line]

    @property
    def subject(self) -> str:
        """The name of a function, the text of an operator with its operands."""
        return self.label if self.operation.symbol else self.operation.name

    def make_error(self, error_type: type[PointError], message: str, hint: str = "") -> PointError:
        """Makes an error that points to the text of the line."""
        span = self.expression.get_span(self.line)
        return error_type(message, hint=hint, text=self.expression.text, span=span)


def make_no_value_error(
    expression: Expression,
    line: int,
    operands: Sequence[Number],
    arithmetic: Arithmetic,
    overflow: bool,
) -> PointError:
    """Makes the error for a line whose operation has no value for these operands; `overflow` says
    that the value is too large."""
    labels = Labels(expression)
    failed = FailedLine(
        expression=expression,
        line=line,
        label=labels[line],
        texts=[labels.get_short_term(operand).text for operand in expression.operands[line]],
        operands=operands,
        arithmetic=arithmetic,
    )
    if failed.operation is NUMBER:
        return make_number_error(failed)
    if overflow:
        return make_overflow_error(failed)
    condition = find_broken_condition(failed.operation, operands, arithmetic)
    if condition is None:
        return make_inexact_error(failed)
    return make_domain_error(failed, condition)


def make_number_error(failed: FailedLine) -> PointError:
    """Makes the error for a number in the text: it is no fraction (pi), or too large."""
    arithmetic = failed.arithmetic
    value = arithmetic.read_literal(failed.expression.literals[failed.line])
    if math.isnan(value):
        return failed.make_error(PointError, f"{failed.label} has no exact value", INEXACT_HINT)
    message = f"the number {failed.label} is too large"
    return failed.make_error(RangeError, message, arithmetic.range_hint)


def make_overflow_error(failed: FailedLine) -> PointError:
    """Makes the error for a value that is too large for this kind of number."""
    if failed.operation.name in ("exp", "expm1"):
        hint = STABLE_FORMULAS_HINT
    elif failed.arithmetic is FLOATS:
        hint = LOGARITHMS_HINT
    else:
        hint = failed.arithmetic.range_hint
    message = f"{failed.subject} overflows"
    # `1e300*1e300 overflows` shows its operands already.
    if not failed.operation.symbol or not all(map(is_numeral, failed.texts)):
        message = add_operand_values(message, failed)
    return failed.make_error(RangeError, message, hint)


def make_inexact_error(failed: FailedLine) -> PointError:
    """Makes the error for a value that exists, but not among these numbers."""
    message = add_operand_values(f"{failed.subject} has no exact value", failed)
    return failed.make_error(PointError, message, INEXACT_HINT)


def make_domain_error(failed: FailedLine, condition: str) -> PointError:
    """Makes the error for operands that break a condition of the domain."""
    message = describe_unmet_condition(
        failed.operation, condition, failed.label, failed.texts, failed.operands
    )
    # The condition with floor asks a power for a whole exponent.
    hint = REAL_POWERS_HINT if failed.operation is POW and "floor" in condition else ""
    return failed.make_error(PointError, message, hint)


def add_operand_values(message: str, failed: FailedLine) -> str:
    """Returns a message with the values of the operands behind it."""
    values = format_operand_values(failed.texts, failed.operands)
    return f"{message}; here {values}" if values else message


def find_broken_condition(
    operation: Operation, operands: Sequence[Number], arithmetic: Arithmetic
) -> str | None:
    """Returns the condition of the operation's domain that the operands break, None for a value
    that exists, but not among these numbers."""
    rule_values = arithmetic.bind_rule_variables(operation, 0, operands, operands[0])
    for condition in operation.domain.split("; "):
        if condition and not arithmetic.is_condition_met(operation, condition, rule_values):
            return condition
    return None


def describe_unmet_condition(
    operation: Operation,
    condition: str,
    text: str,
    texts: Sequence[str],
    operands: Sequence[Number],
) -> str:
    """Returns what an operation needs and what is there instead.

    A function of one operand is named: `log needs x > 0; here x+y = -1`. Otherwise the operands
    are put into the condition: `x/(y-1) needs y-1 != 0; here y-1 = 0`. A number there would be
    hard to read (`-2 != 0`), so that operands get the names of the table instead:
    `x^y needs x != 0 if y < 0; here x is 0 and y is -2`."""
    if len(texts) == 1 and not operation.symbol:
        return f"{operation.name} needs {condition}; here {format_operand_values(texts, operands)}"
    requirement = condition.partition(" if ")[0]  # the premise holds, or nothing were broken
    parameters = operation.parameters
    numerals = {name for name, operand in zip(parameters, texts) if is_numeral(operand)}
    if not numerals.isdisjoint(re.findall(PARAMETER_PATTERN, requirement)):
        values = [
            f"{name} is {format_sentence_number(value)}"
            for name, value in zip(parameters, operands)
            if name in condition
        ]
        return f"{operation.notation} needs {condition}; here {' and '.join(values)}"
    needed = substitute_operands(requirement if numerals else condition, parameters, texts)
    return f"{text} needs {needed}; here {format_operand_values(texts, operands)}"


def substitute_operands(condition: str, parameters: Sequence[str], texts: Sequence[str]) -> str:
    """Returns a condition of the table with the texts of operands in place of their names."""
    operands = {}
    for name, text in zip(parameters, texts):
        # The last operand of a condition stands alone on its side, so it needs no brackets.
        is_clear = re.fullmatch(ATOM_PATTERN, text) or text == texts[-1]
        operands[name] = text if is_clear else f"({text})"
    return re.sub(PARAMETER_PATTERN, lambda match: operands.get(match[0], match[0]), condition)


def format_operand_values(texts: Sequence[str], operands: Sequence[Number]) -> str:
    """Returns `x+y = -1, y = 2`: each operand once, and numbers only where all are numbers."""
    equations = [
        f"{text} = {format_sentence_number(value)}"
        for text, value in zip(texts, operands)
        if not is_numeral(text)
    ]
    return ", ".join(dict.fromkeys(equations)) or ", ".join(texts)
