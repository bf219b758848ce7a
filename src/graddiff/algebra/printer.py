"""The text of a formula in any alphabet, arranged as a textbook would write it.

A quotient has one line of fraction, a root its sign, and a sum begins with a positive term if it
has one."""

from collections.abc import Sequence
from typing import NamedTuple

from graddiff.algebra.node import EXP, HALF, Formula, Rational, strip_sign
from graddiff.notation.style import ATOM, PRECEDENCE, Alphabet, Term
from graddiff.operations.table import ADD, DIV, MUL, NUMBER, POW, TABLE, VARIABLE

SQRT = TABLE["sqrt"]
MAX_DECIMAL_PLACES = 16
MAX_TRAILING_ZEROS = 11  # of a whole number; 10^12 is written 1e12

FactorRank = tuple[int, int | str]


class RankedFactor(NamedTuple):
    """A factor of a product, and what it is sorted by."""

    rank: FactorRank
    term: Term


class FormulaPrinter:
    """Writes formulas in one alphabet; `decimals` writes 0.5*x for x/2."""

    def __init__(self, alphabet: Alphabet, decimals: bool = False) -> None:
        self.alphabet, self.decimals = alphabet, decimals
        self._terms: dict[Formula, Term] = {}

    def assign_name(self, formula: Formula, name: str) -> None:
        """Writes the name in place of the formula from now on."""
        self._terms[formula] = Term(self.alphabet.format_name(name))

    def format_formula(self, formula: Formula) -> str:
        """Returns the text of a formula that stands alone, where a sum has spaces around signs."""
        term = self.build_term(formula)
        return self._join_terms(formula, " + ", " - ") if formula.operation is ADD else term.text

    def build_term(self, formula: Formula) -> Term:
        """Returns the term of a formula as a part of others."""
        waiting = [formula]
        # A stack instead of recursion: a formula may be deeper than Python's calls can be.
        while waiting:
            missing = [part for part in waiting[-1].operands if part not in self._terms]
            if missing:
                waiting += missing
            else:
                top = waiting.pop()
                if top not in self._terms:
                    self._terms[top] = self._compose_term(top)
        return self._terms[formula]

    def _compose_term(self, formula: Formula) -> Term:
        """Returns the term of a formula whose operands have theirs."""
        if formula.operation is NUMBER:
            return self._format_rational(formula.number)
        if formula.operation is VARIABLE:
            return Term(self.alphabet.format_name(formula.parts[0]))
        if formula.operation is ADD:
            text = self._join_terms(formula, self.alphabet.plus, self.alphabet.minus)
            return Term(text, PRECEDENCE["add"])
        if formula.operation is MUL:
            return self._format_product(formula.number, formula.parts)
        if formula.operation is EXP:
            return self.alphabet.compose_term(EXP, [Term("1")])
        operands = [self._terms[operand] for operand in formula.parts]
        return self.alphabet.compose_term(formula.operation, operands)

    # numbers

    def _format_rational(self, value: Rational) -> Term:
        positive = strip_sign(value)
        if self._is_plain_number(positive):
            term = Term(format_decimal(positive))
        else:
            ends = [Term(format_decimal(n)) for n in (positive.numerator, positive.denominator)]
            term = self.alphabet.compose_term(DIV, ends)
        return negate_term(term) if value < 0 else term

    def _is_plain_number(self, value: Rational) -> bool:
        """Whether a number is written without a line of fraction."""
        if value.denominator == 1:
            return True
        return self.decimals and 10**MAX_DECIMAL_PLACES % value.denominator == 0

    # sums

    def _join_terms(self, formula: Formula, plus: str, minus: str) -> str:
        """Returns the parts of a sum with signs between them, a positive one first if possible."""
        parts = [
            (scale < 0, self._scale_term(strip_sign(scale), monic))
            for monic, scale in formula.parts
        ]
        if formula.number:
            term = self._format_rational(strip_sign(formula.number))
            parts.append((formula.number < 0, term))
        positive = [place for place, (is_negative, _) in enumerate(parts) if not is_negative]
        if positive:
            parts.insert(0, parts.pop(positive[0]))
        pieces = []
        for place, (is_negative, term) in enumerate(parts):
            sign = minus if is_negative else plus
            if place == 0:
                sign = "-" if is_negative else ""
            # Behind a minus, a sum needs brackets: a - (b + c).
            needed = PRECEDENCE["add"] + is_negative
            pieces += [sign, term.bracket_below(needed, self.alphabet.brackets)]
        return "".join(pieces)

    def _scale_term(self, scale: Rational, monic: Formula) -> Term:
        """Returns a positive number times a formula."""
        term = self._terms[monic]
        if scale == 1:
            return term
        # The number joins the fraction of a product, unless that has a name by now: 2*x/3, 2*u/3.
        if monic.operation is MUL and term.precedence < ATOM:
            return self._format_product(scale, monic.parts)
        return self._format_product(scale, ((monic, monic.pool.one),))

    # products

    def _format_product(
        self, coefficient: Rational, parts: Sequence[tuple[Formula, Formula]]
    ) -> Term:
        """Returns a product as a fraction: negative powers stand below the line."""
        above: list[RankedFactor] = []
        below: list[RankedFactor] = []
        for base, exponent in parts:
            if exponent.operation is NUMBER and exponent.number < 0:
                term = self._format_power(base, -exponent.number)
                below.append(RankedFactor(rank_factor(base, exponent, term), term))
            else:
                term = self._format_power(base, exponent)
                above.append(RankedFactor(rank_factor(base, exponent, term), term))
        positive = strip_sign(coefficient)
        number, divisor = positive, 1
        if not self._is_plain_number(positive):
            number, divisor = positive.numerator, positive.denominator
        term = self._multiply_factors(number, above)
        if below or divisor != 1:
            term = self.alphabet.compose_term(DIV, [term, self._multiply_factors(divisor, below)])
        return negate_term(term) if coefficient < 0 else term

    def _multiply_factors(self, number: Rational, ranked: Sequence[RankedFactor]) -> Term:
        """Returns the product of a number and factors, in the order of their ranks."""
        factors = [factor.term for factor in sorted(ranked, key=lambda factor: factor.rank)]
        if number != 1 or not factors:
            factors.insert(0, Term(format_decimal(number)))
        if len(factors) == 1:
            return factors[0]
        # From the second factor on, a quotient needs brackets: a*(b/c).
        texts = [
            factor.bracket_below(PRECEDENCE["mul"] + (place > 0), self.alphabet.brackets)
            for place, factor in enumerate(factors)
        ]
        return Term(self.alphabet.join_factors(texts), PRECEDENCE["mul"])

    def _format_power(self, base: Formula, exponent: Formula | Rational) -> Term:
        """Returns a factor: a root, an exponential function, or a power."""
        if isinstance(exponent, Formula) and exponent.operation is NUMBER:
            exponent = exponent.number
        if exponent == 1:
            return self._terms[base]
        if exponent == HALF:
            return self.alphabet.compose_term(SQRT, [self._terms[base]])
        if isinstance(exponent, Formula):
            above = self._terms[exponent]
        else:
            above = self._format_rational(exponent)
        if base is base.pool.exponential:
            return self.alphabet.compose_term(EXP, [above])
        if above.text.startswith("-"):
            above = above._replace(precedence=0)  # x^(-y): brackets, though x^-y could be read
        return self.alphabet.compose_term(POW, [self._terms[base], above])


