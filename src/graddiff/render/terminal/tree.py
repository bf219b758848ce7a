"""The computational graph as a tree: the value of each node, its derivatives, and on each edge the
local partial and what it carries."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from graddiff.autodiff.result import Result
from graddiff.errors import count_columns
from graddiff.notation.labels import format_headline
from graddiff.notation.numerals import format_count
from graddiff.numbers.arithmetic import Number
from graddiff.render.terminal.canvas import DEFAULT_WIDTH, Line, Segment
from graddiff.render.terminal.picture_text import PictureText
from graddiff.render.terminal.table import Cell, is_too_narrow, lay_out_table, make_title_row
from graddiff.render.terminal.tree_columns import AdjointColumns
from graddiff.render.terminal.tree_rows import RowRenderer, walk_rows

MAX_TREE_ROWS = 200  # nodes drawn without --all
MAX_TREE_DEPTH = 10  # levels drawn without --depth or --all
MAX_SUMMANDS = 6  # contributions written out at a variable
MAX_HEADLINE_LENGTH = 400  # characters of the expression
MIN_HEADLINE_GAP = 3  # columns between the expression and the point
GRADIENT_TITLE = "gradient   "


class Tree:
    """Draws one result with the columns of reverse mode or of forward mode, `depth` levels deep;
    without a depth, as much as fits on a few screens, or with `shows_all` everything."""

    def __init__(
        self, result: Result, columns: AdjointColumns, text: PictureText, depth: int | None
    ) -> None:
        self.result, self.columns, self.text = result, columns, text
        self.max_depth: float = MAX_TREE_DEPTH
        self.max_rows: float = MAX_TREE_ROWS
        if depth is not None:
            self.max_depth, self.max_rows = depth, math.inf
        elif text.shows_all:
            self.max_depth = self.max_rows = math.inf

    def render_lines(self) -> Iterator[Line]:
        yield from self._render_heading()
        yield []
        yield from self._render_table()
        yield from self._render_notices()
        yield []
        yield from self._render_gradient()
        if cost := self.columns.describe_cost():
            yield from self.text.wrap_paragraph(cost, "quiet")

    def _render_heading(self) -> Iterator[Line]:
        """Writes the expression and, on the right of it or below, the point."""
        canvas = self.text.canvas
        headline = format_headline(self.result.expression)
        if len(headline) > MAX_HEADLINE_LENGTH:
            half = MAX_HEADLINE_LENGTH // 2
            headline = f"{headline[:half]}…{headline[-half:]}"
        headline = canvas.transliterate(headline)
        bindings = [
            f"{name} = {self.text.format_value(value)}" for name, value in self.result.at.items()
        ]
        point = f"at {self.text.join_items(bindings, ', ')}" if bindings else ""
        point = canvas.transliterate(point)
        gap = (canvas.width or DEFAULT_WIDTH) - count_columns(headline) - count_columns(point)
        if point and gap >= MIN_HEADLINE_GAP:
            yield [Segment(headline, "head"), Segment(" " * gap), Segment(point, "quiet")]
            return
        yield from self.text.wrap_paragraph(headline, "head")
        if point:
            yield from self.text.wrap_paragraph(point, "quiet")

    def _render_table(self) -> Iterator[Line]:
        """Writes the rows, how many are folded, and the rule by which the columns are read."""
        rows, folded = self._collect_rows()
        # Without sharing every contribution is an adjoint: the last column would repeat another.
        has_contributions = self.columns.has_sharing
        is_cramped = has_contributions and is_too_narrow(rows, self.text.canvas)
        if is_cramped or not has_contributions:
            rows = [row[:-1] for row in rows]
        yield from lay_out_table(rows, self.columns.align[: len(rows[0])], self.text.canvas)
        if folded:
            yield from self.text.wrap_paragraph(
                f"… {format_count(folded, 'more row')}, folded: "
                "--depth N shows N levels, --all everything",
                "notice",
            )
        if is_cramped:
            yield from self.text.wrap_paragraph(
                "the contributions need more columns than there are", "quiet"
            )
        if self.columns.use_counts:
            yield from self.text.wrap_paragraph(self.columns.rule, "quiet")

    def _collect_rows(self) -> tuple[list[list[Cell]], int]:
        """Returns the title and the rows that are drawn, and how many are folded."""
        renderer = RowRenderer(self.result, self.columns, self.text)
        rows = [make_title_row(self.columns.titles)]
        folded = 0
        for row in walk_rows(self.result.expression):
            if len(rows) > self.max_rows or row.depth > self.max_depth:
                folded += 1
            else:
                rows.append(renderer.render_row(row))
        return rows, folded

    def _render_notices(self) -> Iterator[Line]:
        if self.result.notices:
            yield []
        texts = [f"{notice.kind}: {notice.message}" for notice in self.result.notices]
        yield from self.text.wrap_list(texts, "notice", "notices", "notice", "")

    def _render_gradient(self) -> Iterator[Line]:
        """Writes the derivatives and, for a variable that is used several times, the contributions
        of which its derivative is the sum."""
        output = self.result.expression.output_name
        derivatives = [
            f"∂{output}/∂{name} = {self.text.format_value(value)}"
            for name, value in self.result.gradient.items()
        ]
        indent = " " * len(GRADIENT_TITLE)
        if derivatives:
            line = GRADIENT_TITLE + self.text.join_items(derivatives, "   ")
            yield from self.text.wrap_paragraph(line, "head", indent)
        else:
            line = f"{GRADIENT_TITLE}none: nothing to differentiate by"
            yield [self.text.make_segment(line, "head")]
        yield from self.text.wrap_list(self._list_sums(), "", "sums", "quiet", indent)

    def _list_sums(self) -> list[str]:
        requested = self.result.requested
        lines = [line for line in requested.values() if line is not None]
        sums = self.columns.collect_sums(lines)
        return [
            self._format_sum(name, sums[line]) for name, line in requested.items() if line in sums
        ]

    def _format_sum(self, name: str, contributions: Sequence[Number]) -> str:
        """Returns a sum as in `x is used 3 times: 2 + 2 - 0.416147`."""
        first, *others = contributions[:MAX_SUMMANDS]
        terms = self.text.format_value(first)
        for contribution in others:
            if contribution < 0:
                terms += f" - {self.text.format_value(-contribution)}"
            else:
                terms += f" + {self.text.format_value(contribution)}"
        if len(contributions) > MAX_SUMMANDS:
            terms += f" + … ({len(contributions) - MAX_SUMMANDS:,} more)"
        return f"{name} is used {len(contributions):,} times: {terms}"
