"""Ways to write a sum: what its terms have in common stands in front of it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from graddiff.algebra.node import (
    ADD,
    MUL,
    ONE,
    Formula,
    Rational,
    is_positive_constant,
    strip_sign,
)
from graddiff.operations.table import NUMBER


def pull_out_factors(formula: Formula) -> Iterator[Formula]:
    """a*b + a*c as a*(b + c), and a/b + c as (a + b*c)/b: for every base the lowest of its powers stands in front."""
    if formula.operation is not ADD:
        return
    home = formula.home
    terms = list_terms(formula)
    for powers in find_common_powers(terms):
        if not powers:
            yield home.make_product(extract_content(formula))
            continue
        front = home.make_product(
            [home.make_power(base, exponent) for base, exponent in powers.items()]
        )
        inverse = home.make_power(front, home.minus_one)
        rest = home.make_sum([(home.make_product([term, inverse]), scale) for term, scale in terms])
        yield home.make_product([front, *extract_content(rest)])


def list_terms(formula: Formula) -> list[tuple[Formula, Rational]]:
    """The parts of a sum, its number among them."""
    return [*formula.parts, *([(formula.home.one, formula.number)] if formula.number else [])]


def find_common_powers(terms: list[tuple[Formula, Rational]]) -> Iterator[dict[Formula, Formula]]:
    """What may stand in front of a sum: denominators; for every base its lowest power; the most frequent one."""
    home = terms[0][0].home
    each = [dict(term.parts) if term.operation is MUL else {term: home.one} for term, _ in terms]
    below: dict[Formula, Formula] = {}
    lowest: dict[Formula, Formula] = {}
    frequent: dict[Formula, Formula] = {}
    for base in dict.fromkeys(base for powers in each for base in powers):
        exponents = [split_exponent(powers.get(base, home.zero)) for powers in each]
        symbol = exponents[0][0]
        if any(other is not symbol for other, _ in exponents) or (
            base.operation is NUMBER and symbol is home.zero
        ):
            continue
        numbers = [number for _, number in exponents]
        if symbol is home.zero and min(numbers) < 0:
            below[base] = home.make_number(min(numbers))
        often = Counter(numbers).most_common(1)[0][0]
        # What may be 0 is not divided by: a higher power than the lowest only where the base cannot be 0 in any case.
        safe = often if is_positive_constant(base) or min(numbers) < 0 else min(numbers)
        for powers, number in ((lowest, min(numbers)), (frequent, safe)):
            powers[base] = home.make_sum([(symbol, ONE), (home.one, number)])
    yield below
    yield lowest
    if frequent != lowest:
        yield frequent


def split_exponent(exponent: Formula) -> tuple[Formula, Rational]:
    """An exponent as a symbolic part and a number."""
    home = exponent.home
    if exponent.operation is NUMBER:
        return home.zero, exponent.number
    if exponent.operation is ADD:
        return home.make_sum([(exponent, ONE), (home.one, -exponent.number)]), exponent.number
    return exponent, 0


def extract_content(formula: Formula) -> tuple[Formula, Formula]:
    """A number, and the formula over it: a sum whose coefficients are whole and have no common divisor."""
    home = formula.home
    if formula.operation is not ADD:
        return home.one, formula
    scales = [strip_sign(scale) for _, scale in list_terms(formula)]
    content = Fraction(
        math.gcd(*[s.numerator for s in scales]), math.lcm(*[s.denominator for s in scales])
    )
    if formula.is_negative:
        content = -content
    if content == 1:
        return home.one, formula
    return home.make_number(content), home.make_sum(
        [(term, 1 / content * scale) for term, scale in list_terms(formula)]
    )


def group_terms(formula: Formula) -> Iterator[Formula]:
    """a*b + a*c + d as a*(b + c) + d, for each factor that several terms have."""
    if formula.operation is not ADD:
        return
    home = formula.home
    terms = list_terms(formula)
    kept: list[tuple[Formula, Rational]] = []
    found = False
    while terms:
        uses = Counter(pair for term, _ in terms if term.operation is MUL for pair in term.parts)
        shared = max(uses, key=lambda pair: (uses[pair], pair[0].operation is ADD), default=None)
        if shared is None or uses[shared] < 2:
            break
        inside = [(t, c) for t, c in terms if t.operation is MUL and shared in t.parts]
        terms = [pair for pair in terms if pair not in inside]
        front = home.make_power(*shared)
        inverse = home.make_power(front, home.minus_one)
        rest = home.make_sum([(home.make_product([t, inverse]), c) for t, c in inside])
        kept.append((home.make_product([front, *extract_content(rest)]), ONE))
        found = True
    if found:
        yield home.make_sum([*kept, *terms])
