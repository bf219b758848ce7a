"""A graph explained: both passes line by line, with the numbers put in.

Every line gets a name; a line that has none of its own is v1, v2 and so on. What is told here is only what the graph
holds, so that the steps and the answer cannot disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from graddiff.autodiff.result import Result
from graddiff.notation.line_names import names
from graddiff.notation.style import ATOM, Alphabet, Term
from graddiff.notation.terms import formula
from graddiff.notation.terms import number as literal
from graddiff.numbers.kind import NoValue, Number
from graddiff.operations.table import COMPARISONS, NUMBER
from graddiff.render.explanation.rules_in_words import rule_in_words


class Style(NamedTuple):
    """How formulas and names are written, and numbers with so many digits."""

    alphabet: Alphabet
    name: Callable[[str], str]
    number: Callable[[Number], str]


class Forward(NamedTuple):
    """A line of the forward pass: `v1 = x + y = 1 + 3 = 4`. `numbers` is empty where it is the formula again."""

    name: str
    formula: str
    numbers: str
    value: str


class Flow(NamedTuple):
    """What one edge carries: adjoint × local partial, to an operand; `numbers` of the partial is empty where there is
    nothing to put in, `before` is what the operand had already, None if this is the first of its edges, `total` what
    it has now, and `uses` how many edges there are to it."""

    operand: str
    formula: str
    numbers: str
    partial: str
    adjoint: str
    contribution: str
    before: str | None
    total: str
    uses: int


class Backward(NamedTuple):
    """A line of the reverse pass: its name, its formula, its adjoint, the rule in words, and what flows to its
    operands."""

    name: str
    formula: str
    adjoint: str
    words: str
    flows: tuple[Flow, ...]


class Explanation(NamedTuple):
    """Both passes, and the gradient: name -> the terms of a sum and what they come to."""

    output: str
    forward: tuple[Forward, ...]
    backward: tuple[Backward, ...]
    gradient: tuple[tuple[str, tuple[str, ...], str], ...]


def explain(result: Result, style: Style) -> Explanation:
    """Explains both passes of a result."""
    teller = Teller(result, style)
    lines = [
        line
        for line, operands in enumerate(result.expression.operands)
        if operands and teller.told(line)
    ]
    return Explanation(
        teller.name(result.expression.output),
        tuple(map(teller.forward, lines)),
        tuple(teller.backward(line) for line in reversed(lines) if teller.flows(line)),
        tuple(map(teller.derivative, result.requested)),
    )


class Teller:
    """Writes the lines of one result in one style."""

    def __init__(self, result: Result, style: Style) -> None:
        self.result, self.graph, self.expression, self.style = (
            result,
            result.graph,
            result.expression,
            style,
        )
        self.names = names(result.expression)
        self.uses = Counter(edge.source for edge in result.graph.edges())
        self.received: dict[int, list[Number]] = {}
        self.totals: dict[int, Number] = {}

    def told(self, line: int) -> bool:
        """Whether a line is told as a step: a comparison is told where it is used, a line without a value nowhere."""
        value = self.graph.values[line]
        return self.expression.operations[line] not in COMPARISONS and not isinstance(
            value, NoValue
        )

    def flows(self, line: int) -> bool:
        return any(partial is not None for partial in self.graph.partials[line])

    def name(self, line: int) -> str:
        return self.style.name(self.names[line])

    def number(self, line: int) -> str:
        return self.style.number(self.graph.values[line])

    def term(self, line: int) -> Term:
        """What stands for a line in a formula: its name, the text of a number or of a comparison."""
        operation = self.expression.operations[line]
        if operation is NUMBER:
            text = self.expression.literals[line]
            return Term(self.style.alphabet.name(text)) if text.isalpha() else literal(text)
        if operation in COMPARISONS:
            return self.composed(line, self.term)
        return Term(self.name(line), ATOM)

    def value(self, line: int) -> Term:
        """The same with numbers for names; a negative one is bracketed."""
        operation = self.expression.operations[line]
        if operation in COMPARISONS:
            return self.composed(line, self.value)
        if operation is NUMBER:
            return self.term(line)
        text = self.number(line)
        return Term(text, ATOM if text[0].isalnum() and "/" not in text else 0)

    def composed(self, line: int, of: Callable[[int], Term]) -> Term:
        operands = [of(operand) for operand in self.expression.operands[line]]
        return self.style.alphabet.compose(self.expression.operations[line], operands)

    def forward(self, line: int) -> Forward:
        told, numbers = self.composed(line, self.term).text, self.composed(line, self.value).text
        value = self.number(line)
        return Forward(self.name(line), told, "" if numbers in (told, value) else numbers, value)

    def backward(self, line: int) -> Backward:
        edges = zip(self.expression.operands[line], self.graph.partials[line])
        flows = [
            self.flow(line, slot, source, partial) for slot, (source, partial) in enumerate(edges)
        ]
        words, told = (
            rule_in_words(self.expression.operations[line]),
            self.composed(line, self.term).text,
        )
        adjoint = self.style.number(self.graph.adjoints[line])
        return Backward(
            self.name(line), told, adjoint, words, tuple(flow for flow in flows if flow is not None)
        )

    def flow(self, line: int, slot: int, source: int, partial: Number | None) -> Flow | None:
        if partial is None:
            return None
        adjoint = self.graph.adjoints[line]
        before, gets = self.totals.get(source), adjoint * partial
        self.received.setdefault(source, []).append(gets)
        self.totals[source] = gets if before is None else before + gets
        told, numbers = (self.partial(line, slot, of) for of in (self.term, self.value))
        value = self.style.number(partial)
        return Flow(
            self.name(source),
            told,
            "" if numbers in (told, value) else numbers,
            value,
            self.style.number(adjoint),
            self.style.number(gets),
            None if before is None else self.style.number(before),
            self.style.number(self.totals[source]),
            self.uses[source],
        )

    def partial(self, line: int, slot: int, of: Callable[[int], Term]) -> str:
        """The local partial of an edge as a formula of names, or of numbers."""
        operands = self.expression.operands[line]
        values = [self.graph.values[operand] for operand in operands]
        terms = [of(operand) for operand in operands]
        operation = self.expression.operations[line]
        return formula(
            operation, slot, terms, of(line), values, self.graph.values[line], self.style.alphabet
        )

    def derivative(self, name: str) -> tuple[str, tuple[str, ...], str]:
        line = self.result.requested[name]
        terms = self.received.get(-1 if line is None else line, [])
        return (
            self.style.name(name),
            tuple(map(self.style.number, terms)),
            self.style.number(self.result.gradient[name]),
        )
