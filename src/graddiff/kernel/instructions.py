"""Symbols: a kind of number that writes down what is done to it, each different thing once (value numbering).

Running both passes on symbols gives value and derivatives as lines of one list, a line being an operation on earlier
lines. What is simplified while a line is written changes no result but for the last place and the sign of a zero.

Source: Cooper & Torczon, Engineering a Compiler, section 8.4.1 (local value numbering)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from graddiff.numbers.arithmetic import Arithmetic, Number, NumberFunction
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, NUMBER, TABLE, VARIABLE, WHERE

ADD, SUB, MUL, DIV, NEG, POW, ABS, EQ = (
    TABLE[n] for n in ("add", "sub", "mul", "div", "neg", "pow", "abs", "eq")
)
NEGATED_COMPARISONS = {
    "lt": "gt",
    "le": "ge",
    "gt": "lt",
    "ge": "le",
    "eq": "eq",
    "ne": "ne",
}  # the same with both sides negated


def is_power_of_two(number: float) -> bool:
    """Whether a product with the number is exact, far from overflow and underflow."""
    return abs(math.frexp(number)[0]) == 0.5


def can_move_factor(number: float) -> bool:
    """Whether it may multiply another factor of a product: an overflow is seen, but a factor must not vanish."""
    return is_power_of_two(number) and abs(number) >= 1


def is_moderate(number: float) -> bool:
    """Whether a number is far from overflow and underflow."""
    return 1e-200 < abs(number) < 1e200


class Instruction(NamedTuple):
    """A line of a list that is being written."""

    instructions: InstructionList
    line: int

    def __add__(self, other: object) -> Instruction:
        assert isinstance(other, Instruction)
        return self.instructions.add_operation(ADD, (self.line, other.line))

    def __mul__(self, other: object) -> Instruction:
        assert isinstance(other, Instruction)
        return self.instructions.add_operation(MUL, (self.line, other.line))


class InstructionList:
    """The list: an operation and its operands a line, the value of each number, the column of each input."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.operands: list[tuple[int, ...]] = []
        self.numbers: dict[int, float | bool] = {}
        self.inputs: dict[int, str] = {}
        self.gates: dict[
            int, tuple[int, bool, int]
        ] = {}  # line -> condition, side, and what flows on that side
        self._value_numbers: dict[object, int] = {}

    def add_number(self, value: float | bool) -> Instruction:
        return self._intern_line(NUMBER, (), (type(value), repr(value)), value)

    def add_input(self, name: str) -> Instruction:
        symbol = self._intern_line(VARIABLE, (), (VARIABLE, name))
        self.inputs[symbol.line] = name
        return symbol

    def add_operation(self, operation: Operation, operands: tuple[int, ...]) -> Instruction:
        """The line of an operation on earlier lines: one that is there already, or a simpler one, or a new one."""
        folded = self._fold_constants(operation, operands)
        if folded is not None:
            return self.add_number(folded)
        known = self._simplify_operation(operation, operands)
        if known is not None:
            return known
        if operation in (ADD, MUL):  # a number comes first
            operands = tuple(sorted(operands, key=lambda line: (line not in self.numbers, line)))
        return self._intern_line(operation, operands, (operation, operands))

    def add_gate(self, condition: Instruction, side: bool, flow: int) -> Instruction:
        """What flows where a condition holds (or, on the other side, where it does not), and nothing elsewhere."""
        zero = self.add_number(0.0).line
        symbol = self.add_operation(
            WHERE, (condition.line, *((flow, zero) if side else (zero, flow)))
        )
        if symbol.line not in self.numbers:
            self.gates[symbol.line] = (condition.line, side, flow)
        return symbol

    def _intern_line(
        self,
        operation: Operation,
        operands: tuple[int, ...],
        key: object,
        value: float | bool = 0.0,
    ) -> Instruction:
        line = self._value_numbers.setdefault(key, len(self.operations))
        if line == len(self.operations):
            self.operations.append(operation)
            self.operands.append(operands)
            if operation is NUMBER:
                self.numbers[line] = value
        return Instruction(self, line)

    def _fold_constants(
        self, operation: Operation, operands: tuple[int, ...]
    ) -> float | bool | None:
        """The value of an operation on numbers, where it has one."""
        if any(operand not in self.numbers for operand in operands):
            return None
        try:
            value: float | bool = FLOATS.get_function(operation)(
                *[self.numbers[operand] for operand in operands]
            )
        except (ArithmeticError, ValueError):
            return None
        return value if math.isfinite(value) else None

    def _simplify_operation(
        self, operation: Operation, operands: tuple[int, ...]
    ) -> Instruction | None:
        left, right = operands[0], operands[-1]
        numbers = self.numbers.get(left), self.numbers.get(right)
        if operation is WHERE:
            if left in self.numbers:
                return Instruction(self, operands[1 if self.numbers[left] else 2])
            return Instruction(self, right) if operands[1] == right else None
        if operation is MUL:
            return self._simplify_product(left, right, numbers)
        if operation is ADD:
            return self._simplify_sum(left, right, numbers)
        if operation is SUB:
            if numbers[1] == 0:
                return Instruction(self, left)
            return (
                self.add_operation(ADD, (left, self.operands[right][0]))
                if self._is_operation(NEG, right)
                else None
            )
        if operation is DIV:
            return self._simplify_quotient(left, right, numbers)
        if operation is NEG:
            return self._simplify_negation(left)
        if operation is POW:
            return self._simplify_power(left, numbers[1])
        if operation is ABS and self._is_operation(NEG, left):
            return self.add_operation(ABS, self.operands[left])
        if operation in COMPARISONS and self._is_operation(NEG, left) and numbers[1] is not None:
            other = self.add_number(0.0 - numbers[1]).line
            return self.add_operation(
                TABLE[NEGATED_COMPARISONS[operation.name]], (self.operands[left][0], other)
            )
        return None

    def _is_operation(self, operation: Operation, line: int) -> bool:
        return self.operations[line] is operation

    def _simplify_product(
        self, left: int, right: int, numbers: Sequence[float | None]
    ) -> Instruction | None:
        for one, other, number in ((left, right, numbers[0]), (right, left, numbers[1])):
            if number == 1:
                return Instruction(self, other)
            if number == -1:
                return self.add_operation(NEG, (other,))
            if one in self.gates:
                condition, side, flow = self.gates[one]
                return self.add_gate(
                    Instruction(self, condition), side, self.add_operation(MUL, (flow, other)).line
                )
            if self._is_operation(NEG, one):
                return self.add_operation(
                    NEG, (self.add_operation(MUL, (self.operands[one][0], other)).line,)
                )
            if number is not None:
                return self._merge_factors(number, other)
        if self._get_movable_scale(right) and not self._get_movable_scale(
            left
        ):  # the adjoint, which several edges share, times 2, times x
            scale, rest = self.operands[right]
            return self.add_operation(MUL, (self.add_operation(MUL, (scale, left)).line, rest))
        return None

    def _merge_factors(self, number: float, line: int) -> Instruction | None:
        """A number times a line that is a number times something: one number, where that is exact."""
        operation, operands = self.operations[line], self.operands[line]
        if operation is MUL and operands[0] in self.numbers:
            scale = self.numbers[operands[0]]
            exact = (is_power_of_two(number) or is_power_of_two(scale)) and is_moderate(
                number * scale
            )
            return (
                self.add_operation(MUL, (self.add_number(number * scale).line, operands[1]))
                if exact
                else None
            )
        if not is_power_of_two(number):
            return None
        if operation is DIV and is_moderate(number * self.numbers.get(operands[0], math.inf)):
            return self.add_operation(
                DIV, (self.add_number(number * self.numbers[operands[0]]).line, operands[1])
            )
        quotient = (
            operands[1]
            if operation is MUL and self._is_operation(DIV, operands[1]) and can_move_factor(number)
            else None
        )
        if quotient is not None and self.operands[quotient][0] in self.numbers:
            return self.add_operation(
                MUL,
                (
                    operands[0],
                    self.add_operation(MUL, (self.add_number(number).line, quotient)).line,
                ),
            )
        return None

    def _get_movable_scale(self, line: int) -> float | None:
        """The power of two that a line is a multiple by, if it is one that can move."""
        number = self.numbers.get(self.operands[line][0]) if self._is_operation(MUL, line) else None
        return number if number is not None and can_move_factor(number) else None

    def _simplify_sum(
        self, left: int, right: int, numbers: Sequence[float | None]
    ) -> Instruction | None:
        for one, other, number in ((left, right, numbers[0]), (right, left, numbers[1])):
            if number == 0:
                return Instruction(self, other)
            if self._is_operation(NEG, one):
                return self.add_operation(SUB, (other, self.operands[one][0]))
        return None

    def _simplify_quotient(
        self, left: int, right: int, numbers: Sequence[float | None]
    ) -> Instruction | None:
        if numbers[1] == 1:
            return Instruction(self, left)
        if numbers[0] is not None and numbers[0] < 0:
            return self.add_operation(
                NEG, (self.add_operation(DIV, (self.add_number(-numbers[0]).line, right)).line,)
            )
        scale = self._get_movable_scale(right)
        if numbers[0] is not None and scale and is_moderate(numbers[0] / scale):
            return self.add_operation(
                DIV, (self.add_number(numbers[0] / scale).line, self.operands[right][1])
            )
        if (
            self._is_operation(DIV, left)
            and self.numbers.get(self.operands[left][0]) == 1
            and self.operands[left][1] == right
        ):
            return self.add_operation(MUL, (left, left))  # 1/y/y, cheaper and as accurate
        if self._is_operation(NEG, left):
            return self.add_operation(
                NEG, (self.add_operation(DIV, (self.operands[left][0], right)).line,)
            )
        if self._is_operation(NEG, right):
            return self.add_operation(
                NEG, (self.add_operation(DIV, (left, self.operands[right][0])).line,)
            )
        return None

    def _simplify_negation(self, line: int) -> Instruction | None:
        if self._is_operation(NEG, line):
            return Instruction(self, self.operands[line][0])
        if line in self.gates:
            condition, side, flow = self.gates[line]
            return self.add_gate(
                Instruction(self, condition), side, self.add_operation(NEG, (flow,)).line
            )
        return (
            self.add_operation(SUB, self.operands[line][::-1])
            if self._is_operation(SUB, line)
            else None
        )

    def _simplify_power(self, base: int, exponent: float | None) -> Instruction | None:
        """Small whole powers as products."""
        if exponent == 0:
            return self.add_number(1.0)
        if exponent == 1:
            return Instruction(self, base)
        if exponent in (2, 3, 4):
            square = self.add_operation(MUL, (base, base)).line
            return self.add_operation(
                MUL, (square, {2: self.add_number(1.0).line, 3: base, 4: square}[int(exponent)])
            )
        return None


