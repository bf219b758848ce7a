"""Alphabets: how each operation is written, with the fewest brackets that are safe."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, TABLE

ATOM = 5
PRECEDENCE = {
    "add": 1,
    "sub": 1,
    "mul": 2,
    "div": 2,
    "neg": 3,
    "pow": 4,
    **{row.name: 0 for row in COMPARISONS},
}


class Term(NamedTuple):
    """A text, how tightly it holds together, and the number it stands for where that is written as one."""

    text: str
    precedence: int = ATOM
    constant: float | None = None

    def bracket_below(self, precedence: int, brackets: str = "({})") -> str:
        """The text as an operand of something that binds as tightly as `precedence`."""
        return self.text if self.precedence >= precedence else brackets.format(self.text)


class OperationPattern(NamedTuple):
    """How an operation is written: its text with {0}, {1} for the operands, how tightly that holds together, and how
    tightly each operand has to."""

    text: str
    precedence: int = ATOM
    operands: tuple[int, ...] = (0, 0, 0)


class Alphabet(NamedTuple):
    """A way to write: patterns by the operation's name, what a call of any other looks like, a product of several
    texts, brackets, names, and the signs of a sum inside of something."""

    patterns: Mapping[str, OperationPattern]
    format_call: Callable[[str, Sequence[str]], str]
    join_factors: Callable[[Sequence[str]], str]
    brackets: str
    format_name: Callable[[str], str]
    plus: str
    minus: str

    def compose_term(self, operation: Operation, operands: Sequence[Term]) -> Term:
        """An operation on terms."""
        pattern = self.patterns.get(operation.name)
        if pattern is None:
            return Term(self.format_call(operation.name, [operand.text for operand in operands]))
        texts = [
            term.bracket_below(needed, self.brackets)
            for term, needed in zip(operands, pattern.operands)
        ]
        return Term(pattern.text.format(*texts), pattern.precedence)


def get_operand_precedences(operation: Operation) -> tuple[int, ...]:
    """How tightly the operands of an operator have to hold together."""
    precedence = PRECEDENCE[operation.name]
    if operation.name == "pow":
        return precedence + 1, PRECEDENCE["neg"]
    return (precedence,) if len(operation.parameters) == 1 else (precedence, precedence + 1)


def make_infix_pattern(operation: Operation) -> OperationPattern:
    """The pattern of an operator as the expression language has it."""
    symbol = f" {operation.symbol} " if operation in COMPARISONS else operation.symbol
    text = f"{{0}}{symbol}{{1}}" if len(operation.parameters) == 2 else f"{symbol}{{0}}"
    return OperationPattern(text, PRECEDENCE[operation.name], get_operand_precedences(operation))


INFIX = Alphabet(
    patterns={row.name: make_infix_pattern(row) for row in TABLE.values() if row.symbol},
    format_call=lambda name, operands: f"{name}({', '.join(operands)})",
    join_factors="*".join,
    brackets="({})",
    format_name=str,
    plus="+",
    minus="-",
)

# The same with room around the signs, for whoever reads it as text.
SPACED = INFIX._replace(
    patterns={
        **INFIX.patterns,
        **{
            name: OperationPattern(f"{{0}} {sign} {{1}}", *INFIX.patterns[name][1:])
            for name, sign in zip(("add", "sub", "mul"), "+-*")
        },
    }
)
