"""Wrong answers that are taken from the right graph: a number that stands there, or is summed there
from too few paths.

Each function yields pairs of a place, which completes the mistake's sentence, and a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.reverse_pass import run_reverse_pass
from graddiff.homework.question import Question
from graddiff.language.expression import Expression
from graddiff.numbers.dual import Dual, DualArithmetic
from graddiff.operations.table import VARIABLE

PlacedNumber = tuple[str, float]
Misreading = Callable[[Question], Iterator[PlacedNumber]]


def misread_negative(question: Question) -> Iterator[PlacedNumber]:
    yield "", -question.truth


def misread_single_path(question: Question) -> Iterator[PlacedNumber]:
    if len(question.paths) > 1:
        yield from question.paths


def misread_omitted_path(question: Question) -> Iterator[PlacedNumber]:
    if len(question.paths) > 2:  # of two paths, one left out is the other one counted
        for text, product in question.paths:
            yield text, question.truth - product


def misread_last_path(question: Question) -> Iterator[PlacedNumber]:
    """Yields the adjoint of a reverse pass that assigns contributions (=), not adds them (+=)."""
    adjoints: dict[int, float] = {question.expression.output: 1.0}
    last_target = ""
    edges = sorted(question.graph.edges(), key=lambda edge: (-edge.target, edge.slot))
    for edge in edges:
        if edge.target in adjoints:
            adjoints[edge.source] = adjoints[edge.target] * edge.partial
            if edge.source == question.line:
                last_target = question.name_node(edge.target)
    if len(question.paths) != 1:
        yield f"the one through {last_target}", adjoints.get(question.line, 0.0)


def misread_local_partial(question: Question) -> Iterator[PlacedNumber]:
    for target, partial in question.contributions:
        if target != question.expression.output:  # there, the local partial is the contribution
            yield question.format_partial_symbol(target), partial


def misread_value(question: Question) -> Iterator[PlacedNumber]:
    for line in dict.fromkeys((question.line, question.expression.output)):
        yield f"that of {question.name_node(line)}", float(question.graph.values[line])


def misread_adjoint(question: Question) -> Iterator[PlacedNumber]:
    expression = question.expression
    if question.line != expression.output:
        name = question.name_node(question.line)
        yield f"the derivative by {name}", question.get_adjoint(question.line)
        return
    for name, line in expression.variables.items():
        yield f"the derivative by {name}", question.get_adjoint(line)


def misread_unrelated_adjoint(question: Question) -> Iterator[PlacedNumber]:
    for name, line in question.expression.lines_by_name.items():
        if line not in (question.line, question.expression.output):
            yield name, question.get_adjoint(line)


def misread_second_derivative(question: Question) -> Iterator[PlacedNumber]:
    expression, line = question.expression, question.line
    if expression.operations[line] is VARIABLE:
        name = question.name_node(line)
        yield "", differentiate_adjoint(expression, question.at, line, name)


def differentiate_adjoint(
    expression: Expression, at: Mapping[str, float], line: int, name: str
) -> float:
    """Returns the derivative of a line's adjoint by a variable: a reverse pass on dual numbers.

    Raises PointError where the expression has no value."""
    duals = DualArithmetic()
    point = {
        variable: Dual(value, 1.0 if variable == name else None) for variable, value in at.items()
    }
    values = run_forward_pass(expression, point, duals)
    adjoint = run_reverse_pass(expression, values, {line}, duals).adjoints[line]
    return 0.0 if adjoint is None or adjoint.tangent is None else float(adjoint.tangent)


# The `reading` of a mistake -> the aspects that it can be mistaken for, and its numbers.
READINGS: dict[str, tuple[tuple[str, ...], Misreading]] = {
    "negative": (("value", "adjoint"), misread_negative),
    "path": (("adjoint",), misread_single_path),
    "path left out": (("adjoint",), misread_omitted_path),
    "last path": (("adjoint",), misread_last_path),
    "partial": (("adjoint",), misread_local_partial),
    "value": (("adjoint",), misread_value),
    "adjoint": (("value",), misread_adjoint),
    "other": (("adjoint",), misread_unrelated_adjoint),
    "second": (("adjoint",), misread_second_derivative),
}
