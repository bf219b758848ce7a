"""What the mistakes of the table lead to at a point: bent rules, and what else stands in the graph and may be taken for
the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.reverse_pass import Graph, run_reverse_pass
from graddiff.errors import GraddiffError
from graddiff.homework.bent_rules import differentiate_bent, find_bent_rules, make_rule_shape
from graddiff.homework.mistakes import MISTAKE_ROWS, Mistake
from graddiff.language.expression import Expression
from graddiff.notation.labels import Labels
from graddiff.numbers.arithmetic import Number
from graddiff.numbers.dual import Dual, DualArithmetic
from graddiff.operations.table import VARIABLE

MAX_BENT_LINES = 40  # lines at which a rule is bent one at a time
MAX_PATHS = 64  # that are looked at one by one


class MistakeOutcome(NamedTuple):
    """What a mistake leads to. `number` tells the guesses of one mistake apart, `place` says where it is made."""

    mistake: str
    number: int
    place: str
    value: Number


class QuestionContext:
    """The graph of an expression at a point, seen from the line that is asked about; `what` is value or adjoint."""

    def __init__(
        self, expression: Expression, at: Mapping[str, float], line: int, what: str
    ) -> None:
        self.expression, self.at, self.line, self.aspect = expression, at, line, what
        self.names = {
            line: name
            for name, line in [*expression.definitions.items(), *expression.variables.items()]
        }
        lines = {*expression.lines_by_name.values(), line}
        self.graph: Graph = run_reverse_pass(expression, run_forward_pass(expression, at), lines)
        self.labels = Labels(expression)

    @cached_property
    def contributions(self) -> list[tuple[int, float, float]]:
        """What flows into the line, in the order of the reverse pass: target, local partial, contribution."""
        edges = [edge for edge in self.graph.edges() if edge.source == self.line]
        return [(edge.target, edge.partial, edge.contribution) for edge in reversed(edges)]

    @cached_property
    def consumers(self) -> dict[int, list[tuple[int, float]]]:
        """Line -> the lines that use it, with the local partial."""
        found: dict[int, list[tuple[int, float]]] = {}
        for edge in self.graph.edges():
            found.setdefault(edge.source, []).append((edge.target, edge.partial))
        return found

    @cached_property
    def paths(self) -> list[tuple[str, float]]:
        """The paths from the line to the output, each with the product of its partials; none if they are too many."""
        found: list[tuple[str, float]] = []
        waiting: list[tuple[tuple[int, ...], float]] = [((self.line,), 1.0)]
        while waiting:
            path, product = waiting.pop()
            if path[-1] == self.expression.output:
                found.append((" → ".join(self.name_node(line) for line in path), product))
            for target, partial in reversed(self.consumers.get(path[-1], [])):
                waiting.append(((*path, target), product * partial))
            if len(found) > MAX_PATHS or len(waiting) > 10 * MAX_PATHS:
                return []
        return found

    def name_node(self, line: int) -> str:
        return self.names.get(line) or self.labels[line]

    def format_partial_symbol(self, target: int) -> str:
        """`∂q/∂y`, and brackets around what is no name."""
        over, under = self.name_node(target), self.name_node(self.line)
        return f"∂{over if target in self.names else f'({over})'}/∂{under if self.line in self.names else f'({under})'}"

    def get_adjoint(self, line: int) -> float:
        adjoint = self.graph.adjoints[line]
        return 0.0 if adjoint is None else float(adjoint)


def misread_negative(spot: QuestionContext) -> Iterator[tuple[str, float]]:
    yield (
        "",
        -(
            spot.get_adjoint(spot.line)
            if spot.aspect == "adjoint"
            else float(spot.graph.values[spot.line])
        ),
    )


def misread_single_path(spot: QuestionContext) -> Iterator[tuple[str, float]]:
    if len(spot.paths) > 1:
        yield from spot.paths


def misread_omitted_path(spot: QuestionContext) -> Iterator[tuple[str, float]]:
    if len(spot.paths) > 2:
        for text, product in spot.paths:
            yield text, spot.get_adjoint(spot.line) - product


def misread_last_path(spot: QuestionContext) -> Iterator[tuple[str, float]]:
    """A reverse pass that overwrites where it should add."""
    adjoints: dict[int, float] = {spot.expression.output: 1.0}
    last = ""
    for edge in sorted(spot.graph.edges(), key=lambda edge: (-edge.target, edge.slot)):
        if edge.target in adjoints:
            adjoints[edge.source] = adjoints[edge.target] * edge.partial
            if edge.source == spot.line:
                last = spot.name_node(edge.target)
    if len(spot.paths) != 1:
        yield f"the one through {last}", adjoints.get(spot.line, 0.0)


def misread_local_partial(spot: QuestionContext) -> Iterator[tuple[str, float]]:
    for target, partial, _ in spot.contributions:
        if target != spot.expression.output:
            yield spot.format_partial_symbol(target), partial


def misread_value(spot: QuestionContext) -> Iterator[tuple[str, float]]:
    for line in dict.fromkeys((spot.line, spot.expression.output)):
        yield f"that of {spot.name_node(line)}", float(spot.graph.values[line])


def misread_adjoint(spot: QuestionContext) -> Iterator[tuple[str, float]]:
    if spot.line != spot.expression.output:
        yield f"the derivative by {spot.name_node(spot.line)}", spot.get_adjoint(spot.line)
    else:
        for name, line in spot.expression.variables.items():
            yield f"the derivative by {name}", spot.get_adjoint(line)


def misread_unrelated_adjoint(spot: QuestionContext) -> Iterator[tuple[str, float]]:
    for name, line in spot.expression.lines_by_name.items():
        if line not in (spot.line, spot.expression.output):
            yield name, spot.get_adjoint(line)


def misread_second_derivative(spot: QuestionContext) -> Iterator[tuple[str, float]]:
    if spot.expression.operations[spot.line] is VARIABLE:
        yield (
            "",
            differentiate_adjoint(spot.expression, spot.at, spot.line, spot.name_node(spot.line)),
        )


READINGS: dict[str, tuple[str, Callable[[QuestionContext], Iterator[tuple[str, float]]]]] = {
    "negative": ("value adjoint", misread_negative),
    "path": ("adjoint", misread_single_path),
    "path left out": ("adjoint", misread_omitted_path),
    "last path": ("adjoint", misread_last_path),
    "partial": ("adjoint", misread_local_partial),
    "value": ("adjoint", misread_value),
    "adjoint": ("value", misread_adjoint),
    "other": ("adjoint", misread_unrelated_adjoint),
    "second": ("adjoint", misread_second_derivative),
}


def differentiate_adjoint(
    expression: Expression, at: Mapping[str, float], line: int, name: str
) -> float:
    """The derivative of a line's adjoint by a variable. Raises PointError where the expression has no value."""
    duals = DualArithmetic()
    point = {
        variable: Dual(value, 1.0 if variable == name else None) for variable, value in at.items()
    }
    adjoint = run_reverse_pass(
        expression, run_forward_pass(expression, point, duals), {line}, duals
    ).adjoints[line]
    return 0.0 if adjoint is None or adjoint.tangent is None else float(adjoint.tangent)


