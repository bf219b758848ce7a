"""The paths from a line to the output: a derivative is the sum over all of them of the products of their partials.

There may be more paths than there are atoms; they are counted without being walked, and the largest products are found
by keeping the largest few of each line.

Source: C. Olah, Calculus on Computational Graphs: Backpropagation (2015), factoring paths."""

from __future__ import annotations

import heapq
from typing import NamedTuple

from graddiff.autodiff.reverse_pass import Edge, Graph
from graddiff.numbers.kind import Number

KEPT = 50  # paths that are shown
LARGE = 20_000  # lines beyond which fewer are
FEW = 10


class Path(NamedTuple):
    """The lines from the first to the output, the local partials between them, and their product."""

    lines: tuple[int, ...]
    partials: tuple[Number, ...]
    product: Number


class Paths(NamedTuple):
    """How many there are, and all of them in the order of the text, or those with the largest products."""

    total: int
    paths: tuple[Path, ...]

    @property
    def complete(self) -> bool:
        return self.total == len(self.paths)


class Tail(NamedTuple):
    """The rest of a path from a line on: the product so far, the edge it begins with, and the rest behind that."""

    product: Number
    edge: Edge | None
    rest: Tail | None


def paths(graph: Graph, line: int) -> Paths:
    """The paths from a line to the output, along edges on which a derivative flows."""
    output, one = graph.expression.output, graph.kind.number("1")
    kept = KEPT if graph.expression.size <= LARGE else FEW
    counts: dict[int, int] = {output: 1}
    tails: dict[int, list[Tail]] = {output: [Tail(one, None, None)]}
    for edge in reversed([*graph.edges()]):
        if edge.target in counts:
            counts[edge.source] = counts.get(edge.source, 0) + counts[edge.target]
            longer = [Tail(edge.partial * tail.product, edge, tail) for tail in tails[edge.target]]
            tails[edge.source] = largest([*tails.get(edge.source, []), *longer], kept)
    found = [walked(line, tail) for tail in tails.get(line, [])]
    count = counts.get(line, 0)
    if count == len(found):
        found.sort(key=lambda path: path.lines)
    return Paths(count, tuple(found))


def largest(tails: list[Tail], kept: int) -> list[Tail]:
    """Those with the largest products; one that is undefined counts as the largest."""
    if len(tails) <= kept:
        return tails
    return heapq.nlargest(
        kept, tails, key=lambda tail: (tail.product != tail.product, abs(tail.product))
    )


def walked(line: int, tail: Tail) -> Path:
    """The path that begins at a line."""
    lines, partials, product = [line], [], tail.product
    rest: Tail | None = tail
    while rest is not None and rest.edge is not None:
        lines.append(rest.edge.target)
        partials.append(rest.edge.partial)
        rest = rest.rest
    return Path(tuple(lines), tuple(partials), product)
