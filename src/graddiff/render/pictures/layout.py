"""Where the boxes of a figure stand: layers from left to right, each a column of nodes.

See layers.py for the layers and their order, and its source; this module computes coordinates, in
pixels."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from graddiff.render.pictures.figure import Arrow, Figure
from graddiff.render.pictures.layers import (
    ORDERING_SWEEPS,
    Chains,
    LayerNode,
    Neighbours,
    assign_layers,
    build_chain,
    compute_means,
    order_layers,
)

CHARACTER_WIDTH = 7.3  # of a monospaced font of 12 pixels
LINE_HEIGHT = 16.0  # of a line of text
BOX_PADDING = 10.0  # between the text of a box and its sides
BOX_GAP = 26.0  # between the boxes of a layer
MIN_LAYER_GAP = 60.0
LABEL_MARGIN = 30.0  # between a label and the boxes on its sides, together
FIGURE_MARGIN = 24.0

Point = tuple[float, float]  # x and y, which counts downwards
Columns = Sequence[Sequence[LayerNode]]


class BoxPlace(NamedTuple):
    """The centre of a box and its size."""

    x: float
    y: float
    width: float
    height: float


class Layout(NamedTuple):
    """Places of boxes by line, the points of each arrow, and the size of the picture."""

    places: Mapping[int, BoxPlace]
    routes: Mapping[Arrow, Sequence[Point]]
    width: float
    height: float


def lay_out_figure(
    figure: Figure, texts: Mapping[int, Sequence[str]], labels: Mapping[Arrow, Sequence[str]]
) -> Layout:
    """Returns a layout with room for the lines of text in each box and at each arrow."""
    layers = assign_layers(figure)
    chains = {arrow: build_chain(arrow, layers) for arrow in figure.arrows}
    columns = order_layers(layers, chains)
    sizes = {line: measure_text(text) for line, text in texts.items()}
    xs = place_columns(columns, layers, sizes, labels)
    heights = measure_heights(columns, layers, sizes, labels)
    ys = place_rows(columns, heights, chains)
    places = {
        line: BoxPlace(xs[layer], ys[line, layer], *sizes[line]) for line, layer in layers.items()
    }
    routes = {}
    for arrow, chain in chains.items():
        bends = [(xs[node[1]], ys[node]) for node in chain[1:-1]]
        routes[arrow] = route_arrow(places[arrow.source], places[arrow.target], bends)
    right = max((place.x + place.width / 2 for place in places.values()), default=0.0)
    bottom = max((place.y + place.height / 2 for place in places.values()), default=0.0)
    bottom = max([bottom, *(y for points in routes.values() for _, y in points)])
    return Layout(places, routes, right + FIGURE_MARGIN, bottom + FIGURE_MARGIN)


def measure_text(text: Sequence[str]) -> tuple[float, float]:
    """Returns the width and height of a box with these lines of text."""
    width = max(map(len, text), default=0) * CHARACTER_WIDTH + 2 * BOX_PADDING
    return width, len(text) * LINE_HEIGHT + BOX_PADDING


def place_columns(
    columns: Columns,
    layers: Mapping[int, int],
    sizes: Mapping[int, tuple[float, float]],
    labels: Mapping[Arrow, Sequence[str]],
) -> list[float]:
    """Returns the middle of each layer.

    A layer is as wide as its widest box, with room before it for the labels of its arrows."""
    gaps = [MIN_LAYER_GAP] * len(columns)
    for arrow, label in labels.items():
        layer = layers[arrow.target]
        gaps[layer] = max(gaps[layer], measure_text(label)[0] + LABEL_MARGIN)
    widths = [
        max((sizes[line][0] for line, layer in column if layers[line] == layer), default=0)
        for column in columns
    ]
    middles: list[float] = []
    right = 0.0
    for layer, (gap, width) in enumerate(zip(gaps, widths)):
        left = FIGURE_MARGIN if layer == 0 else right + gap
        middles.append(left + width / 2)
        right = middles[-1] + width / 2
    return middles


def measure_heights(
    columns: Columns,
    layers: Mapping[int, int],
    sizes: Mapping[int, tuple[float, float]],
    labels: Mapping[Arrow, Sequence[str]],
) -> dict[LayerNode, float]:
    """Returns the height that each node needs in its column."""
    heights = {
        (line, layer): sizes[line][1] if layers[line] == layer else LINE_HEIGHT
        for column in columns
        for line, layer in column
    }
    label_lines: dict[int, int] = {}
    for arrow, label in labels.items():
        label_lines[arrow.target] = label_lines.get(arrow.target, 0) + len(label)
    # The labels of all arrows into a box stand one below the other, beside the box.
    for line, count in label_lines.items():
        node = line, layers[line]
        heights[node] = max(heights[node], count * LINE_HEIGHT)
    return heights


def place_rows(
    columns: Columns, heights: Mapping[LayerNode, float], chains: Chains
) -> dict[LayerNode, float]:
    """Returns the y of each node: near the mean of its neighbours, in order, without overlap."""
    neighbours: Neighbours = {}
    for chain in chains.values():
        for left, right in pairwise(chain):
            neighbours.setdefault(left, []).append(right)
            neighbours.setdefault(right, []).append(left)
    ys: dict[LayerNode, float] = {}
    for column in columns:
        ys |= stack_column(column, heights, dict.fromkeys(column, 0.0))
    # Each column follows those on both sides, which follow it: the sweeps settle this, from right
    # to left and back.
    for sweep in range(2 * ORDERING_SWEEPS):
        for column in columns if sweep % 2 else reversed(columns):
            ys |= stack_column(column, heights, compute_means(column, neighbours, ys))
    top = min((ys[node] - heights[node] / 2 for node in ys), default=0.0)
    return {node: y - top + 3 * FIGURE_MARGIN for node, y in ys.items()}


def stack_column(
    column: Sequence[LayerNode],
    heights: Mapping[LayerNode, float],
    desired: Mapping[LayerNode, float],
) -> dict[LayerNode, float]:
    """Returns the places of a column's nodes, in order and apart, as near as can be to `desired`.

    This minimizes the sum of squared distances by pooling adjacent violators: nodes that would
    overlap become one block, which stands at the mean of what its nodes desire.

    Source: R. E. Barlow et al., Statistical Inference under Order Restrictions, 1972, chapter 1."""
    # An offset is a node's place in a column that is packed from 0 on. The places less the offsets
    # have only to be in order, not apart, which makes this an isotonic regression.
    offsets: list[float] = []
    offset = 0.0
    for row, node in enumerate(column):
        if row:
            offset += (heights[column[row - 1]] + heights[node]) / 2 + BOX_GAP
        offsets.append(offset)
    # A block is the sum of what its nodes desire, and their number.
    blocks: list[tuple[float, int]] = []
    for node, offset in zip(column, offsets):
        total, count = desired[node] - offset, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / count:
            previous_total, previous_count = blocks.pop()
            total, count = previous_total + total, previous_count + count
        blocks.append((total, count))
    bases = [base for total, count in blocks for base in [total / count] * count]
    return {node: base + offset for node, base, offset in zip(column, bases, offsets)}


def route_arrow(source: BoxPlace, target: BoxPlace, bends: Sequence[Point]) -> list[Point]:
    """Returns the points of an arrow, from the right side of a box to the left side of another."""
    start = source.x + source.width / 2, source.y
    end = target.x - target.width / 2, target.y
    return [start, *bends, end]