def predict_outcomes(spot: QuestionContext) -> Iterator[MistakeOutcome]:
    """What each mistake of the table leads to, in the table's order, as far as it has a value."""
    for mistake in MISTAKE_ROWS:
        if mistake.reading:
            about, read = READINGS[mistake.reading]
            if spot.aspect in about:
                with suppress(GraddiffError):
                    for number, (place, value) in enumerate(read(spot)):
                        yield MistakeOutcome(mistake.id, number, place, value)
        if mistake.values or (mistake.rules and spot.aspect == "adjoint"):
            yield from predict_bent_outcomes(spot, mistake)


def predict_bent_outcomes(spot: QuestionContext, mistake: Mistake) -> Iterator[MistakeOutcome]:
    """The mistake made at one line, at another, and at all of them."""
    slope = spot.aspect == "adjoint"
    expression = spot.expression if slope else spot.expression._replace(output=spot.line)
    lines = find_bent_lines(spot, mistake)
    tried: list[int | None] = (
        [*lines] if len(lines) <= MAX_BENT_LINES and not mistake.values else []
    )
    if len(lines) > 1 or (lines and mistake.values):
        tried.append(None)
    for only in tried:
        with suppress(ArithmeticError, ValueError, GraddiffError):
            found = differentiate_bent(
                expression, spot.graph.values, spot.line if slope else None, mistake.id, only
            )
            place = "" if only is None else f" at {spot.labels[only]}"
            yield MistakeOutcome(mistake.id, MAX_PATHS + (only or 0), place, float(found[slope]))


def find_bent_lines(spot: QuestionContext, mistake: Mistake) -> list[int]:
    """The lines that a bent rule is about."""
    depends = spot.expression.find_dependent_lines({spot.line})
    bent, values = find_bent_rules(mistake.id)
    if values:
        about = {operation for operation, _ in values}
        return [
            line for line, operation in enumerate(spot.expression.operations) if operation in about
        ]
    return [
        line
        for line, operands in enumerate(spot.expression.operands)
        if operands and line != spot.line
        if make_rule_shape(
            spot.expression.operations[line], [depends[operand] for operand in operands]
        )
        in bent
    ]
