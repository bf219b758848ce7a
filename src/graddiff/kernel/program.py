"""One expression for many points: value and all partials as straight-line code in which nothing is computed twice.

Only line numbers, numbers and operations of the table reach the code that is generated; a user's name is never more
than the label of a column. A point at which something is not finite, or is a matter of convention, is not answered
here: it is for the single-point path, so that errors and notices are the same for one point as for a million."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.reverse_pass import Graph, run_reverse_pass
from graddiff.kernel.instructions import EQ, Instruction, InstructionList, SymbolicArithmetic
from graddiff.language.expression import Expression
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, NUMBER, WHERE

# Operations whose result is not finite whenever this operand is not: an infinity that passes through all of these is
# seen in the result. Through any other it could vanish, as in 1/inf.
INFINITY_PRESERVING = {(name, slot) for name in ("add", "sub", "mul") for slot in (0, 1)}
INFINITY_PRESERVING |= {
    ("div", 0),
    *((name, 0) for name in ("neg", "abs", "sqrt", "cbrt", "sin", "cos", "tan", "log", "log2")),
}
INFINITY_PRESERVING |= {
    (name, 0)
    for name in ("log10", "log1p", "sinh", "cosh", "asinh", "acosh", "asin", "acos", "atanh")
}

# Cheaper than the table's formulas, and not finite where they do not hold.
CHEAPER_FORMULAS = {"sech": "1/cosh(x)", "csch": "1/sinh(x)"}

SILENT_DOMAIN_ERRORS = {
    "clamp": "a > b"
}  # what breaks a domain without a result that is not finite


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
    convention_tests: tuple[int, ...]
    finiteness_checks: Mapping[int, Branch | None]


def compile_program(
    expression: Expression,
    fixed: Mapping[str, float],
    wrt: Collection[int | None],
    natives: Collection[str],
) -> Program:
    """Runs both passes on symbols. Variables that are not `fixed` are columns; `wrt` are lines of the expression, None
    for a derivative that is 0; `natives` are the operations that the program may use."""
    lines = InstructionList()
    kind = SymbolicArithmetic(lines, [*natives], CHEAPER_FORMULAS)
    at = {
        name: lines.add_number(fixed[name]) if name in fixed else lines.add_input(name)
        for name in expression.variables
    }
    values = run_forward_pass(expression, at, kind)
    requested = {line for line in wrt if line is not None}
    graph = run_reverse_pass(expression, values, requested, kind)
    found = [values[expression.output]]
    for line in wrt:
        adjoint = None if line is None else graph.adjoints[line]
        found.append(lines.add_number(0.0) if adjoint is None else adjoint)
    always = {values[line].line for line in find_unconditional_lines(expression)}
    return eliminate_dead_lines(
        lines,
        [symbol.line for symbol in found],
        [*find_convention_tests(graph, kind, requested)],
        always,
    )


def find_unconditional_lines(expression: Expression) -> list[int]:
    """The lines that stand in no branch of a `where`: a point at which one of them has no value has none at all."""

    def get_unconditional_operands(line: int) -> tuple[int, ...]:
        operands = expression.operands[line]
        return operands[:1] if expression.operations[line] is WHERE else operands

    reached = expression.find_reachable_lines(get_unconditional_operands)
    return [line for line in reached if expression.operations[line] not in COMPARISONS]


def find_convention_tests(
    graph: Graph, arithmetic: SymbolicArithmetic, requested: set[int]
) -> Iterator[int]:
    """The comparisons that hold where a derivative is a matter of convention, or a domain is left unseen."""
    leads = graph.expression.find_dependent_lines(requested)
    for line, operation in enumerate(graph.expression.operations):
        conditions = (
            find_switch_borders(graph, arithmetic, line, leads)
            if operation is WHERE
            else find_operation_conventions(graph, arithmetic, line)
        )
        for condition in conditions:
            if arithmetic.instructions.operations[condition.line] is WHERE:
                yield arithmetic.instructions.operands[condition.line][0]
            elif arithmetic.instructions.numbers.get(
                condition.line, True
            ):  # a comparison, or a number that is not 0
                yield condition.line


def find_switch_borders(
    graph: Graph, arithmetic: SymbolicArithmetic, line: int, leads: Sequence[int]
) -> Iterator[Instruction]:
    """Where the condition of a `where` compares equals, even one that itself stands in a condition: what it switches
    there may be another `where`. What is always equal is no border, unless it is so by what the variables are bound
    to."""
    condition, *branches = graph.expression.operands[line]
    sides = graph.expression.operands[condition]
    left, right = (graph.values[side] for side in sides)
    bound = left.line in arithmetic.instructions.numbers and not all(
        side in graph.expression.literals for side in sides
    )
    if (left != right or bound) and any(leads[branch] for branch in branches):
        yield arithmetic.instructions.add_operation(EQ, (left.line, right.line))


def find_operation_conventions(
    graph: Graph, arithmetic: SymbolicArithmetic, line: int
) -> Iterator[Instruction]:
    """Where a condition of the table holds for an operation through which a derivative flows."""
    operation, inputs = (
        graph.expression.operations[line],
        [graph.values[o] for o in graph.expression.operands[line]],
    )
    slots = [slot for slot, partial in enumerate(graph.partials[line]) if partial is not None]
    conditions = operation.conventions if slots else []
    if operation.name in SILENT_DOMAIN_ERRORS:
        conditions = [*conditions, (SILENT_DOMAIN_ERRORS[operation.name], None)]
    for condition, by in conditions:
        if by is None or by in slots:
            known = arithmetic.bind_rule_variables(operation, by or 0, inputs, graph.values[line])
            yield arithmetic.compile_formula(f"where({condition}, 1, 0)", operation.rule_variables)(
                **known
            )


def eliminate_dead_lines(
    instructions: InstructionList,
    outputs: Sequence[int],
    convention_tests: Sequence[int],
    unconditional: Collection[int],
) -> Program:
    """Leaves out the lines that nothing needs, and finds those that have to be checked; `always` are lines whose
    infinity is never without meaning."""
    needed = bytearray(len(instructions.operations))
    for line in (*outputs, *convention_tests, *unconditional):
        needed[line] = 1
    for line in range(len(needed) - 1, -1, -1):
        if needed[line]:
            for operand in instructions.operands[line]:
                needed[operand] = 1
    place: dict[int, int] = {}
    for line, wanted in enumerate(needed):
        if wanted:
            place[line] = len(place)
    operations = [instructions.operations[line] for line in place]
    operands = [
        tuple([place[operand] for operand in instructions.operands[line]]) for line in place
    ]
    kept = (
        tuple(dict.fromkeys(place[line] for line in outputs)),
        tuple(dict.fromkeys(place[line] for line in convention_tests)),
    )
    return Program(
        operations=operations,
        operands=operands,
        numbers={
            place[line]: value for line, value in instructions.numbers.items() if line in place
        },
        inputs={name: place[line] for line, name in instructions.inputs.items() if line in place},
        outputs=tuple(place[line] for line in outputs),
        convention_tests=kept[1],
        finiteness_checks=find_finiteness_checks(
            operations, operands, kept[0], {place[line] for line in unconditional}
        ),
    )


def find_finiteness_checks(
    operations: Sequence[Operation],
    operands: Sequence[tuple[int, ...]],
    outputs: Sequence[int],
    unconditional: Collection[int],
) -> dict[int, Branch | None]:
    """The lines whose infinity would not be seen in another line that is checked, and the branch they stand in."""
    suspects = {line for line in (*outputs, *unconditional) if operations[line] is not NUMBER}
    passed: dict[int, list[int]] = {}  # line -> the lines that are not finite if it is not
    branches: dict[int, set[Branch | None]] = {line: {None} for line in (*outputs, *unconditional)}
    for line in range(len(operations) - 1, -1, -1):
        own, operation = branches.get(line, {None}), operations[line]
        for slot, operand in enumerate(operands[line]):
            branch = {(operands[line][0], slot == 1)} if operation is WHERE and slot else own
            branches[operand] = branches.get(operand, set()) | branch
            if (operation.name, slot) in INFINITY_PRESERVING:
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


def compile_function(
    name: str, parameters: Sequence[str], body: Sequence[str], scope: dict[str, Any]
) -> Callable[..., Any]:
    """A Python function from lines of text that were generated here, with `scope` for what they call."""
    lines = "\n    ".join(body)
    scope |= {"inf": math.inf, "nan": math.nan}  # a number that is too large to be one
    exec(f"def {name}({', '.join(parameters)}):\n    {lines}", scope)
    function: Callable[..., Any] = scope[name]
    return function
