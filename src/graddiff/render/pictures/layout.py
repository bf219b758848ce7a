"""Where the boxes of a figure stand: in layers from left to right, an operation behind all its operands.

Source: K. Sugiyama, S. Tagawa, M. Toda, Methods for visual understanding of hierarchical system structures,
IEEE Transactions on Systems, Man, and Cybernetics 11 (1981), pages 109 to 125: layers, dummies for long edges,
barycentres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from graddiff.render.pictures.figure import Arrow, Figure

ORDERING_SWEEPS = 8
CHARACTER_WIDTH = 7.3  # width of one in a monospaced font of 12 pixels
LINE_HEIGHT, BOX_PADDING = 16.0, 10.0  # of a line of text; around the text of a box
BOX_GAP = 26.0  # boxes of a layer
FIGURE_MARGIN = 24.0

LayerNode = tuple[
    int, int
]  # a line and its layer: a dummy stands in a layer other than the line's own


class BoxPlace(NamedTuple):
    """The centre of a box and its size."""

    x: float
    y: float
    width: float
    height: float


class Layout(NamedTuple):
    """Places by line, the points of each arrow, and the size of the whole."""

    places: Mapping[int, BoxPlace]
    routes: Mapping[Arrow, Sequence[tuple[float, float]]]
    width: float
    height: float


def lay_out_figure(
    figure: Figure, texts: Mapping[int, Sequence[str]], labels: Mapping[Arrow, Sequence[str]]
) -> Layout:
    """Places boxes that hold the texts, with room between the layers for the labels."""
    layers = assign_layers(figure)
    chains = {arrow: build_chain(arrow, layers) for arrow in figure.arrows}
    columns = order_layers(figure, layers, chains)
    sizes = {line: measure_text(text) for line, text in texts.items()}
    xs = place_columns(columns, layers, sizes, chains, labels)
    ys = place_rows(columns, layers, sizes, chains, labels)
    places = {
        line: BoxPlace(xs[layer], ys[line, layer], *sizes[line]) for line, layer in layers.items()
    }
    routes = {
        arrow: route_arrow(
            places[arrow.source], places[arrow.target], [(xs[n[1]], ys[n]) for n in nodes[1:-1]]
        )
        for arrow, nodes in chains.items()
    }
    bottom = max((place.y + place.height / 2 for place in places.values()), default=0.0)
    bottom = max([bottom, *(y for points in routes.values() for _, y in points)])
    right = max((place.x + place.width / 2 for place in places.values()), default=0.0)
    return Layout(places, routes, right + FIGURE_MARGIN, bottom + FIGURE_MARGIN)


def assign_layers(figure: Figure) -> dict[int, int]:
    """An operation stands one layer behind its last operand, a variable or a number just before what uses it first."""
    found: dict[int, int] = {box.line: 0 for box in figure.boxes}
    for arrow in figure.arrows:  # targets come in the order of evaluation
        found[arrow.target] = max(found[arrow.target], found[arrow.source] + 1)
    first: dict[int, int] = {}
    inner = {arrow.target for arrow in figure.arrows}
    for arrow in figure.arrows:
        if arrow.source not in inner:
            first[arrow.source] = min(
                first.get(arrow.source, found[arrow.target]), found[arrow.target]
            )
    return found | {line: layer - 1 for line, layer in first.items()}


def build_chain(arrow: Arrow, layers: Mapping[int, int]) -> list[LayerNode]:
    """The nodes that an arrow passes: its source, dummies in the layers between, its target. Dummies are of the source,
    so that arrows from it run together."""
    first, last = layers[arrow.source], layers[arrow.target]
    return [*((arrow.source, layer) for layer in range(first, last)), (arrow.target, last)]


def order_layers(
    figure: Figure, layers: Mapping[int, int], chains: Mapping[Arrow, Sequence[LayerNode]]
) -> list[list[LayerNode]]:
    """The nodes of each layer from top to bottom, with few crossings: each as near as can be to the mean of its
    neighbours."""
    columns: list[list[LayerNode]] = [[] for _ in range(max(layers.values(), default=0) + 1)]
    before: dict[LayerNode, list[LayerNode]] = {}
    after: dict[LayerNode, list[LayerNode]] = {}
    for nodes in chains.values():
        for left, right in pairwise(nodes):
            after.setdefault(left, []).append(right)
            before.setdefault(right, []).append(left)
    seen = dict.fromkeys([*(node for nodes in chains.values() for node in nodes), *layers.items()])
    for node in seen:
        columns[node[1]].append(node)
    place = {node: float(row) for column in columns for row, node in enumerate(column)}
    for sweep in range(ORDERING_SWEEPS):
        neighbours = before if sweep % 2 == 0 else after
        for column in columns if sweep % 2 == 0 else reversed(columns):
            mean = {
                n: sum(place[m] for m in neighbours[n]) / len(neighbours[n])
                for n in column
                if n in neighbours
            }
            column.sort(key=lambda node: mean.get(node, place[node]))
            place |= {node: float(row) for row, node in enumerate(column)}
    return columns


def measure_text(text: Sequence[str]) -> tuple[float, float]:
    return max(map(len, text), default=0) * CHARACTER_WIDTH + 2 * BOX_PADDING, len(
        text
    ) * LINE_HEIGHT + BOX_PADDING


def place_columns(
    columns: Sequence[Sequence[LayerNode]],
    layers: Mapping[int, int],
    sizes: Mapping[int, tuple[float, float]],
    chains: Mapping[Arrow, Sequence[LayerNode]],
    labels: Mapping[Arrow, Sequence[str]],
) -> list[float]:
    """The middle of each layer: as wide as its widest box, with room behind it for the labels of what goes in."""
    room = [60.0] * len(columns)
    for arrow in chains:
        layer = layers[arrow.target]
        room[layer] = max(room[layer], measure_text(labels[arrow])[0] + 30)
    widths = [
        max((sizes[line][0] for line, layer in column if layers[line] == layer), default=0)
        for column in columns
    ]
    xs: list[float] = []
    for layer, width in enumerate(widths):
        left = FIGURE_MARGIN if layer == 0 else xs[-1] + widths[layer - 1] / 2 + room[layer]
        xs.append(left + width / 2)
    return xs


def place_rows(
    columns: Sequence[Sequence[LayerNode]],
    layers: Mapping[int, int],
    sizes: Mapping[int, tuple[float, float]],
    chains: Mapping[Arrow, Sequence[LayerNode]],
    labels: Mapping[Arrow, Sequence[str]],
) -> dict[LayerNode, float]:
    """The height of each node's middle: near the mean of its neighbours, in the order of its layer, without overlap."""
    tall = {
        node: sizes[node[0]][1] if layers[node[0]] == node[1] else LINE_HEIGHT
        for column in columns
        for node in column
    }
    incoming: dict[int, int] = {}
    for arrow in chains:
        incoming[arrow.target] = incoming.get(arrow.target, 0) + len(labels[arrow])
    for line, count in incoming.items():  # the labels at a box need room, too
        node = (line, layers[line])
        tall[node] = max(tall[node], count * LINE_HEIGHT)
    neighbours: dict[LayerNode, list[LayerNode]] = {}
    for nodes in chains.values():
        for left, right in pairwise(nodes):
            neighbours.setdefault(left, []).append(right)
            neighbours.setdefault(right, []).append(left)
    ys: dict[LayerNode, float] = {}
    for column in columns:
        ys |= stack_column(column, tall, dict.fromkeys(column, 0.0))
    for sweep in range(2 * ORDERING_SWEEPS):
        for column in columns if sweep % 2 else reversed(columns):
            wanted = {
                n: sum(ys[m] for m in neighbours[n]) / len(neighbours[n])
                if n in neighbours
                else ys[n]
                for n in column
            }
            ys |= stack_column(column, tall, wanted)
    top = min((ys[node] - tall[node] / 2 for node in ys), default=0.0)
    return {node: y - top + 3 * FIGURE_MARGIN for node, y in ys.items()}


