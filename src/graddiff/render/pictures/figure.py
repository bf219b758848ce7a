"""What all pictures show: boxes with values and adjoints, arrows with local partials."""

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
from graddiff.language.expression import Expression
from graddiff.notation.labels import Labels, format_headline
from graddiff.notation.numerals import format_number
from graddiff.operations.table import NUMBER, VARIABLE, WHERE

MAX_BOXES = 2_000  # nodes that a laid-out picture shows
MAX_BOX_TITLE = 28  # characters of the operation in a box's title
MARKED_NOTICES = (
    KINK.name,
    JUMP.name,
    POLE.name,
    VERTICAL_TANGENT.name,
    UNDEFINED.name,
    INDETERMINATE.name,
    OVERFLOW.name,
)

StyledLines = list[tuple[str, str]]  # lines of text, each with the name of its style


class Box(NamedTuple):
    """A node of the graph, with texts for its numbers, which are empty where there is none.

    `kind` is variable, number, operation or output; `mark` is the kind of its notice, such as
    kink, or empty."""

    line: int
    title: str
    value: str
    adjoint: str
    kind: str
    mark: str

    @property
    def styled_lines(self) -> StyledLines:
        """The text in the box."""
        lines = [(self.title, "title")]
        if self.value:
            lines.append((f"value {self.value}", "value"))
        if self.adjoint:
            lines.append((f"adjoint {self.adjoint}", "adjoint"))
        if self.mark:
            lines.append((self.mark, "partial awkward"))
        return lines


class Arrow(NamedTuple):
    """An edge of the graph, from an operand to the operation that has it in `slot`.

    `formula` is the local partial with its value; it, `partial` and `contribution` are empty where
    no derivative flows."""

    source: int
    target: int
    slot: int
    formula: str
    partial: str
    contribution: str

    @property
    def styled_lines(self) -> StyledLines:
        """The label: the local partial, and behind an arrow to the left the contribution."""
        if not self.formula:
            return []
        contribution = f"← {self.contribution}" if self.contribution else ""
        return [(self.formula, "partial"), (contribution, "adjoint")]


class Figure(NamedTuple):
    """A graph as texts; `description` says in a sentence what the picture shows."""

    title: str
    description: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def build_figure(
    result: Result, digits: int, limited: bool = True, branches: bool = False
) -> Figure:
    """Returns the figure of a result, with everything that the output was computed from.

    With `branches`, it has the branches that are not taken at this point as well.
    Raises UsageError where a picture that is `limited` would have too many boxes."""
    expression, graph = result.expression, result.graph
    lines = expression.find_reachable_lines() if branches else sorted(find_reached_lines(graph))
    if limited and len(lines) > MAX_BOXES:
        raise UsageError(
            f"the graph has {len(lines):,} nodes, and a picture shows {MAX_BOXES:,} at most",
            hint="--format dot is read by Graphviz however large; "
            "--paths x shows what matters most",
        )
    labels = Labels(expression)
    marks = {notice.text: notice.kind for notice in result.notices if notice.kind in MARKED_NOTICES}
    drawn_lines = {*lines}
    arrows = [
        build_arrow(result, labels, target, slot, digits)
        for target in lines
        for slot, source in enumerate(expression.operands[target])
        if source in drawn_lines
    ]
    return Figure(
        title=make_printable(format_headline(expression)),
        description=describe_figure(result, digits),
        boxes=tuple([build_box(result, labels, line, marks, digits) for line in lines]),
        arrows=tuple(arrows),
    )


def build_box(result: Result, labels: Labels, line: int, marks: dict[str, str], digits: int) -> Box:
    """Returns the box of a line; `marks` are kinds of notices by the text of their node."""
    expression, graph = result.expression, result.graph
    operation = expression.operations[line]
    kind = {NUMBER: "number", VARIABLE: "variable"}.get(operation, "operation")
    adjoint = graph.adjoints[line]
    return Box(
        line=line,
        title=make_printable(format_box_title(expression, labels, line)),
        value="" if operation is NUMBER else format_number(graph.values[line], digits),
        adjoint="" if adjoint is None else format_number(adjoint, digits),
        kind="output" if line == expression.output else kind,
        mark=marks.get(labels[line], ""),
    )


def format_box_title(expression: Expression, labels: Labels, line: int) -> str:
    """Returns the name of a line and its operation, shortened where that is long."""
    name = expression.names.get(line)
    if line == expression.output and expression.operations[line] is not VARIABLE:
        name = name or expression.output_name
    text = labels[line]
    shown = text if len(text) <= MAX_BOX_TITLE else labels.compose_outline(line).text
    title = f"{name} = {shown}" if name and name != text else shown
    return title if len(title) <= 2 * MAX_BOX_TITLE else f"{title[:MAX_BOX_TITLE]}…"


def build_arrow(result: Result, labels: Labels, target: int, slot: int, digits: int) -> Arrow:
    """Returns the arrow of an edge."""
    graph = result.graph
    source = graph.expression.operands[target][slot]
    partial = graph.partials[target][slot] if graph.partials[target] else None
    if partial is None:
        is_branch = graph.expression.operations[target] is WHERE and slot > 0
        return Arrow(source, target, slot, "not taken" if is_branch else "", "", "")
    formula = labels.format_partial(target, slot, graph.values, brief=True)
    value = format_number(partial, digits)
    return Arrow(
        source,
        target,
        slot,
        formula=make_printable(value if formula == value else f"{formula} = {value}"),
        partial=value,
        contribution=format_number(graph.adjoints[target] * partial, digits),
    )


def describe_figure(result: Result, digits: int) -> str:
    """Returns the picture in words, for those who do not see it."""
    f = result.expression.output_name
    bindings = [f"{name} = {format_number(value, digits)}" for name, value in result.at.items()]
    at = f" at {', '.join(bindings)}" if bindings else ""
    results = [f"{f} = {format_number(result.value, digits)}"]
    for name, value in result.gradient.items():
        results.append(f"∂{f}/∂{name} = {format_number(value, digits)}")
    return make_printable(
        f"Computational graph of {format_headline(result.expression)}{at}: {', '.join(results)}. "
        "Boxes hold values and adjoints; arrows go from operands to operations, with the local "
        "partial and the contribution to the adjoint of the operand."
    )
