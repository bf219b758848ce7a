"""Terms, and the alphabets in which they are written.

A *term* is a text that knows how tightly it holds together, so that it gets brackets exactly where
an operand needs them: `x+y` in `(x+y)*z`, but not in `x+y+z`.

An *alphabet* is a way of writing: the expression language, LaTeX, a programming language. It has a
pattern for each operation that is not written as a call. To write an expression, an alphabet
composes terms from the operands upwards:

    compose_term(ADD, [Term("x"), Term("y")])       -> Term("x+y", precedence 1)
    compose_term(MUL, [Term("x+y", 1), Term("z")])  -> Term("(x+y)*z", precedence 2)
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, TABLE

# How tightly a text holds together, from a comparison (0) to a name, a number or a call (ATOM).
ATOM = 5
PRECEDENCE = {
    **{row.name: 0 for row in COMPARISONS},
    "add": 1,
    "sub": 1,
    "mul": 2,
    "div": 2,
    "neg": 3,
    "pow": 4,
}


class Term(NamedTuple):
    """A piece of a formula.

    text: how it is written.
    precedence: how tightly it holds together, one of the numbers in PRECEDENCE, or ATOM.
    constant: the number that the text stands for, None unless it is a plain number such as 2, -1.5
        or 1/3. Formulas compute with it, so that 2*3*x is written 6*x."""

    text: str
    precedence: int = ATOM
    constant: float | None = None

    def bracket_below(self, precedence: int, brackets: str = "({})") -> str:
        """Returns the text as an operand, in brackets if it holds together less tightly than
        `precedence`."""
        return self.text if self.precedence >= precedence else brackets.format(self.text)


class OperationPattern(NamedTuple):
    """How an alphabet writes an operation.

    text: {0}, {1}, {2} stand for the operands.
    precedence: how tightly the result holds together.
    operands: how tightly each operand has to hold together to need no brackets."""

    text: str
    precedence: int = ATOM
    operands: tuple[int, ...] = (0, 0, 0)


class Alphabet(NamedTuple):
    """A way of writing.

    patterns: by the name of the operation; every other operation is written as a call.
    format_call: writes a call of a function, from its name and the texts of the operands.
    join_factors: writes a product of several texts.
    brackets: {} stands for what they enclose.
    format_name: writes the name of a variable or a constant.
    plus, minus: the signs between the terms of a sum."""

    patterns: Mapping[str, OperationPattern]
    format_call: Callable[[str, Sequence[str]], str]
    join_factors: Callable[[Sequence[str]], str]
    brackets: str
    format_name: Callable[[str], str]
    plus: str
    minus: str

    def compose_term(self, operation: Operation, operands: Sequence[Term]) -> Term:
        """Writes an operation on terms, with brackets around the operands that need them."""
        pattern = self.patterns.get(operation.name)
        if pattern is None:
            return Term(self.format_call(operation.name, [operand.text for operand in operands]))
        texts = [
            operand.bracket_below(precedence, self.brackets)
            for operand, precedence in zip(operands, pattern.operands)
        ]
        return Term(pattern.text.format(*texts), pattern.precedence)


def get_operand_precedences(operation: Operation) -> tuple[int, ...]:
    """Returns how tightly each operand of an operator has to hold together.

    A left operand may have the operator's own precedence, a right one may not: x-y-z is (x-y)-z. A
    power is the other way round: x^y^z is x^(y^z), and x^-y needs no brackets."""
    precedence = PRECEDENCE[operation.name]
    if operation.name == "pow":
        return precedence + 1, PRECEDENCE["neg"]
    return (precedence,) if len(operation.parameters) == 1 else (precedence, precedence + 1)


def make_infix_pattern(operation: Operation) -> OperationPattern:
    """Makes the pattern of an operator as the expression language writes it."""
    symbol = f" {operation.symbol} " if operation in COMPARISONS else operation.symbol
    text = f"{{0}}{symbol}{{1}}" if len(operation.parameters) == 2 else f"{symbol}{{0}}"
    return OperationPattern(text, PRECEDENCE[operation.name], get_operand_precedences(operation))


# The expression language itself: what is written in it can be read again.
INFIX = Alphabet(
    patterns={row.name: make_infix_pattern(row) for row in TABLE.values() if row.symbol},
    format_call=lambda name, operands: f"{name}({', '.join(operands)})",
    join_factors="*".join,
    brackets="({})",
    format_name=str,
    plus="+",
    minus="-",
)

# The same with spaces around the signs, for sentences and programs.
SPACED = INFIX._replace(
    patterns={
        **INFIX.patterns,
        **{
            name: INFIX.patterns[name]._replace(text=f"{{0}} {sign} {{1}}")
            for name, sign in (("add", "+"), ("sub", "-"), ("mul", "*"))
        },
    }
)
