"""Python text that computes a program over a block of NumPy rows.

Three steps, each on its own:

1. `RegisterAllocator` decides in which array each line is stored (`registers`);
2. `write_quick_code` computes the lines and returns whether the whole block is answered;
3. `write_careful_code` computes the same lines and says of each row whether it is answered.

A block is run quickly first; only a block with a doubtful row is run carefully as well.

Names in the text: v7 is the input of line 7, o0 the first output, t[2] a register of floats, b[1]
a register of truth values, ok the rows that are answered."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graddiff.kernel.program import Program
from graddiff.kernel.registers import RegisterAllocator, RegisterPlan
from graddiff.operations.row import Operation
from graddiff.operations.table import WHERE


class BlockCode(NamedTuple):
    """The bodies of the two functions over a block, and the numbers of registers they need."""

    quick: list[str]
    careful: list[str]
    float_count: int
    bool_count: int


def write_block_code(program: Program) -> BlockCode:
    """Writes both functions of a program over the same registers."""
    plan = RegisterAllocator(program).allocate_lines()
    return BlockCode(
        quick=write_quick_code(program, plan),
        careful=write_careful_code(program, plan),
        float_count=plan.float_count,
        bool_count=plan.bool_count,
    )


def write_quick_code(program: Program, plan: RegisterPlan) -> list[str]:
    """Writes the body of a function that returns whether all rows of a block are answered."""
    return [*QuickWriter(program, plan).write_lines()]


class QuickWriter:
    """Writes the quick function; it checks two columns at a time by one sum of products.

    Such a sum is not finite if one of the factors is not finite. It reads each column once and
    stores nothing, which is faster than a test of every value. A sum that overflows costs only
    time: the block is run carefully."""

    def __init__(self, program: Program, plan: RegisterPlan) -> None:
        self.program, self.plan = program, plan
        self._unchecked: list[str] = []  # at most one location, which waits for a second one

    def write_lines(self) -> Iterator[str]:
        """Yields the lines of the body."""
        program, plan = self.program, self.plan
        if has_constant_test(program):
            yield "return False"
        for line in range(len(program.operations)):
            if plan.locations[line] in self._unchecked:  # it is about to be overwritten
                yield from self._write_pair_check()
            yield from write_operation(program, plan, line)
            if is_variable_test(program, line):
                yield f"if any({plan.locations[line]}): return False"
            if line in program.finiteness_checks:
                yield from self._write_finiteness_check(line)
        for array, location in plan.copies:
            yield f"copyto({array}, {location})"
        yield from self._write_pair_check()
        yield "return True"

    def _write_finiteness_check(self, line: int) -> Iterator[str]:
        location, branch = self.plan.locations[line], self.program.finiteness_checks[line]
        if branch:
            condition = self.plan.locations[branch[0]]
            taken = condition if branch[1] else f"~{condition}"
            yield f"if not finite(total({location}, where={taken})): return False"
            return
        self._unchecked.append(location)
        if len(self._unchecked) == 2:
            yield from self._write_pair_check()

    def _write_pair_check(self) -> Iterator[str]:
        if self._unchecked:
            first, last = self._unchecked[0], self._unchecked[-1]
            yield f"if not finite(total(products({first}, {last}))): return False"
            self._unchecked.clear()


def write_careful_code(program: Program, plan: RegisterPlan) -> list[str]:
    """Writes the body of a function that clears `ok` in the rows that are not answered."""
    lines = []
    if has_constant_test(program):
        lines.append("ok[:] = False")
    for line in range(len(program.operations)):
        location = plan.locations[line]
        lines += write_operation(program, plan, line)
        if is_variable_test(program, line):
            lines.append(f"ok[{location}] = False")
        if line in program.finiteness_checks:
            branch, spare = program.finiteness_checks[line], plan.spares[line]
            lines.append(f"isfinite({location}, out={spare})")
            if branch:  # where the branch is not taken, its infinity does not matter
                condition = plan.locations[branch[0]]
                lines.append(f"{spare} |= {f'~{condition}' if branch[1] else condition}")
            lines.append(f"logical_and(ok, {spare}, out=ok)")
    lines += [f"copyto({array}, {location})" for array, location in plan.copies]
    return [*lines, "return"]


def has_constant_test(program: Program) -> bool:
    """Whether a test of a convention holds at every point, so that no row is answered."""
    return any(line in program.numbers for line in program.convention_tests)


def is_variable_test(program: Program, line: int) -> bool:
    """Whether a line is a test of a convention that holds in some rows only."""
    return line in program.convention_tests and line not in program.numbers


def write_operation(program: Program, plan: RegisterPlan, line: int) -> list[str]:
    """Writes the calls that compute a line into its location; none for an input or a constant."""
    operands = program.operands[line]
    if not operands:
        return []
    texts = [plan.locations[operand] for operand in operands]
    return write_calls(program.operations[line], texts, plan.locations[line])


def write_calls(operation: Operation, operands: Sequence[str], location: str) -> list[str]:
    """Writes the calls that compute an operation on columns into an array."""
    if operation is WHERE:
        condition, then, otherwise = operands
        return [
            f"copyto({location}, {otherwise})",
            f"copyto({location}, {then}, where={condition})",
        ]
    if operation.name == "clamp":
        x, low, high = operands
        return [f"max({x}, {low}, out={location})", f"min({location}, {high}, out={location})"]
    if len(operands) > 2:  # min or max of many, two at a time
        first, second, *others = operands
        calls = [f"{operation.name}({first}, {second}, out={location})"]
        for operand in others:
            calls.append(f"{operation.name}({location}, {operand}, out={location})")
        return calls
    return [f"{operation.name}({', '.join(operands)}, out={location})"]
