"""Instructions: symbols that write down what is done to them, each different operation once.

An instruction is a line of a list; its operands are earlier lines. Both passes run on instructions
as they run on numbers (`SymbolicArithmetic`), and leave the value and the derivatives as lines of
one list. An operation that is in the list already is not added again (value numbering), and an
operation on constants is computed at once (constant folding).

Source: Cooper & Torczon, Engineering a Compiler, section 8.4.1 (local value numbering)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from graddiff.numbers.arithmetic import Arithmetic, Number, NumberFunction
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import ADD, MUL, NUMBER, TABLE, VARIABLE, WHERE

EQ = TABLE["eq"]


class Instruction(NamedTuple):
    """A line of a list that is being written; sums and products of instructions add lines to it."""

    instructions: InstructionList
    line: int

    def __add__(self, other: object) -> Instruction:
        assert isinstance(other, Instruction)
        return self.instructions.add_operation(ADD, (self.line, other.line))

    def __mul__(self, other: object) -> Instruction:
        assert isinstance(other, Instruction)
        return self.instructions.add_operation(MUL, (self.line, other.line))


class Gate(NamedTuple):
    """A line that is `flow` where the condition has the value `side`, and 0 elsewhere: how an
    adjoint reaches one branch of a `where`. The condition and the flow are lines."""

    condition: int
    side: bool
    flow: int


class InstructionList:
    """The lines, in the order of evaluation.

    operations, operands: one item per line.
    numbers: the value of each line that is a constant.
    inputs: the name of each line that is an input.
    gates: the lines that are gates."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.operands: list[tuple[int, ...]] = []
        self.numbers: dict[int, float | bool] = {}
        self.inputs: dict[int, str] = {}
        self.gates: dict[int, Gate] = {}
        self._lines_by_key: dict[object, int] = {}

    def add_number(self, value: float | bool) -> Instruction:
        """Returns the line of a constant. Its key tells 0.0 from -0.0, which compare as equal."""
        line = self._intern_line(NUMBER, (), (type(value), repr(value)))
        self.numbers[line] = value
        return Instruction(self, line)

    def add_input(self, name: str) -> Instruction:
        """Returns the line of an input."""
        line = self._intern_line(VARIABLE, (), (VARIABLE, name))
        self.inputs[line] = name
        return Instruction(self, line)

    def add_operation(self, operation: Operation, operands: tuple[int, ...]) -> Instruction:
        """Returns a line with the value of an operation on earlier lines: a constant, an earlier
        line, a simpler operation, or a new line."""
        constant = self._fold_constants(operation, operands)
        if constant is not None:
            return self.add_number(constant)
        simpler_line = self.simplify_operation(operation, operands)
        if simpler_line is not None:
            return Instruction(self, simpler_line)
        if operation in (ADD, MUL):  # x*2 and 2*x get one key: constants first, then older lines
            operands = tuple(sorted(operands, key=lambda line: (line not in self.numbers, line)))
        return Instruction(self, self._intern_line(operation, operands, (operation, operands)))

    def add_gate(self, gate: Gate) -> Instruction:
        """Returns the line of a gate."""
        zero = self.add_number(0.0).line
        branches = (gate.flow, zero) if gate.side else (zero, gate.flow)
        instruction = self.add_operation(WHERE, (gate.condition, *branches))
        if instruction.line not in self.numbers:
            self.gates[instruction.line] = gate
        return instruction

    def simplify_operation(self, operation: Operation, operands: tuple[int, ...]) -> int | None:
        """Returns the line of a simpler operation with the same value, None to keep this one."""
        return None

    def _intern_line(self, operation: Operation, operands: tuple[int, ...], key: object) -> int:
        """Returns the line that has this key already, or a new one."""
        line = self._lines_by_key.setdefault(key, len(self.operations))
        if line == len(self.operations):
            self.operations.append(operation)
            self.operands.append(operands)
        return line

    def _fold_constants(
        self, operation: Operation, operands: tuple[int, ...]
    ) -> float | bool | None:
        """Returns the value of an operation on constants, None if it has no finite one or if some
        operand is no constant."""
        if any(operand not in self.numbers for operand in operands):
            return None
        numbers = [self.numbers[operand] for operand in operands]
        try:
            value: float | bool = FLOATS.get_function(operation)(*numbers)
        except (ArithmeticError, ValueError):
            return None
        return value if math.isfinite(value) else None


class SymbolicArithmetic(Arithmetic):
    """The kind of number that instructions of one list are: computing with them adds lines to it.

    `natives` are the names of the operations that may stand in the list. Every other operation is
    written out, by its formula in `formulas`, or else in the table."""

    syntax: Mapping[str, str] = {}  # every operation is called, since each adds a line

    def __init__(
        self,
        instructions: InstructionList,
        natives: Sequence[str],
        formulas: Mapping[str, str] | None = None,
    ) -> None:
        self.instructions, self.native_names = instructions, natives
        super().__init__()
        for name, formula in (formulas or {}).items():
            self._functions.setdefault(
                TABLE[name], self.compile_formula(formula, TABLE[name].parameters)
            )

    def read_literal(self, text: str) -> Instruction:
        """Returns the line of a constant."""
        return self.instructions.add_number(FLOATS.read_literal(text))

    def make_natives(self) -> dict[str, NumberFunction]:
        def make_native(operation: Operation) -> NumberFunction:
            return lambda *operands: self.instructions.add_operation(
                operation, tuple([operand.line for operand in operands])
            )

        return {name: make_native(TABLE[name]) for name in self.native_names}

    def is_finite(self, value: Number) -> bool:
        return True  # unknown until the program runs, which checks it then

    def compute_limit(self, operation: Operation, operands: Sequence[Number]) -> Instruction:
        """Returns nan, which sends every point to the single-point path."""
        return self.instructions.add_number(math.nan)

    def count_ties(self, operands: Sequence[Number], value: Number) -> Number:
        """Returns the line of a sum with the term 1 for each operand that is equal to the value."""
        one, zero = self.instructions.add_number(1.0).line, self.instructions.add_number(0.0).line
        total = self.instructions.add_number(0.0)
        for operand in operands:
            equal = self.instructions.add_operation(EQ, (operand.line, value.line)).line
            total = total + self.instructions.add_operation(WHERE, (equal, one, zero))
        return total

    def get_branch_partials(self, condition: Number) -> tuple[Number | None, Number | None]:
        """Returns a gate for each branch of a `where`, since the point decides which is taken."""
        if condition.line in self.instructions.numbers:
            return super().get_branch_partials(self.instructions.numbers[condition.line])
        one = self.instructions.add_number(1.0).line
        then_gate = Gate(condition.line, True, one)
        return (
            self.instructions.add_gate(then_gate),
            self.instructions.add_gate(then_gate._replace(side=False)),
        )
