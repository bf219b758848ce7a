"""Formulas: a kind of number that stays written, simplified while it is built.

A formula is a number, a name, a sum, a product or an operation on formulas. A sum is a number and monic formulas with
their coefficients, so like terms meet; a product is a number and bases with their exponents, so like factors do. Each
different formula exists once (hash consing): a derivative is as large as its graph, not as its text.

Source: J. S. Cohen, Computer Algebra and Symbolic Computation: Mathematical Methods, chapter 3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from graddiff.algebra.node import (
    ABS,
    ADD,
    CBRT,
    EXP,
    MUL,
    ONE,
    PARTS,
    POW,
    Formula,
    Rational,
    bits,
    heavy,
    size,
    whole,
)
from graddiff.errors import PointError
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.fractions import EXACT
from graddiff.operations.row import Operation
from graddiff.operations.table import NUMBER, VARIABLE, WHERE

BITS = 64  # of a power that is worked out; 2^1000 stays as it is


class Formulas:
    """Where formulas are made, each once."""

    def __init__(self) -> None:
        self._known: dict[object, Formula] = {}
        self.undefined = self._make(VARIABLE, 1, ("undefined",), None)
        self.zero, self.one, self.minus_one = self.number(0), self.number(1), self.number(-1)
        self.exponential = self._make(
            EXP, 0, (self.one,), EXP
        )  # the base of the powers that exp is

    def _make(
        self, operation: Operation, number: Rational, parts: tuple[Any, ...], key: object
    ) -> Formula:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Formula(self, len(self._known), operation, number, parts)
        return found

    def number(self, value: Rational) -> Formula:
        return self._make(NUMBER, whole(value), (), value)

    def name(self, text: str) -> Formula:
        """A variable."""
        return self._make(VARIABLE, 0, (text,), text)

    def constant(self, text: str) -> Formula:
        """A constant, or a number that is too long to compute with; its number is 1, which tells it from a variable."""
        return self._make(VARIABLE, 1, (text,), (VARIABLE, text))

    def call(self, operation: Operation, *operands: Formula) -> Formula:
        """An operation other than those that sums, products and powers are."""
        if all(operand.operation is NUMBER for operand in operands):
            value = self._folded(operation, [operand.number for operand in operands])
            if value is not None:
                return self.number(value)
        return self._make(operation, 0, operands, (operation, operands))

    def _folded(self, operation: Operation, numbers: Sequence[Rational]) -> Rational | None:
        """The exact value of an operation on numbers; an error where it has none at all."""
        try:
            return Fraction(EXACT.function(operation)(*map(Fraction, numbers)))
        except (OverflowError, PointError):
            return None
        except ArithmeticError:  # no fraction, or no value
            if all(bits(number) < 1000 for number in numbers):
                FLOATS.function(operation)(*map(float, numbers))
            return None

    # sums

    def sum(self, terms: Iterable[tuple[Formula, Rational]]) -> Formula:
        """The sum of formulas with coefficients; like terms are one."""
        terms = [*terms]
        constant: Rational = 0
        found: dict[Formula, Rational] = {}
        for formula, scale in terms:
            if formula.operation is MUL:
                scale, formula = scale * formula.number, self.monic(formula)
            if formula.operation is NUMBER:
                constant += scale * formula.number
            elif formula.operation is ADD and len(formula.parts) + len(found) <= PARTS:
                constant += scale * formula.number
                for monic, coefficient in formula.parts:
                    self._collect(found, monic, scale * coefficient)
            else:
                self._collect(found, formula, scale)
        constant = whole(constant)
        parts = tuple(
            [(monic, whole(coefficient)) for monic, coefficient in found.items() if coefficient]
        )
        if not parts:
            return self.number(constant)
        if not constant and len(parts) == 1:
            return self.scaled(parts[0][1], parts[0][0])
        if heavy(constant) or any(heavy(coefficient) for _, coefficient in parts):
            return self._make(ADD, 0, tuple(terms), (ADD, tuple(terms)))
        known = self.identity(constant, parts)
        return known or self._make(ADD, constant, parts, (ADD, constant, frozenset(parts)))

    def identity(
        self, constant: Rational, parts: Sequence[tuple[Formula, Rational]]
    ) -> Formula | None:
        """What a sum is as well, where there is an identity for it."""
        return None

    def _collect(self, found: dict[Formula, Rational], term: Formula, scale: Rational) -> None:
        """Adds to the terms found so far; where(c, x, 0) + where(c, 0, y) is where(c, x, y)."""
        if term.gate:
            for other in found:
                if other.gate and other.parts[0] is term.parts[0]:
                    pairs = zip(term.parts[1:], other.parts[1:])
                    branches = [self.sum([(x, scale), (y, found[other])]) for x, y in pairs]
                    del found[other]
                    term, scale = self.call(WHERE, term.parts[0], *branches), ONE
                    break
        found[term] = found.get(term, 0) + scale

    def scaled(self, scale: Rational, formula: Formula) -> Formula:
        """A number times a formula."""
        if scale == 1 or not scale:
            return formula if scale else self.zero
        if formula.operation is NUMBER:
            return self.number(scale * formula.number)
        if formula.operation is MUL:
            return self._product(scale * formula.number, formula.parts)
        return self._product(scale, ((formula, self.one),))

    def monic(self, formula: Formula) -> Formula:
        """A product without its coefficient."""
        return self._product(1, formula.parts)

    # products

    def product(self, factors: Iterable[Formula]) -> Formula:
        """The product of formulas; powers of the same base are one."""
        coefficient: Rational = 1
        opaque: set[Formula] = set()  # products too large to be taken apart
        found: dict[Formula, Formula] = {}
        for formula in factors:
            if formula.operation is NUMBER:
                coefficient *= formula.number
            elif formula.operation is MUL and len(formula.parts) + len(found) <= PARTS:
                coefficient *= formula.number
                for base, exponent in formula.parts:
                    self._raise(found, base, exponent)
            else:
                opaque.add(formula)
                self._raise(found, formula, self.one)
        if not coefficient:
            return self.zero
        again = [*self._worked_out(found, opaque)]
        if any(formula is not self.one for formula in again):
            return self.product([self._product(coefficient, tuple(found.items())), *again])
        for base, exponent in found.items():
            if exponent is self.one and base.gate:
                del found[base]
                rest = self._product(coefficient, tuple(found.items()))
                return self.call(
                    WHERE,
                    base.parts[0],
                    *[self.product([rest, branch]) for branch in base.parts[1:]],
                )
        return self._product(coefficient, tuple(found.items()))

    def _worked_out(self, found: dict[Formula, Formula], opaque: set[Formula]) -> Iterator[Formula]:
        """Takes out the powers that are something simpler, and gives what they are."""
        for base, exponent in [*found.items()]:
            if base.operation is MUL and exponent is self.one and base not in opaque:
                if len(base.parts) + len(found) <= PARTS:
                    del found[base]
                    yield base
            elif exponent is self.zero or base.operation is MUL or reducible(base, exponent):
                power = self.power(base, exponent)
                if power.as_power() != (base, exponent):
                    del found[base]
                    yield power

    def without(self, product: Formula, *bases: Formula) -> Formula:
        """What is left of a product without some of its bases."""
        return self._product(
            product.number, tuple([pair for pair in product.parts if pair[0] not in bases])
        )

    def _raise(self, found: dict[Formula, Formula], base: Formula, exponent: Formula) -> None:
        before = found.get(base)
        found[base] = exponent if before is None else self.sum([(before, ONE), (exponent, ONE)])

    def _product(
        self, coefficient: Rational, parts: tuple[tuple[Formula, Formula], ...]
    ) -> Formula:
        if not parts:
            return self.number(coefficient)
        if coefficient == 1 and len(parts) == 1 and parts[0][1] is self.one:
            return parts[0][0]
        if heavy(coefficient) and len(parts) > 1:
            inner = self._product(1, parts)
            return self._product(coefficient, ((inner, self.one),))
        return self._make(MUL, coefficient, parts, (MUL, coefficient, frozenset(parts)))

    def power(self, base: Formula, exponent: Formula) -> Formula:
        """The base to the power of the exponent, as far as it is the same wherever it has a value."""
        if exponent.operation is NUMBER:
            if exponent.number == 0:
                return self.one
            if exponent.number == 1:
                return base
            if base.operation is NUMBER:
                return self._number_power(base, exponent)
            whole = exponent.number.denominator == 1
            if base.operation is MUL and whole:
                return self._product_power(base, exponent)
            if reducible(base, exponent):
                return self._reduced(base, int(exponent.number))
        elif base.operation is NUMBER and base.number == 1:
            return self.one
        if base.operation is MUL and len(base.parts) == 1 and base.number == 1:
            inner, first = base.parts[0]
            if positive(inner):
                return self.power(inner, self.product([first, exponent]))
        return self._product(1, ((base, exponent),))

    def _reduced(self, base: Formula, exponent: int) -> Formula:
        """A power of cbrt(x) or abs(x) as one of x."""
        if base.operation is ABS:
            return self.power(base.parts[0], self.number(exponent))
        whole, rest = divmod(abs(exponent), 3)
        sign = 1 if exponent > 0 else -1
        inner = self.power(base.parts[0], self.number(sign * whole))
        return self.product([inner, self.power(base, self.number(sign * rest))])

    def _product_power(self, base: Formula, exponent: Formula) -> Formula:
        """(2*x*y)^2 is 4*x^2*y^2."""
        if len(base.parts) > PARTS or (
            size(exponent.number) * bits(base.number) > BITS and size(base.number) != 1
        ):
            return self._product(1, ((base, exponent),))
        coefficient = self.number(Fraction(base.number) ** int(exponent.number))
        parts = [self.power(inner, self.product([first, exponent])) for inner, first in base.parts]
        return self.product([coefficient, *parts])

    def _number_power(self, base: Formula, exponent: Formula) -> Formula:
        x, y = base.number, exponent.number
        if x == 0 and y < 0:
            raise ZeroDivisionError
        if abs(y.numerator) * bits(x) <= BITS or (size(x) <= 1 and x.denominator == 1):
            value = self._folded(POW, [x, y])
            if value is not None:
                return self.number(value)
        if y == -1:
            return self.number(Fraction(1) / x)
        return self._product(1, ((base, exponent),))


def positive(formula: Formula) -> bool:
    """Whether a formula is a positive number or constant."""
    if formula.operation is VARIABLE:
        return formula.number == 1
    return formula.operation is EXP or (formula.operation is NUMBER and formula.number > 0)


def reducible(base: Formula, exponent: Formula) -> bool:
    """cbrt(x)^4 is x*cbrt(x), and abs(x)^2 is x^2; a power of a number may be a number."""
    if exponent.operation is not NUMBER or exponent.number.denominator != 1:
        return False
    if base.operation is CBRT:
        return size(exponent.number) > 2
    return base.operation is NUMBER or (base.operation is ABS and exponent.number % 2 == 0)
