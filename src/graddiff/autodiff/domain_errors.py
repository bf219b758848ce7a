"""Why an operation has no value at a point: `log needs x > 0; here x+y = -1`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from graddiff.errors import PointError, RangeError
from graddiff.language.expression import Expression
from graddiff.notation.labels import Labels
from graddiff.notation.numerals import format_sentence_number, is_numeral
from graddiff.numbers.arithmetic import INEXACT_HINT, Arithmetic, Number
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import NUMBER

PARAMETER_PATTERN = r"\b[a-z]\b(?!\()"  # an operand's name in a condition of the table

STABLE_FORMULAS_HINT = (
    "sigmoid(x) is 1/(1+exp(-x)), softplus(x) is log(1+exp(x)), logaddexp(x, y) is log(exp(x)+exp(y)), "
    "all without overflow"
)


LOGARITHMS_HINT = "logarithms turn products into sums"


def make_no_value_error(
    expression: Expression,
    line: int,
    operands: Sequence[Number],
    arithmetic: Arithmetic,
    overflow: bool,
) -> PointError:
    """The error for a line whose operation has no value for these operands."""
    labels = Labels(expression)
    operation = expression.operations[line]
    texts = [labels.get_short_term(operand).text for operand in expression.operands[line]]
    source, span = expression.text, expression.get_span(line)
    if operation is NUMBER and math.isnan(arithmetic.read_literal(expression.literals[line])):
        return PointError(
            f"{labels[line]} has no exact value", hint=INEXACT_HINT, text=source, span=span
        )
    if operation is NUMBER:
        return RangeError(
            f"the number {labels[line]} is too large",
            hint=arithmetic.range_hint,
            text=source,
            span=span,
        )
    if overflow:
        subject = operation.name if not operation.symbol else labels[line]
        hint = (
            STABLE_FORMULAS_HINT
            if operation.name in ("exp", "expm1")
            else LOGARITHMS_HINT
            if arithmetic is FLOATS
            else arithmetic.range_hint
        )
        here = (
            ""
            if operation.symbol and all(map(is_numeral, texts))
            else format_operand_values(texts, operands)
        )
        return RangeError(
            f"{subject} overflows{here and f'; here {here}'}", hint=hint, text=source, span=span
        )
    broken = find_broken_condition(operation, operands, arithmetic)
    if broken is None:
        told = f"{operation.name if not operation.symbol else labels[line]} has no exact value"
        here = format_operand_values(texts, operands)
        return PointError(
            f"{told}{here and f'; here {here}'}", hint=INEXACT_HINT, text=source, span=span
        )
    hint = (
        "a negative number has powers for whole exponents only; its cube root is cbrt(x)"
        if "floor" in broken
        else ""
    )
    return PointError(
        describe_unmet_condition(operation, broken, labels[line], texts, operands),
        text=source,
        span=span,
        hint=hint,
    )


def find_broken_condition(
    operation: Operation, operands: Sequence[Number], arithmetic: Arithmetic
) -> str | None:
    """The condition of the operation's domain that the operands break; None for a value that is there, but not among
    these numbers."""
    at = arithmetic.bind_rule_variables(operation, 0, operands, operands[0])
    conditions = operation.domain.split("; ")
    return next(
        (c for c in conditions if c and not arithmetic.is_condition_met(operation, c, at)), None
    )


def describe_unmet_condition(
    operation: Operation,
    condition: str,
    text: str,
    texts: Sequence[str],
    operands: Sequence[Number],
) -> str:
    """`log needs x > 0; here x+y = -1`. Where the condition is about several operands they are put into it, unless one
    of them is only a number: `x/(y-1) needs y-1 != 0; here y-1 = 0`, but `x^y needs x != 0 if y < 0; here x is 0`."""
    if len(texts) == 1 and not operation.symbol:
        return f"{operation.name} needs {condition}; here {format_operand_values(texts, operands)}"
    needed = re.findall(PARAMETER_PATTERN, condition.partition(" if ")[0])
    told = {
        name: f"{name} is {format_sentence_number(value)}"
        for name, value in zip(operation.parameters, operands)
    }
    numbers = {name for name, t in zip(operation.parameters, texts) if is_numeral(t)}
    if numbers & {*needed}:
        return f"{operation.notation} needs {condition}; here {' and '.join(told[n] for n in told if n in condition)}"
    condition = condition.partition(" if ")[0] if numbers else condition
    bare = [
        t if re.fullmatch(r"[\w.]+|\w+\([^()]*\)", t) or t == texts[-1] else f"({t})" for t in texts
    ]
    names = dict(zip(operation.parameters, bare))
    condition = re.sub(PARAMETER_PATTERN, lambda match: names.get(match[0], match[0]), condition)
    return f"{text} needs {condition}; here {format_operand_values(texts, operands)}"


def format_operand_values(texts: Sequence[str], operands: Sequence[Number]) -> str:
    """`x+y = -1, y = 2`; a number speaks for itself where there is something else to tell."""
    told = [
        f"{t} = {format_sentence_number(v)}" for t, v in zip(texts, operands) if not is_numeral(t)
    ]
    return ", ".join(dict.fromkeys(told)) or ", ".join(texts)
