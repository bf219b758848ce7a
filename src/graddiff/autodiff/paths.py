"""The paths from a line to the output. A derivative is a sum over all paths; each adds the product
of its local partials.

There may be more paths than atoms in the world. They are counted line by line, without walking
them, and each line keeps only its paths with the largest products.

Source: C. Olah, Calculus on Computational Graphs: Backpropagation (2015), factoring paths."""

from __future__ import annotations

import heapq
from typing import NamedTuple

from graddiff.autodiff.reverse_pass import Edge, Graph
from graddiff.numbers.arithmetic import Number

MAX_PATHS_KEPT = 50  # paths that are shown
LARGE_GRAPH_SIZE = 20_000  # lines; a larger graph keeps fewer paths
MAX_PATHS_IN_LARGE_GRAPH = 10


class GraphPath(NamedTuple):
    """A path: its lines up to the output, the local partials between them, and their product."""

    lines: tuple[int, ...]
    partials: tuple[Number, ...]
    product: Number


class PathSelection(NamedTuple):
    """The number of all paths, and those that are kept: all in the order of the text, or those with
    the largest products, the largest first."""

    total: int
    paths: tuple[GraphPath, ...]

    @property
    def is_complete(self) -> bool:
        """Whether all paths are kept."""
        return self.total == len(self.paths)


class PathTail(NamedTuple):
    """The end of a path, from a line to the output: its product, its first edge, and the tail
    behind that edge. Tails share their ends, so that each takes the same room at any length."""

    product: Number
    edge: Edge | None
    rest: PathTail | None


def find_paths(graph: Graph, line: int) -> PathSelection:
    """Returns the paths from a line to the output, along edges on which a derivative flows."""
    output, one = graph.expression.output, graph.arithmetic.read_literal("1")
    is_large = graph.expression.size > LARGE_GRAPH_SIZE
    max_kept = MAX_PATHS_IN_LARGE_GRAPH if is_large else MAX_PATHS_KEPT
    counts: dict[int, int] = {output: 1}
    tails: dict[int, list[PathTail]] = {output: [PathTail(one, None, None)]}
    # Backwards: all tails of a target are there before one of its edges makes them longer.
    for edge in reversed([*graph.edges()]):
        if edge.target in counts:
            counts[edge.source] = counts.get(edge.source, 0) + counts[edge.target]
            longer_tails = [
                PathTail(edge.partial * tail.product, edge, tail) for tail in tails[edge.target]
            ]
            tails[edge.source] = select_largest_products(
                [*tails.get(edge.source, []), *longer_tails], max_kept
            )
    paths = [build_path(line, tail) for tail in tails.get(line, [])]
    total = counts.get(line, 0)
    if total == len(paths):
        paths.sort(key=lambda path: path.lines)
    return PathSelection(total, tuple(paths))


def select_largest_products(tails: list[PathTail], max_kept: int) -> list[PathTail]:
    """Returns the tails with the largest products; nan counts as larger than any number, since it
    decides the sum."""
    if len(tails) <= max_kept:
        return tails
    return heapq.nlargest(
        max_kept, tails, key=lambda tail: (tail.product != tail.product, abs(tail.product))
    )


def build_path(line: int, tail: PathTail) -> GraphPath:
    """Builds the path that begins at a line from its tail."""
    lines, partials = [line], []
    rest: PathTail | None = tail
    while rest is not None and rest.edge is not None:
        lines.append(rest.edge.target)
        partials.append(rest.edge.partial)
        rest = rest.rest
    return GraphPath(tuple(lines), tuple(partials), tail.product)
