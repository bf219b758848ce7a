"""Products in normal form: a coefficient, and bases with their exponents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from graddiff.algebra.node import (
    ABS,
    CBRT,
    MAX_MERGED_PARTS,
    ONE,
    Formula,
    Rational,
    is_heavy,
    strip_sign,
)
from graddiff.algebra.sums import UNIT_COEFFICIENT, SumPool
from graddiff.operations.table import MUL, NUMBER, WHERE


class ProductPool(SumPool):
    """A pool that makes products, too."""

    def make_product(self, factors: Iterable[Formula]) -> Formula:
        """Returns the product of formulas; powers of the same base are collected."""
        coefficient: Rational = UNIT_COEFFICIENT
        opaque: set[Formula] = set()  # products too large to be taken apart
        exponents: dict[Formula, Formula] = {}
        for formula in factors:
            if formula.operation is NUMBER:
                coefficient *= formula.number
            elif self._can_take_apart(formula, exponents):
                coefficient *= formula.number
                for base, exponent in formula.parts:
                    self._collect_factor(exponents, base, exponent)
            else:
                opaque.add(formula)
                self._collect_factor(exponents, formula, self.one)
        # 0 absorbs all other factors: a formula holds wherever the text that it is for has a value.
        if not coefficient:
            return self.zero
        return self._finish_product(coefficient, exponents, opaque)

    def _can_take_apart(self, formula: Formula, exponents: dict[Formula, Formula]) -> bool:
        """Whether a formula is a product that is small enough to be taken apart."""
        return formula.operation is MUL and (
            len(formula.parts) + len(exponents) <= MAX_MERGED_PARTS
        )

    def _finish_product(
        self, coefficient: Rational, exponents: dict[Formula, Formula], opaque: set[Formula]
    ) -> Formula:
        """Returns the formula of a coefficient and the collected powers."""
        simpler = [*self._extract_simpler_powers(exponents, opaque)]
        if any(formula is not self.one for formula in simpler):
            # What replaces a power, such as x for abs(x)^2, may join other factors: start again.
            rest = self._intern_product(coefficient, tuple(exponents.items()))
            return self.make_product([rest, *simpler])
        for base, exponent in exponents.items():
            if base.is_gate and exponent is self.one:
                # The other factors move into the branches, so that gates of sums can join.
                del exponents[base]
                rest = self._intern_product(coefficient, tuple(exponents.items()))
                branches = [self.make_product([rest, branch]) for branch in base.parts[1:]]
                return self.make_operation(WHERE, base.parts[0], *branches)
        return self._intern_product(coefficient, tuple(exponents.items()))

    def _extract_simpler_powers(
        self, exponents: dict[Formula, Formula], opaque: set[Formula]
    ) -> Iterator[Formula]:
        """Removes the powers that equal something simpler, and yields what they equal."""
        for base, exponent in [*exponents.items()]:
            if base.operation is MUL and exponent is self.one and base not in opaque:
                # A product within the product, left by a power whose exponents add up to 1.
                if len(base.parts) + len(exponents) <= MAX_MERGED_PARTS:
                    del exponents[base]
                    yield base
            elif self._may_be_simpler(base, exponent):
                power = self.make_power(base, exponent)
                if power.split_power() != (base, exponent):
                    del exponents[base]
                    yield power

    def _may_be_simpler(self, base: Formula, exponent: Formula) -> bool:
        """Whether it is worth making a power to see whether it becomes something simpler."""
        return exponent is self.zero or base.operation is MUL or is_reducible_power(base, exponent)

    def _collect_factor(
        self, exponents: dict[Formula, Formula], base: Formula, exponent: Formula
    ) -> None:
        """Multiplies the powers collected so far by another one."""
        before = exponents.get(base)
        if before is not None:
            exponent = self.make_sum([(before, ONE), (exponent, ONE)])
        exponents[base] = exponent

    def remove_bases(self, product: Formula, *bases: Formula) -> Formula:
        """Returns a product without the powers of some bases."""
        rest = [pair for pair in product.parts if pair[0] not in bases]
        return self._intern_product(product.number, tuple(rest))

    def _intern_product(
        self, coefficient: Rational, parts: tuple[tuple[Formula, Formula], ...]
    ) -> Formula:
        """Returns the formula of a product whose factors are collected already."""
        if not parts:
            return self.make_number(coefficient)
        if coefficient == UNIT_COEFFICIENT and len(parts) == 1 and parts[0][1] is self.one:
            return parts[0][0]
        if is_heavy(coefficient) and len(parts) > 1:
            # The other factors become one base, so that the long number is copied once only.
            inner = self._intern_product(UNIT_COEFFICIENT, parts)
            return self._intern_product(coefficient, ((inner, self.one),))
        # The order of the factors is that of their first use, but any order is the same product.
        return self._intern(MUL, coefficient, parts, (MUL, coefficient, frozenset(parts)))


def is_reducible_power(base: Formula, exponent: Formula) -> bool:
    """Whether a whole power equals a lower one, as cbrt(x)^4 = x*cbrt(x) and abs(x)^2 = x^2.

    A power of a number counts as well, as it may be a number."""
    if exponent.operation is not NUMBER or exponent.number.denominator != 1:
        return False
    if base.operation is CBRT:
        return strip_sign(exponent.number) > 2
    return base.operation is NUMBER or (base.operation is ABS and exponent.number % 2 == 0)
