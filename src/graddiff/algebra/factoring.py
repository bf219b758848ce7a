"""Rewrites of a sum that put in front what its terms have in common."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from graddiff.algebra.node import ONE, Formula, Rational, SumTerm, is_positive_constant, strip_sign
from graddiff.operations.table import ADD, MUL, NUMBER


def pull_out_factors(formula: Formula) -> Iterator[Formula]:
    """Yields a*b + a*c as a*(b + c), and a/b + c as (a + b*c)/b."""
    if formula.operation is not ADD:
        return
    pool = formula.pool
    for powers in find_common_powers(list_terms(formula)):
        if powers:
            front = pool.make_product([pool.make_power(*power) for power in powers.items()])
            yield factor_terms(list_terms(formula), front)
        else:
            yield pool.make_product(extract_content(formula))


def factor_terms(terms: Sequence[SumTerm], front: Formula) -> Formula:
    """Returns a sum as a product of `front` and of the terms divided by it."""
    pool = front.pool
    inverse = pool.make_power(front, pool.minus_one)
    rest = pool.make_sum([(pool.make_product([term, inverse]), scale) for term, scale in terms])
    return pool.make_product([front, *extract_content(rest)])


def list_terms(formula: Formula) -> list[SumTerm]:
    """Returns the parts of a sum, its constant among them."""
    constant = [(formula.pool.one, formula.number)] if formula.number else []
    return [*formula.parts, *constant]


def find_common_powers(terms: Sequence[SumTerm]) -> Iterator[dict[Formula, Formula]]:
    """Yields what may stand in front of a sum, as exponents by their bases.

    These are the common denominator; the lowest power of every base; and the most frequent one,
    which leaves most terms without the base."""
    pool = terms[0][0].pool
    exponents_of_terms = [
        dict(term.parts) if term.operation is MUL else {term: pool.one} for term, _ in terms
    ]
    denominator: dict[Formula, Formula] = {}
    lowest: dict[Formula, Formula] = {}
    frequent: dict[Formula, Formula] = {}
    for base in dict.fromkeys(base for exponents in exponents_of_terms for base in exponents):
        exponents = [exponents.get(base, pool.zero) for exponents in exponents_of_terms]
        common = find_common_symbol(base, exponents)
        if common is None:
            continue
        symbol, numbers = common
        smallest = min(numbers)
        if symbol is pool.zero and smallest < 0:
            denominator[base] = pool.make_number(smallest)
        # A higher power than the lowest divides the other terms, which is right only where the
        # base cannot be 0: a constant, or a base that stands in a denominator already.
        is_safe = is_positive_constant(base) or smallest < 0
        chosen = Counter(numbers).most_common(1)[0][0] if is_safe else smallest
        lowest[base] = pool.make_sum([(symbol, ONE), (pool.one, smallest)])
        frequent[base] = pool.make_sum([(symbol, ONE), (pool.one, chosen)])
    yield denominator
    yield lowest
    if frequent != lowest:
        yield frequent


def find_common_symbol(
    base: Formula, exponents: Sequence[Formula]
) -> tuple[Formula, list[Rational]] | None:
    """Returns the symbolic part that all exponents of a base share, and the numbers beside it.

    Returns None where the exponents differ in more than a number, as in x^n + x^m, and for powers
    of numbers without a symbolic part, which are coefficients."""
    pairs = [split_exponent(exponent) for exponent in exponents]
    symbol = pairs[0][0]
    if any(part is not symbol for part, _ in pairs):
        return None
    if base.operation is NUMBER and symbol is base.pool.zero:
        return None
    return symbol, [number for _, number in pairs]


def split_exponent(exponent: Formula) -> tuple[Formula, Rational]:
    """Returns an exponent as a symbolic part and a number: n - 1 as n and -1."""
    pool = exponent.pool
    if exponent.operation is NUMBER:
        return pool.zero, exponent.number
    if exponent.operation is ADD:
        symbol = pool.make_sum([(exponent, ONE), (pool.one, -exponent.number)])
        return symbol, exponent.number
    return exponent, 0


def extract_content(formula: Formula) -> tuple[Formula, Formula]:
    """Returns a number and the formula divided by it.

    The coefficients of the result are whole and have no common divisor, as those of a polynomial
    divided by its content; its first minus goes into the number where all terms have one."""
    pool = formula.pool
    if formula.operation is not ADD:
        return pool.one, formula
    scales = [strip_sign(scale) for _, scale in list_terms(formula)]
    content = Fraction(
        math.gcd(*[scale.numerator for scale in scales]),
        math.lcm(*[scale.denominator for scale in scales]),
    )
    if formula.is_negative:
        content = -content
    if content == 1:
        return pool.one, formula
    terms = [(term, 1 / content * scale) for term, scale in list_terms(formula)]
    return pool.make_number(content), pool.make_sum(terms)


def group_terms(formula: Formula) -> Iterator[Formula]:
    """Yields a*b + a*c + d as a*(b + c) + d, grouped by every factor that several terms share."""
    if formula.operation is not ADD:
        return
    pool = formula.pool
    rest = list_terms(formula)
    groups: list[SumTerm] = []
    while rest:
        shared = find_most_shared_factor(rest)
        if shared is None:
            break
        members = [(term, scale) for term, scale in rest if has_factor(term, shared)]
        # Grouped terms leave the search: greedy, the factor that most terms share comes first.
        rest = [pair for pair in rest if pair not in members]
        groups.append((factor_terms(members, pool.make_power(*shared)), ONE))
    if groups:
        yield pool.make_sum([*groups, *rest])


def find_most_shared_factor(terms: Sequence[SumTerm]) -> tuple[Formula, Formula] | None:
    """Returns the power that most terms have as a factor, None if no two terms share one."""
    uses = Counter(power for term, _ in terms if term.operation is MUL for power in term.parts)
    # Of equally frequent factors, a sum is the longest text that is then written only once.
    shared = max(uses, key=lambda power: (uses[power], power[0].operation is ADD), default=None)
    return shared if shared is not None and uses[shared] > 1 else None


def has_factor(term: Formula, power: tuple[Formula, Formula]) -> bool:
    return term.operation is MUL and power in term.parts
