"""Rewrites of a product: multiplied out, one of its sums rewritten, conjugates multiplied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from graddiff.algebra.factoring import extract_content, list_terms, pull_out_factors
from graddiff.algebra.function_rewrites import apply_square_identities, is_fractional
from graddiff.algebra.node import ABS, ONE, Formula, SumTerm
from graddiff.operations.table import ADD, MUL, NUMBER, TABLE

SIGN = TABLE["sign"]
MAX_PRODUCT_TERMS = 30  # terms of a product that is multiplied out
MAX_EXPANDED_POWER = 4  # the exponent up to which a power of a sum is multiplied out


def multiply_out(formula: Formula) -> Iterator[Formula]:
    """Yields a*(b + c) as a*b + a*c, for a product or in all terms of a sum."""
    if formula.operation is ADD:
        terms = [(expand_product(term), scale) for term, scale in list_terms(formula)]
        yield formula.pool.make_sum(terms)
    else:
        yield expand_product(formula)


def expand_product(formula: Formula) -> Formula:
    """Returns a product with its sums multiplied out, or itself where that has too many terms."""
    pool = formula.pool
    if formula.operation is not MUL:
        return formula
    sums = [
        (base, exponent.number) for base, exponent in formula.parts if can_expand(base, exponent)
    ]
    if not sums:
        return formula
    # From the factors that are no sums on, one sum is multiplied in after the other.
    terms: list[SumTerm] = [(pool.remove_bases(formula, *[base for base, _ in sums]), ONE)]
    for base, power in sums:
        for _ in range(int(power)):
            if len(terms) * (len(base.parts) + 1) > MAX_PRODUCT_TERMS:
                return formula
            terms = multiply_terms(terms, list_terms(base))
    return pool.make_sum(terms)


def can_expand(base: Formula, exponent: Formula) -> bool:
    """Whether a factor is a small whole power of a sum."""
    if base.operation is not ADD or exponent.operation is not NUMBER:
        return False
    power = exponent.number
    return power.denominator == 1 and 1 <= power <= MAX_EXPANDED_POWER


def multiply_terms(left: Sequence[SumTerm], right: Sequence[SumTerm]) -> list[SumTerm]:
    """Returns the terms of the product of two sums, like terms collected."""
    pool = right[0][0].pool
    products = [
        (pool.make_product([left_term, right_term]), left_scale * right_scale)
        for left_term, left_scale in left
        for right_term, right_scale in right
    ]
    total = pool.make_sum(products)
    return list_terms(total) if total.operation is ADD else [(total, ONE)]


def rewrite_factors(formula: Formula) -> Iterator[Formula]:
    """Yields a product with one of its sums rewritten."""
    if formula.operation is not MUL:
        return
    pool = formula.pool
    for base, exponent in formula.parts:
        if base.operation is not ADD or exponent.operation is not NUMBER:
            continue
        rest = pool.remove_bases(formula, base)
        for rewrite in (pull_out_factors, multiply_out, apply_square_identities):
            for rewritten in rewrite(base):
                if rewritten is not base:
                    yield pool.make_product([rest, pool.make_power(rewritten, exponent)])
        content, primitive = extract_content(base)
        # (c*s)^p is c^p*s^p for a positive c, whatever p is.
        if content.number > 0 and content is not pool.one:
            powers = [pool.make_power(factor, exponent) for factor in (content, primitive)]
            yield pool.make_product([rest, *powers])


def multiply_conjugates(formula: Formula) -> Iterator[Formula]:
    """Yields (a - b)*(a + b) as a^2 - b^2, abs(x)*sign(x) as x, and two roots as one.

    Both factors have the same exponent, which the product then has."""
    if formula.operation is not MUL:
        return
    pool = formula.pool
    for (first, exponent), (second, second_exponent) in combinations(formula.parts, 2):
        if exponent is not second_exponent:
            continue
        if is_fractional(exponent):
            product: Formula | None = expand_product(pool.make_product([first, second]))
        else:
            product = multiply_conjugate_pair(first, second)
        if product is not None:
            rest = pool.remove_bases(formula, first, second)
            yield pool.make_product([rest, pool.make_power(product, exponent)])


def multiply_conjugate_pair(first: Formula, second: Formula) -> Formula | None:
    """Returns the product of conjugates such as a + b and a - b, None for anything else."""
    pool = first.pool
    if {first.operation, second.operation} == {ABS, SIGN} and first.parts == second.parts:
        return pool.make_product(first.parts)
    if first.operation is not ADD or second.operation is not ADD:
        return None
    left, right = dict(list_terms(first)), dict(list_terms(second))
    if len(left) != 2 or {*left} != {*right}:
        return None
    if any(abs(left[term]) != abs(right[term]) for term in left):
        return None
    # Conjugates have one term with equal signs and one with opposite signs.
    if sum(left[term] == right[term] for term in left) != 1:
        return None
    two = pool.make_number(2)
    return pool.make_sum([(pool.make_power(term, two), left[term] * right[term]) for term in left])
