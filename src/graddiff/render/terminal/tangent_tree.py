"""The tree with tangents, which flow up from the variables, in the place of adjoints or beside them."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.autodiff.forward_mode import MOST, Tangents
from graddiff.autodiff.result import Result
from graddiff.errors import UsageError
from graddiff.numbers.kind import Number
from graddiff.render.terminal.canvas import Canvas, Line
from graddiff.render.terminal.table import Cell
from graddiff.render.terminal.tree import Step, Tree

RULE = "tangent = sum over the operands of local partial × tangent of the operand; that of {} is 1, the seed"


class ForwardTree(Tree):
    """Draws the tangents by each variable; with `both`, the adjoints as well."""

    def __init__(
        self,
        result: Result,
        found: Tangents,
        both: bool,
        canvas: Canvas,
        digits: int,
        depth: int | None,
        everything: bool,
    ) -> None:
        if len(found.by) > MOST:
            told = (
                f"there are {len(found.by)} variables, and {MOST} tangents are shown side by side"
            )
            raise UsageError(told, hint=f"--wrt {next(iter(found.by))} shows one")
        super().__init__(result, canvas, digits, depth, everything)
        self.found, self.both = found, both
        several = [f"tangent by {name}" for name in found.by]
        self.titles = (
            "graph",
            "value",
            *several,
            *["adjoint"] * both,
            "local partial",
            "carried up",
        )
        self.align = "lr" + "r" * (len(several) + both) + "lr"

    @property
    def shared(self) -> bool:
        return len(self.found.by) == 1 and not self.both

    @property
    def rule(self) -> str:
        names = [*self.found.by]
        return RULE.format(names[0] if len(names) == 1 else "the variable itself")

    def derivatives(self, line: int) -> list[Cell]:
        cells: list[Cell] = [
            [[self.segment(self.number(found[line]), "partial")]]
            for found in self.found.by.values()
        ]
        return [*cells, *(super().derivatives(line) if self.both else [])]

    def carried(self, step: Step, partial: Number) -> Number | None:
        """Of the one variable: local partial × tangent of what is below."""
        for found in self.found.by.values():
            tangent = found[step.line]
            return None if tangent is None else partial * tangent
        return None

    def sums(self) -> dict[int, list[Number]]:
        """Forward mode sums at what uses a variable, not at the variable."""
        return super().sums() if self.both else {}

    def gradient(self) -> Iterator[Line]:
        yield from super().gradient()
        yield from self.paragraph(self.cost(), "quiet")

    def cost(self) -> str:
        """`forward mode: 2 passes, 2 + 2 multiplications; reverse mode: 1 pass, 4 multiplications`."""
        each = [*self.found.forward.values()]
        terms = " + ".join(map(str, each)) + (f" = {sum(each)}" if len(each) > 1 else "")
        passes = f"{len(each)} pass{'es' * (len(each) != 1)}"
        told = f"forward mode: {passes}, one a variable, {terms or 0} {times(sum(each))}; "
        return f"{told}reverse mode: 1 pass for all variables, {self.found.reverse} {times(self.found.reverse)}"


def times(count: int) -> str:
    return "multiplication" if count == 1 else "multiplications"
