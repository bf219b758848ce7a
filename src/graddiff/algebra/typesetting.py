"""Texts of formulas, with names for the long parts that they share.

A derivative is a graph, which may be exponentially longer as text. Named parts keep the text about
as long as the graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Generic, NamedTuple, TypeVar

from graddiff.algebra.node import Formula
from graddiff.algebra.printer import FormulaPrinter
from graddiff.notation.style import INFIX, Alphabet
from graddiff.operations.table import COMPARISONS, VARIABLE

MAX_UNNAMED_LENGTH = 160  # characters of formulas that are written without names for their parts
MIN_NAMED_LENGTH = 8  # characters of a part that is worth a name if it is used more than once
ALWAYS_NAMED_LENGTH = 1_000  # characters beyond which a part gets a name even if it is used once

Key = TypeVar("Key", bound=Hashable)  # what a formula is stored under, such as a name


class FormulaTexts(NamedTuple, Generic[Key]):
    """The texts of formulas by their keys, and the named parts that these use.

    A part in `where` uses earlier ones only."""

    formulas: Mapping[Key, str]
    where: Mapping[str, str]

    def join_definitions(self, key: Key) -> str:
        """Returns one formula behind all definitions, as an expression of the language."""
        definitions = [f"{name} = {part}" for name, part in self.where.items()]
        return "; ".join([*definitions, self.formulas[key]])


def typeset_formulas(
    formulas: Mapping[Key, Formula],
    alphabet: Alphabet = INFIX,
    decimals: bool = False,
    reserved_names: Collection[str] = (),
) -> FormulaTexts[Key]:
    """Returns the texts of formulas.

    With `decimals`, x/2 is written 0.5*x. Named parts do not take a name in `reserved_names`."""
    printer = FormulaPrinter(alphabet, decimals)
    subformulas = collect_subformulas(formulas.values())
    lengths = estimate_lengths(subformulas)
    where: dict[str, str] = {}
    if any(lengths[formula] > MAX_UNNAMED_LENGTH for formula in formulas.values()):
        where = name_shared_parts(printer, subformulas, {*formulas.values()}, reserved_names)
    texts = {key: printer.format_formula(formula) for key, formula in formulas.items()}
    return FormulaTexts(texts, where)


def collect_subformulas(formulas: Iterable[Formula]) -> list[Formula]:
    """Returns all formulas that these are made of, and these themselves, operands first."""
    waiting = [*formulas]
    collected = {*waiting}
    while waiting:
        for operand in waiting.pop().operands:
            if operand not in collected:
                collected.add(operand)
                waiting.append(operand)
    # A formula is made after its operands, so the order of making is one of evaluation.
    return sorted(collected, key=lambda formula: formula.order)


def estimate_lengths(subformulas: Sequence[Formula]) -> dict[Formula, int]:
    """Returns about how many characters each formula has without names.

    Operands come first in `subformulas`. The estimates end at a multiple of MAX_UNNAMED_LENGTH: the
    true length of a graph's text may have thousands of digits."""
    lengths: dict[Formula, int] = {}
    for formula in subformulas:
        own = len(formula.parts[0]) if formula.operation is VARIABLE else 1 + len(formula.operands)
        length = own + sum([lengths[operand] for operand in formula.operands])
        lengths[formula] = min(length, 10 * MAX_UNNAMED_LENGTH)
    return lengths


def name_shared_parts(
    printer: FormulaPrinter,
    subformulas: Sequence[Formula],
    outputs: Collection[Formula],
    reserved_names: Collection[str],
) -> dict[str, str]:
    """Makes the printer write names for long shared parts, and returns the texts by these names."""
    use_counts = Counter(operand for part in subformulas for operand in {*part.operands})
    names = generate_free_names(reserved_names)
    where: dict[str, str] = {}
    for part in subformulas:
        # Earlier parts have their names by now, so this is the length that would be written.
        length = len(printer.build_term(part).text)
        is_shared = use_counts[part] > 1 and length >= MIN_NAMED_LENGTH
        # A comparison has no value of its own, and an output stands under its own key.
        can_have_name = part.operands and part.operation not in COMPARISONS and part not in outputs
        if can_have_name and (is_shared or length > ALWAYS_NAMED_LENGTH):
            name = next(names)
            where[name] = printer.format_formula(part)
            printer.assign_name(part, name)
    return where


def generate_free_names(reserved_names: Collection[str]) -> Iterator[str]:
    """Yields u, v, w, u1, u2, …, but for the reserved names."""
    for name in "uvw":
        if name not in reserved_names:
            yield name
    for number in count(1):
        if f"u{number}" not in reserved_names:
            yield f"u{number}"
