"""What is said about a graph where a derivative is a matter of convention, is infinite, or does not exist.

The reverse pass computes; this module looks at the finished graph and leaves nothing of the kind unsaid."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from graddiff.autodiff.domain_errors import here_are
from graddiff.autodiff.one_sided import both_sides
from graddiff.autodiff.reverse_pass import Graph
from graddiff.errors import Notice
from graddiff.notation.labels import Labels
from graddiff.notation.numerals import shown
from graddiff.notation.style import ATOM
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.kind import Kind, NoValue, Number
from graddiff.operations.row import Operation
from graddiff.operations.table import WHERE, taken

VARIABLES = 20  # whose slopes on both sides are looked at


def notices(graph: Graph, requested: set[int]) -> list[Notice]:
    """Everything worth saying about the derivatives of a graph, in the order of its lines."""
    expression, labels = graph.expression, Labels(graph.expression)
    awkward = {o for o in {*expression.operations} if o.kink or o.jump or o.pole}
    switches = [line for line, operation in enumerate(expression.operations) if operation is WHERE]
    reached = reach(graph) if switches else set()
    leads = expression.depends(requested) if switches else bytearray()
    told: dict[int, list[Notice]] = {}
    if awkward or switches:
        for line, operation in enumerate(expression.operations):
            if operation in awkward and any(
                partial is not None for partial in graph.partials[line]
            ):
                told[line] = [*agreed(Spot(graph, line, labels))]
            elif (
                operation is WHERE
                and line in reached
                and any(leads[o] for o in expression.operands[line][1:])
            ):
                told[line] = [*switch(Spot(graph, line, labels))]
    found = [notice for notices in told.values() for notice in notices]
    found_adjoints = [graph.adjoints[line] for line in requested]
    if not all(adjoint is None or graph.kind.finite(adjoint) for adjoint in found_adjoints):
        received: dict[int, list[Number]] = {}
        for edge in reversed([*graph.edges()]):
            received.setdefault(edge.source, []).append(edge.contribution)
        for line in range(expression.size):
            if graph.adjoints[line] is not None:
                found += missing(Spot(graph, line, labels), received.get(line, []))
    if found and graph.kind is FLOATS:
        found += whole(graph, requested, told)
    return [*dict.fromkeys(found)]


def whole(graph: Graph, requested: set[int], told: Mapping[int, list[Notice]]) -> Iterator[Notice]:
    """What the kinks come to: the slopes of the whole expression, where that is more than what is told of one node."""
    border = [
        line
        for line, notices in told.items()
        if any(notice.kind in ("kink", "jump") for notice in notices)
    ]
    expression = graph.expression
    text, span = expression.text, expression.span(expression.output)
    for name, line in [*expression.variables.items()][:VARIABLES]:
        if line not in requested:
            continue
        sides = both_sides(expression, graph.values, line)
        if all(sides[node][0] == sides[node][1] for node in border):
            continue  # the kinks are about other variables
        adjoint = 0.0 if graph.adjoints[line] is None else graph.adjoints[line]
        left, right = slopes = sides[expression.output]
        here, f = f"{name} = {shown(graph.values[line])}", expression.output_name
        if (
            left is not None
            and right is not None
            and abs(left - right) <= 1e-9 * max(1.0, abs(left))
        ):
            message = f"{f} itself is smooth in {name} at {here}: its slope is {shown(right)} from both sides"
            if adjoint != right:
                message += (
                    f"; the reverse pass, which takes each kink by itself, gives {shown(adjoint)}"
                )
            yield Notice("smooth", message, text, span, slopes, adjoint)
        elif None not in slopes and not any(
            notice.slopes == slopes for told_of in told.values() for notice in told_of
        ):
            message = (
                f"{f} itself has the slopes {' and '.join(map(shown, slopes))} by {name} at {here}"
            )
            message += f"; {shown(adjoint)} is used"
            yield Notice("kink", message, text, span, slopes, adjoint)


def reach(graph: Graph) -> set[int]:
    """The lines that the output was computed from: untaken branches are not among them."""
    expression, values = graph.expression, graph.values
    reached = {expression.output}
    for line in range(expression.output, -1, -1):
        if line in reached:
            operands = expression.operands[line]
            if expression.operations[line] is WHERE:
                operands = (operands[0], operands[taken(values[operands[0]])])
            reached.update(operands)
    return reached


class Spot:
    """A line of a graph, and what a sentence about it needs."""

    def __init__(self, graph: Graph, line: int, labels: Labels) -> None:
        expression = graph.expression
        self.graph, self.line, self.labels = graph, line, labels
        self.operation, self.operands = expression.operations[line], expression.operands[line]
        self.inputs = [graph.values[operand] for operand in self.operands]
        self.slots = [
            slot for slot, partial in enumerate(graph.partials[line]) if partial is not None
        ]
        self.span = expression.span(line)
        self.text = labels[line]

    @property
    def here(self) -> str:
        return here_are([self.name(slot) for slot in range(len(self.operands))], self.inputs)

    def name(self, slot: int) -> str:
        """What stands for an operand in a sentence."""
        return self.labels.short(self.operands[slot]).text

    def edge(self, slot: int) -> str:
        above, below = self.labels.short(self.line), self.labels.short(self.operands[slot])
        return f"∂{above.within(ATOM)}/∂{below.within(ATOM)}"

    def at(self, slot: int) -> dict[str, Number]:
        return self.graph.kind.known(
            self.operation, slot, self.inputs, self.graph.values[self.line]
        )

    def slot_where(self, column: str) -> int | None:
        """The operand whose derivative one of the conditions in a column of the row is about, if it holds."""
        for condition, by in self.operation.conditions(column):
            slot = self.slots[0] if by is None else by
            if slot in self.slots and self.graph.kind.holds(
                self.operation, condition, self.at(slot)
            ):
                return slot
        return None

    def used(self, slot: int) -> Number:
        """The local partial by an operand."""
        return self.graph.partials[self.line][slot]

    def notice(
        self, kind: str, message: str, slopes: Slopes | None = None, used: Number | None = None
    ) -> Notice:
        return Notice(kind, message, self.text, self.span, slopes, used)


Slopes = tuple[float | None, float | None]


def agreed(spot: Spot) -> Iterator[Notice]:
    """Kinks, jumps and poles, where the table says which value is used."""
    if (slot := spot.slot_where(spot.operation.kink)) is not None:
        slopes, used = one_sided_slopes(spot.operation, slot, spot.inputs), spot.used(slot)
        if slopes != (used, used):  # relu(x) - relu(-x) has kinks, but leaky_relu(x, 1) has none
            sides = " and ".join("none" if slope is None else shown(slope) for slope in slopes)
            message = f"{spot.text} has a kink at {spot.here}: its slopes by {spot.name(slot)} are {sides}"
            yield spot.notice("kink", f"{message}; {shown(used)} is used", slopes, used)
    elif spot.slot_where(spot.operation.pole) is not None:
        yield spot.notice("pole", f"{spot.text} has no derivative at {spot.here}")
    elif (slot := spot.slot_where(spot.operation.jump)) is not None:
        slopes, used = one_sided_slopes(spot.operation, slot, spot.inputs), spot.used(slot)
        message = f"{spot.text} jumps at {spot.here}: as its slope by {spot.name(slot)}, {shown(used)} is used"
        yield spot.notice("jump", message, slopes, used)


def switch(spot: Spot) -> Iterator[Notice]:
    """A `where` whose condition compares two equal values stands on the border between its branches."""
    values, labels = spot.graph.values, spot.labels
    condition, *branches = spot.operands
    left, right = spot.graph.expression.operands[condition]
    literals = spot.graph.expression.literals
    moving = left != right and not (left in literals and right in literals)
    taken, other = branches if values[condition] else reversed(branches)
    constant = taken in literals and other in literals and values[taken] == values[other]
    if values[left] == values[right] and moving and not (constant or taken == other):
        joined = not isinstance(values[other], NoValue) and values[other] == values[taken]
        message = f"{spot.text} switches where {labels[left]} = {labels[right]}"
        message += f": the slope of the branch taken is used, that of {labels[taken]}"
        yield spot.notice("kink" if joined else "jump", message)


def missing(spot: Spot, received: list[Number]) -> Iterator[Notice]:
    """Partials, contributions and sums that are not finite although what they were made of is. `received` are the
    contributions to this line."""
    kind = spot.graph.kind
    adjoint: Number = spot.graph.adjoints[spot.line]
    for slot in spot.slots:
        partial = spot.used(slot)
        if not kind.finite(partial):
            yield from missing_partial(spot, slot, partial)
        contribution = adjoint * partial
        if contribution != contribution and adjoint == adjoint and partial == partial:
            message = f"the adjoint of {spot.text} is {shown(adjoint)} and {spot.edge(slot)} is {shown(partial)}"
            yield spot.notice("indeterminate", f"{message}: their product is undefined")
        if is_infinite(contribution, kind) and kind.finite(adjoint) and kind.finite(partial):
            message = f"the contribution {shown(adjoint)} × {shown(partial)} of {spot.text} to {spot.name(slot)}"
            yield spot.notice("overflow", f"{message} overflows")
    if (
        adjoint != adjoint
        and received
        and all(contribution == contribution for contribution in received)
    ):
        told = ", ".join(shown(contribution) for contribution in received)
        yield spot.notice(
            "indeterminate", f"the contributions to {spot.text} are {told}: their sum is undefined"
        )


def is_infinite(number: Number, kind: Kind) -> bool:
    return number == number and not kind.finite(number)


def missing_partial(spot: Spot, slot: int, partial: Number) -> Iterator[Notice]:
    """A partial that is infinite or not a number: no derivative, an overflow, or a vertical tangent."""
    written = spot.labels.partial(spot.line, slot, spot.graph.values)
    if partial != partial:
        if spot.slot_where(spot.operation.pole) is None:
            yield spot.notice(
                "undefined", f"{spot.edge(slot)} = {written} has no real value at {spot.here}"
            )
    elif overflows(spot, slot):
        yield spot.notice("overflow", f"{spot.edge(slot)} = {written} overflows at {spot.here}")
    else:
        sides = one_sided_slopes(spot.operation, slot, spot.inputs)
        left, right = (None if side is None else math.copysign(math.inf, side) for side in sides)
        message = f"{spot.text} has a vertical tangent at {spot.here}: {shown(partial)} is used as its slope"
        yield spot.notice(
            "vertical tangent", f"{message} by {spot.name(slot)}", (left, right), partial
        )


def overflows(spot: Spot, slot: int) -> bool:
    """Whether an infinite partial is only too large, and not the quotient by a zero."""
    try:
        spot.graph.kind.partial(spot.operation, slot)(**spot.at(slot))
    except OverflowError:
        return True
    except (ArithmeticError, ValueError):
        return False
    return True


def one_sided_slopes(operation: Operation, slot: int, operands: list[Number]) -> Slopes:
    """The partial just below and just above an operand, None where the operation has no value."""

    def slope(towards: float) -> float | None:
        beside = [*map(float, operands)]
        beside[slot] = math.nextafter(beside[slot], towards)
        try:
            value = FLOATS.function(operation)(*beside)
        except (ArithmeticError, ValueError):
            return None
        return float(
            FLOATS.partial_limit(operation, slot, FLOATS.known(operation, slot, beside, value))
        )

    return slope(-math.inf), slope(math.inf)
