"""Notices about a derivative that is a matter of convention: kinks, jumps, poles, switches.

At such a point the table, or the branch of a `where` that is taken, decides which slope the reverse
pass uses. The notice names it, and the slopes on both sides."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from graddiff.autodiff.node_context import NodeContext
from graddiff.autodiff.one_sided import SlopePair, compute_one_sided_slopes
from graddiff.autodiff.reverse_pass import Graph
from graddiff.errors import JUMP, KINK, POLE, SMOOTH, Notice
from graddiff.notation.numerals import format_sentence_number as format_value
from graddiff.numbers.arithmetic import NoValue, Number
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation

MAX_SLOPE_VARIABLES = 20  # variables whose slopes on both sides of the output are computed
SLOPE_TOLERANCE = 1e-9  # relative difference of two slopes that count as equal


def find_convention_notice(node: NodeContext) -> Notice | None:
    """Returns the notice about an operation whose row in the table has a condition that holds."""
    kink_slot = node.find_slot(node.operation.kink)
    if kink_slot is not None:
        return make_kink_notice(node, kink_slot)
    if node.find_slot(node.operation.pole) is not None:
        return node.make_notice(POLE, f"{node.text} has no derivative at {node.operand_values}")
    jump_slot = node.find_slot(node.operation.jump)
    if jump_slot is not None:
        return make_jump_notice(node, jump_slot)
    return None


def make_kink_notice(node: NodeContext, slot: int) -> Notice | None:
    """Makes the notice about a kink, None if both slopes are the same after all: leaky_relu(x, 1)
    has the condition of a kink, but is x."""
    slopes = compute_one_sided_partials(node.operation, slot, node.inputs)
    used = node.get_local_partial(slot)
    if slopes == (used, used):
        return None
    sides = " and ".join("none" if slope is None else format_value(slope) for slope in slopes)
    message = (
        f"{node.text} has a kink at {node.operand_values}: "
        f"its slopes by {node.name_operand(slot)} are {sides}; {format_value(used)} is used"
    )
    return node.make_notice(KINK, message, slopes, used)


def make_jump_notice(node: NodeContext, slot: int) -> Notice:
    """Makes the notice about a jump of the value."""
    slopes = compute_one_sided_partials(node.operation, slot, node.inputs)
    used = node.get_local_partial(slot)
    message = (
        f"{node.text} jumps at {node.operand_values}: "
        f"as its slope by {node.name_operand(slot)}, {format_value(used)} is used"
    )
    return node.make_notice(JUMP, message, slopes, used)


def find_switch_notice(node: NodeContext) -> Notice | None:
    """Returns the notice about a `where` whose condition compares two equal values, which stands on
    the border between its branches; None for any other `where`."""
    values, labels = node.graph.values, node.labels
    literals = node.graph.expression.literals
    condition, then, otherwise = node.operands
    taken, untaken = (then, otherwise) if values[condition] else (otherwise, then)
    left, right = node.graph.expression.operands[condition]
    if values[left] != values[right]:
        return None
    # The two sides are equal at every point: there is no border.
    if left == right or (left in literals and right in literals):
        return None
    has_same_value = not isinstance(values[untaken], NoValue) and values[untaken] == values[taken]
    # Both branches are the same: the border does not matter.
    if taken == untaken or (taken in literals and untaken in literals and has_same_value):
        return None
    message = (
        f"{node.text} switches where {labels[left]} = {labels[right]}: "
        f"the slope of the branch taken is used, that of {labels[taken]}"
    )
    return node.make_notice(KINK if has_same_value else JUMP, message)


def find_output_notices(
    graph: Graph, requested: set[int], notices_by_line: Mapping[int, Notice]
) -> Iterator[Notice]:
    """Yields a notice for each requested variable about the slopes of the whole expression, where
    the notices about kinks and jumps of single lines do not say the same already."""
    expression = graph.expression
    border_lines = [
        line for line, notice in notices_by_line.items() if notice.kind in (KINK.name, JUMP.name)
    ]
    known_slopes = [notice.slopes for notice in notices_by_line.values()]
    for name, line in [*expression.variables.items()][:MAX_SLOPE_VARIABLES]:
        if line not in requested:
            continue
        slopes_by_line = compute_one_sided_slopes(expression, graph.values, line)
        if all(slopes_by_line[border][0] == slopes_by_line[border][1] for border in border_lines):
            continue  # the kinks are about other variables
        slopes = slopes_by_line[expression.output]
        if has_one_slope(slopes):
            yield make_smooth_notice(graph, name, slopes)
        elif None not in slopes and slopes not in known_slopes:
            yield make_output_kink_notice(graph, name, slopes)


def has_one_slope(slopes: SlopePair) -> bool:
    """Whether the slopes on both sides exist and are the same, but for rounding."""
    left, right = slopes
    if left is None or right is None:
        return False
    return abs(left - right) <= SLOPE_TOLERANCE * max(1.0, abs(left))


def make_smooth_notice(graph: Graph, name: str, slopes: SlopePair) -> Notice:
    """Makes the notice about an output that is smooth although a line on the way has a kink."""
    right, used = slopes[1], get_used_slope(graph, name)
    point, output = describe_point(graph, name), graph.expression.output_name
    message = (
        f"{output} itself is smooth in {name} at {point}: "
        f"its slope is {format_value(right)} from both sides"
    )
    if used != right:
        message += (
            f"; the reverse pass, which takes each kink by itself, gives {format_value(used)}"
        )
    return make_output_notice(graph, SMOOTH.name, message, slopes, used)


def make_output_kink_notice(graph: Graph, name: str, slopes: SlopePair) -> Notice:
    """Makes the notice about an output with two slopes that no single line has."""
    used = get_used_slope(graph, name)
    sides = " and ".join([format_value(slope) for slope in slopes])
    message = (
        f"{graph.expression.output_name} itself has the slopes {sides} by {name} "
        f"at {describe_point(graph, name)}; {format_value(used)} is used"
    )
    return make_output_notice(graph, KINK.name, message, slopes, used)


def make_output_notice(
    graph: Graph, kind: str, message: str, slopes: SlopePair, used: Number
) -> Notice:
    """Makes a notice that points to the text of the output."""
    expression = graph.expression
    span = expression.get_span(expression.output)
    return Notice(kind, message, expression.text, span, slopes, used)


def describe_point(graph: Graph, name: str) -> str:
    """Returns a variable with its value: `x = 2`."""
    return f"{name} = {format_value(graph.values[graph.expression.variables[name]])}"


def get_used_slope(graph: Graph, name: str) -> Number:
    """Returns the adjoint of a variable, 0 where nothing flows to it."""
    adjoint = graph.adjoints[graph.expression.variables[name]]
    return 0.0 if adjoint is None else adjoint


def compute_one_sided_partials(
    operation: Operation, slot: int, operands: Sequence[Number]
) -> SlopePair:
    """Returns the partials just below and just above an operand, None where the operation has no
    value. They are computed at the neighbouring floats, so that any formula of the table serves."""
    below, above = (
        compute_neighbouring_partial(operation, slot, operands, towards)
        for towards in (-math.inf, math.inf)
    )
    return below, above


def compute_neighbouring_partial(
    operation: Operation, slot: int, operands: Sequence[Number], towards: float
) -> float | None:
    """Returns the partial at the next float in one direction, None where there is no value."""
    neighbours = [*map(float, operands)]
    neighbours[slot] = math.nextafter(neighbours[slot], towards)
    try:
        value = FLOATS.get_function(operation)(*neighbours)
    except (ArithmeticError, ValueError):
        return None
    rule_values = FLOATS.bind_rule_variables(operation, slot, neighbours, value)
    return float(FLOATS.compute_partial_limit(operation, slot, rule_values))
