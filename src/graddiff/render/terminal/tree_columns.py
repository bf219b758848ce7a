"""The columns of the tree beside graph and value: what reverse mode computes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from graddiff.autodiff.reverse_pass import Graph
from graddiff.numbers.arithmetic import Number

ADJOINT_RULE = "adjoint = adjoint of the node above × local partial"
CONTRIBUTION_RULE = (
    "contribution = adjoint of the node above × local partial; adjoint = sum of the contributions"
)


class AdjointColumns:
    """The adjoint of each node, and the contribution along each edge."""

    titles: tuple[str, ...] = ("graph", "value", "adjoint", "local partial", "contribution")
    align = "lrrlr"

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        # How many edges from a node carry a contribution.
        self.use_counts = Counter(edge.source for edge in graph.edges())

    @property
    def has_sharing(self) -> bool:
        """Whether a node has several contributions, so that the last column says more than the
        adjoints do."""
        return any(count > 1 for count in self.use_counts.values())

    @property
    def rule(self) -> str:
        return CONTRIBUTION_RULE if self.has_sharing else ADJOINT_RULE

    def list_derivatives(self, line: int) -> list[tuple[Number | None, str]]:
        """Returns what stands between the value and the local partial, with the style of each."""
        return [(self.graph.adjoints[line], "adjoint")]

    def compute_carried(self, line: int, target: int, partial: Number) -> Number | None:
        """Returns what an edge carries: the contribution of its target to the line below."""
        return self.graph.adjoints[target] * partial

    def collect_sums(self, lines: Iterable[int]) -> dict[int, list[Number]]:
        """Returns the contributions to each of these lines that has more than one, in the order of
        the text."""
        sums: dict[int, list[Number]] = {line: [] for line in lines if self.use_counts[line] > 1}
        for edge in self.graph.edges():
            if edge.source in sums:
                sums[edge.source].append(edge.contribution)
        return sums

    def describe_cost(self) -> str:
        """Returns what is to be said about the cost of these columns, "" for nothing."""
        return ""
