"""Why an operation has no value at a point: `log needs x > 0; here x+y = -1`."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from graddiff.errors import PointError, RangeError
from graddiff.language.expression import Expression
from graddiff.notation.labels import Labels
from graddiff.notation.numerals import is_number, shown
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.kind import INEXACT, Kind, Number
from graddiff.operations.row import Operation
from graddiff.operations.table import NUMBER

PARAMETER = r"\b[a-z]\b(?!\()"  # an operand's name in a condition of the table

STABLE = (
    "sigmoid(x) is 1/(1+exp(-x)), softplus(x) is log(1+exp(x)), logaddexp(x, y) is log(exp(x)+exp(y)), "
    "all without overflow"
)


LOGARITHMS = "logarithms turn products into sums"


def no_value(
    expression: Expression, line: int, operands: Sequence[Number], kind: Kind, overflow: bool
) -> PointError:
    """The error for a line whose operation has no value for these operands."""
    labels = Labels(expression)
    operation = expression.operations[line]
    texts = [labels.short(operand).text for operand in expression.operands[line]]
    source, span = expression.text, expression.span(line)
    if operation is NUMBER and math.isnan(kind.number(expression.literals[line])):
        return PointError(
            f"{labels[line]} has no exact value", hint=INEXACT, text=source, span=span
        )
    if operation is NUMBER:
        return RangeError(
            f"the number {labels[line]} is too large", hint=kind.reach, text=source, span=span
        )
    if overflow:
        subject = operation.name if not operation.symbol else labels[line]
        hint = (
            STABLE
            if operation.name in ("exp", "expm1")
            else LOGARITHMS
            if kind is FLOATS
            else kind.reach
        )
        here = "" if operation.symbol and all(map(is_number, texts)) else here_are(texts, operands)
        return RangeError(
            f"{subject} overflows{here and f'; here {here}'}", hint=hint, text=source, span=span
        )
    broken = first_broken(operation, operands, kind)
    if broken is None:
        told = f"{operation.name if not operation.symbol else labels[line]} has no exact value"
        here = here_are(texts, operands)
        return PointError(
            f"{told}{here and f'; here {here}'}", hint=INEXACT, text=source, span=span
        )
    hint = (
        "a negative number has powers for whole exponents only; its cube root is cbrt(x)"
        if "floor" in broken
        else ""
    )
    return PointError(
        unmet(operation, broken, labels[line], texts, operands), text=source, span=span, hint=hint
    )


def first_broken(operation: Operation, operands: Sequence[Number], kind: Kind) -> str | None:
    """The condition of the operation's domain that the operands break; None for a value that is there, but not among
    these numbers."""
    at = kind.known(operation, 0, operands, operands[0])
    conditions = operation.domain.split("; ")
    return next((c for c in conditions if c and not kind.holds(operation, c, at)), None)


def unmet(
    operation: Operation,
    condition: str,
    text: str,
    texts: Sequence[str],
    operands: Sequence[Number],
) -> str:
    """`log needs x > 0; here x+y = -1`. Where the condition is about several operands they are put into it, unless one
    of them is only a number: `x/(y-1) needs y-1 != 0; here y-1 = 0`, but `x^y needs x != 0 if y < 0; here x is 0`."""
    if len(texts) == 1 and not operation.symbol:
        return f"{operation.name} needs {condition}; here {here_are(texts, operands)}"
    needed = re.findall(PARAMETER, condition.partition(" if ")[0])
    told = {
        name: f"{name} is {shown(value)}" for name, value in zip(operation.parameters, operands)
    }
    numbers = {name for name, t in zip(operation.parameters, texts) if is_number(t)}
    if numbers & {*needed}:
        return f"{operation.written} needs {condition}; here {' and '.join(told[n] for n in told if n in condition)}"
    condition = condition.partition(" if ")[0] if numbers else condition
    bare = [
        t if re.fullmatch(r"[\w.]+|\w+\([^()]*\)", t) or t == texts[-1] else f"({t})" for t in texts
    ]
    names = dict(zip(operation.parameters, bare))
    condition = re.sub(PARAMETER, lambda match: names.get(match[0], match[0]), condition)
    return f"{text} needs {condition}; here {here_are(texts, operands)}"


def here_are(texts: Sequence[str], operands: Sequence[Number]) -> str:
    """`x+y = -1, y = 2`; a number speaks for itself where there is something else to tell."""
    told = [f"{t} = {shown(v)}" for t, v in zip(texts, operands) if not is_number(t)]
    return ", ".join(dict.fromkeys(told)) or ", ".join(texts)
