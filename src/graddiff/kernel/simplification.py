"""Algebraic simplification of instructions, while they are added to the list.

A rule looks at one operation and the lines of its operands. It changes no result but for the last
place and the sign of a zero; what would make a finite result overflow, or lose one in underflow, is
left as it is. Why it pays: the rules of the table are written for people, and a chain of them is
full of factors 1 and -1, of double signs and of powers of two.

Source: Cooper & Torczon, Engineering a Compiler, section 8.4.1 (algebraic identities)."""

from __future__ import annotations

import math

from graddiff.kernel.instructions import InstructionList
from graddiff.operations.neutral import find_neutral_row
from graddiff.operations.row import Operation
from graddiff.operations.table import ADD, COMPARISONS, DIV, MUL, NEG, POW, SUB, TABLE, WHERE

ABS = TABLE["abs"]

# -x < 1 is x > -1: the comparison that holds when both sides are negated.
NEGATED_COMPARISONS = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq", "ne": "ne"}


class SimplifyingInstructionList(InstructionList):
    """Instructions that are simplified as they are added; a rule returns a line, or None."""

    def simplify_operation(self, operation: Operation, operands: tuple[int, ...]) -> int | None:
        """Returns the line of a simpler operation, None if no rule applies."""
        left, right = operands[0], operands[-1]
        if left in self.numbers or right in self.numbers:
            line = self._drop_neutral_operand(operation, left, right)
            if line is not None:
                return line
        if operation is WHERE:
            return self._simplify_switch(*operands)
        if operation is MUL:
            return self._simplify_product(left, right)
        if operation is ADD:
            return self._simplify_sum(left, right)
        if operation is SUB:
            return self._simplify_difference(left, right)
        if operation is DIV:
            return self._simplify_quotient(left, right)
        if operation is NEG:
            return self._simplify_negation(left)
        if operation is POW:
            return self._simplify_power(left, right)
        if operation is ABS and self._is_operation(NEG, left):  # abs(-x) = abs(x)
            return self._add(ABS, *self.operands[left])
        if operation in COMPARISONS:
            return self._simplify_comparison(operation, left, right)
        return None

    def _drop_neutral_operand(self, operation: Operation, left: int, right: int) -> int | None:
        """0 + x = x, 1*x = x, x^0 = 1, and the other rows of the table of neutral operands."""
        row = find_neutral_row(operation, (self.numbers.get(left), self.numbers.get(right)))
        # Among floats 0*x is not 0 where x is infinite or not a number: no such row is used.
        if row is None or row.for_finite_only:
            return None
        if row.result is None:
            return right if row.slot == 0 else left
        return self.add_number(float(row.result)).line

    def _simplify_switch(self, condition: int, then: int, otherwise: int) -> int | None:
        """where(true, x, y) = x and where(c, x, x) = x."""
        if condition in self.numbers:
            return then if self.numbers[condition] else otherwise
        return otherwise if then == otherwise else None

    def _simplify_product(self, left: int, right: int) -> int | None:
        """-1*x = -x, (-x)*y = -(x*y), and numbers are multiplied first."""
        for factor, other in ((left, right), (right, left)):
            number = self.numbers.get(factor)
            if number == -1:
                return self._add(NEG, other)
            if factor in self.gates:  # 0 elsewhere stays 0, so the factor belongs to the flow
                gate = self.gates[factor]
                return self.add_gate(gate._replace(flow=self._add(MUL, gate.flow, other))).line
            if self._is_operation(NEG, factor):  # signs move outwards, where two of them meet
                return self._add(NEG, self._add(MUL, self.operands[factor][0], other))
            if number is not None:
                return self._merge_factors(number, other)
        return self._move_scale(left, right)

    def _merge_factors(self, number: float, line: int) -> int | None:
        """Multiplies a line by a number inside the line, where that is exact."""
        operation, operands = self.operations[line], self.operands[line]
        if operation is MUL and operands[0] in self.numbers:  # 2*(3*x) = 6*x
            scale = self.numbers[operands[0]]
            is_exact = is_power_of_two(number) or is_power_of_two(scale)
            if is_exact and is_moderate(number * scale):
                return self._add(MUL, self.add_number(number * scale).line, operands[1])
            return None
        if not is_power_of_two(number):
            return None
        if operation is DIV and operands[0] in self.numbers:  # 2*(3/x) = 6/x
            numerator = number * self.numbers[operands[0]]
            if is_moderate(numerator):
                return self._add(DIV, self.add_number(numerator).line, operands[1])
        if operation is MUL and self._is_operation(DIV, operands[1]) and can_move_factor(number):
            quotient = operands[1]
            if self.operands[quotient][0] in self.numbers:  # 2*(x*(3/y)) = x*(6/y)
                scaled = self._add(MUL, self.add_number(number).line, quotient)
                return self._add(MUL, operands[0], scaled)
        return None

    def _move_scale(self, left: int, right: int) -> int | None:
        """Writes a*(2*x) as (2*a)*x: `a` is an adjoint that several edges share, and so is 2*a."""
        if not self._get_movable_scale(right) or self._get_movable_scale(left):
            return None
        scale, rest = self.operands[right]
        return self._add(MUL, self._add(MUL, scale, left), rest)

    def _simplify_sum(self, left: int, right: int) -> int | None:
        """-x + y = y - x."""
        for term, other in ((left, right), (right, left)):
            if self._is_operation(NEG, term):
                return self._add(SUB, other, self.operands[term][0])
        return None

    def _simplify_difference(self, left: int, right: int) -> int | None:
        """x - -y = x + y."""
        if self._is_operation(NEG, right):
            return self._add(ADD, left, self.operands[right][0])
        return None

    def _simplify_quotient(self, left: int, right: int) -> int | None:
        """A sign, or a power of two in the denominator, leaves the quotient."""
        numerator = self.numbers.get(left)
        if numerator is not None and numerator < 0:  # a positive quotient may be there already
            return self._add(NEG, self._add(DIV, self.add_number(-numerator).line, right))
        scale = self._get_movable_scale(right)
        if numerator is not None and scale and is_moderate(numerator / scale):  # 3/(2*x) = 1.5/x
            return self._add(DIV, self.add_number(numerator / scale).line, self.operands[right][1])
        if self._is_reciprocal(left, right):
            return self._add(MUL, left, left)  # 1/y/y: a product costs less and is as accurate
        if self._is_operation(NEG, left):
            return self._add(NEG, self._add(DIV, self.operands[left][0], right))
        if self._is_operation(NEG, right):
            return self._add(NEG, self._add(DIV, left, self.operands[right][0]))
        return None

    def _simplify_negation(self, line: int) -> int | None:
        """-(-x) = x and -(x - y) = y - x."""
        if self._is_operation(NEG, line):
            return self.operands[line][0]
        if line in self.gates:
            gate = self.gates[line]
            return self.add_gate(gate._replace(flow=self._add(NEG, gate.flow))).line
        if self._is_operation(SUB, line):
            return self._add(SUB, *self.operands[line][::-1])
        return None

    def _simplify_power(self, base: int, exponent_line: int) -> int | None:
        """Powers to 4 are products, which cost less."""
        exponent = self.numbers.get(exponent_line)
        if exponent not in (2, 3, 4):
            return None
        square = self._add(MUL, base, base)
        if exponent == 2:
            return square
        return self._add(MUL, square, base if exponent == 3 else square)

    def _simplify_comparison(self, operation: Operation, left: int, right: int) -> int | None:
        """-x < 1 is x > -1, which needs no negation."""
        number = self.numbers.get(right)
        if number is None or not self._is_operation(NEG, left):
            return None
        negated_number = self.add_number(0.0 - number).line
        negated_comparison = TABLE[NEGATED_COMPARISONS[operation.name]]
        return self._add(negated_comparison, self.operands[left][0], negated_number)

    def _add(self, operation: Operation, *operands: int) -> int:
        return self.add_operation(operation, operands).line

    def _is_operation(self, operation: Operation, line: int) -> bool:
        return self.operations[line] is operation

    def _is_reciprocal(self, line: int, denominator: int) -> bool:
        """Whether a line is 1 over another."""
        if not self._is_operation(DIV, line):
            return False
        above, below = self.operands[line]
        return self.numbers.get(above) == 1 and below == denominator

    def _get_movable_scale(self, line: int) -> float | None:
        """Returns the constant factor of a product, if it is one that can move."""
        if not self._is_operation(MUL, line):
            return None
        number = self.numbers.get(self.operands[line][0])
        return number if number is not None and can_move_factor(number) else None


def is_power_of_two(number: float) -> bool:
    """Whether a product with the number is exact, far from overflow and underflow."""
    return abs(math.frexp(number)[0]) == 0.5


def can_move_factor(number: float) -> bool:
    """Whether a factor of a product may move to another factor. It must be exact, and not below 1:
    a small one could make the other factor vanish, whereas an overflow is seen."""
    return is_power_of_two(number) and abs(number) >= 1


def is_moderate(number: float) -> bool:
    """Whether a number is far from overflow and underflow."""
    return 1e-200 < abs(number) < 1e200
