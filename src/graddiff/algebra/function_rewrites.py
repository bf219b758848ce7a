"""Rewrites by what is known of functions: sums of squares, quotients, roots, logarithms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from graddiff.algebra.factoring import list_terms
from graddiff.algebra.identities import LOG, SIGMOID, SQUARE_IDENTITIES
from graddiff.algebra.node import ABS, CBRT, Formula, Rational
from graddiff.operations.row import Operation
from graddiff.operations.table import ADD, MUL, NUMBER, TABLE

THIRD = Fraction(1, 3)
QUOTIENT_FAMILIES = (
    ("sin", "cos", "tan", "cot", "sec", "csc"),
    ("sinh", "cosh", "tanh", "coth", "sech", "csch"),
)
LOGARITHM_BASES = {"log2": 2, "log10": 10}


def apply_square_identities(formula: Formula) -> Iterator[Formula]:
    """Yields a sum with a*sin(u)^2 + a*cos(u)^2 as a, and so for the other pairs of squares."""
    if formula.operation is not ADD:
        return
    pool = formula.pool
    two = pool.make_number(2)
    terms = dict(list_terms(formula))
    for term, scale in terms.items():
        for base, exponent in term.parts if term.operation is MUL else ():
            if exponent is not two or base.operation.name not in SQUARE_IDENTITIES:
                continue
            # With g = base, the term is rest*g^2, and g^2 + r = s*h^2.
            rest = pool.make_product([term, pool.make_power(base, pool.make_number(-2))])
            r, name, s = SQUARE_IDENTITIES[base.operation.name]
            partner = pool.make_power(pool.make_operation(TABLE[name], *base.parts), two)
            with_partner = pool.make_product([rest, partner])
            # Either g^2 - s*h^2 = -r, or g^2 + r = s*h^2.
            for complement, sign, result, factor in (
                (with_partner, -s, rest, -r),
                (rest, r, with_partner, s),
            ):
                if terms.get(complement) == sign * scale:
                    yield replace_terms(terms, (term, complement), result, factor * scale)


def apply_sigmoid_complements(formula: Formula) -> Iterator[Formula]:
    """Yields a sum with a*sigmoid(u) + a*sigmoid(-u) as a."""
    pool = formula.pool
    terms = dict(list_terms(formula)) if formula.operation is ADD else {}
    for term, scale in terms.items():
        for base, exponent in term.parts if term.operation is MUL else ((term, pool.one),):
            if base.operation is not SIGMOID or exponent is not pool.one:
                continue
            rest = pool.make_product([term, pool.make_power(base, pool.minus_one)])
            opposite = pool.make_sum([(base.parts[0], -1)])
            complement = pool.make_product([rest, pool.make_operation(SIGMOID, opposite)])
            if terms.get(complement) == scale:
                yield replace_terms(terms, (term, complement), rest, scale)


def replace_terms(
    terms: Mapping[Formula, Rational],
    replaced: tuple[Formula, Formula],
    result: Formula,
    scale: Rational,
) -> Formula:
    """Returns a sum with two of its terms replaced by one."""
    pool = result.pool
    kept = [(term, factor) for term, factor in terms.items() if term not in replaced]
    return pool.make_sum([*kept, (result, scale)])


def rewrite_quotients(formula: Formula) -> Iterator[Formula]:
    """Yields sin(u)/cos(u) as tan(u), and so for all functions of a family at the same u.

    The powers of such functions in a product are powers of any two of them. In a sum, all terms
    are written with sine and cosine, so that like terms meet."""
    pool = formula.pool
    if formula.operation is ADD:
        yield pool.make_sum(
            [(next(rewrite_quotients(term), term), scale) for term, scale in list_terms(formula)]
        )
    if formula.operation is MUL:
        for family in QUOTIENT_FAMILIES:
            yield from rewrite_family(formula, [TABLE[name] for name in family])


def rewrite_family(product: Formula, family: list[Operation]) -> Iterator[Formula]:
    """Yields a product with the functions of a family written as powers of two of them."""
    pool = product.pool
    sin, cos, tan, cot, sec, csc = family
    # Each function as sin^i * cos^j.
    exponents = {sin: (1, 0), cos: (0, 1), tan: (1, -1), cot: (-1, 1), sec: (0, -1), csc: (-1, 0)}
    members = [
        (base, exponent)
        for base, exponent in product.parts
        if base.operation in exponents and exponent.operation is NUMBER
    ]
    for u in dict.fromkeys(base.parts[0] for base, _ in members):
        powers = [(base, exponent) for base, exponent in members if base.parts[0] is u]
        if len(powers) == 1 and powers[0][1].number > 0:
            continue  # one function above the line is as short as it can be
        p, q = (
            sum(exponents[base.operation][i] * exponent.number for base, exponent in powers)
            for i in (0, 1)
        )
        rest = pool.remove_bases(product, *[base for base, _ in powers])
        for pair in list_equal_pairs(family, p, q):
            factors = [
                pool.make_power(pool.make_operation(function, u), pool.make_number(power))
                for function, power in pair
            ]
            yield pool.make_product([rest, *factors])


def list_equal_pairs(
    family: list[Operation], p: Rational, q: Rational
) -> list[tuple[tuple[Operation, Rational], tuple[Operation, Rational]]]:
    """Returns the pairs of powers of functions of a family that equal sin^p * cos^q."""
    sin, cos, tan, cot, sec, csc = family
    return [
        ((sin, p), (cos, q)),
        ((csc, -p), (sec, -q)),
        ((sin, p), (sec, -q)),
        ((csc, -p), (cos, q)),
        ((tan, p), (sec, -p - q)),
        ((cot, q), (csc, -p - q)),
    ]


def rewrite_roots(formula: Formula) -> Iterator[Formula]:
    """Yields a product with one factor written by another function; see find_equal_factor."""
    pool = formula.pool
    for base, exponent in formula.parts if formula.operation is MUL else ():
        equal = find_equal_factor(formula, base, exponent)
        if equal is not None:
            yield pool.make_product([pool.remove_bases(formula, base), equal])


def find_equal_factor(product: Formula, base: Formula, exponent: Formula) -> Formula | None:
    """Returns another way to write the factor base^exponent of a product, None if there is none.

    These are logarithms to other bases as natural ones, cbrt(x) beside another root of x as
    x^(1/3), x^2 beside abs(x) as abs(x)^2, and sqrt(x^2*y) as abs(x)*sqrt(y)."""
    pool = product.pool
    if base.operation is CBRT and has_root(product, base.parts[0]):
        # x^(1/3) has no value for negative numbers, but there the product has none either.
        third = pool.make_product([exponent, pool.make_number(THIRD)])
        return pool.make_power(base.parts[0], third)
    if base.operation.name in LOGARITHM_BASES:
        logarithm = pool.make_operation(LOG, base.parts[0])
        divisor = pool.make_operation(LOG, pool.make_number(LOGARITHM_BASES[base.operation.name]))
        quotient = pool.make_product([logarithm, pool.make_power(divisor, pool.minus_one)])
        return pool.make_power(quotient, exponent)
    if is_even(exponent) and has_absolute_value(product, base):
        return pool.make_power(pool.make_operation(ABS, base), exponent)
    if base.operation is MUL and exponent.operation is NUMBER and exponent.number.denominator == 2:
        return extract_squares(base, exponent)
    return None


def has_root(product: Formula, base: Formula) -> bool:
    """Whether a product has a power of `base` with a fraction as its exponent."""
    return any(factor is base and is_fractional(power) for factor, power in product.parts)


def has_absolute_value(product: Formula, base: Formula) -> bool:
    return any(factor.operation is ABS and factor.parts[0] is base for factor, _ in product.parts)


def extract_squares(product: Formula, exponent: Formula) -> Formula:
    """Returns a root of a product with the even powers outside: sqrt(x^2*y) as abs(x)*sqrt(y)."""
    pool = product.pool
    outside = [
        pool.make_power(pool.make_operation(ABS, base), pool.make_product([power, exponent]))
        for base, power in product.parts
        if is_even(power)
    ]
    inside = [pool.make_power(base, power) for base, power in product.parts if not is_even(power)]
    radicand = pool.make_product([pool.make_number(product.number), *inside])
    return pool.make_product([*outside, pool.make_power(radicand, exponent)])


def is_fractional(exponent: Formula) -> bool:
    return exponent.operation is NUMBER and exponent.number.denominator > 1


def is_even(exponent: Formula) -> bool:
    return exponent.operation is NUMBER and exponent.number % 2 == 0
