"""The forward pass: an expression and the values of its variables -> the value of every line.

An expression is a list of lines in the order of evaluation, so one loop is enough: when a line is
computed, its operands are there already.

    for each line, from the first to the last:
        value of the line = operation of the line (values of its operands)

Source: Griewank & Walther, Evaluating Derivatives, section 2.2 (evaluation procedures)."""

from __future__ import annotations

from collections.abc import Mapping

from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import Arithmetic, NoValue, Number
from graddiff.numbers.floats import FLOATS
from graddiff.operations.table import WHERE


def run_forward_pass(
    expression: Expression, at: Mapping[str, Number], arithmetic: Arithmetic = FLOATS
) -> list[Number]:
    """Returns the values of all lines, in order. `at` binds every variable to a number of the kind
    that is computed with.

    A line that only a branch not taken needs may be NoValue. Raises PointError if the output has no
    value, RangeError if a line that it needs is too large."""
    values: list[Number] = [None] * expression.size
    for name, line in expression.variables.items():
        values[line] = at[name]
    for line, text in expression.literals.items():
        values[line] = arithmetic.read_literal(text)
    if not compute_all_lines(expression, values, arithmetic):
        compute_lines_with_values(expression, values, arithmetic)
    return values


def compute_all_lines(expression: Expression, values: list[Number], arithmetic: Arithmetic) -> bool:
    """Fills in the values of all operations. Returns whether every line has a finite value; if not,
    some values are missing.

    This is the usual case. It asks once at the end, not at every line, whether all is well."""
    operations = expression.operations
    functions = {
        operation: arithmetic.get_function(operation)
        for operation in {*operations}
        if operation.parameters
    }
    if not all(arithmetic.is_finite(values[line]) for line in expression.literals):
        return False
    try:
        for line, operands in enumerate(expression.operands):
            if len(operands) == 2:  # most operations; a call without a list of operands is faster
                left, right = operands
                values[line] = functions[operations[line]](values[left], values[right])
            elif operands:
                inputs = [values[operand] for operand in operands]
                values[line] = functions[operations[line]](*inputs)
    except (ArithmeticError, ValueError):
        return False
    return all(map(arithmetic.is_finite, values))


def compute_lines_with_values(
    expression: Expression, values: list[Number], arithmetic: Arithmetic
) -> None:
    """Fills in the values again where some line has none: it becomes NoValue, and so does every
    line that needs it. Raises PointError or RangeError if the output is one of them."""
    for line, operands in enumerate(expression.operands):
        inputs = [values[operand] for operand in operands]
        if expression.operations[line] is WHERE and not isinstance(inputs[0], NoValue):
            # The branch that is not taken may have no value.
            values[line] = arithmetic.select_branch(*inputs)
        else:
            values[line] = compute_line(expression, line, values[line], inputs, arithmetic)
    output = values[expression.output]
    if isinstance(output, NoValue):
        # Imported here, because a point with a value does without it.
        from graddiff.autodiff.domain_errors import make_no_value_error

        inputs = [values[operand] for operand in expression.operands[output.origin]]
        raise make_no_value_error(
            expression, output.origin, inputs, arithmetic, overflow=output.overflow
        )


def compute_line(
    expression: Expression,
    line: int,
    leaf_value: Number,
    inputs: list[Number],
    arithmetic: Arithmetic,
) -> Number:
    """Returns the value of a line, or NoValue with the line where the trouble begins. `leaf_value`
    is the value of a variable or a literal, which has no inputs."""
    for value in inputs:
        if isinstance(value, NoValue):
            return value
    try:
        value = leaf_value
        if inputs:
            value = arithmetic.get_function(expression.operations[line])(*inputs)
    except OverflowError:
        return NoValue(line, overflow=True)
    except (ArithmeticError, ValueError):
        return NoValue(line, overflow=False)
    return value if arithmetic.is_finite(value) else NoValue(line, overflow=True)
