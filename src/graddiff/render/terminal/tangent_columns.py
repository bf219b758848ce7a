"""The columns of forward mode: tangents, which flow up from the variables."""

from __future__ import annotations

from collections.abc import Iterable

from graddiff.autodiff.forward_mode import Tangents
from graddiff.autodiff.reverse_pass import Graph
from graddiff.errors import UsageError
from graddiff.notation.numerals import format_count
from graddiff.numbers.arithmetic import Number
from graddiff.render.terminal.tree_columns import AdjointColumns

MAX_TANGENT_COLUMNS = 4  # variables whose tangents are shown side by side

TANGENT_RULE = (
    "tangent = sum over the operands of local partial × tangent of the operand; "
    "that of {} is 1, the seed"
)


class TangentColumns(AdjointColumns):
    """The tangents along each variable, in the place of the adjoints or beside them."""

    def __init__(self, graph: Graph, tangents: Tangents, shows_adjoints: bool) -> None:
        names = [*tangents.by_variable]
        if len(names) > MAX_TANGENT_COLUMNS:
            raise UsageError(
                f"there are {len(names)} variables, and {MAX_TANGENT_COLUMNS} tangents are shown "
                "side by side",
                hint=f"--wrt {names[0]} shows one",
            )
        super().__init__(graph)
        self.tangents, self.shows_adjoints = tangents, shows_adjoints
        derivatives = [f"tangent by {name}" for name in names] + ["adjoint"] * shows_adjoints
        self.titles = ("graph", "value", *derivatives, "local partial", "carried up")
        self.align = "lr" + "r" * len(derivatives) + "lr"

    @property
    def has_sharing(self) -> bool:
        """Whether to show what the edges carry up: there is one tangent that it can mean."""
        return len(self.tangents.by_variable) == 1 and not self.shows_adjoints

    @property
    def rule(self) -> str:
        names = [*self.tangents.by_variable]
        return TANGENT_RULE.format(names[0] if len(names) == 1 else "the variable itself")

    def list_derivatives(self, line: int) -> list[tuple[Number | None, str]]:
        columns = self.tangents.by_variable.values()
        derivatives = [(tangents[line], "partial") for tangents in columns]
        if self.shows_adjoints:
            derivatives += super().list_derivatives(line)
        return derivatives

    def compute_carried(self, line: int, target: int, partial: Number) -> Number | None:
        """Returns what an edge carries up to its target, by the first variable."""
        for tangents in self.tangents.by_variable.values():
            tangent = tangents[line]
            return None if tangent is None else partial * tangent
        return None

    def collect_sums(self, lines: Iterable[int]) -> dict[int, list[Number]]:
        """Forward mode sums at the nodes that use a variable, not at the variable."""
        return super().collect_sums(lines) if self.shows_adjoints else {}

    def describe_cost(self) -> str:
        """Returns the multiplications of both modes, as in `forward mode: 2 passes, one for each
        variable, 2 + 2 = 4 multiplications; reverse mode: 1 pass for all variables, 4
        multiplications`."""
        counts = [*self.tangents.forward_multiplications.values()]
        forward = format_count(sum(counts), "multiplication")
        if len(counts) > 1:
            forward = f"{' + '.join(f'{count:,}' for count in counts)} = {forward}"
        passes = "1 pass" if len(counts) == 1 else f"{len(counts)} passes"
        reverse = format_count(self.tangents.reverse_multiplications, "multiplication")
        return (
            f"forward mode: {passes}, one for each variable, {forward}; "
            f"reverse mode: 1 pass for all variables, {reverse}"
        )
