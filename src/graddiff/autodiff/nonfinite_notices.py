"""Notices about a derivative that is infinite or undefined, where it first becomes so.

Along an edge there are three places: the local partial, the contribution (a product), and the
adjoint that the contribution is added to (a sum). A notice is made where the result is not finite
although what it was computed from is; whatever follows from it needs no notice of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from graddiff.autodiff.convention_notices import compute_one_sided_partials
from graddiff.autodiff.node_context import NodeContext
from graddiff.errors import INDETERMINATE, OVERFLOW, UNDEFINED, VERTICAL_TANGENT, Notice
from graddiff.notation.numerals import format_sentence_number as format_value
from graddiff.numbers.arithmetic import Number


def find_nonfinite_notices(node: NodeContext, received: Sequence[Number]) -> Iterator[Notice]:
    """Yields the notices about one line. `received` are the contributions to its adjoint."""
    for slot in node.slots:
        yield from find_partial_notices(node, slot)
        yield from find_contribution_notices(node, slot)
    yield from find_sum_notices(node, received)


def find_partial_notices(node: NodeContext, slot: int) -> Iterator[Notice]:
    """Yields the notice about a local partial that is not finite: no derivative, a derivative that
    is too large, or a vertical tangent."""
    partial = node.get_local_partial(slot)
    if node.graph.arithmetic.is_finite(partial):
        return
    formula = node.labels.format_partial(node.line, slot, node.graph.values)
    equation = f"{node.format_partial_symbol(slot)} = {formula}"
    if is_nan(partial):
        if node.find_slot(node.operation.pole) is None:  # a pole has its notice already
            message = f"{equation} has no real value at {node.operand_values}"
            yield node.make_notice(UNDEFINED, message)
    elif is_partial_overflow(node, slot):
        message = f"{equation} overflows at {node.operand_values}"
        yield node.make_notice(OVERFLOW, message)
    else:
        yield make_vertical_tangent_notice(node, slot)


def make_vertical_tangent_notice(node: NodeContext, slot: int) -> Notice:
    """Makes the notice about an infinite slope. Beside the point the slope is only steep, and has
    the sign of the infinity on that side."""
    partial = node.get_local_partial(slot)
    left, right = (
        None if slope is None else math.copysign(math.inf, slope)
        for slope in compute_one_sided_partials(node.operation, slot, node.inputs)
    )
    message = (
        f"{node.text} has a vertical tangent at {node.operand_values}: "
        f"{format_value(partial)} is used as its slope by {node.name_operand(slot)}"
    )
    return node.make_notice(VERTICAL_TANGENT, message, (left, right), partial)


def find_contribution_notices(node: NodeContext, slot: int) -> Iterator[Notice]:
    """Yields the notice about a product of adjoint and partial that is undefined (0 times an
    infinity), or too large."""
    arithmetic = node.graph.arithmetic
    adjoint, partial = node.graph.adjoints[node.line], node.get_local_partial(slot)
    contribution = adjoint * partial
    if is_nan(contribution) and not is_nan(adjoint) and not is_nan(partial):
        message = (
            f"the adjoint of {node.text} is {format_value(adjoint)} and "
            f"{node.format_partial_symbol(slot)} is {format_value(partial)}: "
            "their product is undefined"
        )
        yield node.make_notice(INDETERMINATE, message)
    is_infinite = not is_nan(contribution) and not arithmetic.is_finite(contribution)
    if is_infinite and arithmetic.is_finite(adjoint) and arithmetic.is_finite(partial):
        message = (
            f"the contribution {format_value(adjoint)} × {format_value(partial)} of {node.text} "
            f"to {node.name_operand(slot)} overflows"
        )
        yield node.make_notice(OVERFLOW, message)


def find_sum_notices(node: NodeContext, received: Sequence[Number]) -> Iterator[Notice]:
    """Yields the notice about an adjoint whose contributions are infinities of both signs."""
    if not received or not is_nan(node.graph.adjoints[node.line]):
        return
    if not any(is_nan(contribution) for contribution in received):
        numbers = ", ".join([format_value(contribution) for contribution in received])
        message = f"the contributions to {node.text} are {numbers}: their sum is undefined"
        yield node.make_notice(INDETERMINATE, message)


def is_partial_overflow(node: NodeContext, slot: int) -> bool:
    """Whether an infinite partial is only too large, and not a quotient by zero."""
    compute_partial = node.graph.arithmetic.get_partial(node.operation, slot)
    try:
        compute_partial(**node.get_rule_values(slot))
    except OverflowError:
        return True
    except (ArithmeticError, ValueError):
        return False
    return True


def is_nan(number: Number) -> bool:
    """Whether a number of any kind is not a number, which is the only one to differ from itself."""
    return bool(number != number)
