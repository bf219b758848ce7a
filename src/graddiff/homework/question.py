"""The graph of an expression at a point, seen from the line that a part asks about."""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.reverse_pass import Graph, run_reverse_pass
from graddiff.language.expression import Expression
from graddiff.notation.labels import Labels

MAX_PATHS = 64  # with more paths than that, none is followed


class Contribution(NamedTuple):
    """What one edge adds to the adjoint of the line: a local partial times the target's adjoint."""

    target: int
    partial: float


class PathProduct(NamedTuple):
    """A path from the line to the output, as text, and the product of its local partials."""

    text: str
    product: float


class Question:
    """A line of an expression at a point. `aspect` says what a part asks for: its "value" or its
    "adjoint".

    Raises PointError if the expression has no value there."""

    def __init__(
        self, expression: Expression, at: Mapping[str, float], line: int, aspect: str
    ) -> None:
        self.expression, self.at, self.line, self.aspect = expression, at, line, aspect
        named_lines = [*expression.definitions.items(), *expression.variables.items()]
        self.names = {line: name for name, line in named_lines}
        lines = {*expression.lines_by_name.values(), line}
        self.graph: Graph = run_reverse_pass(expression, run_forward_pass(expression, at), lines)
        self.labels = Labels(expression)

    @property
    def truth(self) -> float:
        """The right answer."""
        if self.aspect == "adjoint":
            return self.get_adjoint(self.line)
        return float(self.graph.values[self.line])

    def get_adjoint(self, line: int) -> float:
        adjoint = self.graph.adjoints[line]
        return 0.0 if adjoint is None else float(adjoint)

    @cached_property
    def contributions(self) -> list[Contribution]:
        """The contributions to the line's adjoint, in the order of the reverse pass."""
        edges = [edge for edge in self.graph.edges() if edge.source == self.line]
        return [Contribution(edge.target, edge.partial) for edge in reversed(edges)]

    @cached_property
    def consumers(self) -> dict[int, list[Contribution]]:
        """Line -> the lines that use it, with the local partials."""
        consumers: dict[int, list[Contribution]] = {}
        for edge in self.graph.edges():
            consumers.setdefault(edge.source, []).append(Contribution(edge.target, edge.partial))
        return consumers

    @cached_property
    def paths(self) -> list[PathProduct]:
        """The paths from the line to the output; none if there are more than MAX_PATHS."""
        paths: list[PathProduct] = []
        # A stack of unfinished paths. Consumers are pushed in reverse, so that paths come out in
        # the order of the text.
        stack: list[tuple[tuple[int, ...], float]] = [((self.line,), 1.0)]
        while stack:
            path, product = stack.pop()
            if path[-1] == self.expression.output:
                paths.append(PathProduct(" → ".join(map(self.name_node, path)), product))
            for target, partial in reversed(self.consumers.get(path[-1], [])):
                stack.append(((*path, target), product * partial))
            if len(paths) > MAX_PATHS or len(stack) > 10 * MAX_PATHS:
                return []
        return paths

    def name_node(self, line: int) -> str:
        """Returns the name of a line, or its text if it has no name."""
        return self.names.get(line) or self.labels[line]

    def format_partial_symbol(self, target: int) -> str:
        """Returns `∂q/∂y`, with brackets around a line without a name: `∂(x+y)/∂x`."""
        return f"∂{self._format_atom(target)}/∂{self._format_atom(self.line)}"

    def _format_atom(self, line: int) -> str:
        return self.names[line] if line in self.names else f"({self.labels[line]})"
