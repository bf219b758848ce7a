"""Derivatives as formulas: both passes run on formulas, and what comes out is written as short as it can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graddiff.alphabets import INFIX, Alphabet
from graddiff.differentiation import absent, request
from graddiff.errors import Notice
from graddiff.evaluator import evaluate
from graddiff.expression import Expression
from graddiff.formulas import Formula
from graddiff.identities import FormulaKind, Identities
from graddiff.operations import CONSTANTS, FUNCTIONS
from graddiff.parser import parse
from graddiff.reverse import differentiate_backwards
from graddiff.shortening import shortened
from graddiff.typesetting import Written, write


class Derivatives(NamedTuple):
    """The derivatives of an expression by each requested name, as formulas."""

    expression: Expression
    formulas: Mapping[str, Formula]
    notices: tuple[Notice, ...]

    def written(self, alphabet: Alphabet = INFIX) -> Written:
        """Their texts. What several of them share, or one of them several times, may stand in `where`."""
        taken = {*self.expression.lines, *CONSTANTS, *FUNCTIONS}
        return write(self.formulas, alphabet, has_decimals(self.expression), taken)


def derivatives(expression: str | Expression, wrt: Iterable[str] | None = None) -> Derivatives:
    """Differentiates an expression by the names in `wrt`, by default all its variables, without a point.

    Raises ExpressionError if the text cannot be read, PointError if a part has no value whatever the variables are."""
    if isinstance(expression, str):
        expression = parse(expression)
    requested = request(expression, expression.variables if wrt is None else wrt)
    found = shortened(adjoints(expression, requested), has_decimals(expression))
    return Derivatives(expression, found, (*expression.notices, *absent(requested)))


def adjoints(expression: Expression, requested: Mapping[str, int | None]) -> dict[str, Formula]:
    """Name -> derivative of the output by its line, as the reverse pass makes it; 0 where nothing flows."""
    home = Identities()
    kind = FormulaKind(home)
    values = evaluate(expression, {name: home.name(name) for name in expression.variables}, kind)
    lines = {line for line in requested.values() if line is not None}
    graph = differentiate_backwards(expression, values, lines, kind)
    found = {name: None if line is None else graph.adjoints[line] for name, line in requested.items()}
    return {name: home.zero if formula is None else formula for name, formula in found.items()}


def has_decimals(expression: Expression) -> bool:
    """Whether the expression is written with decimal fractions, as its derivatives are then."""
    return any("." in text or "e-" in text.lower() for text in expression.literals.values())
