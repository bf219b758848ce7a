"""The steps of an explanation: every line of the forward pass, every edge of the reverse pass.

Steps hold texts only. All their numbers are read from the graph, so that the explanation and the
answer cannot disagree. Every line has a name; a line without a name of its own is v1, v2 and so on.
"""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from graddiff.autodiff.result import Result
from graddiff.notation.line_names import assign_line_names
from graddiff.notation.style import ATOM, Alphabet, Term
from graddiff.notation.terms import format_partial_formula, make_literal_term
from graddiff.numbers.arithmetic import NoValue, Number
from graddiff.operations.table import COMPARISONS, NUMBER
from graddiff.render.explanation.rules_in_words import describe_rule


class ExplanationStyle(NamedTuple):
    """How an explanation writes formulas, names and numbers."""

    alphabet: Alphabet
    name: Callable[[str], str]
    number: Callable[[Number], str]


class ForwardStep(NamedTuple):
    """A line of the forward pass: `v1 = x + y = 1 + 3 = 4`.

    `numbers` is the formula with numbers in the place of names, "" if that repeats another side.
    """

    name: str
    formula: str
    numbers: str
    value: str


class EdgeContribution(NamedTuple):
    """What one edge adds to the adjoint of its operand: adjoint of the line × local partial."""

    operand: str
    formula: str  # of the local partial
    numbers: str  # the same with numbers in the place of names, "" if that repeats another side
    partial: str
    adjoint: str  # of the line
    contribution: str
    before: str | None  # sum of the contributions to the operand so far, None for the first one
    total: str  # the same with this contribution
    uses: int  # the number of edges that contribute to the operand


class ReverseStep(NamedTuple):
    """A line of the reverse pass: its adjoint, its rule in words, what its operands get."""

    name: str
    formula: str
    adjoint: str
    words: str
    flows: tuple[EdgeContribution, ...]


class Derivative(NamedTuple):
    """A requested derivative as a sum of contributions."""

    name: str
    terms: tuple[str, ...]
    total: str


class Explanation(NamedTuple):
    """Both passes in the order in which they run, and the gradient."""

    output: str
    forward: tuple[ForwardStep, ...]
    reverse: tuple[ReverseStep, ...]
    gradient: tuple[Derivative, ...]


def explain_result(result: Result, style: ExplanationStyle) -> Explanation:
    """Explains both passes of a result in a style."""
    explainer = Explainer(result, style)
    lines = [line for line in range(result.expression.size) if explainer.has_step(line)]
    backwards = [line for line in reversed(lines) if explainer.has_flow(line)]
    return Explanation(
        output=explainer.format_name(result.expression.output),
        forward=tuple(explainer.explain_forward(line) for line in lines),
        reverse=tuple(explainer.explain_reverse(line) for line in backwards),
        gradient=tuple(explainer.explain_derivative(name) for name in result.requested),
    )


