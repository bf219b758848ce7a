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
    MAX_MERGED_PARTS,
    MUL,
    ONE,
    POW,
    Formula,
    Rational,
    count_bits,
    is_heavy,
    narrow_to_int,
    strip_sign,
)
from graddiff.errors import PointError
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.fractions import EXACT
from graddiff.operations.row import Operation
from graddiff.operations.table import NUMBER, VARIABLE, WHERE

MAX_POWER_BITS = 64  # of a power that is worked out; 2^1000 stays as it is


class FormulaPool:
    """Where formulas are made, each once."""

    def __init__(self) -> None:
        self._interned: dict[object, Formula] = {}
        self.undefined = self._intern(VARIABLE, 1, ("undefined",), None)
        self.zero, self.one, self.minus_one = (
            self.make_number(0),
            self.make_number(1),
            self.make_number(-1),
        )
        self.exponential = self._intern(
            EXP, 0, (self.one,), EXP
        )  # the base of the powers that exp is

    def _intern(
        self, operation: Operation, number: Rational, parts: tuple[Any, ...], key: object
    ) -> Formula:
        found = self._interned.get(key)
        if found is None:
            found = self._interned[key] = Formula(
                self, len(self._interned), operation, number, parts
            )
        return found

    def make_number(self, value: Rational) -> Formula:
        return self._intern(NUMBER, narrow_to_int(value), (), value)

    def make_variable(self, text: str) -> Formula:
        """A variable."""
        return self._intern(VARIABLE, 0, (text,), text)

    def make_constant(self, text: str) -> Formula:
        """A constant, or a number that is too long to compute with; its number is 1, which tells it from a variable."""
        return self._intern(VARIABLE, 1, (text,), (VARIABLE, text))

    def make_operation(self, operation: Operation, *operands: Formula) -> Formula:
        """An operation other than those that sums, products and powers are."""
        if all(operand.operation is NUMBER for operand in operands):
            value = self._fold_constants(operation, [operand.number for operand in operands])
            if value is not None:
                return self.make_number(value)
        return self._intern(operation, 0, operands, (operation, operands))

    def _fold_constants(self, operation: Operation, numbers: Sequence[Rational]) -> Rational | None:
        """The exact value of an operation on numbers; an error where it has none at all."""
        try:
            return Fraction(EXACT.get_function(operation)(*map(Fraction, numbers)))
        except (OverflowError, PointError):
            return None
        except ArithmeticError:  # no fraction, or no value
            if all(count_bits(number) < 1000 for number in numbers):
                FLOATS.get_function(operation)(*map(float, numbers))
            return None

    # sums

    def make_sum(self, terms: Iterable[tuple[Formula, Rational]]) -> Formula:
        """The sum of formulas with coefficients; like terms are one."""
        terms = [*terms]
        constant: Rational = 0
        found: dict[Formula, Rational] = {}
        for formula, scale in terms:
            if formula.operation is MUL:
                scale, formula = scale * formula.number, self.strip_coefficient(formula)
            if formula.operation is NUMBER:
                constant += scale * formula.number
            elif formula.operation is ADD and len(formula.parts) + len(found) <= MAX_MERGED_PARTS:
                constant += scale * formula.number
                for monic, coefficient in formula.parts:
                    self._collect_term(found, monic, scale * coefficient)
            else:
                self._collect_term(found, formula, scale)
        constant = narrow_to_int(constant)
        parts = tuple(
            [
                (monic, narrow_to_int(coefficient))
                for monic, coefficient in found.items()
                if coefficient
            ]
        )
        if not parts:
            return self.make_number(constant)
        if not constant and len(parts) == 1:
            return self.make_multiple(parts[0][1], parts[0][0])
        if is_heavy(constant) or any(is_heavy(coefficient) for _, coefficient in parts):
            return self._intern(ADD, 0, tuple(terms), (ADD, tuple(terms)))
        known = self.find_identity(constant, parts)
        return known or self._intern(ADD, constant, parts, (ADD, constant, frozenset(parts)))

    def find_identity(
        self, constant: Rational, parts: Sequence[tuple[Formula, Rational]]
    ) -> Formula | None:
        """What a sum is as well, where there is an identity for it."""
        return None

    def _collect_term(
        self, coefficients: dict[Formula, Rational], term: Formula, scale: Rational
    ) -> None:
        """Adds to the terms found so far; where(c, x, 0) + where(c, 0, y) is where(c, x, y)."""
        if term.is_gate:
            for other in coefficients:
                if other.is_gate and other.parts[0] is term.parts[0]:
                    pairs = zip(term.parts[1:], other.parts[1:])
                    branches = [
                        self.make_sum([(x, scale), (y, coefficients[other])]) for x, y in pairs
                    ]
                    del coefficients[other]
                    term, scale = self.make_operation(WHERE, term.parts[0], *branches), ONE
                    break
        coefficients[term] = coefficients.get(term, 0) + scale

    def make_multiple(self, scale: Rational, formula: Formula) -> Formula:
        """A number times a formula."""
        if scale == 1 or not scale:
            return formula if scale else self.zero
        if formula.operation is NUMBER:
            return self.make_number(scale * formula.number)
        if formula.operation is MUL:
            return self._intern_product(scale * formula.number, formula.parts)
        return self._intern_product(scale, ((formula, self.one),))

    def strip_coefficient(self, formula: Formula) -> Formula:
        """A product without its coefficient."""
        return self._intern_product(1, formula.parts)

    # products

    def make_product(self, factors: Iterable[Formula]) -> Formula:
        """The product of formulas; powers of the same base are one."""
        coefficient: Rational = 1
        opaque: set[Formula] = set()  # products too large to be taken apart
        found: dict[Formula, Formula] = {}
        for formula in factors:
            if formula.operation is NUMBER:
                coefficient *= formula.number
            elif formula.operation is MUL and len(formula.parts) + len(found) <= MAX_MERGED_PARTS:
                coefficient *= formula.number
                for base, exponent in formula.parts:
                    self._collect_factor(found, base, exponent)
            else:
                opaque.add(formula)
                self._collect_factor(found, formula, self.one)
        if not coefficient:
            return self.zero
        again = [*self._extract_simpler_powers(found, opaque)]
        if any(formula is not self.one for formula in again):
            return self.make_product(
                [self._intern_product(coefficient, tuple(found.items())), *again]
            )
        for base, exponent in found.items():
            if exponent is self.one and base.is_gate:
                del found[base]
                rest = self._intern_product(coefficient, tuple(found.items()))
                return self.make_operation(
                    WHERE,
                    base.parts[0],
                    *[self.make_product([rest, branch]) for branch in base.parts[1:]],
                )
        return self._intern_product(coefficient, tuple(found.items()))

    def _extract_simpler_powers(
        self, exponents: dict[Formula, Formula], opaque: set[Formula]
    ) -> Iterator[Formula]:
        """Takes out the powers that are something simpler, and gives what they are."""
        for base, exponent in [*exponents.items()]:
            if base.operation is MUL and exponent is self.one and base not in opaque:
                if len(base.parts) + len(exponents) <= MAX_MERGED_PARTS:
                    del exponents[base]
                    yield base
            elif (
                exponent is self.zero or base.operation is MUL or is_reducible_power(base, exponent)
            ):
                power = self.make_power(base, exponent)
                if power.split_power() != (base, exponent):
                    del exponents[base]
                    yield power

    def remove_bases(self, product: Formula, *bases: Formula) -> Formula:
        """What is left of a product without some of its bases."""
        return self._intern_product(
            product.number, tuple([pair for pair in product.parts if pair[0] not in bases])
        )

    def _collect_factor(
        self, exponents: dict[Formula, Formula], base: Formula, exponent: Formula
    ) -> None:
        before = exponents.get(base)
        exponents[base] = (
            exponent if before is None else self.make_sum([(before, ONE), (exponent, ONE)])
        )

    def _intern_product(
        self, coefficient: Rational, parts: tuple[tuple[Formula, Formula], ...]
    ) -> Formula:
        if not parts:
            return self.make_number(coefficient)
        if coefficient == 1 and len(parts) == 1 and parts[0][1] is self.one:
            return parts[0][0]
        if is_heavy(coefficient) and len(parts) > 1:
            inner = self._intern_product(1, parts)
            return self._intern_product(coefficient, ((inner, self.one),))
        return self._intern(MUL, coefficient, parts, (MUL, coefficient, frozenset(parts)))

    def make_power(self, base: Formula, exponent: Formula) -> Formula:
        """The base to the power of the exponent, as far as it is the same wherever it has a value."""
        if exponent.operation is NUMBER:
            if exponent.number == 0:
                return self.one
            if exponent.number == 1:
                return base
            if base.operation is NUMBER:
                return self._raise_number(base, exponent)
            whole = exponent.number.denominator == 1
            if base.operation is MUL and whole:
                return self._raise_product(base, exponent)
            if is_reducible_power(base, exponent):
                return self._reduce_power(base, int(exponent.number))
        elif base.operation is NUMBER and base.number == 1:
            return self.one
        if base.operation is MUL and len(base.parts) == 1 and base.number == 1:
            inner, first = base.parts[0]
            if is_positive_constant(inner):
                return self.make_power(inner, self.make_product([first, exponent]))
        return self._intern_product(1, ((base, exponent),))

    def _reduce_power(self, base: Formula, exponent: int) -> Formula:
        """A power of cbrt(x) or abs(x) as one of x."""
        if base.operation is ABS:
            return self.make_power(base.parts[0], self.make_number(exponent))
        whole, rest = divmod(abs(exponent), 3)
        sign = 1 if exponent > 0 else -1
        inner = self.make_power(base.parts[0], self.make_number(sign * whole))
        return self.make_product([inner, self.make_power(base, self.make_number(sign * rest))])

    def _raise_product(self, base: Formula, exponent: Formula) -> Formula:
        """(2*x*y)^2 is 4*x^2*y^2."""
        if len(base.parts) > MAX_MERGED_PARTS or (
            strip_sign(exponent.number) * count_bits(base.number) > MAX_POWER_BITS
            and strip_sign(base.number) != 1
        ):
            return self._intern_product(1, ((base, exponent),))
        coefficient = self.make_number(Fraction(base.number) ** int(exponent.number))
        parts = [
            self.make_power(inner, self.make_product([first, exponent]))
            for inner, first in base.parts
        ]
        return self.make_product([coefficient, *parts])

    def _raise_number(self, base: Formula, exponent: Formula) -> Formula:
        x, y = base.number, exponent.number
        if x == 0 and y < 0:
            raise ZeroDivisionError
        if abs(y.numerator) * count_bits(x) <= MAX_POWER_BITS or (
            strip_sign(x) <= 1 and x.denominator == 1
        ):
            value = self._fold_constants(POW, [x, y])
            if value is not None:
                return self.make_number(value)
        if y == -1:
            return self.make_number(Fraction(1) / x)
        return self._intern_product(1, ((base, exponent),))


def is_positive_constant(formula: Formula) -> bool:
    """Whether a formula is a positive number or constant."""
    if formula.operation is VARIABLE:
        return formula.number == 1
    return formula.operation is EXP or (formula.operation is NUMBER and formula.number > 0)


def is_reducible_power(base: Formula, exponent: Formula) -> bool:
    """cbrt(x)^4 is x*cbrt(x), and abs(x)^2 is x^2; a power of a number may be a number."""
    if exponent.operation is not NUMBER or exponent.number.denominator != 1:
        return False
    if base.operation is CBRT:
        return strip_sign(exponent.number) > 2
    return base.operation is NUMBER or (base.operation is ABS and exponent.number % 2 == 0)
