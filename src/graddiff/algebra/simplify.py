"""The shortest way to write a formula, among those that a textbook would try.

Common factors in front, one line of fraction, products multiplied out, sin(x)^2 + cos(x)^2 = 1: each is tried, alone
and after another, and what has the fewest characters is kept. Large formulas are left as the passes made them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from heapq import heappop, heappush
from typing import TypeVar

from graddiff.algebra.factoring import grouped, pulled_out
from graddiff.algebra.node import ADD, MUL, Formula
from graddiff.algebra.normal_form import Formulas
from graddiff.algebra.printer import Script, plain_lengths, reachable
from graddiff.algebra.rewriting import (
    by_complements,
    by_quotients,
    by_roots,
    by_squares,
    conjugates,
    in_factors,
    multiplied_out,
)
from graddiff.notation.style import INFIX

Key = TypeVar("Key")

PARTS = 1_000  # of formulas that are looked at
ROUNDS = 2
LENGTH = 300  # characters of a formula that is tried
BUDGET = 2500  # characters in all that are tried to write one formula
FRACTION = 3  # characters that a line of fraction counts for, so that quotients are kept together

WAYS: tuple[Callable[[Formula], Iterator[Formula]], ...] = (
    pulled_out,
    grouped,
    multiplied_out,
    by_squares,
    by_complements,
    in_factors,
    conjugates,
    by_quotients,
    by_roots,
)


def shortened(formulas: Mapping[Key, Formula], decimals: bool = False) -> dict[Key, Formula]:
    """Each formula as it is shortest; `decimals` as in typesetting.write."""
    script = Script(INFIX, decimals)
    done: set[Formula] = set()
    for _ in range(ROUNDS):  # what one round makes may be written otherwise in the next
        parts = reachable(formulas.values())
        if len(parts) > PARTS:
            break
        lengths = plain_lengths(parts)
        best: dict[Formula, Formula] = {}
        for part in parts:
            new = part if part in done else from_best(part, best)
            best[part] = (
                new if part in done or lengths[part] > LENGTH else shortest((new, part), script)
            )
        done = {*best.values()}
        formulas = {name: best[formula] for name, formula in formulas.items()}
    return dict(formulas)


def from_best(formula: Formula, best: dict[Formula, Formula]) -> Formula:
    """The formula from the best of its parts; itself where these have no value, as that it has none is not seen yet."""
    try:
        return rebuilt(formula, best)
    except (ArithmeticError, ValueError):
        return formula


def rebuilt(formula: Formula, best: dict[Formula, Formula]) -> Formula:
    """The formula from the best of its parts."""
    home: Formulas = formula.home
    if formula.operation is ADD:
        terms = [(best[monic], coefficient) for monic, coefficient in formula.parts]
        return home.sum([*terms, (home.one, formula.number)])
    if formula.operation is MUL:
        powers = [home.power(best[base], best[exponent]) for base, exponent in formula.parts]
        return home.product([home.number(formula.number), *powers])
    operands = formula.operands
    return (
        home.call(formula.operation, *[best[operand] for operand in operands])
        if operands
        else formula
    )


def shortest(formulas: tuple[Formula, ...], script: Script) -> Formula:
    """The formula with the fewest characters among equal ones and those that the ways lead to; the first of several."""
    tried = {formula: cost(formula, script) for formula in formulas}
    waiting = [
        (tried[one], one.order, one)
        for one in tried
        if one.operation in (ADD, MUL) and tried[one] <= LENGTH
    ]
    budget = BUDGET
    while waiting and budget > 0:
        _, _, one = heappop(waiting)  # the shortest so far
        for found in other_ways(one):
            if found not in tried:
                tried[found] = cost(found, script)
                budget -= tried[found]
                if tried[found] <= LENGTH:
                    heappush(waiting, (tried[found], found.order, found))
            if budget <= 0:
                break
    return min(tried, key=lambda one: tried[one])


def other_ways(formula: Formula) -> Iterator[Formula]:
    """What the formula is as well; a way ends where it meets the root of a negative number."""
    for way in WAYS:
        try:
            yield from way(formula)
        except (ArithmeticError, ValueError):
            continue


def cost(formula: Formula, script: Script) -> int:
    """What is to be small: the characters, and a few for each line of fraction."""
    text = script.whole(formula)
    return len(text) - text.count(" ") + FRACTION * text.count("/")
