"""What every picture shows: boxes with values and adjoints, arrows with partials and contributions."""

from __future__ import annotations

from typing import NamedTuple

from graddiff.autodiff.notices import find_reached_lines
from graddiff.autodiff.result import Result
from graddiff.errors import (
    INDETERMINATE,
    JUMP,
    KINK,
    OVERFLOW,
    POLE,
    UNDEFINED,
    VERTICAL_TANGENT,
    UsageError,
    make_printable,
)
from graddiff.notation.labels import Labels, format_headline
from graddiff.notation.numerals import format_number
from graddiff.operations.table import NUMBER, VARIABLE, WHERE

MAX_BOXES = 2_000  # boxes
MAX_BOX_TITLE = 28  # characters of a box's title
MARKED_NOTICES = (
    KINK.name,
    JUMP.name,
    POLE.name,
    VERTICAL_TANGENT.name,
    UNDEFINED.name,
    INDETERMINATE.name,
    OVERFLOW.name,
)

StyledLines = list[tuple[str, str]]  # texts, and the styles they have


class Box(NamedTuple):
    """A node. `kind` is variable, number, operation or output; `mark` says what is awkward about it, such as kink."""

    line: int
    title: str
    value: str
    adjoint: str
    kind: str
    mark: str

    @property
    def styled_lines(self) -> StyledLines:
        """What stands in it, each line with its style."""
        lines = [(self.title, "title")]
        lines += [(f"value {self.value}", "value")] if self.value else []
        lines += [(f"adjoint {self.adjoint}", "adjoint")] if self.adjoint else []
        return lines + [(self.mark, "partial awkward")] * bool(self.mark)


class Arrow(NamedTuple):
    """An edge: from an operand to the line that uses it, as its operand number `slot`. `formula` is the local partial,
    with its value; both it and the contribution are empty where nothing flows."""

    source: int
    target: int
    slot: int
    formula: str
    partial: str
    contribution: str

    @property
    def styled_lines(self) -> StyledLines:
        """What stands at it: the local partial, and behind a left arrow what flows back."""
        flows = f"← {self.contribution}" if self.contribution else ""
        return [(self.formula, "partial"), (flows, "adjoint")] if self.formula else []


class Figure(NamedTuple):
    """`title` is the expression, `description` the picture in a sentence, for those who do not see it."""

    title: str
    description: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def build_figure(
    result: Result, digits: int, limited: bool = True, branches: bool = False
) -> Figure:
    """The figure of a result: what the output was computed from, everything once, and with `branches` what it would be
    computed from elsewhere. Raises UsageError for more than a picture that is `limited` can show."""
    expression, graph = result.expression, result.graph
    lines = expression.find_reachable_lines() if branches else sorted(find_reached_lines(graph))
    if limited and len(lines) > MAX_BOXES:
        told = f"the graph has {len(lines):,} nodes, and a picture shows {MAX_BOXES:,} at most"
        raise UsageError(
            told,
            hint="--format dot is read by Graphviz however large; --paths x shows what matters most",
        )
    labels = Labels(expression)
    marks = {notice.text: notice.kind for notice in result.notices if notice.kind in MARKED_NOTICES}
    boxes = tuple(build_box(result, labels, line, marks, digits) for line in lines)
    wanted = {*lines}
    arrows = tuple(
        build_arrow(result, labels, target, slot, digits)
        for target in lines
        for slot, source in enumerate(expression.operands[target])
        if source in wanted
    )
    return Figure(
        make_printable(format_headline(expression)), describe_figure(result, digits), boxes, arrows
    )


def build_box(result: Result, labels: Labels, line: int, marks: dict[str, str], digits: int) -> Box:
    expression, graph = result.expression, result.graph
    operation, text = expression.operations[line], labels[line]
    name = expression.names.get(line)
    kind = {NUMBER: "number", VARIABLE: "variable"}.get(operation, "operation")
    if line == expression.output:
        kind, name = "output", name or (None if operation is VARIABLE else expression.output_name)
    shown = text if len(text) <= MAX_BOX_TITLE else labels.compose_outline(line).text
    title = f"{name} = {shown}" if name and name != text else shown
    return Box(
        line,
        make_printable(title if len(title) <= 2 * MAX_BOX_TITLE else f"{title[:MAX_BOX_TITLE]}…"),
        format_number(graph.values[line], digits) if operation is not NUMBER else "",
        "" if graph.adjoints[line] is None else format_number(graph.adjoints[line], digits),
        kind,
        marks.get(text, ""),
    )


def build_arrow(result: Result, labels: Labels, target: int, slot: int, digits: int) -> Arrow:
    graph = result.graph
    source = graph.expression.operands[target][slot]
    partial = graph.partials[target][slot] if graph.partials[target] else None
    if partial is None:
        choice = graph.expression.operations[target] is WHERE and slot > 0
        return Arrow(source, target, slot, "not taken" if choice else "", "", "")
    told, value = (
        labels.format_partial(target, slot, graph.values, brief=True),
        format_number(partial, digits),
    )
    formula = value if told == value else f"{told} = {value}"
    contribution = format_number(graph.adjoints[target] * partial, digits)
    return Arrow(source, target, slot, make_printable(formula), value, contribution)


def describe_figure(result: Result, digits: int) -> str:
    """The picture in words."""
    f = result.expression.output_name
    at = ", ".join(f"{name} = {format_number(value, digits)}" for name, value in result.at.items())
    found = ", ".join(
        f"∂{f}/∂{name} = {format_number(value, digits)}" for name, value in result.gradient.items()
    )
    told = (
        f"Computational graph of {format_headline(result.expression)}{' at ' if at else ''}{at}: "
    )
    told += f"{f} = {format_number(result.value, digits)}{', ' if found else ''}{found}. "
    told += "Boxes hold values and adjoints; arrows go from operands to operations, with the local partial and the "
    return make_printable(told + "contribution to the adjoint of the operand.")