def stack_column(
    column: Sequence[LayerNode],
    heights: Mapping[LayerNode, float],
    wanted: Mapping[LayerNode, float],
) -> dict[LayerNode, float]:
    """Heights as near as can be to those wanted, in order and apart: neighbours that would overlap move as one block
    to the mean of what they want (pool adjacent violators)."""
    offsets: list[float] = []
    total = 0.0
    for place, node in enumerate(column):
        total += (heights[column[place - 1]] + heights[node]) / 2 + BOX_GAP if place else 0.0
        offsets.append(total)
    blocks: list[
        tuple[float, int]
    ] = []  # sum of what is wanted, less the offset, and the number of nodes
    for node, offset in zip(column, offsets):
        block = (wanted[node] - offset, 1)
        while blocks and blocks[-1][0] / blocks[-1][1] >= block[0] / block[1]:
            last = blocks.pop()
            block = (last[0] + block[0], last[1] + block[1])
        blocks.append(block)
    bases = [base for sum_, count in blocks for base in [sum_ / count] * count]
    return {node: base + offset for node, base, offset in zip(column, bases, offsets)}


def route_arrow(
    source: BoxPlace, target: BoxPlace, bends: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """From the right side of one box to the left side of another."""
    return [
        (source.x + source.width / 2, source.y),
        *bends,
        (target.x - target.width / 2, target.y),
    ]
