"""A graph explained: both passes line by line, with the numbers put in.

Every line gets a name; a line that has none of its own is v1, v2 and so on. What is told here is only what the graph
holds, so that the steps and the answer cannot disagree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from graddiff.autodiff.result import Result
from graddiff.notation.line_names import assign_line_names
from graddiff.notation.style import ATOM, Alphabet, Term
from graddiff.notation.terms import format_partial_formula
from graddiff.notation.terms import make_literal_term as literal
from graddiff.numbers.arithmetic import NoValue, Number
from graddiff.operations.table import COMPARISONS, NUMBER
from graddiff.render.explanation.rules_in_words import describe_rule


class ExplanationStyle(NamedTuple):
    """How formulas and names are written, and numbers with so many digits."""

    alphabet: Alphabet
    name: Callable[[str], str]
    number: Callable[[Number], str]


class ForwardStep(NamedTuple):
    """A line of the forward pass: `v1 = x + y = 1 + 3 = 4`. `numbers` is empty where it is the formula again."""

    name: str
    formula: str
    numbers: str
    value: str


class EdgeContribution(NamedTuple):
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


class ReverseStep(NamedTuple):
    """A line of the reverse pass: its name, its formula, its adjoint, the rule in words, and what flows to its
    operands."""

    name: str
    formula: str
    adjoint: str
    words: str
    flows: tuple[EdgeContribution, ...]


class Explanation(NamedTuple):
    """Both passes, and the gradient: name -> the terms of a sum and what they come to."""

    output: str
    forward: tuple[ForwardStep, ...]
    reverse: tuple[ReverseStep, ...]
    gradient: tuple[tuple[str, tuple[str, ...], str], ...]


def explain_result(result: Result, style: ExplanationStyle) -> Explanation:
    """Explains both passes of a result."""
    teller = Explainer(result, style)
    lines = [
        line
        for line, operands in enumerate(result.expression.operands)
        if operands and teller.is_explained(line)
    ]
    return Explanation(
        teller.format_name(result.expression.output),
        tuple(map(teller.explain_forward, lines)),
        tuple(teller.explain_reverse(line) for line in reversed(lines) if teller.has_flow(line)),
        tuple(map(teller.explain_derivative, result.requested)),
    )


class Explainer:
    """Writes the lines of one result in one style."""

    def __init__(self, result: Result, style: ExplanationStyle) -> None:
        self.result, self.graph, self.expression, self.style = (
            result,
            result.graph,
            result.expression,
            style,
        )
        self.names = assign_line_names(result.expression)
        self.use_counts = Counter(edge.source for edge in result.graph.edges())
        self.received: dict[int, list[Number]] = {}
        self.totals: dict[int, Number] = {}

    def is_explained(self, line: int) -> bool:
        """Whether a line is told as a step: a comparison is told where it is used, a line without a value nowhere."""
        value = self.graph.values[line]
        return self.expression.operations[line] not in COMPARISONS and not isinstance(
            value, NoValue
        )

    def has_flow(self, line: int) -> bool:
        return any(partial is not None for partial in self.graph.partials[line])

    def format_name(self, line: int) -> str:
        return self.style.name(self.names[line])

    def format_node_value(self, line: int) -> str:
        return self.style.number(self.graph.values[line])

    def build_name_term(self, line: int) -> Term:
        """What stands for a line in a formula: its name, the text of a number or of a comparison."""
        operation = self.expression.operations[line]
        if operation is NUMBER:
            text = self.expression.literals[line]
            return Term(self.style.alphabet.format_name(text)) if text.isalpha() else literal(text)
        if operation in COMPARISONS:
            return self.compose_operation(line, self.build_name_term)
        return Term(self.format_name(line), ATOM)

    def build_value_term(self, line: int) -> Term:
        """The same with numbers for names; a negative one is bracketed."""
        operation = self.expression.operations[line]
        if operation in COMPARISONS:
            return self.compose_operation(line, self.build_value_term)
        if operation is NUMBER:
            return self.build_name_term(line)
        text = self.format_node_value(line)
        return Term(text, ATOM if text[0].isalnum() and "/" not in text else 0)

    def compose_operation(self, line: int, of: Callable[[int], Term]) -> Term:
        operands = [of(operand) for operand in self.expression.operands[line]]
        return self.style.alphabet.compose_term(self.expression.operations[line], operands)

    def explain_forward(self, line: int) -> ForwardStep:
        told, numbers = (
            self.compose_operation(line, self.build_name_term).text,
            self.compose_operation(line, self.build_value_term).text,
        )
        value = self.format_node_value(line)
        return ForwardStep(
            self.format_name(line), told, "" if numbers in (told, value) else numbers, value
        )

    def explain_reverse(self, line: int) -> ReverseStep:
        edges = zip(self.expression.operands[line], self.graph.partials[line])
        flows = [
            self.explain_edge(line, slot, source, partial)
            for slot, (source, partial) in enumerate(edges)
        ]
        words, told = (
            describe_rule(self.expression.operations[line]),
            self.compose_operation(line, self.build_name_term).text,
        )
        adjoint = self.style.number(self.graph.adjoints[line])
        return ReverseStep(
            self.format_name(line),
            told,
            adjoint,
            words,
            tuple(flow for flow in flows if flow is not None),
        )

    def explain_edge(
        self, line: int, slot: int, source: int, partial: Number | None
    ) -> EdgeContribution | None:
        if partial is None:
            return None
        adjoint = self.graph.adjoints[line]
        before, gets = self.totals.get(source), adjoint * partial
        self.received.setdefault(source, []).append(gets)
        self.totals[source] = gets if before is None else before + gets
        told, numbers = (
            self.format_partial(line, slot, of)
            for of in (self.build_name_term, self.build_value_term)
        )
        value = self.style.number(partial)
        return EdgeContribution(
            self.format_name(source),
            told,
            "" if numbers in (told, value) else numbers,
            value,
            self.style.number(adjoint),
            self.style.number(gets),
            None if before is None else self.style.number(before),
            self.style.number(self.totals[source]),
            self.use_counts[source],
        )

    def format_partial(self, line: int, slot: int, of: Callable[[int], Term]) -> str:
        """The local partial of an edge as a formula of names, or of numbers."""
        operands = self.expression.operands[line]
        values = [self.graph.values[operand] for operand in operands]
        terms = [of(operand) for operand in operands]
        operation = self.expression.operations[line]
        return format_partial_formula(
            operation, slot, terms, of(line), values, self.graph.values[line], self.style.alphabet
        )

    def explain_derivative(self, name: str) -> tuple[str, tuple[str, ...], str]:
        line = self.result.requested[name]
        terms = self.received.get(-1 if line is None else line, [])
        return (
            self.style.name(name),
            tuple(map(self.style.number, terms)),
            self.style.number(self.result.gradient[name]),
        )
