"""One-sided slopes: what the whole expression does to the left and to the right of a point, kinks and all.

A forward pass in one direction, in which an operation at its kink follows the direction: |u| has the slope |u'| where
u = 0, max(u, v) the larger of u' and v' where u = v. The rules are the column `sided` of the table.

Source: Griewank & Walther, Evaluating Derivatives, section 14.2 (directional derivatives of piecewise functions)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import NoValue, Number, NumberFunction
from graddiff.numbers.dual import compute_local_partial
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, WHERE, get_branch_slot

Slope = float | None  # None: the value jumps, or there is none on that side

APPROACH_SIGNS = {
    "lt": -1,
    "le": -1,
    "gt": 1,
    "ge": 1,
}  # the sign of left' - right' with which it becomes true


def compute_one_sided_slopes(
    expression: Expression, values: Sequence[Number], line: int
) -> list[tuple[Slope, Slope]]:
    """The slopes of every line by a variable's line, on the left and on the right."""
    left, right = (
        compute_directional_slopes(expression, values, line, direction) for direction in (-1.0, 1.0)
    )
    return [(None if slope is None else 0.0 - slope, other) for slope, other in zip(left, right)]


def compute_directional_slopes(
    expression: Expression, values: Sequence[Number], line: int, direction: float
) -> list[Slope]:
    """The slope of every line as a variable moves in a direction."""
    slopes: list[Slope] = [0.0] * expression.size
    slopes[line] = direction
    leads = mark_dependents(expression, line)
    for target, operands in enumerate(expression.operands):
        operation = expression.operations[target]
        if not operands or operation in COMPARISONS or isinstance(values[target], NoValue):
            continue
        if operation is WHERE:
            slopes[target] = compute_switch_slope(expression, values, slopes, target)
        elif leads[target]:
            moves = [slopes[operand] for operand in operands]
            slopes[target] = compute_operation_slope(
                operation, [values[operand] for operand in operands], moves, values[target]
            )
            if slopes[target] == 0 and is_infinitely_steep(expression, values, target, leads):
                slopes[target] = None
    return slopes


def mark_dependents(expression: Expression, line: int) -> bytearray:
    """For each line, 1 if it depends on one line, be it only through a comparison."""
    leads = bytearray(expression.size)
    leads[line] = 1
    for target, operands in enumerate(expression.operands):
        for operand in operands:
            leads[target] |= leads[operand]
    return leads


def is_infinitely_steep(
    expression: Expression, values: Sequence[Number], target: int, leads: Sequence[int]
) -> bool:
    """Whether an operand moves, too slowly to have a slope, where the operation is infinitely steep: sqrt(x^2) at 0."""
    operation, operands = expression.operations[target], expression.operands[target]
    inputs = [values[operand] for operand in operands]
    return any(
        not math.isfinite(compute_local_partial(FLOATS, operation, slot, inputs, values[target]))
        for slot, operand in enumerate(operands)
        if leads[operand]
    )


def compute_switch_slope(
    expression: Expression, values: Sequence[Number], slopes: Sequence[Slope], target: int
) -> Slope:
    """The slope of a `where`: on its border, of the branch that the direction leads to, if the value is the same."""
    condition, *branches = expression.operands[target]
    left, right = expression.operands[condition]
    holds = bool(values[condition])
    one, other = slopes[left], slopes[right]
    if one is None or other is None:
        return None
    if values[left] == values[right] and one != other:
        name = expression.operations[condition].name
        holds = name == "ne" if name in ("eq", "ne") else APPROACH_SIGNS[name] * (one - other) > 0
    branch = branches[get_branch_slot(holds) - 1]
    same = not isinstance(values[branch], NoValue) and values[branch] == values[target]
    return slopes[branch] if same else None


def compute_operation_slope(
    operation: Operation, operands: Sequence[float], moves: Sequence[Slope], value: float
) -> Slope:
    """The slope of an operation whose operands move."""
    if operation.variadic:
        tied = [move for operand, move in zip(operands, moves) if operand == value]
        known = [move for move in tied if move is not None]
        return FLOATS.get_function(operation)(*known) if len(known) == len(tied) else None
    steps = [move for move in moves if move is not None]
    if len(steps) < len(moves):
        return None
    at = FLOATS.bind_rule_variables(operation, 0, operands, value)
    if is_any_condition_met(operation, operation.kink, at):
        slopes = {f"d{name}": step for name, step in zip(operation.parameters, steps)}
        try:
            return float(compile_sided_rule(operation)(**at, **slopes))
        except (ArithmeticError, ValueError):
            return None
    if not is_continuous(operation, operands, steps, value):
        return None
    moved = [slot for slot, step in enumerate(steps) if step]
    slope = sum(
        compute_local_partial(FLOATS, operation, slot, operands, value) * steps[slot]
        for slot in moved
    )
    return None if math.isnan(slope) else float(slope)


@cache
def compile_sided_rule(operation: Operation) -> NumberFunction:
    """The rule of the column `sided`, a function of what is known and of the operands' slopes."""
    return FLOATS.compile_formula(
        operation.sided, (*operation.rule_variables, *(f"d{name}" for name in operation.parameters))
    )


def is_continuous(
    operation: Operation, operands: Sequence[float], steps: Sequence[float], value: float
) -> bool:
    """Whether the value a little further is there, and almost the same."""
    beside = [
        math.nextafter(operand, math.copysign(math.inf, step)) if step else operand
        for operand, step in zip(operands, steps)
    ]
    try:
        moved = FLOATS.get_function(operation)(*beside)
    except (ArithmeticError, ValueError):
        return False
    jumps = is_any_condition_met(
        operation, operation.jump, FLOATS.bind_rule_variables(operation, 0, operands, value)
    )
    return not jumps or abs(moved - value) <= 1e-9 * (1 + abs(value))


def is_any_condition_met(operation: Operation, column: str, at: dict[str, Number]) -> bool:
    return any(
        FLOATS.is_condition_met(operation, condition, at)
        for condition, _ in operation.parse_conditions(column)
    )
