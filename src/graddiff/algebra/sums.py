"""Sums in normal form: a number, and monic formulas with their coefficients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graddiff.algebra.node import (
    MAX_MERGED_PARTS,
    ONE,
    Formula,
    FormulaPool,
    Rational,
    SumTerm,
    is_heavy,
    narrow_to_int,
)
from graddiff.operations.neutral import get_neutral_number
from graddiff.operations.table import ADD, MUL, NUMBER, WHERE

EMPTY_SUM = get_neutral_number(ADD)
UNIT_COEFFICIENT = get_neutral_number(MUL)


class SumPool(FormulaPool):
    """A pool that makes sums."""

    def make_sum(self, terms: Iterable[SumTerm]) -> Formula:
        """Returns the sum of formulas with coefficients; like terms are collected."""
        terms = [*terms]
        constant: Rational = EMPTY_SUM
        coefficients: dict[Formula, Rational] = {}
        for formula, scale in terms:
            if formula.operation is MUL:
                # 2*x and 3*x are like terms: the coefficient belongs to the sum.
                scale, formula = scale * formula.number, self._strip_coefficient(formula)
            if formula.operation is NUMBER:
                constant += scale * formula.number
            elif self._can_merge(formula, coefficients):
                constant += scale * formula.number
                for monic, coefficient in formula.parts:
                    self._collect_term(coefficients, monic, scale * coefficient)
            else:
                self._collect_term(coefficients, formula, scale)
        parts = [(monic, narrow_to_int(scale)) for monic, scale in coefficients.items() if scale]
        return self._finish_sum(terms, narrow_to_int(constant), tuple(parts))

    def _can_merge(self, formula: Formula, coefficients: dict[Formula, Rational]) -> bool:
        """Whether a formula is a sum that is small enough to be taken apart."""
        return formula.operation is ADD and (
            len(formula.parts) + len(coefficients) <= MAX_MERGED_PARTS
        )

    def _finish_sum(
        self,
        terms: Sequence[SumTerm],
        constant: Rational,
        parts: tuple[SumTerm, ...],
    ) -> Formula:
        """Returns the formula of a constant and collected parts, which `terms` add up to."""
        if not parts:
            return self.make_number(constant)
        if constant == EMPTY_SUM and len(parts) == 1:
            monic, coefficient = parts[0]
            return self.make_multiple(coefficient, monic)
        if is_heavy(constant) or any(is_heavy(coefficient) for _, coefficient in parts):
            # The numbers would grow without bound: the terms stay as they came.
            return self._intern(ADD, EMPTY_SUM, tuple(terms), (ADD, tuple(terms)))
        known = self.find_identity(constant, parts)
        # The order of the terms is that of their first use, but sums in any order are the same.
        return known or self._intern(ADD, constant, parts, (ADD, constant, frozenset(parts)))

    def find_identity(self, constant: Rational, parts: Sequence[SumTerm]) -> Formula | None:
        """Returns a shorter formula for a sum; a pool that knows identities overrides this."""
        return None

    def _collect_term(
        self, coefficients: dict[Formula, Rational], term: Formula, scale: Rational
    ) -> None:
        """Adds a term to those collected so far."""
        if term.is_gate:
            for gate in coefficients:
                if gate.is_gate and gate.parts[0] is term.parts[0]:
                    # where(c, x, 0) + where(c, 0, y) is where(c, x, y)
                    term = self._join_gates((term, scale), (gate, coefficients.pop(gate)))
                    scale = ONE
                    break
        coefficients[term] = coefficients.get(term, 0) + scale

    def _join_gates(self, first: SumTerm, second: SumTerm) -> Formula:
        """Returns the sum of two multiples of gates with the same condition, as one `where`."""
        (first_gate, first_scale), (second_gate, second_scale) = first, second
        branches = [
            self.make_sum([(x, first_scale), (y, second_scale)])
            for x, y in zip(first_gate.parts[1:], second_gate.parts[1:])
        ]
        return self.make_operation(WHERE, first_gate.parts[0], *branches)

    def make_multiple(self, scale: Rational, formula: Formula) -> Formula:
        """Returns a number times a formula."""
        if scale == UNIT_COEFFICIENT:
            return formula
        if not scale:
            return self.zero
        if formula.operation is NUMBER:
            return self.make_number(scale * formula.number)
        if formula.operation is MUL:
            return self._intern_product(scale * formula.number, formula.parts)
        return self._intern_product(scale, ((formula, self.one),))

    def _strip_coefficient(self, formula: Formula) -> Formula:
        """Returns a product without its coefficient."""
        return self._intern_product(UNIT_COEFFICIENT, formula.parts)
