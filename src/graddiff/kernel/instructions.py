"""Symbols: a kind of number that writes down what is done to it, each different thing once (value numbering).

Running both passes on symbols gives value and derivatives as lines of one list, a line being an operation on earlier
lines. What is simplified while a line is written changes no result but for the last place and the sign of a zero.

Source: Cooper & Torczon, Engineering a Compiler, section 8.4.1 (local value numbering)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from graddiff.numbers.floats import FLOATS
from graddiff.numbers.kind import Kind, Number
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, NUMBER, TABLE, VARIABLE, WHERE

ADD, SUB, MUL, DIV, NEG, POW, ABS, EQ = (
    TABLE[n] for n in ("add", "sub", "mul", "div", "neg", "pow", "abs", "eq")
)
REVERSED = {
    "lt": "gt",
    "le": "ge",
    "gt": "lt",
    "ge": "le",
    "eq": "eq",
    "ne": "ne",
}  # the same with both sides negated


def power_of_two(number: float) -> bool:
    """Whether a product with the number is exact, far from overflow and underflow."""
    return abs(math.frexp(number)[0]) == 0.5


def can_move(number: float) -> bool:
    """Whether it may multiply another factor of a product: an overflow is seen, but a factor must not vanish."""
    return power_of_two(number) and abs(number) >= 1


def ordinary(number: float) -> bool:
    """Whether a number is far from overflow and underflow."""
    return 1e-200 < abs(number) < 1e200


class Symbol(NamedTuple):
    """A line of a list that is being written."""

    lines: Lines
    line: int

    def __add__(self, other: object) -> Symbol:
        assert isinstance(other, Symbol)
        return self.lines.write(ADD, (self.line, other.line))

    def __mul__(self, other: object) -> Symbol:
        assert isinstance(other, Symbol)
        return self.lines.write(MUL, (self.line, other.line))


class Lines:
    """The list: an operation and its operands a line, the value of each number, the column of each input."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.operands: list[tuple[int, ...]] = []
        self.numbers: dict[int, float | bool] = {}
        self.inputs: dict[int, str] = {}
        self.gated: dict[
            int, tuple[int, bool, int]
        ] = {}  # line -> condition, side, and what flows on that side
        self._written: dict[object, int] = {}

    def number(self, value: float | bool) -> Symbol:
        return self._line(NUMBER, (), (type(value), repr(value)), value)

    def input(self, name: str) -> Symbol:
        symbol = self._line(VARIABLE, (), (VARIABLE, name))
        self.inputs[symbol.line] = name
        return symbol

    def write(self, operation: Operation, operands: tuple[int, ...]) -> Symbol:
        """The line of an operation on earlier lines: one that is there already, or a simpler one, or a new one."""
        folded = self._folded(operation, operands)
        if folded is not None:
            return self.number(folded)
        known = self._simplified(operation, operands)
        if known is not None:
            return known
        if operation in (ADD, MUL):  # a number comes first
            operands = tuple(sorted(operands, key=lambda line: (line not in self.numbers, line)))
        return self._line(operation, operands, (operation, operands))

    def gate(self, condition: Symbol, side: bool, flow: int) -> Symbol:
        """What flows where a condition holds (or, on the other side, where it does not), and nothing elsewhere."""
        zero = self.number(0.0).line
        symbol = self.write(WHERE, (condition.line, *((flow, zero) if side else (zero, flow))))
        if symbol.line not in self.numbers:
            self.gated[symbol.line] = (condition.line, side, flow)
        return symbol

    def _line(
        self,
        operation: Operation,
        operands: tuple[int, ...],
        key: object,
        value: float | bool = 0.0,
    ) -> Symbol:
        line = self._written.setdefault(key, len(self.operations))
        if line == len(self.operations):
            self.operations.append(operation)
            self.operands.append(operands)
            if operation is NUMBER:
                self.numbers[line] = value
        return Symbol(self, line)

    def _folded(self, operation: Operation, operands: tuple[int, ...]) -> float | bool | None:
        """The value of an operation on numbers, where it has one."""
        if any(operand not in self.numbers for operand in operands):
            return None
        try:
            value: float | bool = FLOATS.function(operation)(
                *[self.numbers[operand] for operand in operands]
            )
        except (ArithmeticError, ValueError):
            return None
        return value if math.isfinite(value) else None

    def _simplified(self, operation: Operation, operands: tuple[int, ...]) -> Symbol | None:
        left, right = operands[0], operands[-1]
        numbers = self.numbers.get(left), self.numbers.get(right)
        if operation is WHERE:
            if left in self.numbers:
                return Symbol(self, operands[1 if self.numbers[left] else 2])
            return Symbol(self, right) if operands[1] == right else None
        if operation is MUL:
            return self._product(left, right, numbers)
        if operation is ADD:
            return self._sum(left, right, numbers)
        if operation is SUB:
            if numbers[1] == 0:
                return Symbol(self, left)
            return (
                self.write(ADD, (left, self.operands[right][0])) if self._is(NEG, right) else None
            )
        if operation is DIV:
            return self._quotient(left, right, numbers)
        if operation is NEG:
            return self._negative(left)
        if operation is POW:
            return self._power(left, numbers[1])
        if operation is ABS and self._is(NEG, left):
            return self.write(ABS, self.operands[left])
        if operation in COMPARISONS and self._is(NEG, left) and numbers[1] is not None:
            other = self.number(0.0 - numbers[1]).line
            return self.write(TABLE[REVERSED[operation.name]], (self.operands[left][0], other))
        return None

    def _is(self, operation: Operation, line: int) -> bool:
        return self.operations[line] is operation

    def _product(self, left: int, right: int, numbers: Sequence[float | None]) -> Symbol | None:
        for one, other, number in ((left, right, numbers[0]), (right, left, numbers[1])):
            if number == 1:
                return Symbol(self, other)
            if number == -1:
                return self.write(NEG, (other,))
            if one in self.gated:
                condition, side, flow = self.gated[one]
                return self.gate(Symbol(self, condition), side, self.write(MUL, (flow, other)).line)
            if self._is(NEG, one):
                return self.write(NEG, (self.write(MUL, (self.operands[one][0], other)).line,))
            if number is not None:
                return self._multiple(number, other)
        if self._scale(right) and not self._scale(
            left
        ):  # the adjoint, which several edges share, times 2, times x
            scale, rest = self.operands[right]
            return self.write(MUL, (self.write(MUL, (scale, left)).line, rest))
        return None

    def _multiple(self, number: float, line: int) -> Symbol | None:
        """A number times a line that is a number times something: one number, where that is exact."""
        operation, operands = self.operations[line], self.operands[line]
        if operation is MUL and operands[0] in self.numbers:
            scale = self.numbers[operands[0]]
            exact = (power_of_two(number) or power_of_two(scale)) and ordinary(number * scale)
            return (
                self.write(MUL, (self.number(number * scale).line, operands[1])) if exact else None
            )
        if not power_of_two(number):
            return None
        if operation is DIV and ordinary(number * self.numbers.get(operands[0], math.inf)):
            return self.write(
                DIV, (self.number(number * self.numbers[operands[0]]).line, operands[1])
            )
        quotient = (
            operands[1]
            if operation is MUL and self._is(DIV, operands[1]) and can_move(number)
            else None
        )
        if quotient is not None and self.operands[quotient][0] in self.numbers:
            return self.write(
                MUL, (operands[0], self.write(MUL, (self.number(number).line, quotient)).line)
            )
        return None

    def _scale(self, line: int) -> float | None:
        """The power of two that a line is a multiple by, if it is one that can move."""
        number = self.numbers.get(self.operands[line][0]) if self._is(MUL, line) else None
        return number if number is not None and can_move(number) else None

    def _sum(self, left: int, right: int, numbers: Sequence[float | None]) -> Symbol | None:
        for one, other, number in ((left, right, numbers[0]), (right, left, numbers[1])):
            if number == 0:
                return Symbol(self, other)
            if self._is(NEG, one):
                return self.write(SUB, (other, self.operands[one][0]))
        return None

    def _quotient(self, left: int, right: int, numbers: Sequence[float | None]) -> Symbol | None:
        if numbers[1] == 1:
            return Symbol(self, left)
        if numbers[0] is not None and numbers[0] < 0:
            return self.write(NEG, (self.write(DIV, (self.number(-numbers[0]).line, right)).line,))
        scale = self._scale(right)
        if numbers[0] is not None and scale and ordinary(numbers[0] / scale):
            return self.write(DIV, (self.number(numbers[0] / scale).line, self.operands[right][1]))
        if (
            self._is(DIV, left)
            and self.numbers.get(self.operands[left][0]) == 1
            and self.operands[left][1] == right
        ):
            return self.write(MUL, (left, left))  # 1/y/y, cheaper and as accurate
        if self._is(NEG, left):
            return self.write(NEG, (self.write(DIV, (self.operands[left][0], right)).line,))
        if self._is(NEG, right):
            return self.write(NEG, (self.write(DIV, (left, self.operands[right][0])).line,))
        return None

    def _negative(self, line: int) -> Symbol | None:
        if self._is(NEG, line):
            return Symbol(self, self.operands[line][0])
        if line in self.gated:
            condition, side, flow = self.gated[line]
            return self.gate(Symbol(self, condition), side, self.write(NEG, (flow,)).line)
        return self.write(SUB, self.operands[line][::-1]) if self._is(SUB, line) else None

    def _power(self, base: int, exponent: float | None) -> Symbol | None:
        """Small whole powers as products."""
        if exponent == 0:
            return self.number(1.0)
        if exponent == 1:
            return Symbol(self, base)
        if exponent in (2, 3, 4):
            square = self.write(MUL, (base, base)).line
            return self.write(
                MUL, (square, {2: self.number(1.0).line, 3: base, 4: square}[int(exponent)])
            )
        return None


