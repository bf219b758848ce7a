"""Terms: texts that know how tightly they hold, put together to formulas."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence

from graddiff.language.expression import Expression
from graddiff.notation.numerals import format_bare_number
from graddiff.notation.style import ATOM, INFIX, PRECEDENCE, Alphabet, Term
from graddiff.numbers.arithmetic import Number, parse_partial_rule
from graddiff.numbers.floats import FLOATS
from graddiff.operations.neutral import find_neutral_row
from graddiff.operations.row import Operation
from graddiff.operations.table import TABLE, WHERE, get_branch_slot

MAX_TERM_LENGTH = 100  # characters; the middle of a longer text is left out


def make_literal_term(text: str) -> Term:
    """The term of a literal or constant."""
    precedence = PRECEDENCE["neg"] if text.startswith("-") else ATOM
    simple = len(text) < 12 and text.lstrip("-").replace(".", "", 1).isdigit()
    return Term(elide_middle(text), precedence, float(text) if simple else None)


def make_constant_term(value: float) -> Term:
    """The term of a number: a short decimal, or else a fraction if it is that of small whole numbers."""
    text = format_bare_number(value, 12)
    if len(text) > 8:
        for divisor in range(3, 13):
            if abs(value * divisor - round(value * divisor)) < 1e-12 * abs(value * divisor):
                return Term(f"{round(value * divisor)}/{divisor}", PRECEDENCE["div"], value)
    return Term(text, PRECEDENCE["neg"] if value < 0 else ATOM, value)


def elide_middle(text: str) -> str:
    return (
        text
        if len(text) <= MAX_TERM_LENGTH
        else f"{text[: MAX_TERM_LENGTH // 2]}…{text[-MAX_TERM_LENGTH // 2 :]}"
    )


def compose_operation(
    operation: Operation, operands: list[Term], alphabet: Alphabet = INFIX
) -> Term:
    """The text of an operation on terms, the middle of a long one left out."""
    term = alphabet.compose_term(operation, operands)
    return term._replace(text=elide_middle(term.text)) if alphabet is INFIX else term


def format_partial_formula(
    operation: Operation,
    slot: int,
    operands: list[Term],
    result: Term,
    values: list[Number],
    value: Number,
    alphabet: Alphabet = INFIX,
) -> str:
    """The local partial of a slot as a formula, operands put in; of a rule with a `where` the branch that is taken."""
    at = FLOATS.bind_rule_variables(operation, slot, values, value)
    terms = (
        [operands[slot], result, make_constant_term(at["k"])]
        if operation.variadic
        else [*operands, result]
    )
    meaning = dict(zip(operation.rule_variables, terms))
    rule = parse_partial_rule(operation, slot)
    numbers = FLOATS.evaluate_with_limits(rule, at) if WHERE in rule.operations else []
    return substitute_terms(rule, meaning, numbers, alphabet).text


def substitute_terms(
    rule: Expression, meaning: Mapping[str, Term], numbers: Sequence[Number], alphabet: Alphabet
) -> Term:
    """A rule with terms put in for its variables; of a `where` the branch that is taken with the `numbers` of its
    lines."""
    conditions = [
        operands[0]
        for operation, operands in zip(rule.operations, rule.operands)
        if operation is WHERE
    ]
    # The branch that each `where` takes, in the order in which the fold comes to them.
    branch_slots = iter([get_branch_slot(numbers[condition]) for condition in conditions])

    def make_number_term(text: str) -> Term:
        return Term(alphabet.format_name(text)) if text.isalpha() else make_literal_term(text)

    def apply_operation(operation: Operation, operands: list[Term]) -> Term:
        if operation is WHERE:
            return operands[next(branch_slots)]
        return simplify_operation(operation, operands, alphabet)

    terms = rule.fold(variable=meaning.__getitem__, number=make_number_term, apply=apply_operation)
    return terms[rule.output]


def simplify_operation(
    operation: Operation, operands: list[Term], alphabet: Alphabet = INFIX
) -> Term:
    """Returns an operation on terms: numbers are computed, neutral operands are left out."""
    constants = [operand.constant for operand in operands]
    folded = fold_constants(operation, constants)
    if folded is not None:
        return make_constant_term(folded)
    row = find_neutral_row(operation, constants)
    if row is not None:
        # A label holds for finite operands: 0*x is 0 here, whatever x is.
        return operands[1 - row.slot] if row.result is None else make_constant_term(row.result)
    if operation.name == "mul" and constants[0] == -1:
        return simplify_operation(TABLE["neg"], [operands[1]], alphabet)
    return compose_operation(operation, operands, alphabet)


def fold_constants(operation: Operation, constants: Sequence[float | None]) -> float | None:
    """Returns the number that an operation on numbers is, None where an operand is none."""
    function = FOLDABLE_OPERATIONS.get(operation.name)
    if function is None or None in constants:
        return None
    if operation.name == "div" and constants[1] == 0:
        return None  # the label keeps the quotient: it has no value
    return function(*constants)


FOLDABLE_OPERATIONS: dict[str, Callable[..., float]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
}
