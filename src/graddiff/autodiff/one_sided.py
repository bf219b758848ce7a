"""One-sided slopes: the derivatives of the whole expression on the left and right of a point.

A forward pass in one direction, in which an operation at its kink follows the direction: |u| has
the slope |u'| where u = 0, and max(u, v) the larger of u' and v' where u = v. The rules are in the
column `sided` of the table.

Source: Griewank & Walther, Evaluating Derivatives, section 14.2 (directional derivatives of
piecewise functions)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import NoValue, Number, NumberFunction
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, WHERE, get_branch_slot

Slope = float | None  # None: the value jumps, or there is no slope on that side
SlopePair = tuple[Slope, Slope]  # on the left and on the right of a point

JUMP_TOLERANCE = 1e-9  # a step of the value, relative, that is not seen as a jump

# At a border, left = right: the sign of left' - right' with which the comparison becomes true.
APPROACH_SIGNS = {"lt": -1, "le": -1, "gt": 1, "ge": 1}


def compute_one_sided_slopes(
    expression: Expression, values: Sequence[Number], line: int
) -> list[SlopePair]:
    """Returns, for every line, its slopes by the variable in `line` on the left and on the right.

    `values` are those of the forward pass."""
    leftwards = compute_directional_slopes(expression, values, line, -1.0)
    rightwards = compute_directional_slopes(expression, values, line, 1.0)
    # Towards the left the variable falls, so the slope has the other sign; 0.0 - 0.0 is no -0.0.
    left_slopes = [None if slope is None else 0.0 - slope for slope in leftwards]
    return [*zip(left_slopes, rightwards)]


def compute_directional_slopes(
    expression: Expression, values: Sequence[Number], line: int, direction: float
) -> list[Slope]:
    """Returns how fast every line changes as the variable in `line` moves in a direction: 1 to the
    right, -1 to the left."""
    slopes: list[Slope] = [0.0] * expression.size
    slopes[line] = direction
    depends = mark_dependents(expression, line)
    for target, operands in enumerate(expression.operands):
        operation = expression.operations[target]
        if not operands or operation in COMPARISONS or isinstance(values[target], NoValue):
            continue
        if operation is WHERE:
            slopes[target] = compute_switch_slope(expression, values, slopes, target)
        elif depends[target]:
            inputs = [values[operand] for operand in operands]
            input_slopes = [slopes[operand] for operand in operands]
            slope = compute_operation_slope(operation, inputs, input_slopes, values[target])
            # sqrt(x^2) at 0: x^2 has the slope 0, but changes, and the root is infinitely steep
            # there. The product 0 times an infinity says nothing about the slope.
            if slope == 0 and is_infinitely_steep(expression, values, target, depends):
                slope = None
            slopes[target] = slope
    return slopes


def mark_dependents(expression: Expression, line: int) -> bytearray:
    """Returns, for each line, 1 if it depends on `line`, be it only through a comparison."""
    depends = bytearray(expression.size)
    depends[line] = 1
    for target, operands in enumerate(expression.operands):
        for operand in operands:
            depends[target] |= depends[operand]
    return depends


def is_infinitely_steep(
    expression: Expression, values: Sequence[Number], target: int, depends: Sequence[int]
) -> bool:
    """Whether an operation has an infinite or undefined partial by an operand that changes."""
    operation, operands = expression.operations[target], expression.operands[target]
    inputs = [values[operand] for operand in operands]
    partials = [
        FLOATS.compute_local_partial(operation, slot, inputs, values[target])
        for slot, operand in enumerate(operands)
        if depends[operand]
    ]
    return not all(map(math.isfinite, partials))


def compute_switch_slope(
    expression: Expression, values: Sequence[Number], slopes: Sequence[Slope], target: int
) -> Slope:
    """Returns the slope of a `where`: that of the branch that is taken, and on the border that of
    the branch that the direction leads to. It is None where the value jumps to that branch."""
    condition, *branches = expression.operands[target]
    left, right = expression.operands[condition]
    left_slope, right_slope = slopes[left], slopes[right]
    if left_slope is None or right_slope is None:
        return None
    holds = bool(values[condition])
    if values[left] == values[right] and left_slope != right_slope:  # the border is left behind
        name = expression.operations[condition].name
        if name in ("eq", "ne"):
            holds = name == "ne"
        else:
            holds = APPROACH_SIGNS[name] * (left_slope - right_slope) > 0
    branch = branches[get_branch_slot(holds) - 1]
    has_same_value = not isinstance(values[branch], NoValue) and values[branch] == values[target]
    return slopes[branch] if has_same_value else None


def compute_operation_slope(
    operation: Operation, operands: Sequence[float], slopes: Sequence[Slope], value: float
) -> Slope:
    """Returns the slope of an operation from the slopes of its operands."""
    if operation.variadic:
        return compute_extreme_slope(operation, operands, slopes, value)
    known_slopes = [slope for slope in slopes if slope is not None]
    if len(known_slopes) < len(slopes):
        return None
    rule_values = FLOATS.bind_rule_variables(operation, 0, operands, value)
    if is_any_condition_met(operation, operation.kink, rule_values):
        return compute_kink_slope(operation, known_slopes, rule_values)
    if not is_continuous(operation, operands, known_slopes, value):
        return None
    # The chain rule. An operand that does not change has no part in it, even if the partial by it
    # is infinite.
    total = sum(
        FLOATS.compute_local_partial(operation, slot, operands, value) * slope
        for slot, slope in enumerate(known_slopes)
        if slope
    )
    return None if math.isnan(total) else float(total)


def compute_extreme_slope(
    operation: Operation, operands: Sequence[float], slopes: Sequence[Slope], value: float
) -> Slope:
    """Returns the slope of max (min): of all operands that are largest now, the one that rises most
    (least) is largest a moment later."""
    tied_slopes = [slope for operand, slope in zip(operands, slopes) if operand == value]
    known_slopes = [slope for slope in tied_slopes if slope is not None]
    if len(known_slopes) < len(tied_slopes):
        return None
    return float(FLOATS.get_function(operation)(*known_slopes))


def compute_kink_slope(
    operation: Operation, slopes: Sequence[float], rule_values: dict[str, Number]
) -> Slope:
    """Returns the slope of an operation at its kink by its rule in the column `sided`."""
    named_slopes = {f"d{name}": slope for name, slope in zip(operation.parameters, slopes)}
    try:
        return float(compile_sided_rule(operation)(**rule_values, **named_slopes))
    except (ArithmeticError, ValueError):
        return None


@cache
def compile_sided_rule(operation: Operation) -> NumberFunction:
    """Compiles the rule of the column `sided`: a function of the operands x, of the value f, and of
    the operands' slopes dx."""
    slope_names = [f"d{name}" for name in operation.parameters]
    return FLOATS.compile_formula(operation.sided, (*operation.rule_variables, *slope_names))


def is_continuous(
    operation: Operation, operands: Sequence[float], slopes: Sequence[float], value: float
) -> bool:
    """Whether the value at the next floats in the direction exists and is almost the same."""
    neighbours = [
        math.nextafter(operand, math.copysign(math.inf, slope)) if slope else operand
        for operand, slope in zip(operands, slopes)
    ]
    try:
        next_value = FLOATS.get_function(operation)(*neighbours)
    except (ArithmeticError, ValueError):
        return False
    rule_values = FLOATS.bind_rule_variables(operation, 0, operands, value)
    if not is_any_condition_met(operation, operation.jump, rule_values):
        return True
    return bool(abs(next_value - value) <= JUMP_TOLERANCE * (1 + abs(value)))


def is_any_condition_met(operation: Operation, column: str, rule_values: dict[str, Number]) -> bool:
    """Whether a condition in a column of the operation's row holds."""
    return any(
        FLOATS.is_condition_met(operation, condition, rule_values)
        for condition, _ in operation.parse_conditions(column)
    )
