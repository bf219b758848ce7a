"""Why an operation has no value at a point: `log needs x > 0; here x+y = -1`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graddiff.arithmetic import Kind, Number, known
from graddiff.errors import PointError, RangeError
from graddiff.expression import Expression
from graddiff.notation import Labels
from graddiff.operations import NUMBER, Operation

STABLE = (
    "sigmoid(x) is 1/(1+exp(-x)), softplus(x) is log(1+exp(x)), logaddexp(x, y) is log(exp(x)+exp(y)), "
    "all without overflow"
)


def shown(value: Number) -> str:
    """A value in a sentence."""
    return format(value + 0.0, ".7g") if isinstance(value, float) else str(value)


def no_value(
    expression: Expression, line: int, operands: Sequence[Number], kind: Kind, overflow: bool
) -> PointError:
    """The error for a line whose operation has no value for these operands."""
    labels = Labels(expression)
    operation = expression.operations[line]
    texts = [labels.short(operand).text for operand in expression.operands[line]]
    place = {"text": expression.text, "span": expression.span(line)}
    if operation is NUMBER:
        return RangeError(f"the number {labels[line]} is too large", hint="a float ends at 1.8e308", **place)
    if overflow:
        subject = operation.name if not operation.symbol else labels[line]
        hint = STABLE if operation.name in ("exp", "expm1", "sinh", "cosh") else "logarithms turn products into sums"
        here = here_are(texts, operands)
        return RangeError(f"{subject} overflows{here and f': here {here}'}", hint=hint, **place)
    broken = first_broken(operation, operands, kind)
    return PointError(f"{needs(operation, broken, labels[line], texts)}; here {here_are(texts, operands)}", **place)


def first_broken(operation: Operation, operands: Sequence[Number], kind: Kind) -> str:
    """The condition of the operation's domain that the operands break."""
    at = known(operation, 0, operands, operands[0])
    conditions = operation.domain.split("; ")
    return next((c for c in conditions if not kind.holds(operation, c, at)), operation.domain)


def needs(operation: Operation, condition: str, text: str, texts: Sequence[str]) -> str:
    """`log needs x > 0`; an operator is named by its text, with its operands' texts in the condition."""
    if operation.symbol or len(texts) > 1:
        texts = [t if re.fullmatch(r"[\w.]+|\w+\([^()]*\)", t) else f"({t})" for t in texts]
        names = dict(zip(operation.parameters, texts))
        condition = re.sub(r"\b[a-z]\b(?!\()", lambda match: names.get(match[0], match[0]), condition)
        condition = re.sub(r"^\((.*?)\) (?=[<>=!])", r"\1 ", condition)
        condition = re.sub(r" if \(?-[\d.]+\)? < 0$", "", condition)
        return f"{text} needs {condition}"
    return f"{operation.name} needs {condition}"


def here_are(texts: Sequence[str], operands: Sequence[Number]) -> str:
    """`x+y = -1, y = 2`; a number speaks for itself where there is something else to tell."""
    told = [f"{t} = {shown(v)}" for t, v in zip(texts, operands) if t != shown(v)]
    return ", ".join(dict.fromkeys(told)) or ", ".join(texts)