class Explainer:
    """Writes the steps of one result in one style.

    The reverse steps must be asked for in the order of the reverse pass, and the derivatives after
    them: each step adds its contributions to those of the steps before.
    """

    def __init__(self, result: Result, style: ExplanationStyle) -> None:
        self.result = result
        self.graph = result.graph
        self.expression = result.expression
        self.style = style
        self.names = assign_line_names(result.expression)
        self.use_counts = Counter(edge.source for edge in result.graph.edges())
        self.contributions: dict[int, list[Number]] = {}  # by line, in the order of the pass
        self.totals: dict[int, Number] = {}

    def has_step(self, line: int) -> bool:
        """Returns whether a line is a step of its own.

        A comparison stands in the line that uses it; a branch that is not taken may have no value.
        """
        if not self.expression.operands[line] or self.expression.operations[line] in COMPARISONS:
            return False
        return not isinstance(self.graph.values[line], NoValue)

    def has_flow(self, line: int) -> bool:
        """Returns whether the adjoint of a line flows on to an operand."""
        return any(partial is not None for partial in self.graph.partials[line])

    def format_name(self, line: int) -> str:
        """Returns the name of a line in this style."""
        return self.style.name(self.names[line])

    def build_name_term(self, line: int) -> Term:
        """Returns what stands for a line in a formula: its name, or the text of a number or of a
        comparison."""
        operation = self.expression.operations[line]
        if operation is NUMBER:
            text = self.expression.literals[line]
            if text.isalpha():  # a constant such as pi
                return Term(self.style.alphabet.format_name(text))
            return make_literal_term(text)
        if operation in COMPARISONS:
            return self.compose_operation(line, self.build_name_term)
        return Term(self.format_name(line), ATOM)

    def build_value_term(self, line: int) -> Term:
        """Returns the same with numbers in the place of names."""
        operation = self.expression.operations[line]
        if operation in COMPARISONS:
            return self.compose_operation(line, self.build_value_term)
        if operation is NUMBER:
            return self.build_name_term(line)
        text = self.style.number(self.graph.values[line])
        # Precedence 0 puts a negative number or a fraction into brackets inside any operation.
        is_plain = text[0].isalnum() and "/" not in text
        return Term(text, ATOM if is_plain else 0)

    def compose_operation(self, line: int, build_term: Callable[[int], Term]) -> Term:
        """Returns the operation of a line on the terms of its operands."""
        terms = [build_term(operand) for operand in self.expression.operands[line]]
        return self.style.alphabet.compose_term(self.expression.operations[line], terms)

    def explain_forward(self, line: int) -> ForwardStep:
        """Returns the step of the forward pass that computes a line."""
        formula = self.compose_operation(line, self.build_name_term).text
        numbers = self.compose_operation(line, self.build_value_term).text
        value = self.style.number(self.graph.values[line])
        return ForwardStep(
            self.format_name(line), formula, drop_repeated(numbers, formula, value), value
        )

    def explain_reverse(self, line: int) -> ReverseStep:
        """Returns the step of the reverse pass in which the operands of a line get its adjoint."""
        flows, slots = [], []
        edges = zip(self.expression.operands[line], self.graph.partials[line])
        for slot, (source, partial) in enumerate(edges):
            if partial is not None:  # an edge that leads to a requested variable
                flows.append(self.explain_edge(line, slot, source, partial))
                slots.append(slot)
        return ReverseStep(
            name=self.format_name(line),
            formula=self.compose_operation(line, self.build_name_term).text,
            adjoint=self.style.number(self.graph.adjoints[line]),
            words=describe_rule(self.expression.operations[line], slots),
            flows=tuple(flows),
        )

    def explain_edge(self, line: int, slot: int, source: int, partial: Number) -> EdgeContribution:
        """Returns what an edge contributes, and adds it to the contributions of its operand."""
        adjoint = self.graph.adjoints[line]
        contribution = adjoint * partial
        before = self.totals.get(source)
        self.totals[source] = contribution if before is None else before + contribution
        self.contributions.setdefault(source, []).append(contribution)
        formula = self.format_partial(line, slot, self.build_name_term)
        numbers = self.format_partial(line, slot, self.build_value_term)
        value = self.style.number(partial)
        return EdgeContribution(
            operand=self.format_name(source),
            formula=formula,
            numbers=drop_repeated(numbers, formula, value),
            partial=value,
            adjoint=self.style.number(adjoint),
            contribution=self.style.number(contribution),
            before=None if before is None else self.style.number(before),
            total=self.style.number(self.totals[source]),
            uses=self.use_counts[source],
        )

    def format_partial(self, line: int, slot: int, build_term: Callable[[int], Term]) -> str:
        """Returns the local partial of an edge as a formula of names, or of numbers."""
        operands = self.expression.operands[line]
        return format_partial_formula(
            self.expression.operations[line],
            slot,
            [build_term(operand) for operand in operands],
            build_term(line),
            [self.graph.values[operand] for operand in operands],
            self.graph.values[line],
            self.style.alphabet,
        )

    def explain_derivative(self, name: str) -> Derivative:
        """Returns a requested derivative as the sum of what its line got."""
        line = self.result.requested[name]
        terms = [] if line is None else self.contributions.get(line, [])
        return Derivative(
            self.style.name(name),
            tuple(map(self.style.number, terms)),
            self.style.number(self.result.gradient[name]),
        )


def drop_repeated(numbers: str, formula: str, value: str) -> str:
    """Returns the numbers put into a formula, "" if they repeat the formula or the value."""
    return "" if numbers in (formula, value) else numbers
