"""One formula: a number, a name, a sum, a product or an operation, written once."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from graddiff.operations.row import Operation
from graddiff.operations.table import NUMBER, TABLE, VARIABLE, WHERE

MAX_MERGED_PARTS = 40  # of a sum or product that is taken apart to join another one: beyond it, time would not be linear
HEAVY_BITS = 4_000  # bits of a coefficient beyond which sums and products are left alone

ADD, MUL, POW, EXP, CBRT, ABS, EQ = (
    TABLE[name] for name in ("add", "mul", "pow", "exp", "cbrt", "abs", "eq")
)
ONE, MINUS_ONE = 1, -1

Rational = int | Fraction  # whole numbers as int, which is faster


class Formula:
    """What is written once: a number, a name, a sum, a product, or an operation; a power is a product with one base,
    and an exponential function a power of exp(1). `number` is that of a number, the constant of a sum, the coefficient
    of a product; `parts` are a name, (formula, coefficient) pairs, (base, exponent) pairs, or operands."""

    __slots__ = ("home", "number", "operation", "order", "parts")
    number: Rational

    def __init__(
        self, home: Any, order: int, operation: Operation, number: Rational, parts: tuple[Any, ...]
    ):
        self.home, self.order, self.operation, self.number, self.parts = (
            home,
            order,
            operation,
            number,
            parts,
        )

    def __repr__(self) -> str:
        """A number or a name; for anything else there is the typesetter."""
        if self.operation is NUMBER:
            return str(self.number)
        return str(self.parts[0]) if self.operation is VARIABLE else "…"

    def __add__(self, other: Formula) -> Formula:
        """The reverse pass adds what comes from an earlier line later; it is written first, as the text has it."""
        total: Formula = self.home.make_sum([(other, ONE), (self, ONE)])
        return total

    def __mul__(self, other: Formula) -> Formula:
        product: Formula = self.home.make_product([self, other])
        return product

    def choose(self, x: Formula, y: Formula) -> Formula:
        """The `where` of a rule with this condition. An equality holds at single points, where 0 is a convention of
        the rule: the formula is that of all other points."""
        if self.operation is EQ and x is self.home.zero:
            return y
        either: Formula = self.home.make_operation(WHERE, self, x, y)
        return either

    @property
    def operands(self) -> tuple[Formula, ...]:
        """The formulas it is made of."""
        if self.operation is MUL:
            return tuple([formula for pair in self.parts for formula in pair])
        if self.operation is ADD:
            return tuple([monic for monic, _ in self.parts])
        return () if self.operation in (NUMBER, VARIABLE, EXP) else self.parts

    @property
    def is_negative(self) -> bool:
        """Whether a minus can be pulled out: it stands before every part."""
        if self.operation is ADD:
            few = len(self.parts) <= MAX_MERGED_PARTS
            return (
                few and self.number <= 0 and all(coefficient < 0 for _, coefficient in self.parts)
            )
        return self.operation in (NUMBER, MUL) and self.number < 0

    @property
    def is_gate(self) -> bool:
        """A `where` with a zero in one of its branches: what flows into the other."""
        return self.operation is WHERE and self.home.zero in self.parts[1:]

    def split_power(self) -> tuple[Formula, Formula]:
        """Base and exponent; any formula is its own first power."""
        if self.operation is MUL and self.number == 1 and len(self.parts) == 1:
            base, exponent = self.parts[0]
            return base, exponent
        return self, self.home.one


def narrow_to_int(number: Rational) -> Rational:
    """A whole number as int."""
    return number.numerator if number.denominator == 1 else number


def strip_sign(number: Rational) -> Rational:
    """The absolute value, as what it is."""
    return -number if number < 0 else number


def count_bits(number: Rational) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())


def is_heavy(number: Rational) -> bool:
    return (
        not -1_000_000 < number < 1_000_000 and count_bits(number) > HEAVY_BITS
        if type(number) is int
        else count_bits(number) > HEAVY_BITS
    )