def format_decimal(value: Rational) -> str:
    """Returns a number from 0 on as decimals; one with a denominator must divide 10^16."""
    if value.denominator != 1:
        scaled = value.numerator * 10**MAX_DECIMAL_PLACES // value.denominator
        digits = str(scaled).rjust(MAX_DECIMAL_PLACES + 1, "0")
        decimals = digits[-MAX_DECIMAL_PLACES:].rstrip("0")
        return f"{digits[:-MAX_DECIMAL_PLACES]}.{decimals}"
    digits = str(value.numerator)
    zeros = len(digits) - len(digits.rstrip("0"))
    return f"{digits[:-zeros]}e{zeros}" if zeros > MAX_TRAILING_ZEROS else digits


def negate_term(term: Term) -> Term:
    """Returns minus a product, or minus a term that binds as tightly."""
    precedence = PRECEDENCE["neg"] if term.precedence > PRECEDENCE["neg"] else PRECEDENCE["mul"]
    return Term(f"-{term.bracket_below(PRECEDENCE['mul'])}", precedence)


def rank_factor(base: Formula, exponent: Formula, term: Term) -> FactorRank:
    """Returns where a factor stands in a product.

    Numbers come first, then constants and variables by the alphabet, sums, functions, and powers
    with a variable exponent; the shorter of two functions comes first."""
    if exponent.operation is not NUMBER:
        return 5, len(term.text)
    if base.operation is VARIABLE:
        return (1 if base.number else 2), base.parts[0]
    return {NUMBER: 0, ADD: 3}.get(base.operation, 4), len(term.text)
