"""What the mistakes of the table lead to at a point: bent rules, and what else stands in the graph and may be taken for
the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import NamedTuple

from graddiff.autodiff.forward_pass import evaluate
from graddiff.autodiff.reverse_pass import Graph, differentiate_backwards
from graddiff.errors import GraddiffError
from graddiff.homework.bent_rules import bend, bent_rules, shape_of
from graddiff.homework.mistakes import ROWS, Mistake
from graddiff.language.expression import Expression
from graddiff.notation.labels import Labels
from graddiff.numbers.dual import Dual, Duals
from graddiff.numbers.kind import Number
from graddiff.operations.table import VARIABLE

PLACES = 40  # lines at which a rule is bent one at a time
PATHS = 64  # that are looked at one by one


class Guess(NamedTuple):
    """What a mistake leads to. `number` tells the guesses of one mistake apart, `place` says where it is made."""

    mistake: str
    number: int
    place: str
    value: Number


class Spot:
    """The graph of an expression at a point, seen from the line that is asked about; `what` is value or adjoint."""

    def __init__(
        self, expression: Expression, at: Mapping[str, float], line: int, what: str
    ) -> None:
        self.expression, self.at, self.line, self.what = expression, at, line, what
        self.names = {
            line: name
            for name, line in [*expression.definitions.items(), *expression.variables.items()]
        }
        lines = {*expression.lines.values(), line}
        self.graph: Graph = differentiate_backwards(expression, evaluate(expression, at), lines)
        self.labels = Labels(expression)

    @cached_property
    def contributions(self) -> list[tuple[int, float, float]]:
        """What flows into the line, in the order of the reverse pass: target, local partial, contribution."""
        edges = [edge for edge in self.graph.edges() if edge.source == self.line]
        return [(edge.target, edge.partial, edge.contribution) for edge in reversed(edges)]

    @cached_property
    def users(self) -> dict[int, list[tuple[int, float]]]:
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
                found.append((" → ".join(self.text(line) for line in path), product))
            for target, partial in reversed(self.users.get(path[-1], [])):
                waiting.append(((*path, target), product * partial))
            if len(found) > PATHS or len(waiting) > 10 * PATHS:
                return []
        return found

    def text(self, line: int) -> str:
        return self.names.get(line) or self.labels[line]

    def partial(self, target: int) -> str:
        """`∂q/∂y`, and brackets around what is no name."""
        over, under = self.text(target), self.text(self.line)
        return f"∂{over if target in self.names else f'({over})'}/∂{under if self.line in self.names else f'({under})'}"

    def adjoint(self, line: int) -> float:
        adjoint = self.graph.adjoints[line]
        return 0.0 if adjoint is None else float(adjoint)


def negative(spot: Spot) -> Iterator[tuple[str, float]]:
    yield (
        "",
        -(
            spot.adjoint(spot.line)
            if spot.what == "adjoint"
            else float(spot.graph.values[spot.line])
        ),
    )


def path(spot: Spot) -> Iterator[tuple[str, float]]:
    if len(spot.paths) > 1:
        yield from spot.paths


def path_left_out(spot: Spot) -> Iterator[tuple[str, float]]:
    if len(spot.paths) > 2:
        for text, product in spot.paths:
            yield text, spot.adjoint(spot.line) - product


def last_path(spot: Spot) -> Iterator[tuple[str, float]]:
    """A reverse pass that overwrites where it should add."""
    adjoints: dict[int, float] = {spot.expression.output: 1.0}
    last = ""
    for edge in sorted(spot.graph.edges(), key=lambda edge: (-edge.target, edge.slot)):
        if edge.target in adjoints:
            adjoints[edge.source] = adjoints[edge.target] * edge.partial
            if edge.source == spot.line:
                last = spot.text(edge.target)
    if len(spot.paths) != 1:
        yield f"the one through {last}", adjoints.get(spot.line, 0.0)


def local_partial(spot: Spot) -> Iterator[tuple[str, float]]:
    for target, partial, _ in spot.contributions:
        if target != spot.expression.output:
            yield spot.partial(target), partial


def values_read(spot: Spot) -> Iterator[tuple[str, float]]:
    for line in dict.fromkeys((spot.line, spot.expression.output)):
        yield f"that of {spot.text(line)}", float(spot.graph.values[line])


def adjoint(spot: Spot) -> Iterator[tuple[str, float]]:
    if spot.line != spot.expression.output:
        yield f"the derivative by {spot.text(spot.line)}", spot.adjoint(spot.line)
    else:
        for name, line in spot.expression.variables.items():
            yield f"the derivative by {name}", spot.adjoint(line)


def other(spot: Spot) -> Iterator[tuple[str, float]]:
    for name, line in spot.expression.lines.items():
        if line not in (spot.line, spot.expression.output):
            yield name, spot.adjoint(line)


def second(spot: Spot) -> Iterator[tuple[str, float]]:
    if spot.expression.operations[spot.line] is VARIABLE:
        yield "", change(spot.expression, spot.at, spot.line, spot.text(spot.line))


READINGS: dict[str, tuple[str, Callable[[Spot], Iterator[tuple[str, float]]]]] = {
    "negative": ("value adjoint", negative),
    "path": ("adjoint", path),
    "path left out": ("adjoint", path_left_out),
    "last path": ("adjoint", last_path),
    "partial": ("adjoint", local_partial),
    "value": ("adjoint", values_read),
    "adjoint": ("value", adjoint),
    "other": ("adjoint", other),
    "second": ("adjoint", second),
}


def change(expression: Expression, at: Mapping[str, float], line: int, name: str) -> float:
    """The derivative of a line's adjoint by a variable. Raises PointError where the expression has no value."""
    duals = Duals()
    point = {
        variable: Dual(value, 1.0 if variable == name else None) for variable, value in at.items()
    }
    adjoint = differentiate_backwards(
        expression, evaluate(expression, point, duals), {line}, duals
    ).adjoints[line]
    return 0.0 if adjoint is None or adjoint.tangent is None else float(adjoint.tangent)


