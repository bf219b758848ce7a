"""The paths from a line to the output: a derivative is the sum over all of them of the products of their partials.

There may be more paths than there are atoms; they are counted without being walked, and the largest products are found
by keeping the largest few of each line.

Source: C. Olah, Calculus on Computational Graphs: Backpropagation (2015), factoring paths."""

from __future__ import annotations

import heapq
from typing import NamedTuple

from graddiff.autodiff.reverse_pass import Edge, Graph
from graddiff.numbers.arithmetic import Number

MAX_PATHS_KEPT = 50  # paths that are shown
LARGE_GRAPH_SIZE = 20_000  # lines beyond which fewer are
MAX_PATHS_IN_LARGE_GRAPH = 10


class GraphPath(NamedTuple):
    """The lines from the first to the output, the local partials between them, and their product."""

    lines: tuple[int, ...]
    partials: tuple[Number, ...]
    product: Number


class PathSelection(NamedTuple):
    """How many there are, and all of them in the order of the text, or those with the largest products."""

    total: int
    paths: tuple[GraphPath, ...]

    @property
    def is_complete(self) -> bool:
        return self.total == len(self.paths)


class PathTail(NamedTuple):
    """The rest of a path from a line on: the product so far, the edge it begins with, and the rest behind that."""

    product: Number
    edge: Edge | None
    rest: PathTail | None


def find_paths(graph: Graph, line: int) -> PathSelection:
    """The paths from a line to the output, along edges on which a derivative flows."""
    output, one = graph.expression.output, graph.arithmetic.read_literal("1")
    kept = MAX_PATHS_KEPT if graph.expression.size <= LARGE_GRAPH_SIZE else MAX_PATHS_IN_LARGE_GRAPH
    counts: dict[int, int] = {output: 1}
    tails: dict[int, list[PathTail]] = {output: [PathTail(one, None, None)]}
    for edge in reversed([*graph.edges()]):
        if edge.target in counts:
            counts[edge.source] = counts.get(edge.source, 0) + counts[edge.target]
            longer = [
                PathTail(edge.partial * tail.product, edge, tail) for tail in tails[edge.target]
            ]
            tails[edge.source] = select_largest_products(
                [*tails.get(edge.source, []), *longer], kept
            )
    found = [build_path(line, tail) for tail in tails.get(line, [])]
    count = counts.get(line, 0)
    if count == len(found):
        found.sort(key=lambda path: path.lines)
    return PathSelection(count, tuple(found))


def select_largest_products(tails: list[PathTail], kept: int) -> list[PathTail]:
    """Those with the largest products; one that is undefined counts as the largest."""
    if len(tails) <= kept:
        return tails
    return heapq.nlargest(
        kept, tails, key=lambda tail: (tail.product != tail.product, abs(tail.product))
    )


def build_path(line: int, tail: PathTail) -> GraphPath:
    """The path that begins at a line."""
    lines, partials, product = [line], [], tail.product
    rest: PathTail | None = tail
    while rest is not None and rest.edge is not None:
        lines.append(rest.edge.target)
        partials.append(rest.edge.partial)
        rest = rest.rest
    return GraphPath(tuple(lines), tuple(partials), product)
