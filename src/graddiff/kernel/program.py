"""One expression for many points: value and partials as straight-line code, no line computed twice.

A program answers ordinary points only. Where a number is not finite, or a derivative is a matter of
convention, the point goes to the single-point path (`autodiff`), so that errors and notices are the
same for one point as for a million.

Only line numbers, numbers and operations of the table reach the code that is generated; a user's
name is never more than the label of a column."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.reverse_pass import Graph, run_reverse_pass
from graddiff.kernel.finiteness import Branch, find_finiteness_checks
from graddiff.kernel.instructions import EQ, Instruction, InstructionList, SymbolicArithmetic
from graddiff.kernel.simplification import SimplifyingInstructionList
from graddiff.language.expression import Expression
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, WHERE

# Formulas that cost less than those of the table, and are not finite where they do not hold.
CHEAPER_FORMULAS = {"sech": "1/cosh(x)", "csch": "1/sinh(x)"}

# Conditions outside the domain whose result is finite all the same, so that only a test shows them.
SILENT_DOMAIN_ERRORS = {"clamp": "a > b"}


class Program(NamedTuple):
    """The lines that a value and its partials need, in the order of evaluation.

    operations, operands: one item per line; operands are earlier lines.
    numbers: the value of each line that is a constant.
    inputs: the line of each column, by the column's name.
    outputs: the line of the value, then those of the partials in the order of `wrt`.
    convention_tests: comparisons; where one of them holds, the point is for the single-point path.
    finiteness_checks: lines; where one of them is not finite, the point is for the single-point
        path too, if the branch that stands beside the line is taken (None: at every point)."""

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
    """Writes the program of an expression by running both passes on instructions.

    The variables in `fixed` become constants, all others columns. `wrt` are lines of the
    expression, None for a derivative that is 0. `natives` are the names of the operations that the
    program may use; every other operation is written out by its formula."""
    instructions = SimplifyingInstructionList()
    arithmetic = SymbolicArithmetic(instructions, [*natives], CHEAPER_FORMULAS)
    at = {
        name: instructions.add_number(fixed[name])
        if name in fixed
        else instructions.add_input(name)
        for name in expression.variables
    }
    values = run_forward_pass(expression, at, arithmetic)
    requested = {line for line in wrt if line is not None}
    graph = run_reverse_pass(expression, values, requested, arithmetic)
    outputs = [values[expression.output].line]
    for line in wrt:
        adjoint = None if line is None else graph.adjoints[line]
        outputs.append((instructions.add_number(0.0) if adjoint is None else adjoint).line)
    return eliminate_dead_lines(
        instructions,
        outputs,
        [*find_convention_tests(graph, arithmetic, requested)],
        {values[line].line for line in find_unconditional_lines(expression)},
    )


def find_unconditional_lines(expression: Expression) -> list[int]:
    """Returns the lines that stand in no branch of a `where`, comparisons left out: where one of
    them has no value, the expression has none."""

    def get_unconditional_operands(line: int) -> tuple[int, ...]:
        operands = expression.operands[line]
        return operands[:1] if expression.operations[line] is WHERE else operands

    reached = expression.find_reachable_lines(get_unconditional_operands)
    return [line for line in reached if expression.operations[line] not in COMPARISONS]


def find_convention_tests(
    graph: Graph, arithmetic: SymbolicArithmetic, requested: set[int]
) -> Iterator[int]:
    """Yields the comparisons that hold where a derivative is a matter of convention, or where a
    domain is left without a trace."""
    instructions = arithmetic.instructions
    dependent = graph.expression.find_dependent_lines(requested)
    for line, operation in enumerate(graph.expression.operations):
        if operation is WHERE:
            conditions = find_switch_borders(graph, arithmetic, line, dependent)
        else:
            conditions = find_operation_conventions(graph, arithmetic, line)
        for condition in conditions:
            if instructions.operations[condition.line] is WHERE:
                # `where(x == 0, 1, 0)`: its condition is the comparison
                yield instructions.operands[condition.line][0]
            elif instructions.numbers.get(condition.line, True):
                # a comparison, or a constant that says that the test always holds
                yield condition.line


def find_switch_borders(
    graph: Graph, arithmetic: SymbolicArithmetic, line: int, dependent: Sequence[int]
) -> Iterator[Instruction]:
    """Yields the test whether a `where` stands on the border between its branches: both sides of
    its condition are equal.

    This holds for a `where` inside a condition as well, since it may switch another one. Two sides
    that are always equal make no border, unless only the fixed variables make them so."""
    condition, *branches = graph.expression.operands[line]
    sides = graph.expression.operands[condition]
    left, right = (graph.values[side] for side in sides)
    is_literal = all(side in graph.expression.literals for side in sides)
    is_fixed = left.line in arithmetic.instructions.numbers and not is_literal
    can_switch = left != right or is_fixed
    if can_switch and any(dependent[branch] for branch in branches):
        yield arithmetic.instructions.add_operation(EQ, (left.line, right.line))


def find_operation_conventions(
    graph: Graph, arithmetic: SymbolicArithmetic, line: int
) -> Iterator[Instruction]:
    """Yields a test, 1 or 0, for each condition of the table under which a derivative that passes
    through the operation is a matter of convention, or its domain is left without a trace."""
    operation = graph.expression.operations[line]
    inputs = [graph.values[operand] for operand in graph.expression.operands[line]]
    slots = [slot for slot, partial in enumerate(graph.partials[line]) if partial is not None]
    conditions = [*operation.conventions] if slots else []
    if operation.name in SILENT_DOMAIN_ERRORS:
        conditions.append((SILENT_DOMAIN_ERRORS[operation.name], None))
    for condition, conventional_slot in conditions:
        if conventional_slot is not None and conventional_slot not in slots:
            continue  # about the derivative by another operand
        rule_values = arithmetic.bind_rule_variables(
            operation, conventional_slot or 0, inputs, graph.values[line]
        )
        test = f"where({condition}, 1, 0)"
        yield arithmetic.compile_formula(test, operation.rule_variables)(**rule_values)


def eliminate_dead_lines(
    instructions: InstructionList,
    outputs: Sequence[int],
    convention_tests: Sequence[int],
    unconditional: Collection[int],
) -> Program:
    """Makes a program of the lines that are needed, numbered anew, and chooses which of them to
    check. `unconditional` are lines that have to be finite though no output may need them."""
    needed_lines = find_needed_lines(instructions, [*outputs, *convention_tests, *unconditional])
    new_lines = {line: new_line for new_line, line in enumerate(needed_lines)}
    operations = [instructions.operations[line] for line in needed_lines]
    operands = [
        tuple([new_lines[operand] for operand in instructions.operands[line]])
        for line in needed_lines
    ]
    numbers = {
        new_lines[line]: value for line, value in instructions.numbers.items() if line in new_lines
    }
    inputs = {
        name: new_lines[line] for line, name in instructions.inputs.items() if line in new_lines
    }
    roots = [new_lines[line] for line in (*outputs, *unconditional)]
    return Program(
        operations=operations,
        operands=operands,
        numbers=numbers,
        inputs=inputs,
        outputs=tuple(new_lines[line] for line in outputs),
        convention_tests=tuple(dict.fromkeys(new_lines[line] for line in convention_tests)),
        finiteness_checks=find_finiteness_checks(operations, operands, roots),
    )


def find_needed_lines(instructions: InstructionList, roots: Iterable[int]) -> list[int]:
    """Returns the roots and every line that one of them is computed from, in order."""
    needed = bytearray(len(instructions.operations))
    for line in roots:
        needed[line] = 1
    # Backwards: a line is marked by what uses it, which stands behind it.
    for line in range(len(needed) - 1, -1, -1):
        if needed[line]:
            for operand in instructions.operands[line]:
                needed[operand] = 1
    return [line for line, is_needed in enumerate(needed) if is_needed]


def compile_function(
    name: str, parameters: Sequence[str], body: Sequence[str], scope: Mapping[str, object]
) -> Callable[..., Any]:
    """Compiles lines of text that were generated here to a Python function; `scope` holds what the
    lines call."""
    text = "\n    ".join(body)
    # repr writes a number too large for a float as inf, so the code has to know this name.
    namespace: dict[str, Any] = {**scope, "inf": math.inf, "nan": math.nan}
    exec(f"def {name}({', '.join(parameters)}):\n    {text}", namespace)
    function: Callable[..., Any] = namespace[name]
    return function
