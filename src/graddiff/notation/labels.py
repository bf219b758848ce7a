"""Labels: the text of each line of an expression, and the formula of each edge.

A line that the author wrote has the author's own text, blanks and brackets included. A line that
came out of the definition of a function has no text of its own; its label is composed from the
labels of its operands. Three sizes are to be had:

    labels[line]                  the text:               (x+y)*exp(z)
    labels.get_short_term(line)   the name, or the text:  p, where the author wrote p = (x+y)*exp(z)
    labels.get_brief_term(line)   the name, or, if it is long, the outline: (x+y)*…"""

from __future__ import annotations

from graddiff.language.expression import Expression
from graddiff.notation.style import ATOM, PRECEDENCE, Term
from graddiff.notation.terms import (
    FOLDABLE_OPERATIONS,
    MAX_TERM_LENGTH,
    compose_operation,
    elide_middle,
    format_partial_formula,
    make_literal_term,
)
from graddiff.numbers.arithmetic import Number
from graddiff.operations.table import NUMBER, VARIABLE

MAX_BRIEF_LENGTH = 6  # characters; a longer operand is left out of an outline
MAX_OUTLINE_OPERANDS = 4  # operands; the others are left out of an outline
ELLIPSIS = Term("…")


class Labels:
    """The labels of an expression, each of which is composed when it is asked for."""

    def __init__(self, expression: Expression) -> None:
        self.expression = expression
        self._terms: dict[int, Term] = {}

    def __getitem__(self, line: int) -> str:
        """Returns the text of a line, even if the line has a name."""
        return self.get_term(line).text

    def get_short_term(self, line: int) -> Term:
        """Returns the name of a line, or its text if it has no name: how a formula refers to it."""
        name = self.expression.names.get(line)
        if name is None:
            return self.get_term(line)
        return Term(name, ATOM, self.get_term(line).constant)

    def get_brief_term(self, line: int) -> Term:
        """Returns the name or the text of a line if it is short, and its outline otherwise."""
        term = self.get_short_term(line)
        return term if len(term.text) <= MAX_BRIEF_LENGTH else self.compose_outline(line)

    def get_term(self, line: int) -> Term:
        """Returns the text of a line with its precedence."""
        # Operands are composed before what consists of them. A list of waiting lines takes the
        # place of recursion, which would fail at the depth of a long expression.
        waiting = [line]
        while waiting:
            top = waiting[-1]
            missing = [part for part in self._get_composed_parts(top) if part not in self._terms]
            if missing:
                waiting += missing
            else:
                waiting.pop()
                self._terms.setdefault(top, self._compose_term(top))
        return self._terms[line]

    def compose_outline(self, line: int) -> Term:
        """Returns the operation of a line with its long operands left out: `1/…`, `exp(…)`."""
        operation, operands = self.expression.operations[line], self.expression.operands[line]
        if not operands:
            return self.get_term(line)
        terms = [self.get_short_term(operand) for operand in operands[:MAX_OUTLINE_OPERANDS]]
        outlines = [term if len(term.text) <= MAX_BRIEF_LENGTH else ELLIPSIS for term in terms]
        if len(operands) > MAX_OUTLINE_OPERANDS:
            outlines.append(ELLIPSIS)
        return compose_operation(operation, outlines)

    def format_partial(
        self, target: int, slot: int, values: list[Number], brief: bool = False
    ) -> str:
        """Returns the local partial on an edge as a formula of its operands. `values` are those of
        all lines; `brief` leaves out long operands."""
        get_term = self.get_brief_term if brief else self.get_short_term
        operands = self.expression.operands[target]
        return format_partial_formula(
            self.expression.operations[target],
            slot,
            [get_term(operand) for operand in operands],
            get_term(target),
            [values[operand] for operand in operands],
            values[target],
        )

    def _get_composed_parts(self, line: int) -> tuple[int, ...]:
        """Returns the lines whose labels the label of a line is composed of: the operands of a call
        that the author wrote, or of the operation itself; none if the author wrote the line."""
        if line in self._terms or line not in self.expression.inlined:
            return ()
        call = self.expression.calls.get(line)
        return call[1] if call else self.expression.operands[line]

    def _compose_term(self, line: int) -> Term:
        expression, operation = self.expression, self.expression.operations[line]
        call = expression.calls.get(line)
        if operation is NUMBER:
            return make_literal_term(expression.literals[line])
        if line not in expression.inlined:
            return self._quote_author(line)
        if call:
            function, parts = call
            operands = ", ".join([self.get_short_term(part).text for part in parts])
            return Term(elide_middle(f"{function}({operands})"))
        return compose_operation(
            operation, [self.get_short_term(operand) for operand in expression.operands[line]]
        )

    def _quote_author(self, line: int) -> Term:
        """Returns the author's own text of a line."""
        expression, operation = self.expression, self.expression.operations[line]
        first, last = expression.tokens[0][line], expression.tokens[1][line]
        if operation is VARIABLE:
            return Term(expression.source.get_text(first, last))
        text = expression.source.get_text(first, last, MAX_TERM_LENGTH)
        is_call = line in expression.calls or operation.name not in PRECEDENCE
        precedence = ATOM if is_call else PRECEDENCE[operation.name]
        return Term(text, precedence, self._fold_constant(line))

    def _fold_constant(self, line: int) -> float | None:
        """Returns the number that -2 or 1/3 stands for, as exponents are written; None for a line
        of any other form."""
        operation, operands = self.expression.operations[line], self.expression.operands[line]
        literals = self.expression.literals
        if operation.name not in ("neg", "div"):
            return None
        if any(operand not in literals for operand in operands):
            return None
        constants = [make_literal_term(literals[operand]).constant for operand in operands]
        if None in constants or not constants[-1]:
            return None
        return FOLDABLE_OPERATIONS[operation.name](*constants)


def format_headline(expression: Expression) -> str:
    """Returns the expression as a heading: its statements, and in front of a single one the name of
    the output, unless the statement gives it a name."""
    statements = expression.source.list_statements()
    text = "; ".join(statements)
    has_name = expression.output in expression.names or len(statements) > 1
    return text if has_name else f"{expression.output_name} = {text}"
