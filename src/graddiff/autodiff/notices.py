"""What is said about a graph where a derivative is a matter of convention, is infinite, or does not exist.

The reverse pass computes; this module looks at the finished graph and leaves nothing of the kind unsaid."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from graddiff.autodiff.domain_errors import format_operand_values
from graddiff.autodiff.one_sided import compute_one_sided_slopes
from graddiff.autodiff.reverse_pass import Graph
from graddiff.errors import (
    INDETERMINATE,
    JUMP,
    KINK,
    OVERFLOW,
    POLE,
    SMOOTH,
    UNDEFINED,
    VERTICAL_TANGENT,
    Notice,
    NoticeKind,
)
from graddiff.notation.labels import Labels
from graddiff.notation.numerals import format_sentence_number
from graddiff.notation.style import ATOM
from graddiff.numbers.arithmetic import Arithmetic, NoValue, Number
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import WHERE, get_branch_slot

MAX_SLOPE_VARIABLES = 20  # whose slopes on both sides are looked at


def find_notices(graph: Graph, requested: set[int]) -> list[Notice]:
    """Everything worth saying about the derivatives of a graph, in the order of its lines."""
    expression, labels = graph.expression, Labels(graph.expression)
    awkward = {o for o in {*expression.operations} if o.kink or o.jump or o.pole}
    switches = [line for line, operation in enumerate(expression.operations) if operation is WHERE]
    reached = find_reached_lines(graph) if switches else set()
    leads = expression.find_dependent_lines(requested) if switches else bytearray()
    told: dict[int, list[Notice]] = {}
    if awkward or switches:
        for line, operation in enumerate(expression.operations):
            if operation in awkward and any(
                partial is not None for partial in graph.partials[line]
            ):
                told[line] = [*find_convention_notices(NodeContext(graph, line, labels))]
            elif (
                operation is WHERE
                and line in reached
                and any(leads[o] for o in expression.operands[line][1:])
            ):
                told[line] = [*find_switch_notices(NodeContext(graph, line, labels))]
    found = [notice for notices in told.values() for notice in notices]
    found_adjoints = [graph.adjoints[line] for line in requested]
    if not all(
        adjoint is None or graph.arithmetic.is_finite(adjoint) for adjoint in found_adjoints
    ):
        received: dict[int, list[Number]] = {}
        for edge in reversed([*graph.edges()]):
            received.setdefault(edge.source, []).append(edge.contribution)
        for line in range(expression.size):
            if graph.adjoints[line] is not None:
                found += find_nonfinite_notices(
                    NodeContext(graph, line, labels), received.get(line, [])
                )
    if found and graph.arithmetic is FLOATS:
        found += find_output_notices(graph, requested, told)
    return [*dict.fromkeys(found)]


def find_output_notices(
    graph: Graph, requested: set[int], notices_by_line: Mapping[int, list[Notice]]
) -> Iterator[Notice]:
    """What the kinks come to: the slopes of the whole expression, where that is more than what is told of one node."""
    border = [
        line
        for line, notices in notices_by_line.items()
        if any(notice.kind in (KINK.name, JUMP.name) for notice in notices)
    ]
    expression = graph.expression
    text, span = expression.text, expression.get_span(expression.output)
    for name, line in [*expression.variables.items()][:MAX_SLOPE_VARIABLES]:
        if line not in requested:
            continue
        sides = compute_one_sided_slopes(expression, graph.values, line)
        if all(sides[node][0] == sides[node][1] for node in border):
            continue  # the kinks are about other variables
        adjoint = 0.0 if graph.adjoints[line] is None else graph.adjoints[line]
        left, right = slopes = sides[expression.output]
        here, f = f"{name} = {format_sentence_number(graph.values[line])}", expression.output_name
        if (
            left is not None
            and right is not None
            and abs(left - right) <= 1e-9 * max(1.0, abs(left))
        ):
            message = f"{f} itself is smooth in {name} at {here}: its slope is {format_sentence_number(right)} from both sides"
            if adjoint != right:
                message += f"; the reverse pass, which takes each kink by itself, gives {format_sentence_number(adjoint)}"
            yield Notice(SMOOTH.name, message, text, span, slopes, adjoint)
        elif None not in slopes and not any(
            notice.slopes == slopes for told_of in notices_by_line.values() for notice in told_of
        ):
            message = f"{f} itself has the slopes {' and '.join(map(format_sentence_number, slopes))} by {name} at {here}"
            message += f"; {format_sentence_number(adjoint)} is used"
            yield Notice(KINK.name, message, text, span, slopes, adjoint)


def find_reached_lines(graph: Graph) -> set[int]:
    """The lines that the output was computed from: untaken branches are not among them."""
    expression, values = graph.expression, graph.values

    def get_taken_operands(line: int) -> tuple[int, ...]:
        operands = expression.operands[line]
        if expression.operations[line] is not WHERE:
            return operands
        condition = operands[0]
        return condition, operands[get_branch_slot(values[condition])]

    return {*expression.find_reachable_lines(get_taken_operands)}


class NodeContext:
    """A line of a graph, and what a sentence about it needs."""

    def __init__(self, graph: Graph, line: int, labels: Labels) -> None:
        expression = graph.expression
        self.graph, self.line, self.labels = graph, line, labels
        self.operation, self.operands = expression.operations[line], expression.operands[line]
        self.inputs = [graph.values[operand] for operand in self.operands]
        self.slots = [
            slot for slot, partial in enumerate(graph.partials[line]) if partial is not None
        ]
        self.span = expression.get_span(line)
        self.text = labels[line]

    @property
    def operand_values(self) -> str:
        return format_operand_values(
            [self.name_operand(slot) for slot in range(len(self.operands))], self.inputs
        )

    def name_operand(self, slot: int) -> str:
        """What stands for an operand in a sentence."""
        return self.labels.get_short_term(self.operands[slot]).text

    def format_partial_symbol(self, slot: int) -> str:
        above, below = (
            self.labels.get_short_term(self.line),
            self.labels.get_short_term(self.operands[slot]),
        )
        return f"∂{above.bracket_below(ATOM)}/∂{below.bracket_below(ATOM)}"

    def get_rule_inputs(self, slot: int) -> dict[str, Number]:
        return self.graph.arithmetic.bind_rule_variables(
            self.operation, slot, self.inputs, self.graph.values[self.line]
        )

    def find_slot(self, column: str) -> int | None:
        """The operand whose derivative one of the conditions in a column of the row is about, if it holds."""
        for condition, by in self.operation.parse_conditions(column):
            slot = self.slots[0] if by is None else by
            if slot in self.slots and self.graph.arithmetic.is_condition_met(
                self.operation, condition, self.get_rule_inputs(slot)
            ):
                return slot
        return None

    def get_local_partial(self, slot: int) -> Number:
        """The local partial by an operand."""
        return self.graph.partials[self.line][slot]

    def make_notice(
        self,
        kind: NoticeKind,
        message: str,
        slopes: OneSidedPartials | None = None,
        value: Number | None = None,
    ) -> Notice:
        return Notice(kind.name, message, self.text, self.span, slopes, value)


OneSidedPartials = tuple[float | None, float | None]


def find_convention_notices(node: NodeContext) -> Iterator[Notice]:
    """Kinks, jumps and poles, where the table says which value is used."""
    if (slot := node.find_slot(node.operation.kink)) is not None:
        slopes, used = (
            compute_one_sided_partials(node.operation, slot, node.inputs),
            node.get_local_partial(slot),
        )
        if slopes != (used, used):  # relu(x) - relu(-x) has kinks, but leaky_relu(x, 1) has none
            sides = " and ".join(
                "none" if slope is None else format_sentence_number(slope) for slope in slopes
            )
            message = f"{node.text} has a kink at {node.operand_values}: its slopes by {node.name_operand(slot)} are {sides}"
            yield node.make_notice(
                KINK, f"{message}; {format_sentence_number(used)} is used", slopes, used
            )
    elif node.find_slot(node.operation.pole) is not None:
        yield node.make_notice(POLE, f"{node.text} has no derivative at {node.operand_values}")
    elif (slot := node.find_slot(node.operation.jump)) is not None:
        slopes, used = (
            compute_one_sided_partials(node.operation, slot, node.inputs),
            node.get_local_partial(slot),
        )
        message = f"{node.text} jumps at {node.operand_values}: as its slope by {node.name_operand(slot)}, {format_sentence_number(used)} is used"
        yield node.make_notice(JUMP, message, slopes, used)


def find_switch_notices(node: NodeContext) -> Iterator[Notice]:
    """A `where` whose condition compares two equal values stands on the border between its branches."""
    values, labels = node.graph.values, node.labels
    condition, *branches = node.operands
    left, right = node.graph.expression.operands[condition]
    literals = node.graph.expression.literals
    moving = left != right and not (left in literals and right in literals)
    taken, other = branches if values[condition] else reversed(branches)
    constant = taken in literals and other in literals and values[taken] == values[other]
    if values[left] == values[right] and moving and not (constant or taken == other):
        joined = not isinstance(values[other], NoValue) and values[other] == values[taken]
        message = f"{node.text} switches where {labels[left]} = {labels[right]}"
        message += f": the slope of the branch taken is used, that of {labels[taken]}"
        yield node.make_notice(KINK if joined else JUMP, message)


def find_nonfinite_notices(node: NodeContext, received: list[Number]) -> Iterator[Notice]:
    """Partials, contributions and sums that are not finite although what they were made of is. `received` are the
    contributions to this line."""
    kind = node.graph.arithmetic
    adjoint: Number = node.graph.adjoints[node.line]
    for slot in node.slots:
        partial = node.get_local_partial(slot)
        if not kind.is_finite(partial):
            yield from find_partial_notices(node, slot, partial)
        contribution = adjoint * partial
        if contribution != contribution and adjoint == adjoint and partial == partial:
            message = f"the adjoint of {node.text} is {format_sentence_number(adjoint)} and {node.format_partial_symbol(slot)} is {format_sentence_number(partial)}"
            yield node.make_notice(INDETERMINATE, f"{message}: their product is undefined")
        if is_infinite(contribution, kind) and kind.is_finite(adjoint) and kind.is_finite(partial):
            message = f"the contribution {format_sentence_number(adjoint)} × {format_sentence_number(partial)} of {node.text} to {node.name_operand(slot)}"
            yield node.make_notice(OVERFLOW, f"{message} overflows")
    if (
        adjoint != adjoint
        and received
        and all(contribution == contribution for contribution in received)
    ):
        told = ", ".join(format_sentence_number(contribution) for contribution in received)
        yield node.make_notice(
            INDETERMINATE, f"the contributions to {node.text} are {told}: their sum is undefined"
        )


def is_infinite(number: Number, arithmetic: Arithmetic) -> bool:
    return number == number and not arithmetic.is_finite(number)


def find_partial_notices(node: NodeContext, slot: int, partial: Number) -> Iterator[Notice]:
    """A partial that is infinite or not a number: no derivative, an overflow, or a vertical tangent."""
    written = node.labels.format_partial(node.line, slot, node.graph.values)
    if partial != partial:
        if node.find_slot(node.operation.pole) is None:
            yield node.make_notice(
                UNDEFINED,
                f"{node.format_partial_symbol(slot)} = {written} has no real value at {node.operand_values}",
            )
    elif is_partial_overflow(node, slot):
        yield node.make_notice(
            OVERFLOW,
            f"{node.format_partial_symbol(slot)} = {written} overflows at {node.operand_values}",
        )
    else:
        sides = compute_one_sided_partials(node.operation, slot, node.inputs)
        left, right = (None if side is None else math.copysign(math.inf, side) for side in sides)
        message = f"{node.text} has a vertical tangent at {node.operand_values}: {format_sentence_number(partial)} is used as its slope"
        yield node.make_notice(
            VERTICAL_TANGENT, f"{message} by {node.name_operand(slot)}", (left, right), partial
        )


def is_partial_overflow(node: NodeContext, slot: int) -> bool:
    """Whether an infinite partial is only too large, and not the quotient by a zero."""
    try:
        node.graph.arithmetic.get_partial(node.operation, slot)(**node.get_rule_inputs(slot))
    except OverflowError:
        return True
    except (ArithmeticError, ValueError):
        return False
    return True


def compute_one_sided_partials(
    operation: Operation, slot: int, operands: list[Number]
) -> OneSidedPartials:
    """The partial just below and just above an operand, None where the operation has no value."""

    def compute_partial_towards(towards: float) -> float | None:
        beside = [*map(float, operands)]
        beside[slot] = math.nextafter(beside[slot], towards)
        try:
            value = FLOATS.get_function(operation)(*beside)
        except (ArithmeticError, ValueError):
            return None
        return float(
            FLOATS.compute_partial_limit(
                operation, slot, FLOATS.bind_rule_variables(operation, slot, beside, value)
            )
        )

    return compute_partial_towards(-math.inf), compute_partial_towards(math.inf)
