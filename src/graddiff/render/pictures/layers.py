"""The layers of a layout, from left to right, and the order of the nodes in each.

Source: K. Sugiyama, S. Tagawa, M. Toda, Methods for visual understanding of hierarchical system
structures, IEEE Transactions on Systems, Man, and Cybernetics 11 (1981), pages 109 to 125: layers,
dummy nodes for edges that cross several layers, and ordering by barycentres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from graddiff.render.pictures.figure import Arrow, Figure

ORDERING_SWEEPS = 8

# A line and a layer: a box where this is the line's own layer, elsewhere a dummy node, a place
# through which arrows from that line pass.
LayerNode = tuple[int, int]
Chains = Mapping[Arrow, Sequence[LayerNode]]
Neighbours = dict[LayerNode, list[LayerNode]]


def assign_layers(figure: Figure) -> dict[int, int]:
    """Returns the layer of each box by its line.

    An operation stands one layer behind its last operand, a variable or number one layer before
    its first use."""
    layers = {box.line: 0 for box in figure.boxes}
    # Arrows come in the order of evaluation of their targets: sources have their final layer.
    for arrow in figure.arrows:
        layers[arrow.target] = max(layers[arrow.target], layers[arrow.source] + 1)
    # Without this, all inputs would stand in the first layer and have long arrows.
    targets = {arrow.target for arrow in figure.arrows}
    first_uses: dict[int, int] = {}
    for arrow in figure.arrows:
        if arrow.source not in targets:
            layer = layers[arrow.target]
            first_uses[arrow.source] = min(first_uses.get(arrow.source, layer), layer)
    return layers | {line: layer - 1 for line, layer in first_uses.items()}


def build_chain(arrow: Arrow, layers: Mapping[int, int]) -> list[LayerNode]:
    """Returns the nodes of an arrow: its source, a dummy in each layer between, its target.

    The dummies belong to the source, so that all arrows from it run together."""
    first, last = layers[arrow.source], layers[arrow.target]
    return [*((arrow.source, layer) for layer in range(first, last)), (arrow.target, last)]


def order_layers(layers: Mapping[int, int], chains: Chains) -> list[list[LayerNode]]:
    """Returns the nodes of each layer from top to bottom, with few crossings of arrows."""
    columns = collect_columns(layers, chains)
    before, after = find_neighbours(chains)
    rows = {node: float(row) for column in columns for row, node in enumerate(column)}
    # To find the fewest crossings is NP-hard. The heuristic puts each node at the mean row of its
    # neighbours, those on the left and those on the right in turn, so that order spreads both ways.
    for sweep in range(ORDERING_SWEEPS):
        runs_right = sweep % 2 == 0
        neighbours = before if runs_right else after
        for column in columns if runs_right else reversed(columns):
            barycentres = compute_means(column, neighbours, rows)
            column.sort(key=barycentres.__getitem__)
            rows |= {node: float(row) for row, node in enumerate(column)}
    return columns


def collect_columns(layers: Mapping[int, int], chains: Chains) -> list[list[LayerNode]]:
    """Returns the nodes of each layer, in the order in which arrows meet them."""
    columns: list[list[LayerNode]] = [[] for _ in range(max(layers.values(), default=0) + 1)]
    nodes = [node for chain in chains.values() for node in chain]
    for node in dict.fromkeys([*nodes, *layers.items()]):
        columns[node[1]].append(node)
    return columns


def find_neighbours(chains: Chains) -> tuple[Neighbours, Neighbours]:
    """Returns the neighbours of each node in the layer before it and in the one behind it."""
    before: Neighbours = {}
    after: Neighbours = {}
    for chain in chains.values():
        for left, right in pairwise(chain):
            after.setdefault(left, []).append(right)
            before.setdefault(right, []).append(left)
    return before, after


def compute_means(
    column: Sequence[LayerNode], neighbours: Neighbours, places: Mapping[LayerNode, float]
) -> dict[LayerNode, float]:
    """Returns for each node the mean place of its neighbours, or its own where it has none."""
    means = {}
    for node in column:
        adjacent = neighbours.get(node, [node])
        means[node] = sum(places[n] for n in adjacent) / len(adjacent)
    return means
