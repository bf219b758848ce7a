"""The computational graph as a tree: values, adjoints, and on each edge the local partial and the contribution."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from graddiff.autodiff.result import Result
from graddiff.errors import columns
from graddiff.notation.labels import Labels, headline
from graddiff.notation.numerals import exactly
from graddiff.notation.style import ATOM
from graddiff.numbers.kind import NoValue, Number
from graddiff.operations.table import WHERE, taken
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.table import Cell, lay_out, too_narrow

ROWS = 200  # nodes drawn without --all
DEPTH = 10  # levels drawn without --depth or --all
GUIDES = 10  # levels of guide lines; deeper ones are told by a number
SUMMANDS = 6  # contributions written out at a variable
LONGEST = 60  # characters of a number
LISTED = 40  # bindings, derivatives and notices listed without --all

RULE = "adjoint = adjoint of the node above × local partial"
RULE_OF_SUMS = (
    "contribution = adjoint of the node above × local partial; adjoint = sum of the contributions"
)


def outlined(digits: str) -> str:
    """A number of very many digits by its beginning and its end."""
    return (
        digits if len(digits) <= LONGEST else f"{digits[: LONGEST // 2]}…{digits[-LONGEST // 2 :]}"
    )


class Step(NamedTuple):
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
        self.depth = depth if depth is not None else math.inf if everything else DEPTH
        self.rows = ROWS if depth is None and not everything else math.inf
        self.labels = Labels(self.expression)
        self.uses = Counter(
            edge.source for edge in self.graph.edges()
        )  # along which something flows
        self.drawn: Counter[int] = Counter()  # how often a line was drawn, and along such an edge
        self.flown: Counter[int] = Counter()

    @property
    def shared(self) -> bool:
        """Whether something is used several times, so that the last column says more than the others."""
        return any(count > 1 for count in self.uses.values())

    @property
    def rule(self) -> str:
        return RULE_OF_SUMS if self.shared else RULE

    # words

    def segment(self, text: str, style: str = "") -> Segment:
        return Segment(self.canvas.written(text), style)

    def number(self, value: Number | None) -> str:
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, NoValue):
            return "no value"
        if value != value:
            return "undefined"
        return (
            format(value + 0.0, f".{self.digits}g")
            if isinstance(value, float)
            else outlined(exactly(value))
        )

    def name(self, line: int) -> str:
        """What stands for a line in ∂f/∂x."""
        if line == self.expression.output and line not in self.expression.variables.values():
            return self.expression.output_name
        text = self.labels.short(line).within(ATOM)
        return f"({text})" if self.canvas.ascii and "(" in text[1:] and text[0] != "(" else text

    # the whole picture

    def lines(self) -> Iterator[Line]:
        yield from self.heading()
        yield []
        yield from self.table()
        yield from self.notices()
        yield []
        yield from self.gradient()

    def heading(self) -> Iterator[Line]:
        """The expression, and where."""
        written = headline(self.expression)
        written = self.canvas.written(
            written if len(written) <= 400 else f"{written[:200]}…{written[-200:]}"
        )
        pairs = [f"{name} = {self.number(value)}" for name, value in self.result.at.items()]
        at = self.canvas.written(f"at {self.listed(pairs, '', ', ')}" if pairs else "")
        room = (self.canvas.width or 80) - columns(written) - columns(at)
        if room >= 3 and at:
            yield [Segment(written, "head"), Segment(" " * room), Segment(at, "quiet")]
        else:
            yield from self.paragraph(written, "head")
            yield from self.paragraph(at, "quiet") if at else ()

    def listed(self, items: list[str], unit: str, separator: str) -> str:
        """Items side by side; the rest of very many is counted."""
        if len(items) <= LISTED or self.everything:
            return separator.join(items)
        return f"{separator.join(items[:LISTED])}{separator}… and {len(items) - LISTED:,} more{unit} (--all)"

    def paragraph(self, text: str, style: str, indent: str = "  ") -> Iterator[Line]:
        text = self.canvas.written(text)
        if self.canvas.width is None:
            yield [Segment(text, style)]
            return
        for line in textwrap.wrap(
            text, max(self.canvas.width, 20), subsequent_indent=indent, break_on_hyphens=False
        ):
            yield [Segment(line, style)]

    # the rows

    def table(self) -> Iterator[Line]:
        shared = self.shared
        rows: list[list[Cell]] = [[[[Segment(title, "head")]] for title in self.titles]]
        folded = 0
        for step in self.steps():
            if len(rows) > self.rows or step.depth > self.depth:
                folded += 1
            else:
                rows.append(self.row(step))
        cramped = shared and too_narrow(rows, self.canvas)
        if not shared or cramped:  # without sharing every contribution is an adjoint
            rows = [row[:-1] for row in rows]
        yield from lay_out(rows, self.align[: len(rows[0])], self.canvas)
        if folded:
            text = f"… {folded:,} more row{'s' * (folded > 1)}, folded: --depth N shows N levels, --all everything"
            yield from self.paragraph(text, "notice")
        if cramped:
            yield from self.paragraph("the contributions need more columns than there are", "quiet")
        if self.uses:
            yield from self.paragraph(self.rule, "quiet")

    def steps(self) -> Iterator[Step]:
        """The rows from the output down, depth first, without recursion. What several lines use is drawn below the
        first of them; the others refer to it."""
        drawn: set[int] = set()
        waiting = [Step(self.expression.output, -1, 0, "", True, 0)]
        while waiting:
            step = waiting.pop()
            yield step
            if step.line in drawn:
                continue
            drawn.add(step.line)
            operands = self.expression.operands[step.line]
            branch = "   " if step.last else "│  "
            guide = step.guide + branch if 0 < step.depth <= GUIDES else step.guide
            below = [
                Step(line, step.line, slot, guide, slot == len(operands) - 1, step.depth + 1)
                for slot, line in enumerate(operands)
            ]
            waiting += reversed(below)

    def row(self, step: Step) -> list[Cell]:
        self.drawn[step.line] += 1
        contribution: Line = []
        partial: Cell = [[]]
        known = (
            self.graph.partials[step.target][step.slot]
            if step.depth and self.graph.partials[step.target]
            else None
        )
        if known is not None:
            self.flown[step.line] += 1
            contribution = [self.segment(self.number(self.carried(step, known)), "adjoint")]
            partial = self.edge(step, known)
        elif self.not_taken(step):
            partial = [
                [self.segment("not taken: no edge", "quiet")],
                [self.segment("no edge", "quiet")],
            ]
        value = [[self.segment(self.number(self.graph.values[step.line]), "value")]]
        return [
            self.label(step, flows=known is not None),
            value,
            *self.derivatives(step.line),
            partial,
            [contribution],
        ]

    def derivatives(self, line: int) -> list[Cell]:
        """The columns between the value and the local partial."""
        return [[[self.segment(self.number(self.graph.adjoints[line]), "adjoint")]]]

    def carried(self, step: Step, partial: Number) -> Number | None:
        """What the edge carries: the contribution to what is below."""
        return self.graph.adjoints[step.target] * partial

    def label(self, step: Step, flows: bool) -> Cell:
        """Guides, the node's name and text, and which of several uses this is."""
        line, again = step.line, self.drawn[step.line] > 1
        joint = ("└─ " if step.last else "├─ ") if step.depth else ""
        guides = self.segment(
            step.guide + (f"({step.depth}) " if step.depth > GUIDES else "") + joint, "guide"
        )
        name = self.expression.names.get(line)
        if not step.depth and line not in self.expression.variables.values():
            name = self.expression.output_name
        hint = f" {self.flown[line]} of {self.uses[line]}" if flows and self.uses[line] > 1 else ""
        hint += " ↑" if again and self.expression.operands[line] else ""
        return [
            [guides, self.segment(text, "node"), self.segment(hint, "quiet")]
            for text in self.names_of(line, None if again and name else name, again)
        ]

    def names_of(self, line: int, name: str | None, again: bool) -> Iterator[str]:
        """What a node is called, from the longest to the shortest."""
        text, brief = self.labels[line], self.labels.outline(line).text
        if again and line in self.expression.names:
            yield self.expression.names[line]
        elif name and name != text:
            yield from (f"{name} = {way}" for way in (text, brief) if way != name)
            yield name
        else:
            yield text
            yield brief

    def edge(self, step: Step, partial: Number) -> Cell:
        """∂f/∂(x+y) = z = -3, or shorter."""
        number = self.number(partial)
        above, below = self.labels.brief(step.target), self.labels.brief(step.line)
        values = self.graph.values
        told, briefly = (
            self.labels.partial(step.target, step.slot, values, brief) for brief in (False, True)
        )
        told = number if told == number else f"{told} = {number}"
        briefly = number if briefly == number else f"{briefly} = {number}"
        name = self.expression.output_name if step.depth == 1 else above.within(ATOM)
        ways = (
            f"∂{self.name(step.target)}/∂{self.name(step.line)} = {told}",
            f"∂{name}/∂{below.within(ATOM)} = {briefly}",
            told,
            briefly,
            number,
        )
        return [[self.segment(way, "partial")] for way in ways]

    def not_taken(self, step: Step) -> bool:
        if self.expression.operations[step.target] is not WHERE or step.slot == 0:
            return False
        condition = self.graph.values[self.expression.operands[step.target][0]]
        return not isinstance(condition, NoValue) and step.slot != taken(condition)

    # below the tree

    def notices(self) -> Iterator[Line]:
        notices = self.result.notices
        if notices:
            yield []
        for notice in notices if self.everything else notices[:LISTED]:
            yield from self.paragraph(f"{notice.kind}: {notice.message}", "notice")
        if len(notices) > LISTED and not self.everything:
            yield from self.paragraph(
                f"… and {len(notices) - LISTED:,} more notices (--all)", "notice"
            )

    def gradient(self) -> Iterator[Line]:
        """The derivatives; where a name is used several times, the sum they are."""
        items = [
            f"∂{self.expression.output_name}/∂{name} = {self.number(value)}"
            for name, value in self.result.gradient.items()
        ]
        sums = self.sums()
        if not items:
            yield [self.segment("gradient   none: nothing to differentiate by", "head")]
        yield from (
            self.paragraph("gradient   " + self.listed(items, "", "   "), "head", " " * 11)
            if items
            else ()
        )
        told = [
            self.sum_of(name, sums[line])
            for name, line in self.result.requested.items()
            if line in sums
        ]
        for text in told if self.everything else told[:LISTED]:
            yield from self.paragraph(" " * 11 + text, "", " " * 13)
        if len(told) > LISTED and not self.everything:
            yield from self.paragraph(
                f"{' ' * 11}… and {len(told) - LISTED:,} more sums (--all)", "quiet"
            )

    def sums(self) -> dict[int, list[Number]]:
        """The contributions to each requested line that has more than one, in the order of the text."""
        wanted = {line for line in self.result.requested.values() if line is not None}
        sums: dict[int, list[Number]] = {}
        for edge in self.graph.edges():
            if edge.source in wanted:
                sums.setdefault(edge.source, []).append(edge.contribution)
        return {
            line: contributions for line, contributions in sums.items() if len(contributions) > 1
        }

    def sum_of(self, name: str, contributions: list[Number]) -> str:
        """`x is used 3 times: 2 + 2 - 0.416147`."""
        text = self.number(contributions[0])
        for contribution in contributions[1:SUMMANDS]:
            text += (
                f" - {self.number(-contribution)}"
                if contribution < 0
                else f" + {self.number(contribution)}"
            )
        more = (
            f" + … ({len(contributions) - SUMMANDS:,} more)"
            if len(contributions) > SUMMANDS
            else ""
        )
        return f"{name} is used {len(contributions):,} times: {text}{more}"
