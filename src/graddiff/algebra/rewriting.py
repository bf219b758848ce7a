"""Ways to write a product: multiplied out, with conjugates put together, with another function of the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from graddiff.algebra.factoring import extract_content, list_terms, pull_out_factors
from graddiff.algebra.identities import LOG, SIGMOID, SQUARE_IDENTITIES
from graddiff.algebra.node import ABS, ADD, CBRT, MUL, ONE, Formula, Rational
from graddiff.operations.table import NUMBER, TABLE

SIGN = TABLE["sign"]
MAX_PRODUCT_TERMS = 30  # of a product that is multiplied out


def multiply_out(formula: Formula) -> Iterator[Formula]:
    """a*(b + c) as a*b + a*c, in a product or in every term of a sum."""
    if formula.operation is ADD:
        yield formula.home.make_sum(
            [(expand_product(term), scale) for term, scale in list_terms(formula)]
        )
    else:
        yield expand_product(formula)


def expand_product(formula: Formula) -> Formula:
    """A product with its sums multiplied out, as long as there are few terms."""
    home = formula.home
    if formula.operation is not MUL:
        return formula
    sums = [(b, e.number) for b, e in formula.parts if b.operation is ADD and e.operation is NUMBER]
    sums = [(base, power) for base, power in sums if power.denominator == 1 and 1 <= power <= 4]
    if not sums:
        return formula
    terms: list[tuple[Formula, Rational]] = [
        (home.remove_bases(formula, *[base for base, _ in sums]), ONE)
    ]
    for base, power in sums:
        for _ in range(int(power)):
            if len(terms) * (len(base.parts) + 1) > MAX_PRODUCT_TERMS:
                return formula
            products = [
                (home.make_product([one, other]), scale * factor)
                for one, scale in terms
                for other, factor in list_terms(base)
            ]
            whole = home.make_sum(products)
            terms = list_terms(whole) if whole.operation is ADD else [(whole, ONE)]
    return home.make_sum(terms)


def rewrite_factors(formula: Formula) -> Iterator[Formula]:
    """A product with one of its sums written otherwise."""
    home = formula.home
    if formula.operation is not MUL:
        return
    for base, exponent in formula.parts:
        if base.operation is ADD and exponent.operation is NUMBER:
            others = home.remove_bases(formula, base)
            for way in (pull_out_factors, multiply_out, apply_square_identities):
                for found in way(base):
                    if found is not base:
                        yield home.make_product([others, home.make_power(found, exponent)])
            content, rest = extract_content(base)
            if content.number > 0 and content is not home.one:
                yield home.make_product(
                    [others, home.make_power(content, exponent), home.make_power(rest, exponent)]
                )


def multiply_conjugates(formula: Formula) -> Iterator[Formula]:
    """(a - b)*(a + b) as a^2 - b^2, in powers too; abs(x)*sign(x) as x; two roots as one."""
    if formula.operation is not MUL:
        return
    home = formula.home
    for (one, first), (other, second) in combinations(formula.parts, 2):
        if first is not second:
            continue
        root = first.operation is NUMBER and first.number.denominator != 1
        product = (
            expand_product(home.make_product([one, other]))
            if root
            else multiply_conjugate_pair(one, other)
        )
        if product is not None:
            yield home.make_product(
                [home.remove_bases(formula, one, other), home.make_power(product, first)]
            )


def multiply_conjugate_pair(first: Formula, second: Formula) -> Formula | None:
    """The product of conjugates, None for anything else."""
    home = first.home
    if {first.operation, second.operation} == {ABS, SIGN} and first.parts == second.parts:
        return home.make_product(first.parts)
    if first.operation is not ADD or second.operation is not ADD:
        return None
    left, right = dict(list_terms(first)), dict(list_terms(second))
    if (
        len(left) != 2
        or {*left} != {*right}
        or any(abs(left[term]) != abs(right[term]) for term in left)
    ):
        return None
    if sum(left[term] == right[term] for term in left) != 1:
        return None
    squares = [
        (home.make_power(term, home.make_number(2)), left[term] * right[term]) for term in left
    ]
    return home.make_sum(squares)


def apply_square_identities(formula: Formula) -> Iterator[Formula]:
    """A sum in which sin(u)^2*a + cos(u)^2*a is a, or another pair of squares is known."""
    if formula.operation is not ADD:
        return
    home = formula.home
    terms = dict(list_terms(formula))
    for term, scale in terms.items():
        for base, exponent in term.parts if term.operation is MUL else ():
            if exponent is not home.make_number(2) or base.operation.name not in SQUARE_IDENTITIES:
                continue
            rest = home.make_product([term, home.make_power(base, home.make_number(-2))])
            r, name, s = SQUARE_IDENTITIES[base.operation.name]
            partner = home.make_power(
                home.make_operation(TABLE[name], *base.parts), home.make_number(2)
            )
            pairs = (
                (home.make_product([rest, partner]), -s, rest, -r),
                (rest, r, home.make_product([rest, partner]), s),
            )
            for other, sign, result, factor in pairs:
                if terms.get(other) == sign * scale:
                    kept = [(t, c) for t, c in terms.items() if t is not term and t is not other]
                    yield home.make_sum([*kept, (result, factor * scale)])


def apply_sigmoid_complements(formula: Formula) -> Iterator[Formula]:
    """A sum in which a*sigmoid(u) + a*sigmoid(-u) is a."""
    home = formula.home
    terms = dict(list_terms(formula)) if formula.operation is ADD else {}
    for term, scale in terms.items():
        for base, exponent in term.parts if term.operation is MUL else ((term, home.one),):
            if base.operation is SIGMOID and exponent is home.one:
                rest = home.make_product([term, home.make_power(base, home.minus_one)])
                other = home.make_product(
                    [rest, home.make_operation(SIGMOID, home.make_sum([(base.parts[0], -1)]))]
                )
                if terms.get(other) == scale:
                    kept = [(t, c) for t, c in terms.items() if t is not term and t is not other]
                    yield home.make_sum([*kept, (rest, scale)])


def rewrite_quotients(formula: Formula) -> Iterator[Formula]:
    """sin(u)/cos(u) as tan(u) and so on: powers of these functions of the same u as powers of any two of them; in a sum
    as sines and cosines."""
    home = formula.home
    if formula.operation is ADD:
        yield home.make_sum(
            [(next(rewrite_quotients(term), term), scale) for term, scale in list_terms(formula)]
        )
    if formula.operation is not MUL:
        return
    for families in (
        ("sin", "cos", "tan", "cot", "sec", "csc"),
        ("sinh", "cosh", "tanh", "coth", "sech", "csch"),
    ):
        sin, cos, tan, cot, sec, csc = (TABLE[name] for name in families)
        exponents = {
            sin: (1, 0),
            cos: (0, 1),
            tan: (1, -1),
            cot: (-1, 1),
            sec: (0, -1),
            csc: (-1, 0),
        }
        members = [
            (b, e) for b, e in formula.parts if b.operation in exponents and e.operation is NUMBER
        ]
        for u in dict.fromkeys(base.parts[0] for base, _ in members):
            own = [(b, e) for b, e in members if b.parts[0] is u]
            p, q = (sum(exponents[b.operation][i] * e.number for b, e in own) for i in (0, 1))
            if len(own) == 1 and own[0][1].number > 0:
                continue
            rest = home.remove_bases(formula, *[base for base, _ in own])
            for one, first, other, second in (
                *((sin, p, cos, q), (csc, -p, sec, -q), (sin, p, sec, -q), (csc, -p, cos, q)),
                *((tan, p, sec, -p - q), (cot, q, csc, -p - q)),
            ):
                powers = [
                    home.make_power(home.make_operation(g, u), home.make_number(e))
                    for g, e in ((one, first), (other, second))
                ]
                yield home.make_product([rest, *powers])


def rewrite_roots(formula: Formula) -> Iterator[Formula]:
    """A factor written with another function: cbrt(x) beside a root that only numbers from 0 on have as x^(1/3), x^2
    beside abs(x) as abs(x)^2, sqrt(x^2*y) as abs(x)*sqrt(y), logarithms to other bases as natural ones."""
    home = formula.home
    for base, exponent in formula.parts if formula.operation is MUL else ():
        other = find_equal_factor(formula, base, exponent)
        if other is not None:
            yield home.make_product([home.remove_bases(formula, base), other])


def find_equal_factor(product: Formula, base: Formula, exponent: Formula) -> Formula | None:
    """What a factor of a product is as well."""
    home = product.home
    if base.operation is CBRT and any(
        b is base.parts[0] and is_fractional(e) for b, e in product.parts
    ):
        return home.make_power(
            base.parts[0], home.make_product([exponent, home.make_number(Fraction(1, 3))])
        )
    if base.operation.name in ("log2", "log10"):
        logarithms = [
            home.make_operation(LOG, base.parts[0]),
            home.make_operation(LOG, home.make_number(int(base.operation.name[3:]))),
        ]
        return home.make_power(
            home.make_product([logarithms[0], home.make_power(logarithms[1], home.minus_one)]),
            exponent,
        )
    if is_even(exponent) and any(
        b.operation is ABS and b.parts[0] is base for b, _ in product.parts
    ):
        return home.make_power(home.make_operation(ABS, base), exponent)
    if base.operation is MUL and exponent.operation is NUMBER and exponent.number.denominator == 2:
        squares = [
            home.make_power(home.make_operation(ABS, b), home.make_product([e, exponent]))
            for b, e in base.parts
            if is_even(e)
        ]
        under = home.make_product(
            [
                home.make_number(base.number),
                *[home.make_power(b, e) for b, e in base.parts if not is_even(e)],
            ]
        )
        return home.make_product([*squares, home.make_power(under, exponent)])
    return None


def is_fractional(exponent: Formula) -> bool:
    return exponent.operation is NUMBER and exponent.number.denominator > 1


def is_even(exponent: Formula) -> bool:
    return exponent.operation is NUMBER and exponent.number % 2 == 0
