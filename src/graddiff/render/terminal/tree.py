"""The computational graph as a tree: values, adjoints, and on each edge the local partial and the contribution."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from graddiff.autodiff.result import Result
from graddiff.errors import count_columns
from graddiff.notation.labels import Labels, format_headline
from graddiff.notation.numerals import format_exact_number, format_float
from graddiff.notation.style import ATOM
from graddiff.numbers.arithmetic import NoValue, Number
from graddiff.operations.table import WHERE, get_branch_slot
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.table import Cell, is_too_narrow, lay_out_table

MAX_TREE_ROWS = 200  # nodes drawn without --all
MAX_TREE_DEPTH = 10  # levels drawn without --depth or --all
MAX_GUIDES = 10  # levels of guide lines; deeper ones are told by a number
MAX_SUMMANDS = 6  # contributions written out at a variable
MAX_NUMBER_LENGTH = 60  # characters of a number
MAX_LISTED = 40  # bindings, derivatives and notices listed without --all

ADJOINT_RULE = "adjoint = adjoint of the node above × local partial"
CONTRIBUTION_RULE = (
    "contribution = adjoint of the node above × local partial; adjoint = sum of the contributions"
)


def abbreviate_digits(digits: str) -> str:
    """A number of very many digits by its beginning and its end."""
    return (
        digits
        if len(digits) <= MAX_NUMBER_LENGTH
        else f"{digits[: MAX_NUMBER_LENGTH // 2]}…{digits[-MAX_NUMBER_LENGTH // 2 :]}"
    )


class TreeRow(NamedTuple):
    """A row to draw: a line as operand number `slot` of the line above it."""

    line: int
    target: int
    slot: int
    guide: str
    last: bool
    depth: int


class Tree:
    """Draws one result. Texts are drawn in the canvas's alphabet, numbers with `digits` significant digits."""

    titles: tuple[str, ...] = ("graph", "value", "adjoint", "local partial", "contribution")
    align = "lrrlr"

    def __init__(
        self, result: Result, canvas: Canvas, digits: int, depth: int | None, everything: bool
    ) -> None:
        self.result, self.graph, self.expression = result, result.graph, result.expression
        self.canvas, self.digits, self.everything = canvas, digits, everything
        self.max_depth = depth if depth is not None else math.inf if everything else MAX_TREE_DEPTH
        self.max_rows = MAX_TREE_ROWS if depth is None and not everything else math.inf
        self.labels = Labels(self.expression)
        self.use_counts = Counter(
            edge.source for edge in self.graph.edges()
        )  # along which something flows
        self.drawn_counts: Counter[int] = (
            Counter()
        )  # how often a line was drawn, and along such an edge
        self.flow_counts: Counter[int] = Counter()

    @property
    def has_sharing(self) -> bool:
        """Whether something is used several times, so that the last column says more than the others."""
        return any(count > 1 for count in self.use_counts.values())

    @property
    def rule(self) -> str:
        return CONTRIBUTION_RULE if self.has_sharing else ADJOINT_RULE

    # words

    def make_segment(self, text: str, style: str = "") -> Segment:
        return Segment(self.canvas.transliterate(text), style)

    def format_value(self, value: Number | None) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, NoValue):
            return "no value"
        if value != value:
            return "undefined"
        return (
            format_float(value, self.digits)
            if isinstance(value, float)
            else abbreviate_digits(format_exact_number(value))
        )

    def format_node_name(self, line: int) -> str:
        """What stands for a line in ∂f/∂x."""
        if line == self.expression.output and line not in self.expression.variables.values():
            return self.expression.output_name
        text = self.labels.get_short_term(line).bracket_below(ATOM)
        return f"({text})" if self.canvas.ascii and "(" in text[1:] and text[0] != "(" else text

    # the whole picture

    def render_lines(self) -> Iterator[Line]:
        yield from self.render_heading()
        yield []
        yield from self.render_table()
        yield from self.render_notices()
        yield []
        yield from self.render_gradient()

    def render_heading(self) -> Iterator[Line]:
        """The expression, and where."""
        written = format_headline(self.expression)
        written = self.canvas.transliterate(
            written if len(written) <= 400 else f"{written[:200]}…{written[-200:]}"
        )
        pairs = [f"{name} = {self.format_value(value)}" for name, value in self.result.at.items()]
        at = self.canvas.transliterate(f"at {self.join_items(pairs, '', ', ')}" if pairs else "")
        room = (self.canvas.width or 80) - count_columns(written) - count_columns(at)
        if room >= 3 and at:
            yield [Segment(written, "head"), Segment(" " * room), Segment(at, "quiet")]
        else:
            yield from self.wrap_paragraph(written, "head")
            yield from self.wrap_paragraph(at, "quiet") if at else ()

    def join_items(self, items: list[str], unit: str, separator: str) -> str:
        """Items side by side; the rest of very many is counted."""
        if len(items) <= MAX_LISTED or self.everything:
            return separator.join(items)
        return f"{separator.join(items[:MAX_LISTED])}{separator}… and {len(items) - MAX_LISTED:,} more{unit} (--all)"

    def wrap_paragraph(self, text: str, style: str, indent: str = "  ") -> Iterator[Line]:
        text = self.canvas.transliterate(text)
        if self.canvas.width is None:
            yield [Segment(text, style)]
            return
        for line in textwrap.wrap(
            text, max(self.canvas.width, 20), subsequent_indent=indent, break_on_hyphens=False
        ):
            yield [Segment(line, style)]

    # the rows

    def render_table(self) -> Iterator[Line]:
        shared = self.has_sharing
        rows: list[list[Cell]] = [[[[Segment(title, "head")]] for title in self.titles]]
        folded = 0
        for step in self.walk_rows():
            if len(rows) > self.max_rows or step.depth > self.max_depth:
                folded += 1
            else:
                rows.append(self.render_row(step))
        cramped = shared and is_too_narrow(rows, self.canvas)
        if not shared or cramped:  # without sharing every contribution is an adjoint
            rows = [row[:-1] for row in rows]
        yield from lay_out_table(rows, self.align[: len(rows[0])], self.canvas)
        if folded:
            text = f"… {folded:,} more row{'s' * (folded > 1)}, folded: --depth N shows N levels, --all everything"
            yield from self.wrap_paragraph(text, "notice")
        if cramped:
            yield from self.wrap_paragraph(
                "the contributions need more columns than there are", "quiet"
            )
        if self.use_counts:
            yield from self.wrap_paragraph(self.rule, "quiet")

    def walk_rows(self) -> Iterator[TreeRow]:
        """The rows from the output down, depth first, without recursion. What several lines use is drawn below the
        first of them; the others refer to it."""
        drawn: set[int] = set()
        waiting = [TreeRow(self.expression.output, -1, 0, "", True, 0)]
        while waiting:
            step = waiting.pop()
            yield step
            if step.line in drawn:
                continue
            drawn.add(step.line)
            operands = self.expression.operands[step.line]
            branch = "   " if step.last else "│  "
            guide = step.guide + branch if 0 < step.depth <= MAX_GUIDES else step.guide
            below = [
                TreeRow(line, step.line, slot, guide, slot == len(operands) - 1, step.depth + 1)
                for slot, line in enumerate(operands)
            ]
            waiting += reversed(below)

    def render_row(self, step: TreeRow) -> list[Cell]:
        self.drawn_counts[step.line] += 1
        contribution: Line = []
        partial: Cell = [[]]
        known = (
            self.graph.partials[step.target][step.slot]
            if step.depth and self.graph.partials[step.target]
            else None
        )
        if known is not None:
            self.flow_counts[step.line] += 1
            contribution = [
                self.make_segment(self.format_value(self.compute_carried(step, known)), "adjoint")
            ]
            partial = self.render_partial(step, known)
        elif self.is_untaken_branch(step):
            partial = [
                [self.make_segment("not taken: no edge", "quiet")],
                [self.make_segment("no edge", "quiet")],
            ]
        value = [[self.make_segment(self.format_value(self.graph.values[step.line]), "value")]]
        return [
            self.render_label(step, flows=known is not None),
            value,
            *self.render_derivatives(step.line),
            partial,
            [contribution],
        ]

    def render_derivatives(self, line: int) -> list[Cell]:
        """The columns between the value and the local partial."""
        return [[[self.make_segment(self.format_value(self.graph.adjoints[line]), "adjoint")]]]

    def compute_carried(self, step: TreeRow, partial: Number) -> Number | None:
        """What the edge carries: the contribution to what is below."""
        return self.graph.adjoints[step.target] * partial

    def render_label(self, step: TreeRow, flows: bool) -> Cell:
        """Guides, the node's name and text, and which of several uses this is."""
        line, again = step.line, self.drawn_counts[step.line] > 1
        joint = ("└─ " if step.last else "├─ ") if step.depth else ""
        guides = self.make_segment(
            step.guide + (f"({step.depth}) " if step.depth > MAX_GUIDES else "") + joint, "guide"
        )
        name = self.expression.names.get(line)
        if not step.depth and line not in self.expression.variables.values():
            name = self.expression.output_name
        hint = (
            f" {self.flow_counts[line]} of {self.use_counts[line]}"
            if flows and self.use_counts[line] > 1
            else ""
        )
        hint += " ↑" if again and self.expression.operands[line] else ""
        return [
            [guides, self.make_segment(text, "node"), self.make_segment(hint, "quiet")]
            for text in self.generate_names(line, None if again and name else name, again)
        ]

    def generate_names(self, line: int, name: str | None, again: bool) -> Iterator[str]:
        """What a node is called, from the longest to the shortest."""
        text, brief = self.labels[line], self.labels.compose_outline(line).text
        if again and line in self.expression.names:
            yield self.expression.names[line]
        elif name and name != text:
            yield from (f"{name} = {way}" for way in (text, brief) if way != name)
            yield name
        else:
            yield text
            yield brief

    def render_partial(self, step: TreeRow, partial: Number) -> Cell:
        """∂f/∂(x+y) = z = -3, or shorter."""
        number = self.format_value(partial)
        above, below = (
            self.labels.get_brief_term(step.target),
            self.labels.get_brief_term(step.line),
        )
        values = self.graph.values
        told, briefly = (
            self.labels.format_partial(step.target, step.slot, values, brief)
            for brief in (False, True)
        )
        told = number if told == number else f"{told} = {number}"
        briefly = number if briefly == number else f"{briefly} = {number}"
        name = self.expression.output_name if step.depth == 1 else above.bracket_below(ATOM)
        ways = (
            f"∂{self.format_node_name(step.target)}/∂{self.format_node_name(step.line)} = {told}",
            f"∂{name}/∂{below.bracket_below(ATOM)} = {briefly}",
            told,
            briefly,
            number,
        )
        return [[self.make_segment(way, "partial")] for way in ways]

    def is_untaken_branch(self, step: TreeRow) -> bool:
        if self.expression.operations[step.target] is not WHERE or step.slot == 0:
            return False
        condition = self.graph.values[self.expression.operands[step.target][0]]
        return not isinstance(condition, NoValue) and step.slot != get_branch_slot(condition)

    # below the tree

    def render_notices(self) -> Iterator[Line]:
        notices = self.result.notices
        if notices:
            yield []
        for notice in notices if self.everything else notices[:MAX_LISTED]:
            yield from self.wrap_paragraph(f"{notice.kind}: {notice.message}", "notice")
        if len(notices) > MAX_LISTED and not self.everything:
            yield from self.wrap_paragraph(
                f"… and {len(notices) - MAX_LISTED:,} more notices (--all)", "notice"
            )

    def render_gradient(self) -> Iterator[Line]:
        """The derivatives; where a name is used several times, the sum they are."""
        items = [
            f"∂{self.expression.output_name}/∂{name} = {self.format_value(value)}"
            for name, value in self.result.gradient.items()
        ]
        sums = self.collect_sums()
        if not items:
            yield [self.make_segment("gradient   none: nothing to differentiate by", "head")]
        yield from (
            self.wrap_paragraph("gradient   " + self.join_items(items, "", "   "), "head", " " * 11)
            if items
            else ()
        )
        told = [
            self.format_sum(name, sums[line])
            for name, line in self.result.requested.items()
            if line in sums
        ]
        for text in told if self.everything else told[:MAX_LISTED]:
            yield from self.wrap_paragraph(" " * 11 + text, "", " " * 13)
        if len(told) > MAX_LISTED and not self.everything:
            yield from self.wrap_paragraph(
                f"{' ' * 11}… and {len(told) - MAX_LISTED:,} more sums (--all)", "quiet"
            )

    def collect_sums(self) -> dict[int, list[Number]]:
        """The contributions to each requested line that has more than one, in the order of the text."""
        wanted = {line for line in self.result.requested.values() if line is not None}
        sums: dict[int, list[Number]] = {}
        for edge in self.graph.edges():
            if edge.source in wanted:
                sums.setdefault(edge.source, []).append(edge.contribution)
        return {
            line: contributions for line, contributions in sums.items() if len(contributions) > 1
        }

    def format_sum(self, name: str, contributions: list[Number]) -> str:
        """`x is used 3 times: 2 + 2 - 0.416147`."""
        text = self.format_value(contributions[0])
        for contribution in contributions[1:MAX_SUMMANDS]:
            text += (
                f" - {self.format_value(-contribution)}"
                if contribution < 0
                else f" + {self.format_value(contribution)}"
            )
        more = (
            f" + … ({len(contributions) - MAX_SUMMANDS:,} more)"
            if len(contributions) > MAX_SUMMANDS
            else ""
        )
        return f"{name} is used {len(contributions):,} times: {text}{more}"
