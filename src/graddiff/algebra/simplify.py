"""The search for the shortest text of a formula, among those that a textbook would try.

Common factors in front, one line of fraction, products multiplied out, sin(x)^2 + cos(x)^2 = 1:
each rewrite is tried, alone and after others, and the formula with the fewest characters is kept.
Large formulas stay as the passes made them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from heapq import heappop, heappush

from graddiff.algebra.factoring import group_terms, pull_out_factors
from graddiff.algebra.function_rewrites import (
    apply_sigmoid_complements,
    apply_square_identities,
    rewrite_quotients,
    rewrite_roots,
)
from graddiff.algebra.node import Formula
from graddiff.algebra.printer import FormulaPrinter
from graddiff.algebra.rewriting import multiply_conjugates, multiply_out, rewrite_factors
from graddiff.algebra.typesetting import Key, collect_subformulas, estimate_lengths
from graddiff.notation.style import INFIX
from graddiff.operations.table import ADD, MUL

MAX_SIMPLIFIED_FORMULAS = 1_000  # formulas, counted with their parts, that are simplified
ROUNDS = 2
MAX_TRIED_LENGTH = 300  # characters of a formula that is rewritten
CHARACTER_BUDGET = 2_500  # characters of all formulas that are tried in place of one
FRACTION_COST = 3  # characters that a line of fraction counts as, so that one is preferred to two

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
    """Returns the shortest equal of each formula; `decimals` counts 0.5*x in place of x/2."""
    printer = FormulaPrinter(INFIX, decimals)
    finished: set[Formula] = set()
    # A part that got shorter in one round may give its whole a new shape to try in the next.
    for _ in range(ROUNDS):
        subformulas = collect_subformulas(formulas.values())
        if len(subformulas) > MAX_SIMPLIFIED_FORMULAS:
            break
        lengths = estimate_lengths(subformulas)
        best: dict[Formula, Formula] = {}
        # Operands come first: each formula is built from the shortest form of its parts.
        for formula in subformulas:
            if formula in finished:
                best[formula] = formula
                continue
            rebuilt = rebuild_or_keep(formula, best)
            if lengths[formula] <= MAX_TRIED_LENGTH:
                rebuilt = find_shortest((rebuilt, formula), printer)
            best[formula] = rebuilt
        finished = {*best.values()}
        formulas = {key: best[formula] for key, formula in formulas.items()}
    return dict(formulas)


def rebuild_or_keep(formula: Formula, best: Mapping[Formula, Formula]) -> Formula:
    """Returns the formula built from the best form of its parts, or itself where this fails.

    It fails where a shorter part reveals that there is no value, as in 1/(x - x)."""
    try:
        return rebuild_formula(formula, best)
    except (ArithmeticError, ValueError):
        return formula


def rebuild_formula(formula: Formula, best: Mapping[Formula, Formula]) -> Formula:
    """Returns the formula built from the best form of its parts."""
    pool = formula.pool
    if formula.operation is ADD:
        terms = [(best[monic], coefficient) for monic, coefficient in formula.parts]
        return pool.make_sum([*terms, (pool.one, formula.number)])
    if formula.operation is MUL:
        powers = [pool.make_power(best[base], best[exponent]) for base, exponent in formula.parts]
        return pool.make_product([pool.make_number(formula.number), *powers])
    if not formula.operands:
        return formula
    return pool.make_operation(formula.operation, *[best[part] for part in formula.operands])


def find_shortest(formulas: tuple[Formula, ...], printer: FormulaPrinter) -> Formula:
    """Returns the shortest of equal formulas and of their rewrites, the first of several.

    This is a best-first search: the shortest formula so far is rewritten next, until the budget of
    characters is spent. A rewrite that makes a formula longer, such as multiplying out, may so lead
    to a shorter one two steps on."""
    costs = {formula: measure_cost(formula, printer) for formula in formulas}
    # The order of making breaks ties, so that the result does not depend on addresses.
    queue = [
        (costs[formula], formula.order, formula)
        for formula in costs
        if formula.operation in (ADD, MUL) and costs[formula] <= MAX_TRIED_LENGTH
    ]
    budget = CHARACTER_BUDGET
    while queue and budget > 0:
        _, _, shortest = heappop(queue)
        for rewritten in generate_rewrites(shortest):
            if rewritten not in costs:
                cost = costs[rewritten] = measure_cost(rewritten, printer)
                budget -= cost
                if cost <= MAX_TRIED_LENGTH:
                    heappush(queue, (cost, rewritten.order, rewritten))
            if budget <= 0:
                break
    return min(costs, key=lambda formula: costs[formula])


def generate_rewrites(formula: Formula) -> Iterator[Formula]:
    """Yields equal formulas, by each rewrite in turn."""
    for rewrite in REWRITES:
        try:
            yield from rewrite(formula)
        except (ArithmeticError, ValueError):
            continue  # this rewrite needs the root of a negative number, or divides by 0


def measure_cost(formula: Formula, printer: FormulaPrinter) -> int:
    """Returns what the search makes small: characters, and some more per line of fraction."""
    text = printer.format_formula(formula)
    return len(text) - text.count(" ") + FRACTION_COST * text.count("/")