class Symbols(Kind):
    """The kind of number that symbols of one list are; `natives` are the operations that whoever runs the list knows,
    the others being written out by the formulas of `instead` or of the table."""

    def __init__(
        self, lines: Lines, natives: Sequence[str], instead: Mapping[str, str] | None = None
    ) -> None:
        def write(operation: Operation) -> Number:
            return lambda *operands: lines.write(
                operation, tuple([operand.line for operand in operands])
            )

        super().__init__(
            number=lambda text: lines.number(FLOATS.number(text)),
            natives={name: write(TABLE[name]) for name in natives},
            finite=lambda symbol: True,
            limit=lambda operation, operands: lines.number(math.nan),
            syntax={},
        )
        self.lines = lines
        for name, formula in (instead or {}).items():
            self._functions.setdefault(TABLE[name], self.compile(formula, TABLE[name].parameters))

    def ties(self, operands: Sequence[Number], value: Number) -> Number:
        one, zero = self.lines.number(1.0).line, self.lines.number(0.0).line
        total = self.lines.number(0.0)
        for operand in operands:
            equal = self.lines.write(EQ, (operand.line, value.line)).line
            total = total + self.lines.write(WHERE, (equal, one, zero))
        return total

    def branches(self, condition: Number) -> tuple[Number | None, Number | None]:
        if condition.line in self.lines.numbers:
            return super().branches(self.lines.numbers[condition.line])
        one = self.lines.number(1.0).line
        return self.lines.gate(condition, True, one), self.lines.gate(condition, False, one)
