"""The tree with tangents, which flow up from the variables, in the place of adjoints or beside them."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.autodiff.forward_mode import MAX_TANGENT_COLUMNS, Tangents
from graddiff.autodiff.result import Result
from graddiff.errors import UsageError
from graddiff.numbers.arithmetic import Number
from graddiff.render.terminal.canvas import Canvas, Line
from graddiff.render.terminal.table import Cell
from graddiff.render.terminal.tree import Tree, TreeRow

TANGENT_RULE = "tangent = sum over the operands of local partial × tangent of the operand; that of {} is 1, the seed"


class TangentTree(Tree):
    """Draws the tangents by each variable; with `both`, the adjoints as well."""

    def __init__(
        self,
        result: Result,
        tangents: Tangents,
        shows_adjoints: bool,
        canvas: Canvas,
        digits: int,
        depth: int | None,
        everything: bool,
    ) -> None:
        if len(tangents.by_variable) > MAX_TANGENT_COLUMNS:
            told = f"there are {len(tangents.by_variable)} variables, and {MAX_TANGENT_COLUMNS} tangents are shown side by side"
            raise UsageError(told, hint=f"--wrt {next(iter(tangents.by_variable))} shows one")
        super().__init__(result, canvas, digits, depth, everything)
        self.tangents, self.shows_adjoints = tangents, shows_adjoints
        several = [f"tangent by {name}" for name in tangents.by_variable]
        self.titles = (
            "graph",
            "value",
            *several,
            *["adjoint"] * shows_adjoints,
            "local partial",
            "carried up",
        )
        self.align = "lr" + "r" * (len(several) + shows_adjoints) + "lr"

    @property
    def has_sharing(self) -> bool:
        return len(self.tangents.by_variable) == 1 and not self.shows_adjoints

    @property
    def rule(self) -> str:
        names = [*self.tangents.by_variable]
        return TANGENT_RULE.format(names[0] if len(names) == 1 else "the variable itself")

    def render_derivatives(self, line: int) -> list[Cell]:
        cells: list[Cell] = [
            [[self.make_segment(self.format_value(found[line]), "partial")]]
            for found in self.tangents.by_variable.values()
        ]
        return [*cells, *(super().render_derivatives(line) if self.shows_adjoints else [])]

    def compute_carried(self, step: TreeRow, partial: Number) -> Number | None:
        """Of the one variable: local partial × tangent of what is below."""
        for found in self.tangents.by_variable.values():
            tangent = found[step.line]
            return None if tangent is None else partial * tangent
        return None

    def collect_sums(self) -> dict[int, list[Number]]:
        """Forward mode sums at what uses a variable, not at the variable."""
        return super().collect_sums() if self.shows_adjoints else {}

    def render_gradient(self) -> Iterator[Line]:
        yield from super().render_gradient()
        yield from self.wrap_paragraph(self.describe_cost(), "quiet")

    def describe_cost(self) -> str:
        """`forward mode: 2 passes, 2 + 2 multiplications; reverse mode: 1 pass, 4 multiplications`."""
        each = [*self.tangents.forward_multiplications.values()]
        terms = " + ".join(map(str, each)) + (f" = {sum(each)}" if len(each) > 1 else "")
        passes = f"{len(each)} pass{'es' * (len(each) != 1)}"
        told = f"forward mode: {passes}, one a variable, {terms or 0} {pluralize_multiplication(sum(each))}; "
        return f"{told}reverse mode: 1 pass for all variables, {self.tangents.reverse_multiplications} {pluralize_multiplication(self.tangents.reverse_multiplications)}"


def pluralize_multiplication(count: int) -> str:
    return "multiplication" if count == 1 else "multiplications"
