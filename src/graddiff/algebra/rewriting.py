"""Ways to write a product: multiplied out, with conjugates put together, with another function of the same thing."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from graddiff.algebra.factoring import primitive, pulled_out, terms_of
from graddiff.algebra.identities import LOG, SIGMOID, SQUARES
from graddiff.algebra.node import ABS, ADD, CBRT, MUL, ONE, Formula, Rational
from graddiff.algebra.normal_form import Formulas
from graddiff.operations.table import NUMBER, TABLE

SIGN = TABLE["sign"]
TERMS = 30  # of a product that is multiplied out


def multiplied_out(formula: Formula) -> Iterator[Formula]:
    """a*(b + c) as a*b + a*c, in a product or in every term of a sum."""
    if formula.operation is ADD:
        yield formula.home.sum([(expanded(term), scale) for term, scale in terms_of(formula)])
    else:
        yield expanded(formula)


def expanded(formula: Formula) -> Formula:
    """A product with its sums multiplied out, as long as there are few terms."""
    home: Formulas = formula.home
    if formula.operation is not MUL:
        return formula
    sums = [(b, e.number) for b, e in formula.parts if b.operation is ADD and e.operation is NUMBER]
    sums = [(base, power) for base, power in sums if power.denominator == 1 and 1 <= power <= 4]
    if not sums:
        return formula
    terms: list[tuple[Formula, Rational]] = [
        (home.without(formula, *[base for base, _ in sums]), ONE)
    ]
    for base, power in sums:
        for _ in range(int(power)):
            if len(terms) * (len(base.parts) + 1) > TERMS:
                return formula
            products = [
                (home.product([one, other]), scale * factor)
                for one, scale in terms
                for other, factor in terms_of(base)
            ]
            whole = home.sum(products)
            terms = terms_of(whole) if whole.operation is ADD else [(whole, ONE)]
    return home.sum(terms)


def in_factors(formula: Formula) -> Iterator[Formula]:
    """A product with one of its sums written otherwise."""
    home: Formulas = formula.home
    if formula.operation is not MUL:
        return
    for base, exponent in formula.parts:
        if base.operation is ADD and exponent.operation is NUMBER:
            others = home.without(formula, base)
            for way in (pulled_out, multiplied_out, by_squares):
                for found in way(base):
                    if found is not base:
                        yield home.product([others, home.power(found, exponent)])
            content, rest = primitive(base)
            if content.number > 0 and content is not home.one:
                yield home.product(
                    [others, home.power(content, exponent), home.power(rest, exponent)]
                )


def conjugates(formula: Formula) -> Iterator[Formula]:
    """(a - b)*(a + b) as a^2 - b^2, in powers too; abs(x)*sign(x) as x; two roots as one."""
    if formula.operation is not MUL:
        return
    home: Formulas = formula.home
    for (one, first), (other, second) in combinations(formula.parts, 2):
        if first is not second:
            continue
        root = first.operation is NUMBER and first.number.denominator != 1
        product = expanded(home.product([one, other])) if root else multiplied(one, other)
        if product is not None:
            yield home.product([home.without(formula, one, other), home.power(product, first)])


def multiplied(one: Formula, other: Formula) -> Formula | None:
    """The product of conjugates, None for anything else."""
    home: Formulas = one.home
    if {one.operation, other.operation} == {ABS, SIGN} and one.parts == other.parts:
        return home.product(one.parts)
    if one.operation is not ADD or other.operation is not ADD:
        return None
    left, right = dict(terms_of(one)), dict(terms_of(other))
    if (
        len(left) != 2
        or {*left} != {*right}
        or any(abs(left[term]) != abs(right[term]) for term in left)
    ):
        return None
    if sum(left[term] == right[term] for term in left) != 1:
        return None
    squares = [(home.power(term, home.number(2)), left[term] * right[term]) for term in left]
    return home.sum(squares)


def by_squares(formula: Formula) -> Iterator[Formula]:
    """A sum in which sin(u)^2*a + cos(u)^2*a is a, or another pair of squares is known."""
    if formula.operation is not ADD:
        return
    home: Formulas = formula.home
    terms = dict(terms_of(formula))
    for term, scale in terms.items():
        for base, exponent in term.parts if term.operation is MUL else ():
            if exponent is not home.number(2) or base.operation.name not in SQUARES:
                continue
            rest = home.product([term, home.power(base, home.number(-2))])
            r, name, s = SQUARES[base.operation.name]
            partner = home.power(home.call(TABLE[name], *base.parts), home.number(2))
            pairs = (
                (home.product([rest, partner]), -s, rest, -r),
                (rest, r, home.product([rest, partner]), s),
            )
            for other, sign, result, factor in pairs:
                if terms.get(other) == sign * scale:
                    kept = [(t, c) for t, c in terms.items() if t is not term and t is not other]
                    yield home.sum([*kept, (result, factor * scale)])


def by_complements(formula: Formula) -> Iterator[Formula]:
    """A sum in which a*sigmoid(u) + a*sigmoid(-u) is a."""
    home: Formulas = formula.home
    terms = dict(terms_of(formula)) if formula.operation is ADD else {}
    for term, scale in terms.items():
        for base, exponent in term.parts if term.operation is MUL else ((term, home.one),):
            if base.operation is SIGMOID and exponent is home.one:
                rest = home.product([term, home.power(base, home.minus_one)])
                other = home.product([rest, home.call(SIGMOID, home.sum([(base.parts[0], -1)]))])
                if terms.get(other) == scale:
                    kept = [(t, c) for t, c in terms.items() if t is not term and t is not other]
                    yield home.sum([*kept, (rest, scale)])


def by_quotients(formula: Formula) -> Iterator[Formula]:
    """sin(u)/cos(u) as tan(u) and so on: powers of these functions of the same u as powers of any two of them; in a sum
    as sines and cosines."""
    home: Formulas = formula.home
    if formula.operation is ADD:
        yield home.sum(
            [(next(by_quotients(term), term), scale) for term, scale in terms_of(formula)]
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
            rest = home.without(formula, *[base for base, _ in own])
            for one, first, other, second in (
                *((sin, p, cos, q), (csc, -p, sec, -q), (sin, p, sec, -q), (csc, -p, cos, q)),
                *((tan, p, sec, -p - q), (cot, q, csc, -p - q)),
            ):
                powers = [
                    home.power(home.call(g, u), home.number(e))
                    for g, e in ((one, first), (other, second))
                ]
                yield home.product([rest, *powers])


def by_roots(formula: Formula) -> Iterator[Formula]:
    """A factor written with another function: cbrt(x) beside a root that only numbers from 0 on have as x^(1/3), x^2
    beside abs(x) as abs(x)^2, sqrt(x^2*y) as abs(x)*sqrt(y), logarithms to other bases as natural ones."""
    home: Formulas = formula.home
    for base, exponent in formula.parts if formula.operation is MUL else ():
        other = same_function(formula, base, exponent)
        if other is not None:
            yield home.product([home.without(formula, base), other])


def same_function(product: Formula, base: Formula, exponent: Formula) -> Formula | None:
    """What a factor of a product is as well."""
    home: Formulas = product.home
    if base.operation is CBRT and any(
        b is base.parts[0] and fractional(e) for b, e in product.parts
    ):
        return home.power(base.parts[0], home.product([exponent, home.number(Fraction(1, 3))]))
    if base.operation.name in ("log2", "log10"):
        logarithms = [
            home.call(LOG, base.parts[0]),
            home.call(LOG, home.number(int(base.operation.name[3:]))),
        ]
        return home.power(
            home.product([logarithms[0], home.power(logarithms[1], home.minus_one)]), exponent
        )
    if even(exponent) and any(b.operation is ABS and b.parts[0] is base for b, _ in product.parts):
        return home.power(home.call(ABS, base), exponent)
    if base.operation is MUL and exponent.operation is NUMBER and exponent.number.denominator == 2:
        squares = [
            home.power(home.call(ABS, b), home.product([e, exponent]))
            for b, e in base.parts
            if even(e)
        ]
        under = home.product(
            [home.number(base.number), *[home.power(b, e) for b, e in base.parts if not even(e)]]
        )
        return home.product([*squares, home.power(under, exponent)])
    return None


def fractional(exponent: Formula) -> bool:
    return exponent.operation is NUMBER and exponent.number.denominator > 1


def even(exponent: Formula) -> bool:
    return exponent.operation is NUMBER and exponent.number % 2 == 0
