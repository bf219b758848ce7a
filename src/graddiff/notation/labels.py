"""How an expression is written: the text of each line, and the formula of an edge with its operands put in."""

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

MAX_BRIEF_LENGTH = 6  # characters of an operand that is not left out of a brief text


class Labels:
    """The text of each line as it was written; a line that came out of a function's definition is composed."""

    def __init__(self, expression: Expression) -> None:
        self.expression = expression
        self._terms: dict[int, Term] = {}

    def __getitem__(self, line: int) -> str:
        """The text of a line, its name not considered."""
        return self.get_term(line).text

    def get_short_term(self, line: int) -> Term:
        """The name of a line where it has one, and its text where not: what stands for it in a formula."""
        name = self.expression.names.get(line)
        return Term(name, ATOM, self.get_term(line).constant) if name else self.get_term(line)

    def get_term(self, line: int) -> Term:
        waiting = [line]
        while waiting:  # operands before what is composed of them, without recursion
            top = waiting[-1]
            needed = self._get_composed_operands(top)
            missing = [part for part in needed if part not in self._terms]
            if missing:
                waiting += missing
            else:
                waiting.pop()
                self._terms.setdefault(top, self._compose_term(top))
        return self._terms[line]

    def get_brief_term(self, line: int) -> Term:
        """What stands for a line where there is little room: its name or its outline."""
        term = self.get_short_term(line)
        return term if len(term.text) <= MAX_BRIEF_LENGTH else self.compose_outline(line)

    def compose_outline(self, line: int) -> Term:
        """The operation of a line with its long operands left out: `1/…`, `exp(…)`."""
        operation, operands = self.expression.operations[line], self.expression.operands[line]
        if not operands:
            return self.get_term(line)
        terms = [self.get_short_term(operand) for operand in operands]
        shown = [term if len(term.text) <= MAX_BRIEF_LENGTH else Term("…") for term in terms[:4]]
        return compose_operation(operation, shown + [Term("…")] * (len(terms) > 4))

    def format_partial(
        self, target: int, slot: int, values: list[Number], brief: bool = False
    ) -> str:
        """The local partial on an edge as a formula of what stands for its operands."""
        term = self.get_brief_term if brief else self.get_short_term
        operands = self.expression.operands[target]
        terms, inputs = (
            [term(operand) for operand in operands],
            [values[operand] for operand in operands],
        )
        return format_partial_formula(
            self.expression.operations[target], slot, terms, term(target), inputs, values[target]
        )

    def _get_composed_operands(self, line: int) -> tuple[int, ...]:
        if line in self._terms or line not in self.expression.inlined:
            return ()
        call = self.expression.calls.get(line)
        return call[1] if call else self.expression.operands[line]

    def _compose_term(self, line: int) -> Term:
        expression, operation = self.expression, self.expression.operations[line]
        if operation is NUMBER:
            return make_literal_term(expression.literals[line])
        call = expression.calls.get(line)
        if line not in expression.inlined:
            precedence = ATOM if call else PRECEDENCE.get(operation.name, ATOM)
            first, last = expression.tokens[0][line], expression.tokens[1][line]
            if operation is VARIABLE:
                return Term(expression.source.get_text(first, last))
            return Term(
                expression.source.get_text(first, last, MAX_TERM_LENGTH),
                precedence,
                self._fold_constant(line),
            )
        if call:
            return Term(
                elide_middle(
                    f"{call[0]}({', '.join(self.get_short_term(part).text for part in call[1])})"
                )
            )
        return compose_operation(
            operation, [self.get_short_term(part) for part in expression.operands[line]]
        )

    def _fold_constant(self, line: int) -> float | None:
        """The value of -2 or 1/3, as exponents are written."""
        operation, operands = self.expression.operations[line], self.expression.operands[line]
        if operation.name not in ("neg", "div") or any(
            o not in self.expression.literals for o in operands
        ):
            return None
        constants = [
            make_literal_term(self.expression.literals[operand]).constant for operand in operands
        ]
        if None in constants or not constants[-1]:
            return None
        return FOLDABLE_OPERATIONS[operation.name](*constants)


def format_headline(expression: Expression) -> str:
    """The expression as a heading: its statements, and what the output is called where that is not said in them."""
    statements = expression.source.list_statements()
    written = "; ".join(statements)
    named = expression.output in expression.names or len(statements) > 1
    return written if named else f"{expression.output_name} = {written}"