def guesses(spot: Spot) -> Iterator[Guess]:
    """What each mistake of the table leads to, in the table's order, as far as it has a value."""
    for mistake in ROWS:
        if mistake.reading:
            about, read = READINGS[mistake.reading]
            if spot.what in about:
                with suppress(GraddiffError):
                    for number, (place, value) in enumerate(read(spot)):
                        yield Guess(mistake.id, number, place, value)
        if mistake.values or (mistake.rules and spot.what == "adjoint"):
            yield from bent(spot, mistake)


def bent(spot: Spot, mistake: Mistake) -> Iterator[Guess]:
    """The mistake made at one line, at another, and at all of them."""
    slope = spot.what == "adjoint"
    expression = spot.expression if slope else spot.expression._replace(output=spot.line)
    lines = places(spot, mistake)
    tried: list[int | None] = [*lines] if len(lines) <= PLACES and not mistake.values else []
    if len(lines) > 1 or (lines and mistake.values):
        tried.append(None)
    for only in tried:
        with suppress(ArithmeticError, ValueError, GraddiffError):
            found = bend(
                expression, spot.graph.values, spot.line if slope else None, mistake.id, only
            )
            place = "" if only is None else f" at {spot.labels[only]}"
            yield Guess(mistake.id, PATHS + (only or 0), place, float(found[slope]))


def places(spot: Spot, mistake: Mistake) -> list[int]:
    """The lines that a bent rule is about."""
    depends = spot.expression.depends({spot.line})
    bent, values = bent_rules(mistake.id)
    if values:
        about = {operation for operation, _ in values}
        return [
            line for line, operation in enumerate(spot.expression.operations) if operation in about
        ]
    return [
        line
        for line, operands in enumerate(spot.expression.operands)
        if operands and line != spot.line
        if shape_of(spot.expression.operations[line], [depends[operand] for operand in operands])
        in bent
    ]
