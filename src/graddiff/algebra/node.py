"""Formulas: each a number, a name, a sum, a product or an operation, made once in a pool.

A sum is a number and monic formulas with their coefficients, so like terms meet; a product is a
number and bases with their exponents, so like factors do. Each different formula exists once (hash
consing): a derivative is as large as its graph, not as its text.

Source: J. S. Cohen, Computer Algebra and Symbolic Computation: Mathematical Methods, chapter 3."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from graddiff.errors import PointError
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.fractions import EXACT
from graddiff.operations.row import Operation
from graddiff.operations.table import ADD, MUL, NUMBER, TABLE, VARIABLE, WHERE

# A larger sum or product joins another one as a single part: taking it apart each time would make
# the time grow with the square of the size.
MAX_MERGED_PARTS = 40
HEAVY_BITS = 4_000  # bits of a coefficient beyond which sums and products are left alone
MAX_FOLDED_BITS = 1_000  # bits of the operands up to which an operation is tried with floats

EXP, CBRT, ABS, EQ = (TABLE[name] for name in ("exp", "cbrt", "abs", "eq"))
ONE, MINUS_ONE, HALF = 1, -1, Fraction(1, 2)

Rational = int | Fraction  # whole numbers as int, which is faster
SumTerm = tuple["Formula", Rational]  # a part of a sum and its coefficient


class Formula:
    """A formula, which exists once in its `pool`: equal formulas are the same object.

    A power is a product with one base, and an exponential function is a power of exp(1). `number`
    and `parts` depend on the operation:

        number     its value           ()
        variable   0; 1: a constant    its name
        sum        its constant        pairs of a monic formula and its coefficient
        product    its coefficient     pairs of a base and its exponent
        others     0                   the operands

    `order` counts the formulas of the pool; operands come before what is made of them."""

    __slots__ = ("number", "operation", "order", "parts", "pool")
    number: Rational

    def __init__(
        self,
        pool: FormulaPool,
        order: int,
        operation: Operation,
        number: Rational,
        parts: tuple[Any, ...],  # of the types that the table above has for the operation
    ) -> None:
        self.pool, self.order = pool, order
        self.operation, self.number, self.parts = operation, number, parts

    def __repr__(self) -> str:
        """Returns a number or a name; algebra/printer.py writes everything else."""
        if self.operation is NUMBER:
            return str(self.number)
        return str(self.parts[0]) if self.operation is VARIABLE else "…"

    def __add__(self, other: Formula) -> Formula:
        """Returns the sum with `other` in front.

        The reverse pass meets the parts of a sum from the last to the first; in front of the
        earlier ones, they stand in the order of the text."""
        return self.pool.make_sum([(other, ONE), (self, ONE)])

    def __mul__(self, other: Formula) -> Formula:
        return self.pool.make_product([self, other])

    def choose(self, x: Formula, y: Formula) -> Formula:
        """Returns the `where` of a rule with this formula as its condition.

        An equality holds at single points, where the 0 of a rule is a convention: the formula for
        all other points is returned."""
        if self.operation is EQ and x is self.pool.zero:
            return y
        return self.pool.make_operation(WHERE, self, x, y)

    @property
    def operands(self) -> tuple[Formula, ...]:
        """The formulas that this one is made of."""
        if self.operation is MUL:
            return tuple([formula for pair in self.parts for formula in pair])
        if self.operation is ADD:
            return tuple([monic for monic, _ in self.parts])
        return () if self.operation in (NUMBER, VARIABLE, EXP) else self.parts

    @property
    def is_negative(self) -> bool:
        """Whether a minus can be pulled out, as it stands before every part."""
        if self.operation is ADD:
            few = len(self.parts) <= MAX_MERGED_PARTS
            return (
                few and self.number <= 0 and all(coefficient < 0 for _, coefficient in self.parts)
            )
        return self.operation in (NUMBER, MUL) and self.number < 0

    @property
    def is_gate(self) -> bool:
        """Whether it is a `where` that is 0 on one side, as an adjoint behind a branch is."""
        return self.operation is WHERE and self.pool.zero in self.parts[1:]

    def split_power(self) -> tuple[Formula, Formula]:
        """Returns base and exponent; any formula is its own first power."""
        if self.operation is MUL and self.number == 1 and len(self.parts) == 1:
            base, exponent = self.parts[0]
            return base, exponent
        return self, self.pool.one


class FormulaPool:
    """The place where formulas are made, each once.

    This class makes numbers, names and operations and declares the rest: sums.py, products.py and
    powers.py define it, and identities.py adds what is known of functions."""

    def __init__(self) -> None:
        self._interned: dict[object, Formula] = {}
        self.undefined = self._intern(VARIABLE, 1, ("undefined",), None)
        self.zero = self.make_number(0)
        self.one = self.make_number(1)
        self.minus_one = self.make_number(-1)
        self.exponential = self._intern(EXP, 0, (self.one,), EXP)  # the base e of exp(x)

    def _intern(
        self, operation: Operation, number: Rational, parts: tuple[Any, ...], key: object
    ) -> Formula:
        """Returns the formula of a key, made at its first use."""
        formula = self._interned.get(key)
        if formula is None:
            formula = Formula(self, len(self._interned), operation, number, parts)
            self._interned[key] = formula
        return formula

    def make_number(self, value: Rational) -> Formula:
        return self._intern(NUMBER, narrow_to_int(value), (), value)

    def make_variable(self, text: str) -> Formula:
        return self._intern(VARIABLE, 0, (text,), text)

    def make_constant(self, text: str) -> Formula:
        """Returns a constant, or a number too long to compute with, under its text.

        Its number is 1, which distinguishes it from a variable."""
        return self._intern(VARIABLE, 1, (text,), (VARIABLE, text))

    def make_operation(self, operation: Operation, *operands: Formula) -> Formula:
        """Returns an operation that is not a sum, a product or a power."""
        if all(operand.operation is NUMBER for operand in operands):
            value = self._fold_constants(operation, [operand.number for operand in operands])
            if value is not None:
                return self.make_number(value)
        return self._intern(operation, 0, operands, (operation, operands))

    def _fold_constants(self, operation: Operation, numbers: Sequence[Rational]) -> Rational | None:
        """Returns the exact value of an operation on numbers, None where it is no fraction.

        Raises ArithmeticError or ValueError where the operation has no value at all."""
        try:
            return Fraction(EXACT.get_function(operation)(*map(Fraction, numbers)))
        except (OverflowError, PointError):
            return None
        except ArithmeticError:
            # The value is no fraction, or there is none: floats raise an error for the latter only.
            if all(count_bits(number) < MAX_FOLDED_BITS for number in numbers):
                FLOATS.get_function(operation)(*map(float, numbers))
            return None

    def make_sum(self, terms: Iterable[SumTerm]) -> Formula:
        raise NotImplementedError

    def make_multiple(self, scale: Rational, formula: Formula) -> Formula:
        raise NotImplementedError

    def make_product(self, factors: Iterable[Formula]) -> Formula:
        raise NotImplementedError

    def remove_bases(self, product: Formula, *bases: Formula) -> Formula:
        raise NotImplementedError

    def make_power(self, base: Formula, exponent: Formula) -> Formula:
        raise NotImplementedError

    def _intern_product(
        self, coefficient: Rational, parts: tuple[tuple[Formula, Formula], ...]
    ) -> Formula:
        raise NotImplementedError


def narrow_to_int(number: Rational) -> Rational:
    """Returns a whole number as int, any other as it is."""
    return number.numerator if number.denominator == 1 else number


def strip_sign(number: Rational) -> Rational:
    """Returns the absolute value; abs() takes twice the time for a positive Fraction."""
    return -number if number < 0 else number


def count_bits(number: Rational) -> int:
    return max(number.numerator.bit_length(), number.denominator.bit_length())


def is_heavy(number: Rational) -> bool:
    """Whether a coefficient is too long for sums and products to be computed further."""
    if type(number) is int and -1_000_000 < number < 1_000_000:
        return False  # the quick answer for nearly all coefficients
    return count_bits(number) > HEAVY_BITS


def is_positive_constant(formula: Formula) -> bool:
    """Whether a formula is a positive number or constant."""
    if formula.operation is VARIABLE:
        return formula.number == 1
    return formula.operation is EXP or (formula.operation is NUMBER and formula.number > 0)
