"""Notices about a graph: where a derivative is a matter of convention, infinite, or undefined.

The reverse pass only computes. This module looks at the graph afterwards and asks of it:

* line by line, whether an operation stands at a kink, a jump or a pole (`convention_notices`);
* line by line, whether a `where` stands on the border of its branches (`convention_notices`);
* if a derivative is not finite, which partial, contribution or sum made it so
  (`nonfinite_notices`);
* if there are such notices, which slopes the output as a whole has (`convention_notices`).

Most graphs give no reason for a notice, so the modules that write them are imported only once there
is one: a single answer starts faster without them."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.autodiff.reverse_pass import Graph
from graddiff.errors import Notice
from graddiff.notation.labels import Labels
from graddiff.numbers.arithmetic import Number
from graddiff.numbers.floats import FLOATS
from graddiff.operations.table import WHERE, get_branch_slot


def find_notices(graph: Graph, requested: set[int]) -> list[Notice]:
    """Returns the notices about the derivatives of a graph, each once: those about conventions in
    the order of the lines, those about numbers that are not finite, and those about the output."""
    border_notices = find_border_notices(graph, requested)
    notices = [*border_notices.values()]
    if not are_derivatives_finite(graph, requested):
        notices += find_all_nonfinite_notices(graph)
    if notices and graph.arithmetic is FLOATS:  # slopes on two sides are computed in floats only
        from graddiff.autodiff.convention_notices import find_output_notices

        notices += find_output_notices(graph, requested, border_notices)
    return [*dict.fromkeys(notices)]


def find_border_notices(graph: Graph, requested: set[int]) -> dict[int, Notice]:
    """Returns the notices about conventions, by line."""
    expression, labels = graph.expression, Labels(graph.expression)
    candidates = {
        operation
        for operation in {*expression.operations}
        if operation.kink or operation.jump or operation.pole
    }
    switch_lines = find_switch_lines(graph, requested)
    if not candidates and not switch_lines:
        return {}  # the usual case, for which the lines need no second look

    from graddiff.autodiff.convention_notices import find_convention_notice, find_switch_notice
    from graddiff.autodiff.node_context import NodeContext

    notices: dict[int, Notice] = {}
    for line, operation in enumerate(expression.operations):
        notice = None
        if operation in candidates and has_edge(graph, line):
            notice = find_convention_notice(NodeContext(graph, line, labels))
        elif line in switch_lines:
            notice = find_switch_notice(NodeContext(graph, line, labels))
        if notice is not None:
            notices[line] = notice
    return notices


def find_switch_lines(graph: Graph, requested: set[int]) -> set[int]:
    """Returns each `where` that the output was computed from and through which a derivative by a
    requested line can pass."""
    expression = graph.expression
    if WHERE not in expression.operations:
        return set()
    dependent = expression.find_dependent_lines(requested)
    return {
        line
        for line in find_reached_lines(graph)
        if expression.operations[line] is WHERE
        and any(dependent[branch] for branch in expression.operands[line][1:])
    }


def has_edge(graph: Graph, line: int) -> bool:
    """Whether a derivative flows from a line to one of its operands."""
    return any(partial is not None for partial in graph.partials[line])


def are_derivatives_finite(graph: Graph, requested: set[int]) -> bool:
    """Whether the adjoint of every requested line is finite."""
    adjoints = [graph.adjoints[line] for line in requested]
    return all(adjoint is None or graph.arithmetic.is_finite(adjoint) for adjoint in adjoints)


def find_all_nonfinite_notices(graph: Graph) -> Iterator[Notice]:
    """Yields the notices about numbers that are not finite, line by line."""
    from graddiff.autodiff.node_context import NodeContext
    from graddiff.autodiff.nonfinite_notices import find_nonfinite_notices

    labels = Labels(graph.expression)
    # The contributions to each line, in the order of the sum.
    received: dict[int, list[Number]] = {}
    for edge in reversed([*graph.edges()]):
        received.setdefault(edge.source, []).append(edge.contribution)
    for line, adjoint in enumerate(graph.adjoints):
        if adjoint is not None:
            node = NodeContext(graph, line, labels)
            yield from find_nonfinite_notices(node, received.get(line, []))


def find_reached_lines(graph: Graph) -> set[int]:
    """Returns the lines that the output was computed from, without branches not taken."""
    expression, values = graph.expression, graph.values

    def get_taken_operands(line: int) -> tuple[int, ...]:
        operands = expression.operands[line]
        if expression.operations[line] is not WHERE:
            return operands
        condition = operands[0]
        return condition, operands[get_branch_slot(values[condition])]

    return {*expression.find_reachable_lines(get_taken_operands)}
