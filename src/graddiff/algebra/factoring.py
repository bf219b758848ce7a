"""Ways to write a sum: what its terms have in common stands in front of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from graddiff.algebra.node import ADD, MUL, ONE, Formula, Rational, size
from graddiff.algebra.normal_form import Formulas, positive
from graddiff.operations.table import NUMBER


def pulled_out(formula: Formula) -> Iterator[Formula]:
    """a*b + a*c as a*(b + c), and a/b + c as (a + b*c)/b: for every base the lowest of its powers stands in front."""
    if formula.operation is not ADD:
        return
    home: Formulas = formula.home
    terms = terms_of(formula)
    for powers in common_powers(terms):
        if not powers:
            yield home.product(primitive(formula))
            continue
        front = home.product([home.power(base, exponent) for base, exponent in powers.items()])
        inverse = home.power(front, home.minus_one)
        rest = home.sum([(home.product([term, inverse]), scale) for term, scale in terms])
        yield home.product([front, *primitive(rest)])


def terms_of(formula: Formula) -> list[tuple[Formula, Rational]]:
    """The parts of a sum, its number among them."""
    return [*formula.parts, *([(formula.home.one, formula.number)] if formula.number else [])]


def common_powers(terms: list[tuple[Formula, Rational]]) -> Iterator[dict[Formula, Formula]]:
    """What may stand in front of a sum: denominators; for every base its lowest power; the most frequent one."""
    home: Formulas = terms[0][0].home
    each = [dict(term.parts) if term.operation is MUL else {term: home.one} for term, _ in terms]
    below: dict[Formula, Formula] = {}
    lowest: dict[Formula, Formula] = {}
    frequent: dict[Formula, Formula] = {}
    for base in dict.fromkeys(base for powers in each for base in powers):
        exponents = [split(powers.get(base, home.zero)) for powers in each]
        symbol = exponents[0][0]
        if any(other is not symbol for other, _ in exponents) or (
            base.operation is NUMBER and symbol is home.zero
        ):
            continue
        numbers = [number for _, number in exponents]
        if symbol is home.zero and min(numbers) < 0:
            below[base] = home.number(min(numbers))
        often = Counter(numbers).most_common(1)[0][0]
        # What may be 0 is not divided by: a higher power than the lowest only where the base cannot be 0 in any case.
        safe = often if positive(base) or min(numbers) < 0 else min(numbers)
        for powers, number in ((lowest, min(numbers)), (frequent, safe)):
            powers[base] = home.sum([(symbol, ONE), (home.one, number)])
    yield below
    yield lowest
    if frequent != lowest:
        yield frequent


def split(exponent: Formula) -> tuple[Formula, Rational]:
    """An exponent as a symbolic part and a number."""
    home: Formulas = exponent.home
    if exponent.operation is NUMBER:
        return home.zero, exponent.number
    if exponent.operation is ADD:
        return home.sum([(exponent, ONE), (home.one, -exponent.number)]), exponent.number
    return exponent, 0


def primitive(formula: Formula) -> tuple[Formula, Formula]:
    """A number, and the formula over it: a sum whose coefficients are whole and have no common divisor."""
    home: Formulas = formula.home
    if formula.operation is not ADD:
        return home.one, formula
    scales = [size(scale) for _, scale in terms_of(formula)]
    content = Fraction(
        math.gcd(*[s.numerator for s in scales]), math.lcm(*[s.denominator for s in scales])
    )
    if formula.negative:
        content = -content
    if content == 1:
        return home.one, formula
    return home.number(content), home.sum(
        [(term, 1 / content * scale) for term, scale in terms_of(formula)]
    )


def grouped(formula: Formula) -> Iterator[Formula]:
    """a*b + a*c + d as a*(b + c) + d, for each factor that several terms have."""
    if formula.operation is not ADD:
        return
    home: Formulas = formula.home
    terms = terms_of(formula)
    kept: list[tuple[Formula, Rational]] = []
    found = False
    while terms:
        uses = Counter(pair for term, _ in terms if term.operation is MUL for pair in term.parts)
        shared = max(uses, key=lambda pair: (uses[pair], pair[0].operation is ADD), default=None)
        if shared is None or uses[shared] < 2:
            break
        inside = [(t, c) for t, c in terms if t.operation is MUL and shared in t.parts]
        terms = [pair for pair in terms if pair not in inside]
        front = home.power(*shared)
        inverse = home.power(front, home.minus_one)
        rest = home.sum([(home.product([t, inverse]), c) for t, c in inside])
        kept.append((home.product([front, *primitive(rest)]), ONE))
        found = True
    if found:
        yield home.sum([*kept, *terms])
