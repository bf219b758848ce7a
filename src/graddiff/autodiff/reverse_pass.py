"""The reverse-mode pass: values -> the local partial of every edge and the adjoint of every node.

    adjoint of the output = 1 (the seed)
    from the last line to the first, for each operand of the line:
        contribution = adjoint of the line × local partial of the edge
        adjoint of the operand += contribution

The sum is why a variable that is used twice gets both its contributions, and the order is why an adjoint is complete
before it is passed on: whatever uses a line stands behind it.

Source: Griewank & Walther, Evaluating Derivatives, section 3.2."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import Arithmetic, NoValue, Number
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import WHERE


class Edge(NamedTuple):
    """From an operand (`source`) to the line that uses it (`target`), as that line's operand number `slot`."""

    target: int
    slot: int
    source: int
    partial: Number
    contribution: Number


class Graph(NamedTuple):
    """The computational graph of an expression at a point.

    `values`, `adjoints` and `partials` have one item a line. An adjoint is None where nothing flows: the line leads to
    no requested variable, or only an untaken branch uses it. `partials` hold one item an operand, None for no edge."""

    expression: Expression
    values: list[Number]
    adjoints: list[Number | None]
    partials: list[tuple[Number | None, ...]]
    arithmetic: Arithmetic = FLOATS

    def edges(self) -> Iterator[Edge]:
        """Every edge along which a derivative flows, by target and slot."""
        for target, partials in enumerate(self.partials):
            for slot, partial in enumerate(partials):
                if partial is not None:
                    source = self.expression.operands[target][slot]
                    yield Edge(target, slot, source, partial, self.adjoints[target] * partial)


def run_reverse_pass(
    expression: Expression,
    values: list[Number],
    requested: set[int],
    arithmetic: Arithmetic = FLOATS,
) -> Graph:
    """Runs the pass along the edges that lead to the requested lines. `values` are those of the forward pass."""
    through = expression.find_dependent_lines(requested)
    operations, operands = expression.operations, expression.operands
    adjoints: list[Number | None] = [None] * expression.size
    partials: list[tuple[Number | None, ...]] = [()] * expression.size
    adjoints[expression.output] = arithmetic.read_literal("1")
    for target in range(expression.output, -1, -1):
        adjoint, sources = adjoints[target], operands[target]
        if adjoint is None or not sources or isinstance(values[target], NoValue):
            continue
        inputs = [values[source] for source in sources]
        flows = [through[source] for source in sources]
        try:
            if all(flows):
                found = arithmetic.get_partials(operations[target])(*inputs, values[target])
            else:
                found = compute_local_partials(
                    operations[target], flows, inputs, values[target], arithmetic
                )
        except (ArithmeticError, ValueError):
            found = compute_local_limits(
                operations[target], flows, inputs, values[target], arithmetic
            )
        partials[target] = found
        for source, partial in zip(sources, found):
            if partial is not None:
                before = adjoints[source]
                adjoints[source] = (
                    adjoint * partial if before is None else before + adjoint * partial
                )
    return Graph(expression, values, adjoints, partials, arithmetic)


def compute_local_partials(
    operation: Operation,
    flows: list[int],
    operands: list[Number],
    value: Number,
    arithmetic: Arithmetic,
) -> tuple[Number | None, ...]:
    """The partial by each operand that leads to a requested variable, None for the others. An untaken branch of a
    `where` is no edge at all: not a zero, nothing."""
    if operation is WHERE:
        return tuple(
            p if flow else None
            for p, flow in zip((None, *arithmetic.get_branch_partials(operands[0])), flows)
        )
    return tuple(
        arithmetic.get_partial(operation, slot)(
            **arithmetic.bind_rule_variables(operation, slot, operands, value)
        )
        if flow
        else None
        for slot, flow in enumerate(flows)
    )


def compute_local_limits(
    operation: Operation,
    flows: list[int],
    operands: list[Number],
    value: Number,
    arithmetic: Arithmetic,
) -> tuple[Number | None, ...]:
    """The same at a point where a formula has no value: the kind's infinity, or not a number."""
    return tuple(
        arithmetic.compute_partial_limit(
            operation, slot, arithmetic.bind_rule_variables(operation, slot, operands, value)
        )
        if flow
        else None
        for slot, flow in enumerate(flows)
    )