class SymbolicArithmetic(Arithmetic):
    """The kind of number that symbols of one list are; `natives` are the operations that whoever runs the list knows,
    the others being written out by the formulas of `instead` or of the table."""

    syntax: Mapping[str, str] = {}

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
        return self.instructions.add_number(FLOATS.read_literal(text))

    def make_natives(self) -> dict[str, NumberFunction]:
        def make_native(operation: Operation) -> NumberFunction:
            return lambda *operands: self.instructions.add_operation(
                operation, tuple([operand.line for operand in operands])
            )

        return {name: make_native(TABLE[name]) for name in self.native_names}

    def is_finite(self, value: Number) -> bool:
        return True  # which is not known before the instructions run

    def compute_limit(self, operation: Operation, operands: Sequence[Number]) -> Instruction:
        return self.instructions.add_number(math.nan)

    def count_ties(self, operands: Sequence[Number], value: Number) -> Number:
        one, zero = self.instructions.add_number(1.0).line, self.instructions.add_number(0.0).line
        total = self.instructions.add_number(0.0)
        for operand in operands:
            equal = self.instructions.add_operation(EQ, (operand.line, value.line)).line
            total = total + self.instructions.add_operation(WHERE, (equal, one, zero))
        return total

    def get_branch_partials(self, condition: Number) -> tuple[Number | None, Number | None]:
        if condition.line in self.instructions.numbers:
            return super().get_branch_partials(self.instructions.numbers[condition.line])
        one = self.instructions.add_number(1.0).line
        return self.instructions.add_gate(condition, True, one), self.instructions.add_gate(
            condition, False, one
        )
