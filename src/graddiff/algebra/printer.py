"""Formulas as text, in any alphabet: what is left of a formula's structure is how a textbook would write it.

Quotients have one line of fraction, roots their sign, sums no leading minus where they can do without. Formulas that
share long parts are written with names for them, so that the text is no longer than the graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import count
from typing import Any, NamedTuple

from graddiff.algebra.node import ADD, EXP, MUL, POW, Formula, Rational, strip_sign
from graddiff.notation.style import ATOM, INFIX, PRECEDENCE, Alphabet, Term
from graddiff.operations.table import COMPARISONS, NUMBER, TABLE, VARIABLE

DIV, SQRT = TABLE["div"], TABLE["sqrt"]
MAX_UNNAMED_LENGTH = 160  # characters of formulas that are written without names for their parts
MIN_NAMED_LENGTH = 8  # characters of a part that is not worth a name
ALWAYS_NAMED_LENGTH = 1_000  # characters of a part that gets one even if it is used once
HALF = Fraction(1, 2)


class FormulaTexts(NamedTuple):
    """Formulas by what they are called, and the parts that they share; each of these uses earlier ones only."""

    formulas: Mapping[Any, str]
    where: Mapping[str, str]

    def join_definitions(self, key: object) -> str:
        """One formula with the definitions that it may need, as an expression."""
        return "; ".join(
            [*(f"{name} = {part}" for name, part in self.where.items()), self.formulas[key]]
        )


def typeset_formulas(
    formulas: Mapping[Any, Formula],
    alphabet: Alphabet = INFIX,
    decimals: bool = False,
    reserved_names: Collection[str] = (),
) -> FormulaTexts:
    """The text of each formula; `decimals` writes 0.5*x for x/2; names in `taken` mean something else already."""
    script = FormulaPrinter(alphabet, decimals)
    parts = collect_subformulas(formulas.values())
    lengths = estimate_lengths(parts)
    if any(lengths[formula] > MAX_UNNAMED_LENGTH for formula in formulas.values()):
        script.name_shared_parts(parts, formulas.values(), reserved_names)
    return FormulaTexts(
        {key: script.format_formula(formula) for key, formula in formulas.items()}, script.where
    )


def typeset_formula(formula: Formula) -> str:
    """A formula as infix, nothing being named."""
    return FormulaPrinter(INFIX).format_formula(formula)


def collect_subformulas(formulas: Iterable[Formula]) -> list[Formula]:
    """All formulas that these are made of, operands first."""
    waiting = [*formulas]
    found = {*waiting}
    while waiting:
        for operand in waiting.pop().operands:
            if operand not in found:
                found.add(operand)
                waiting.append(operand)
    return sorted(found, key=lambda formula: formula.order)


def estimate_lengths(parts: Sequence[Formula]) -> dict[Formula, int]:
    """About how many characters each formula has without names, as far as that matters; operands come first."""
    lengths: dict[Formula, int] = {}
    for part in parts:
        own = len(part.parts[0]) if part.operation is VARIABLE else 1 + len(part.operands)
        lengths[part] = min(
            10 * MAX_UNNAMED_LENGTH, own + sum([lengths[operand] for operand in part.operands])
        )
    return lengths


class FormulaPrinter:
    """Writes formulas in one alphabet."""

    def __init__(self, alphabet: Alphabet, decimals: bool = False) -> None:
        self.alphabet, self.decimals = alphabet, decimals
        self.where: dict[str, str] = {}
        self._terms: dict[Formula, Term] = {}

    def name_shared_parts(
        self, parts: Sequence[Formula], formulas: Iterable[Formula], reserved_names: Collection[str]
    ) -> None:
        """Gives names to what would be written often and is long."""
        uses = Counter(operand for part in parts for operand in {*part.operands})
        whole, names = {*formulas}, generate_free_names(reserved_names)
        for part in parts:
            length = len(self.build_term(part).text)
            nameable = part.operands and part.operation not in COMPARISONS
            if (
                nameable
                and (
                    length > ALWAYS_NAMED_LENGTH or (uses[part] > 1 and length >= MIN_NAMED_LENGTH)
                )
                and part not in whole
            ):
                name = next(names)
                self.where[name] = self.format_formula(part)
                self._terms[part] = Term(self.alphabet.format_name(name))

    def format_formula(self, formula: Formula) -> str:
        """A formula by itself: the signs of a sum have room around them."""
        term = self.build_term(formula)
        return self._join_terms(formula, " + ", " - ") if formula.operation is ADD else term.text

    def build_term(self, formula: Formula) -> Term:
        waiting = [formula]
        while waiting:  # operands before what is composed of them, without recursion
            missing = [part for part in waiting[-1].operands if part not in self._terms]
            if missing:
                waiting += missing
            else:
                top = waiting.pop()
                if top not in self._terms:
                    self._terms[top] = self._compose_term(top)
        return self._terms[formula]

    def _compose_term(self, formula: Formula) -> Term:
        if formula.operation is NUMBER:
            return self.format_rational(formula.number)
        if formula.operation is VARIABLE:
            return Term(self.alphabet.format_name(formula.parts[0]))
        if formula.operation is ADD:
            return Term(
                self._join_terms(formula, self.alphabet.plus, self.alphabet.minus),
                PRECEDENCE["add"],
            )
        if formula.operation is MUL:
            return self.format_product(formula.number, formula.parts)
        if formula.operation is EXP:
            return self.alphabet.compose_term(EXP, [Term("1")])
        return self.alphabet.compose_term(
            formula.operation, [self._terms[operand] for operand in formula.parts]
        )

    # numbers

    def format_rational(self, value: Rational) -> Term:
        positive = strip_sign(value)
        term = (
            Term(self.format_decimal(positive))
            if self.is_plain_number(positive)
            else self._format_fraction(positive)
        )
        return negate_term(term) if value < 0 else term

    def is_plain_number(self, value: Rational) -> bool:
        """Whether a number is written without a line of fraction."""
        denominator = value.denominator
        if denominator == 1 or not self.decimals:
            return denominator == 1
        return 10**16 % denominator == 0

    def format_decimal(self, value: Rational) -> str:
        if value.denominator != 1:
            digits = str(value.numerator * 10**16 // value.denominator).rjust(17, "0")
            return f"{digits[:-16]}.{digits[-16:].rstrip('0')}"
        digits = str(value.numerator)
        zeros = len(digits) - len(digits.rstrip("0"))
        return f"{digits[:-zeros]}e{zeros}" if zeros > 11 else digits

    def _format_fraction(self, value: Rational) -> Term:
        parts = (
            Term(self.format_decimal(value.numerator)),
            Term(self.format_decimal(value.denominator)),
        )
        return self.alphabet.compose_term(DIV, parts)

    # sums

    def _join_terms(self, formula: Formula, plus: str, minus: str) -> str:
        """The parts of a sum with the signs between them; a positive one comes first if there is one."""
        parts = [
            (scale < 0, self._scale_term(strip_sign(scale), monic))
            for monic, scale in formula.parts
        ]
        if formula.number:
            parts.append((formula.number < 0, self.format_rational(strip_sign(formula.number))))
        if parts[0][0]:
            first = next(
                (position for position, (negative, _) in enumerate(parts) if not negative), 0
            )
            parts.insert(0, parts.pop(first))
        pieces = []
        for position, (negative, term) in enumerate(parts):
            written = term.bracket_below(PRECEDENCE["add"] + negative, self.alphabet.brackets)
            sign = (minus if negative else plus) if position else "-" * negative
            pieces += [sign, written]
        return "".join(pieces)

    def _scale_term(self, scale: Rational, monic: Formula) -> Term:
        term = self._terms[monic]
        if scale == 1:
            return term
        if monic.operation is MUL and term.precedence < ATOM:
            return self.format_product(scale, monic.parts)
        return self.format_product(scale, ((monic, monic.home.one),))

    # products

    def format_product(
        self, coefficient: Rational, parts: Sequence[tuple[Formula, Formula]]
    ) -> Term:
        """Numerator and denominator, each a product; the number in front, or below where it is 1 over something."""
        above: list[tuple[tuple[int, int | str], Term]] = []
        below: list[tuple[tuple[int, int | str], Term]] = []
        for base, exponent in parts:
            under = exponent.operation is NUMBER and exponent.number < 0
            term = (
                self.format_power(base, -exponent.number)
                if under
                else self.format_power(base, exponent)
            )
            (below if under else above).append((rank_factor(base, exponent, term), term))
        positive = strip_sign(coefficient)
        if self.is_plain_number(positive):
            number, divisor = positive, 1
        else:
            number, divisor = positive.numerator, positive.denominator
        top, bottom = self._order_factors(number, above), self._order_factors(divisor, below)
        term = self._multiply_factors(top) if top else Term("1")
        if bottom:
            term = self.alphabet.compose_term(DIV, [term, self._multiply_factors(bottom)])
        return negate_term(term) if coefficient < 0 else term

    def _order_factors(
        self, number: Rational, ranked: list[tuple[tuple[int, int | str], Term]]
    ) -> list[Term]:
        factors = [term for _, term in sorted(ranked, key=lambda pair: pair[0])]
        return factors if number == 1 else [Term(self.format_decimal(number)), *factors]

    def _multiply_factors(self, factors: Sequence[Term]) -> Term:
        if len(factors) == 1:
            return factors[0]
        needed = PRECEDENCE["mul"]
        texts = [
            f.bracket_below(needed + bool(i), self.alphabet.brackets) for i, f in enumerate(factors)
        ]
        return Term(self.alphabet.join_factors(texts), needed)

    def format_power(self, base: Formula, exponent: Formula | Rational) -> Term:
        """A factor: a root, an exponential function, or a power."""
        if isinstance(exponent, Formula) and exponent.operation is NUMBER:
            exponent = exponent.number
        if exponent == 1:
            return self._terms[base]
        if exponent == HALF:
            return self.alphabet.compose_term(SQRT, [self._terms[base]])
        above = (
            self.format_rational(exponent)
            if not isinstance(exponent, Formula)
            else self._terms[exponent]
        )
        if base is base.home.exponential:
            return self.alphabet.compose_term(EXP, [above])
        above = above._replace(precedence=0) if above.text.startswith("-") else above
        return self.alphabet.compose_term(POW, [self._terms[base], above])


def negate_term(term: Term) -> Term:
    """Minus a product or something that holds together as well."""
    precedence = PRECEDENCE["neg"] if term.precedence > PRECEDENCE["neg"] else PRECEDENCE["mul"]
    return Term(f"-{term.bracket_below(PRECEDENCE['mul'])}", precedence)


def rank_factor(base: Formula, exponent: Formula, term: Term) -> tuple[int, int | str]:
    """Where a factor stands in a product: numbers, constants, names by the alphabet, sums, functions, and at the end
    what has a variable in its exponent; the shorter of two functions first."""
    if exponent.operation is not NUMBER:
        return 5, len(term.text)
    if base.operation is VARIABLE:
        return (1 if base.number else 2), base.parts[0]
    return {NUMBER: 0, ADD: 3}.get(base.operation, 4), len(term.text)


def generate_free_names(reserved_names: Collection[str]) -> Iterator[str]:
    """u, v, w, u1, u2, …: names for parts, none that means something already."""
    for name in "uvw":
        if name not in reserved_names:
            yield name
    for number in count(1):
        if f"u{number}" not in reserved_names:
            yield f"u{number}"
