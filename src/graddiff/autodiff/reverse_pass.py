"""The reverse pass: values of the lines -> the partials of the edges, adjoints of the nodes.

An expression is a list of lines in the order of evaluation, and the operands of a line are earlier
lines. The adjoint of a line is the derivative of the output by that line; the chain rule hands it
down from a line to its operands:

    adjoint of the output = 1 (the seed)
    from the last line to the first, for each operand of the line:
        contribution = adjoint of the line × local partial by the operand
        adjoint of the operand += contribution

The sum is why a variable that is used twice gets both its contributions. The order is why an
adjoint is complete before it is handed down: every line that uses an operand stands behind it.

Source: Griewank & Walther, Evaluating Derivatives, section 3.2."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import Arithmetic, NoValue, Number
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import WHERE

Partials = tuple[Number | None, ...]  # one item per operand, None where no derivative flows


class Edge(NamedTuple):
    """Leads from an operand, `source`, to the line that uses it, `target`, as its operand number
    `slot`."""

    target: int
    slot: int
    source: int
    partial: Number
    contribution: Number


class Graph(NamedTuple):
    """The computational graph of an expression at a point; each list has one item per line.

    values: from the forward pass.
    adjoints: None where nothing flows, because the line leads to no requested variable, or only a
        branch that is not taken uses it.
    partials: one item per operand, None where there is no edge."""

    expression: Expression
    values: list[Number]
    adjoints: list[Number | None]
    partials: list[Partials]
    arithmetic: Arithmetic = FLOATS

    def edges(self) -> Iterator[Edge]:
        """Yields every edge along which a derivative flows, by target and slot."""
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
    """Differentiates the output by the requested lines, and by all lines on the way to them.

    `values` are those of the forward pass, in the same kind of number."""
    operands = expression.operands
    is_on_way = expression.find_dependent_lines(requested)
    adjoints: list[Number | None] = [None] * expression.size
    partials: list[Partials] = [()] * expression.size
    adjoints[expression.output] = arithmetic.read_literal("1")  # the seed
    for target in range(expression.output, -1, -1):
        adjoint, sources = adjoints[target], operands[target]
        if adjoint is None or not sources or isinstance(values[target], NoValue):
            continue  # nothing flows through this line
        local_partials = compute_local_partials(expression, target, values, is_on_way, arithmetic)
        partials[target] = local_partials
        for source, partial in zip(sources, local_partials):
            if partial is not None:
                contribution = adjoint * partial  # the chain rule
                earlier = adjoints[source]
                # An operand that is used several times gets the sum of its contributions.
                adjoints[source] = contribution if earlier is None else earlier + contribution
    return Graph(expression, values, adjoints, partials, arithmetic)


def compute_local_partials(
    expression: Expression,
    target: int,
    values: Sequence[Number],
    is_on_way: Sequence[int],
    arithmetic: Arithmetic,
) -> Partials:
    """Returns the derivative of a line by each of its operands that leads to a requested line.

    The other operands get None, and nothing is computed for them: at x = -2 the slope of x^3 by x
    is 12, though the one by the exponent, log(-2)*x^3, does not exist."""
    operation, value = expression.operations[target], values[target]
    inputs: list[Number] = []
    flows: list[int] = []  # 1 for each operand that leads to a requested line
    for source in expression.operands[target]:
        inputs.append(values[source])
        flows.append(is_on_way[source])
    try:
        if all(flows):  # the usual case: one function computes all partials of an operation
            partials: Partials = arithmetic.get_partials(operation)(*inputs, value)
            return partials
        if operation is WHERE:
            return select_branch_partials(inputs[0], flows, arithmetic)
        return compute_flowing_partials(operation, flows, inputs, value, arithmetic)
    except (ArithmeticError, ValueError):  # a rule has no value, such as 1/(2*f) for sqrt(0)
        return compute_flowing_limits(operation, flows, inputs, value, arithmetic)


def select_branch_partials(
    condition: Number, flows: Sequence[int], arithmetic: Arithmetic
) -> Partials:
    """Returns the partials of a `where`: 1 for the branch that is taken.

    The other branch has no edge: its partial is None, not 0, so that an infinite slope inside it
    does no harm. Nor has the condition, which only chooses."""
    partials = (None, *arithmetic.get_branch_partials(condition))
    return tuple([partial if flow else None for partial, flow in zip(partials, flows)])


def compute_flowing_partials(
    operation: Operation,
    flows: Sequence[int],
    operands: Sequence[Number],
    value: Number,
    arithmetic: Arithmetic,
) -> Partials:
    """Returns the partials of an operation by the operands that lead to a requested line."""
    partials: list[Number | None] = [None] * len(operands)
    for slot, flow in enumerate(flows):
        if flow:
            rule_values = arithmetic.bind_rule_variables(operation, slot, operands, value)
            partials[slot] = arithmetic.get_partial(operation, slot)(**rule_values)
    return tuple(partials)


def compute_flowing_limits(
    operation: Operation,
    flows: Sequence[int],
    operands: Sequence[Number],
    value: Number,
    arithmetic: Arithmetic,
) -> Partials:
    """Returns the same at a point where a rule has no value: an infinity, or not a number."""
    limits: list[Number | None] = [None] * len(operands)
    for slot, flow in enumerate(flows):
        if flow:
            rule_values = arithmetic.bind_rule_variables(operation, slot, operands, value)
            limits[slot] = arithmetic.compute_partial_limit(operation, slot, rule_values)
    return tuple(limits)
