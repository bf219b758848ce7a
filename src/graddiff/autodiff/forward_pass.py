"""The forward pass: an expression and a binding -> the value of every line."""

from __future__ import annotations

from collections.abc import Mapping

from graddiff.autodiff.domain_errors import make_no_value_error
from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import Arithmetic, NoValue, Number
from graddiff.numbers.floats import FLOATS
from graddiff.operations.table import WHERE


def run_forward_pass(
    expression: Expression, at: Mapping[str, Number], arithmetic: Arithmetic = FLOATS
) -> list[Number]:
    """The values of all lines, in order; NoValue where an untaken branch of a `where` has none.

    Raises PointError if the output has no value, RangeError if one on the way to it is too large."""
    values: list[Number] = [None] * expression.size
    for name, line in expression.variables.items():
        values[line] = at[name]
    for line, text in expression.literals.items():
        values[line] = arithmetic.read_literal(text)
    functions = {
        operation: arithmetic.get_function(operation)
        for operation in {*expression.operations}
        if operation.parameters
    }
    failed = not all(arithmetic.is_finite(values[line]) for line in expression.literals)
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
        failed = failed or not all(map(arithmetic.is_finite, values))
    except (ArithmeticError, ValueError):
        failed = True
    if failed:
        _evaluate_around_failures(expression, values, arithmetic)
    return values


def _evaluate_around_failures(
    expression: Expression, values: list[Number], arithmetic: Arithmetic
) -> None:
    """The same pass where some line has no value: what depends on it has none either, but for a `where` that takes
    its other branch."""
    for line, operands in enumerate(expression.operands):
        operation = expression.operations[line]
        inputs = [values[operand] for operand in operands]
        if operation is WHERE and not isinstance(inputs[0], NoValue):
            values[line] = arithmetic.select_branch(*inputs)
            continue
        missing = [value for value in inputs if isinstance(value, NoValue)]
        if missing:
            values[line] = missing[0]
            continue
        try:
            value = arithmetic.get_function(operation)(*inputs) if operands else values[line]
            values[line] = value if arithmetic.is_finite(value) else NoValue(line, overflow=True)
        except OverflowError:
            values[line] = NoValue(line, overflow=True)
        except (ArithmeticError, ValueError):
            values[line] = NoValue(line, overflow=False)
    result = values[expression.output]
    if isinstance(result, NoValue):
        inputs = [values[operand] for operand in expression.operands[result.origin]]
        raise make_no_value_error(
            expression, result.origin, inputs, arithmetic, overflow=result.overflow
        )
