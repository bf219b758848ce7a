"""One expression for many points: value and all partials as straight-line code in which nothing is computed twice.

Only line numbers, numbers and operations of the table reach the code that is generated; a user's name is never more
than the label of a column. A point at which something is not finite, or is a matter of convention, is not answered
here: it is for the single-point path, so that errors and notices are the same for one point as for a million."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from graddiff.autodiff.forward_pass import evaluate
from graddiff.autodiff.reverse_pass import Graph, differentiate_backwards
from graddiff.kernel.instructions import EQ, Lines, Symbol, Symbols
from graddiff.language.expression import Expression
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, NUMBER, WHERE

# Operations whose result is not finite whenever this operand is not: an infinity that passes through all of these is
# seen in the result. Through any other it could vanish, as in 1/inf.
PASSING = {(name, slot) for name in ("add", "sub", "mul") for slot in (0, 1)}
PASSING |= {
    ("div", 0),
    *((name, 0) for name in ("neg", "abs", "sqrt", "cbrt", "sin", "cos", "tan", "log", "log2")),
}
PASSING |= {
    (name, 0)
    for name in ("log10", "log1p", "sinh", "cosh", "asinh", "acosh", "asin", "acos", "atanh")
}

# Cheaper than the table's formulas, and not finite where they do not hold.
CHEAPER = {"sech": "1/cosh(x)", "csch": "1/sinh(x)"}

UNSEEN = {"clamp": "a > b"}  # what breaks a domain without a result that is not finite


Branch = tuple[int, bool]


class Program(NamedTuple):
    """The lines that a value and its partials need, in the order of evaluation.

    `inputs` are lines by the name of their column; `outputs` the value, then the partials in the order asked for;
    `awkward` are comparisons: a point where one of them holds is for the single-point path, and so is one where a
    line of `checked` is not finite, if it stands in a branch, which is a condition and its side, that is taken."""

    operations: list[Operation]
    operands: list[tuple[int, ...]]
    numbers: Mapping[int, float | bool]
    inputs: Mapping[str, int]
    outputs: tuple[int, ...]
    awkward: tuple[int, ...]
    checked: Mapping[int, Branch | None]


def program(
    expression: Expression,
    fixed: Mapping[str, float],
    wrt: Collection[int | None],
    natives: Collection[str],
) -> Program:
    """Runs both passes on symbols. Variables that are not `fixed` are columns; `wrt` are lines of the expression, None
    for a derivative that is 0; `natives` are the operations that the program may use."""
    lines = Lines()
    kind = Symbols(lines, [*natives], CHEAPER)
    at = {
        name: lines.number(fixed[name]) if name in fixed else lines.input(name)
        for name in expression.variables
    }
    values = evaluate(expression, at, kind)
    requested = {line for line in wrt if line is not None}
    graph = differentiate_backwards(expression, values, requested, kind)
    found = [values[expression.output]]
    for line in wrt:
        adjoint = None if line is None else graph.adjoints[line]
        found.append(lines.number(0.0) if adjoint is None else adjoint)
    always = {values[line].line for line in taken_always(expression)}
    return living(
        lines, [symbol.line for symbol in found], [*awkward(graph, kind, requested)], always
    )


def taken_always(expression: Expression) -> list[int]:
    """The lines that stand in no branch of a `where`: a point at which one of them has no value has none at all."""
    reached = bytearray(expression.size)
    reached[expression.output] = 1
    for line in range(expression.output, -1, -1):
        if reached[line]:
            operands = expression.operands[line]
            for operand in operands[:1] if expression.operations[line] is WHERE else operands:
                reached[operand] = 1
    return [
        line
        for line, found in enumerate(reached)
        if found and expression.operations[line] not in COMPARISONS
    ]


def awkward(graph: Graph, kind: Symbols, requested: set[int]) -> Iterator[int]:
    """The comparisons that hold where a derivative is a matter of convention, or a domain is left unseen."""
    leads = graph.expression.depends(requested)
    for line, operation in enumerate(graph.expression.operations):
        conditions = (
            borders(graph, kind, line, leads) if operation is WHERE else agreed(graph, kind, line)
        )
        for condition in conditions:
            if kind.lines.operations[condition.line] is WHERE:
                yield kind.lines.operands[condition.line][0]
            elif kind.lines.numbers.get(
                condition.line, True
            ):  # a comparison, or a number that is not 0
                yield condition.line


def borders(graph: Graph, kind: Symbols, line: int, leads: Sequence[int]) -> Iterator[Symbol]:
    """Where the condition of a `where` compares equals, even one that itself stands in a condition: what it switches
    there may be another `where`. What is always equal is no border, unless it is so by what the variables are bound
    to."""
    condition, *branches = graph.expression.operands[line]
    sides = graph.expression.operands[condition]
    left, right = (graph.values[side] for side in sides)
    bound = left.line in kind.lines.numbers and not all(
        side in graph.expression.literals for side in sides
    )
    if (left != right or bound) and any(leads[branch] for branch in branches):
        yield kind.lines.write(EQ, (left.line, right.line))


def agreed(graph: Graph, kind: Symbols, line: int) -> Iterator[Symbol]:
    """Where a condition of the table holds for an operation through which a derivative flows."""
    operation, inputs = (
        graph.expression.operations[line],
        [graph.values[o] for o in graph.expression.operands[line]],
    )
    slots = [slot for slot, partial in enumerate(graph.partials[line]) if partial is not None]
    conditions = operation.conventions if slots else []
    if operation.name in UNSEEN:
        conditions = [*conditions, (UNSEEN[operation.name], None)]
    for condition, by in conditions:
        if by is None or by in slots:
            known = kind.known(operation, by or 0, inputs, graph.values[line])
            yield kind.compile(f"where({condition}, 1, 0)", operation.known)(**known)


def living(
    lines: Lines, outputs: Sequence[int], awkward: Sequence[int], always: Collection[int]
) -> Program:
    """Leaves out the lines that nothing needs, and finds those that have to be checked; `always` are lines whose
    infinity is never without meaning."""
    needed = bytearray(len(lines.operations))
    for line in (*outputs, *awkward, *always):
        needed[line] = 1
    for line in range(len(needed) - 1, -1, -1):
        if needed[line]:
            for operand in lines.operands[line]:
                needed[operand] = 1
    place: dict[int, int] = {}
    for line, wanted in enumerate(needed):
        if wanted:
            place[line] = len(place)
    operations = [lines.operations[line] for line in place]
    operands = [tuple([place[operand] for operand in lines.operands[line]]) for line in place]
    kept = (
        tuple(dict.fromkeys(place[line] for line in outputs)),
        tuple(dict.fromkeys(place[line] for line in awkward)),
    )
    return Program(
        operations=operations,
        operands=operands,
        numbers={place[line]: value for line, value in lines.numbers.items() if line in place},
        inputs={name: place[line] for line, name in lines.inputs.items() if line in place},
        outputs=tuple(place[line] for line in outputs),
        awkward=kept[1],
        checked=checked(operations, operands, kept[0], {place[line] for line in always}),
    )


def checked(
    operations: Sequence[Operation],
    operands: Sequence[tuple[int, ...]],
    outputs: Sequence[int],
    always: Collection[int],
) -> dict[int, Branch | None]:
    """The lines whose infinity would not be seen in another line that is checked, and the branch they stand in."""
    suspects = {line for line in (*outputs, *always) if operations[line] is not NUMBER}
    passed: dict[int, list[int]] = {}  # line -> the lines that are not finite if it is not
    branches: dict[int, set[Branch | None]] = {line: {None} for line in (*outputs, *always)}
    for line in range(len(operations) - 1, -1, -1):
        own, operation = branches.get(line, {None}), operations[line]
        for slot, operand in enumerate(operands[line]):
            branch = {(operands[line][0], slot == 1)} if operation is WHERE and slot else own
            branches[operand] = branches.get(operand, set()) | branch
            if (operation.name, slot) in PASSING:
                passed.setdefault(operand, []).append(line)
            if (
                operations[operand] is not NUMBER
                and operations[operand] not in COMPARISONS
                and operation is not WHERE
            ):
                suspects.add(operand)
    seen = {  # through a line that is there wherever they are
        operand
        for operand, lines in passed.items()
        for line in lines
        if branches[line] in ({None}, branches[operand])
    }
    found = {line: branches[line] for line in sorted(suspects - seen)}
    only = {line: within.pop() if len(within) == 1 else None for line, within in found.items()}
    return {line: branch if branch and branch[0] < line else None for line, branch in only.items()}


def function(
    name: str, parameters: Sequence[str], body: Sequence[str], scope: dict[str, Any]
) -> Callable[..., Any]:
    """A Python function from lines of text that were generated here, with `scope` for what they call."""
    lines = "\n    ".join(body)
    scope |= {"inf": math.inf, "nan": math.nan}  # a number that is too large to be one
    exec(f"def {name}({', '.join(parameters)}):\n    {lines}", scope)
    function: Callable[..., Any] = scope[name]
    return function
