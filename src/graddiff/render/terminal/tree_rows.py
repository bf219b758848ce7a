"""The rows of the tree: which node stands where, and the cells of each."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from graddiff.autodiff.result import Result
from graddiff.language.expression import Expression
from graddiff.notation.labels import Labels
from graddiff.notation.style import ATOM
from graddiff.numbers.arithmetic import NoValue, Number
from graddiff.operations.table import WHERE, get_branch_slot
from graddiff.render.terminal.picture_text import PictureText
from graddiff.render.terminal.table import Cell
from graddiff.render.terminal.tree_columns import AdjointColumns

MAX_GUIDES = 10  # levels of guide lines; a deeper level is shown as a number


class TreeRow(NamedTuple):
    """A row: a line of the expression as operand number `slot` of the line `target` above it."""

    line: int
    target: int
    slot: int
    guide: str
    is_last: bool  # of the operands of its target
    depth: int


def walk_rows(expression: Expression) -> Iterator[TreeRow]:
    """Yields the rows from the output down, depth first, without recursion: an expression may be
    nested a hundred thousand levels deep. A node that several lines use is drawn with its operands
    below the first of them; the others refer to it."""
    drawn: set[int] = set()
    waiting = [TreeRow(expression.output, -1, 0, "", True, 0)]
    while waiting:
        row = waiting.pop()
        yield row
        if row.line in drawn:
            continue
        drawn.add(row.line)
        guide = row.guide
        if 0 < row.depth <= MAX_GUIDES:
            guide += "   " if row.is_last else "│  "
        operands = expression.operands[row.line]
        last_slot = len(operands) - 1
        below = [
            TreeRow(line, row.line, slot, guide, slot == last_slot, row.depth + 1)
            for slot, line in enumerate(operands)
        ]
        waiting += reversed(below)  # the stack gives back the last one first


class RowRenderer:
    """Writes rows as cells, in the order in which they are drawn: it counts the uses of a node."""

    def __init__(self, result: Result, columns: AdjointColumns, text: PictureText) -> None:
        self.graph, self.expression = result.graph, result.expression
        self.columns, self.text = columns, text
        self.labels = Labels(result.expression)
        self.drawn_counts: Counter[int] = Counter()  # how often each line was drawn so far
        self.flow_counts: Counter[int] = Counter()  # and along an edge with a contribution

    def render_row(self, row: TreeRow) -> list[Cell]:
        self.drawn_counts[row.line] += 1
        partial = self._get_partial(row)
        partial_cell: Cell = [[]]
        carried: Cell = [[]]
        if partial is not None:
            self.flow_counts[row.line] += 1
            amount = self.columns.compute_carried(row.line, row.target, partial)
            carried = [[self.text.make_segment(self.text.format_value(amount), "adjoint")]]
            partial_cell = self._render_partial(row, partial)
        elif self._is_untaken_branch(row):
            partial_cell = [
                [self.text.make_segment("not taken: no edge", "quiet")],
                [self.text.make_segment("no edge", "quiet")],
            ]
        return [
            self._render_label(row, has_contribution=partial is not None),
            self._render_number(self.graph.values[row.line], "value"),
            *(self._render_number(*cell) for cell in self.columns.list_derivatives(row.line)),
            partial_cell,
            carried,
        ]

    def _get_partial(self, row: TreeRow) -> Number | None:
        """Returns the local partial on the edge above a row, None where there is no edge."""
        if not row.depth:
            return None
        partials = self.graph.partials[row.target]
        return partials[row.slot] if partials else None

    def _is_untaken_branch(self, row: TreeRow) -> bool:
        """Whether a row is the branch of a `where` that the condition did not choose."""
        if self.expression.operations[row.target] is not WHERE or row.slot == 0:
            return False
        condition = self.graph.values[self.expression.operands[row.target][0]]
        return not isinstance(condition, NoValue) and row.slot != get_branch_slot(condition)

    def _render_number(self, value: Number | None, style: str) -> Cell:
        return [[self.text.make_segment(self.text.format_value(value), style)]]

    def _render_label(self, row: TreeRow, has_contribution: bool) -> Cell:
        """Writes the guides, the node's name and text, and which of several uses this is."""
        line, is_repeated = row.line, self.drawn_counts[row.line] > 1
        guide = row.guide
        if row.depth > MAX_GUIDES:
            guide += f"({row.depth}) "
        if row.depth:
            guide += "└─ " if row.is_last else "├─ "
        uses = self.columns.use_counts[line]
        remark = ""
        if has_contribution and uses > 1:
            remark = f" {self.flow_counts[line]} of {uses}"
        if is_repeated and self.expression.operands[line]:
            remark += " ↑"  # its operands stand further up
        guide_segment = self.text.make_segment(guide, "guide")
        remark_segment = self.text.make_segment(remark, "quiet")
        return [
            [guide_segment, self.text.make_segment(name, "node"), remark_segment]
            for name in self._list_node_names(row, is_repeated)
        ]

    def _list_node_names(self, row: TreeRow, is_repeated: bool) -> Iterator[str]:
        """Yields what a node may be called, from the longest to the shortest."""
        line = row.line
        name = self.expression.names.get(line)
        if not row.depth and line not in self.expression.variables.values():
            name = self.expression.output_name
        text, brief = self.labels[line], self.labels.compose_outline(line).text
        if is_repeated and name:
            yield name
        elif name and name != text:
            for label in (text, brief):
                if label != name:
                    yield f"{name} = {label}"
            yield name
        else:
            yield text
            yield brief

    def _render_partial(self, row: TreeRow, partial: Number) -> Cell:
        """Writes a local partial: `∂f/∂(x+y) = z = -3`, or shorter."""
        number = self.text.format_value(partial)
        formula, brief_formula = (
            self.labels.format_partial(row.target, row.slot, self.graph.values, is_brief)
            for is_brief in (False, True)
        )
        value = number if formula == number else f"{formula} = {number}"
        brief_value = number if brief_formula == number else f"{brief_formula} = {number}"
        above, below = self._format_node(row.target), self._format_node(row.line)
        brief_above = self.expression.output_name
        if row.depth > 1:
            brief_above = self.labels.get_brief_term(row.target).bracket_below(ATOM)
        brief_below = self.labels.get_brief_term(row.line).bracket_below(ATOM)
        ways = (
            f"∂{above}/∂{below} = {value}",
            f"∂{brief_above}/∂{brief_below} = {brief_value}",
            value,
            brief_value,
            number,
        )
        return [[self.text.make_segment(way, "partial")] for way in ways]

    def _format_node(self, line: int) -> str:
        """Returns what stands for a line in ∂f/∂x."""
        expression = self.expression
        if line == expression.output and line not in expression.variables.values():
            return expression.output_name
        text = self.labels.get_short_term(line).bracket_below(ATOM)
        # dsin(x) would read as a name, as ∂sin(x) does not.
        if self.text.canvas.ascii and "(" in text[1:] and text[0] != "(":
            return f"({text})"
        return text
