"""The shortest way to write a formula, among those that a textbook would try.

Common factors in front, one line of fraction, products multiplied out, sin(x)^2 + cos(x)^2 = 1: each is tried, alone
and after another, and what has the fewest characters is kept. Large formulas are left as the passes made them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from heapq import heappop, heappush
from typing import TypeVar

from graddiff.algebra.factoring import group_terms, pull_out_factors
from graddiff.algebra.node import ADD, MUL, Formula
from graddiff.algebra.printer import FormulaPrinter, collect_subformulas, estimate_lengths
from graddiff.algebra.rewriting import (
    apply_sigmoid_complements,
    apply_square_identities,
    multiply_conjugates,
    multiply_out,
    rewrite_factors,
    rewrite_quotients,
    rewrite_roots,
)
from graddiff.notation.style import INFIX

Key = TypeVar("Key")

MAX_SIMPLIFIED_FORMULAS = 1_000  # of formulas that are looked at
ROUNDS = 2
MAX_TRIED_LENGTH = 300  # characters of a formula that is tried
CHARACTER_BUDGET = 2500  # characters in all that are tried to write one formula
FRACTION_COST = (
    3  # characters that a line of fraction counts for, so that quotients are kept together
)

REWRITES: tuple[Callable[[Formula], Iterator[Formula]], ...] = (
    pull_out_factors,
    group_terms,
    multiply_out,
    apply_square_identities,
    apply_sigmoid_complements,
    rewrite_factors,
    multiply_conjugates,
    rewrite_quotients,
    rewrite_roots,
)


def shorten_formulas(formulas: Mapping[Key, Formula], decimals: bool = False) -> dict[Key, Formula]:
    """Each formula as it is shortest; `decimals` as in typesetting.write."""
    script = FormulaPrinter(INFIX, decimals)
    done: set[Formula] = set()
    for _ in range(ROUNDS):  # what one round makes may be written otherwise in the next
        parts = collect_subformulas(formulas.values())
        if len(parts) > MAX_SIMPLIFIED_FORMULAS:
            break
        lengths = estimate_lengths(parts)
        best: dict[Formula, Formula] = {}
        for part in parts:
            new = part if part in done else rebuild_or_keep(part, best)
            best[part] = (
                new
                if part in done or lengths[part] > MAX_TRIED_LENGTH
                else find_shortest((new, part), script)
            )
        done = {*best.values()}
        formulas = {name: best[formula] for name, formula in formulas.items()}
    return dict(formulas)


def rebuild_or_keep(formula: Formula, best: dict[Formula, Formula]) -> Formula:
    """The formula from the best of its parts; itself where these have no value, as that it has none is not seen yet."""
    try:
        return rebuild_formula(formula, best)
    except (ArithmeticError, ValueError):
        return formula


def rebuild_formula(formula: Formula, best: dict[Formula, Formula]) -> Formula:
    """The formula from the best of its parts."""
    home = formula.home
    if formula.operation is ADD:
        terms = [(best[monic], coefficient) for monic, coefficient in formula.parts]
        return home.make_sum([*terms, (home.one, formula.number)])
    if formula.operation is MUL:
        powers = [home.make_power(best[base], best[exponent]) for base, exponent in formula.parts]
        return home.make_product([home.make_number(formula.number), *powers])
    operands = formula.operands
    return (
        home.make_operation(formula.operation, *[best[operand] for operand in operands])
        if operands
        else formula
    )


def find_shortest(formulas: tuple[Formula, ...], printer: FormulaPrinter) -> Formula:
    """The formula with the fewest characters among equal ones and those that the ways lead to; the first of several."""
    tried = {formula: measure_cost(formula, printer) for formula in formulas}
    waiting = [
        (tried[one], one.order, one)
        for one in tried
        if one.operation in (ADD, MUL) and tried[one] <= MAX_TRIED_LENGTH
    ]
    budget = CHARACTER_BUDGET
    while waiting and budget > 0:
        _, _, one = heappop(waiting)  # the shortest so far
        for found in generate_rewrites(one):
            if found not in tried:
                tried[found] = measure_cost(found, printer)
                budget -= tried[found]
                if tried[found] <= MAX_TRIED_LENGTH:
                    heappush(waiting, (tried[found], found.order, found))
            if budget <= 0:
                break
    return min(tried, key=lambda one: tried[one])


def generate_rewrites(formula: Formula) -> Iterator[Formula]:
    """What the formula is as well; a way ends where it meets the root of a negative number."""
    for way in REWRITES:
        try:
            yield from way(formula)
        except (ArithmeticError, ValueError):
            continue


def measure_cost(formula: Formula, printer: FormulaPrinter) -> int:
    """What is to be small: the characters, and a few for each line of fraction."""
    text = printer.format_formula(formula)
    return len(text) - text.count(" ") + FRACTION_COST * text.count("/")
