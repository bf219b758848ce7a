"""Formulas made of terms: numbers, operations, and the rule of a local partial with its operands.

The rule of a product's partial is `y`; for the edge from `x+1` to `(x+1)*sin(z)` the operands are
put in, and the formula is `sin(z)`. What can be computed is computed, and factors 1 and terms 0 are
left out, as one would by hand."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence

from graddiff.language.expression import Expression
from graddiff.language.parser import parse_partial_rule
from graddiff.notation.numerals import format_plain_float
from graddiff.notation.style import ATOM, INFIX, PRECEDENCE, Alphabet, Term
from graddiff.numbers.arithmetic import Number
from graddiff.numbers.floats import FLOATS
from graddiff.operations.neutral import find_neutral_row
from graddiff.operations.row import Operation
from graddiff.operations.table import NEG, WHERE, get_branch_slot

MAX_TERM_LENGTH = 100  # characters; the middle of a longer text is left out
MAX_CONSTANT_LENGTH = 12  # characters; a longer number is only copied, never computed with
MAX_DECIMAL_LENGTH = 8  # characters; a longer number is written as a fraction if it is a simple one
CONSTANT_DIGITS = 12  # significant digits of a computed number

# Operations that are computed where all operands are constants. Powers and functions stay, since
# they are easier to read than their values.
FOLDABLE_OPERATIONS: dict[str, Callable[..., float]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
}


def make_literal_term(text: str) -> Term:
    """Makes the term of a literal as it stands in the expression, or of a constant's name."""
    precedence = PRECEDENCE["neg"] if text.startswith("-") else ATOM
    is_decimal = text.lstrip("-").replace(".", "", 1).isdigit()  # neither 1e-3 nor pi
    constant = float(text) if is_decimal and len(text) < MAX_CONSTANT_LENGTH else None
    return Term(elide_middle(text), precedence, constant)


def make_constant_term(value: float) -> Term:
    """Makes the term of a computed number: a short decimal, or a fraction of small whole numbers,
    or else a decimal with 12 digits."""
    text = format_plain_float(value, CONSTANT_DIGITS)
    if len(text) > MAX_DECIMAL_LENGTH:
        for divisor in range(3, 13):
            dividend = round(value * divisor)
            if abs(value * divisor - dividend) < 1e-12 * abs(value * divisor):
                return Term(f"{dividend}/{divisor}", PRECEDENCE["div"], value)
    return Term(text, PRECEDENCE["neg"] if value < 0 else ATOM, value)


def elide_middle(text: str) -> str:
    """Returns a text with an ellipsis in place of its middle if it is too long."""
    if len(text) <= MAX_TERM_LENGTH:
        return text
    return f"{text[: MAX_TERM_LENGTH // 2]}…{text[-MAX_TERM_LENGTH // 2 :]}"


def compose_operation(
    operation: Operation, operands: list[Term], alphabet: Alphabet = INFIX
) -> Term:
    """Writes an operation on terms. Only the expression language leaves out the middle of a long
    text: LaTeX or a program would break."""
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
    """Returns the local partial of an operation by the operand in a slot as a formula.

    `operands` and `result` are the terms of the operands and of the operation itself, `values` and
    `value` their numbers, which decide the branch of a rule with a `where`."""
    rule_values = FLOATS.bind_rule_variables(operation, slot, values, value)
    if operation.variadic:  # its rule is about one operand x, the result f and the number of ties k
        terms = [operands[slot], result, make_constant_term(rule_values["k"])]
    else:
        terms = [*operands, result]
    meaning = dict(zip(operation.rule_variables, terms))
    rule = parse_partial_rule(operation, slot)
    rule_numbers: list[Number] = []
    if WHERE in rule.operations:
        rule_numbers = FLOATS.evaluate_with_limits(rule, rule_values)
    return substitute_terms(rule, meaning, rule_numbers, alphabet).text


def substitute_terms(
    rule: Expression, meaning: Mapping[str, Term], numbers: Sequence[Number], alphabet: Alphabet
) -> Term:
    """Writes a rule with a term in place of each variable.

    Of a `where` only the branch that is taken is written; `numbers` are the values of the rule's
    lines, which are needed for that alone."""
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
        return simplify_operation(NEG, [operands[1]], alphabet)
    return compose_operation(operation, operands, alphabet)


def fold_constants(operation: Operation, constants: Sequence[float | None]) -> float | None:
    """Returns the number that an operation on numbers is, None where an operand is none."""
    function = FOLDABLE_OPERATIONS.get(operation.name)
    if function is None or None in constants:
        return None
    if operation.name == "div" and constants[1] == 0:
        return None  # the label keeps the quotient: it has no value
    return function(*constants)
