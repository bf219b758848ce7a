"""The forward pass: an expression and a binding -> the value of every line."""

from __future__ import annotations

from collections.abc import Mapping

from graddiff.autodiff.domain_errors import no_value
from graddiff.language.expression import Expression
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.kind import Kind, NoValue, Number
from graddiff.operations.table import WHERE


def evaluate(expression: Expression, at: Mapping[str, Number], kind: Kind = FLOATS) -> list[Number]:
    """The values of all lines, in order; NoValue where an untaken branch of a `where` has none.

    Raises PointError if the output has no value, RangeError if one on the way to it is too large."""
    values: list[Number] = [None] * expression.size
    for name, line in expression.variables.items():
        values[line] = at[name]
    for line, text in expression.literals.items():
        values[line] = kind.number(text)
    functions = {
        operation: kind.function(operation)
        for operation in {*expression.operations}
        if operation.parameters
    }
    failed = not all(kind.finite(values[line]) for line in expression.literals)
    try:
        for line, operands in enumerate(expression.operands):
            if failed:
                break
            if len(operands) == 2:
                left, right = operands
                values[line] = functions[expression.operations[line]](values[left], values[right])
            elif operands:
                values[line] = functions[expression.operations[line]](
                    *[values[operand] for operand in operands]
                )
        failed = failed or not all(map(kind.finite, values))
    except (ArithmeticError, ValueError):
        failed = True
    if failed:
        _evaluate_around_failures(expression, values, kind)
    return values


def _evaluate_around_failures(expression: Expression, values: list[Number], kind: Kind) -> None:
    """The same pass where some line has no value: what depends on it has none either, but for a `where` that takes
    its other branch."""
    for line, operands in enumerate(expression.operands):
        operation = expression.operations[line]
        inputs = [values[operand] for operand in operands]
        if operation is WHERE and not isinstance(inputs[0], NoValue):
            values[line] = kind.either(*inputs)
            continue
        missing = [value for value in inputs if isinstance(value, NoValue)]
        if missing:
            values[line] = missing[0]
            continue
        try:
            value = kind.function(operation)(*inputs) if operands else values[line]
            values[line] = value if kind.finite(value) else NoValue(line, overflow=True)
        except OverflowError:
            values[line] = NoValue(line, overflow=True)
        except (ArithmeticError, ValueError):
            values[line] = NoValue(line, overflow=False)
    result = values[expression.output]
    if isinstance(result, NoValue):
        inputs = [values[operand] for operand in expression.operands[result.origin]]
        raise no_value(expression, result.origin, inputs, kind, overflow=result.overflow)
