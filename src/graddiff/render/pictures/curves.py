"""The curves of arrows, and the places of labels on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from graddiff.render.pictures.figure import Arrow, Figure, StyledLines
from graddiff.render.pictures.layout import (
    CHARACTER_WIDTH,
    LINE_HEIGHT,
    BoxPlace,
    Layout,
    Point,
)

BEND = 0.45  # of the distance between two points: how far a curve runs level at each of them
PARALLEL_GAP = 56.0  # pixels between the control points of arrows between the same boxes
LABEL_SHARES = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.2, 0.8)  # of a curve, for its label
LABEL_PADDING = 6.0  # of a label, on both sides together
CELL_SIZE = 120.0  # of the grid in which overlaps are looked up

Curve = tuple[Point, Point, Point, Point]  # a cubic Bézier curve: start, two control points, end
Rectangle = tuple[float, float, float, float]  # x and y of the centre, width, height


def compute_curves(figure: Figure, layout: Layout) -> dict[Arrow, list[Curve]]:
    """Returns each arrow as curves between the points of its route, level at each point."""
    shifts = spread_parallel_arrows(figure.arrows)
    curves = {}
    for arrow in figure.arrows:
        shift = shifts[arrow]
        pieces: list[Curve] = []
        for (x0, y0), (x1, y1) in pairwise(layout.routes[arrow]):
            level = (x1 - x0) * BEND
            pieces.append(((x0, y0), (x0 + level, y0 + shift), (x1 - level, y1 + shift), (x1, y1)))
        curves[arrow] = pieces
    return curves


def spread_parallel_arrows(arrows: Sequence[Arrow]) -> dict[Arrow, float]:
    """Returns how far the middle of each arrow is moved.

    In x*x, two arrows run between the same boxes: moved apart, both are visible."""
    groups: dict[tuple[int, int], list[Arrow]] = {}
    for arrow in arrows:
        groups.setdefault((arrow.source, arrow.target), []).append(arrow)
    return {
        arrow: (row - (len(group) - 1) / 2) * PARALLEL_GAP
        for group in groups.values()
        for row, arrow in enumerate(group)
    }


def evaluate_curve(curve: Curve, t: float) -> Point:
    """Returns a point of a curve, from its start at t = 0 to its end at t = 1."""
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x = sum(weight * x for weight, (x, _) in zip(weights, curve))
    y = sum(weight * y for weight, (_, y) in zip(weights, curve))
    return x, y


def measure_label(lines: StyledLines) -> tuple[float, float]:
    """Returns the width and height of a label."""
    longest = max((len(text) for text, _ in lines), default=0)
    return longest * CHARACTER_WIDTH + LABEL_PADDING, len(lines) * LINE_HEIGHT


def place_labels(
    figure: Figure, curves: Mapping[Arrow, Sequence[Curve]], places: Mapping[int, BoxPlace]
) -> dict[Arrow, Point]:
    """Returns the centre of each arrow's label, on its curve and clear of others if possible."""
    occupied = OccupancyGrid()
    for place in places.values():
        occupied.add_rectangle((place.x, place.y), place.width, place.height)
    preferred = choose_label_shares(figure.arrows)
    centres = {}
    for arrow in figure.arrows:
        middle_curve = curves[arrow][len(curves[arrow]) // 2]
        shares = (preferred[arrow], *LABEL_SHARES)
        candidates = [evaluate_curve(middle_curve, share) for share in shares]
        lines = arrow.styled_lines
        if not lines:
            centres[arrow] = candidates[0]
            continue
        width, height = measure_label(lines)
        free = (point for point in candidates if occupied.is_free(point, width, height))
        # A picture so full that no place is free has its label at the best place, over another.
        centres[arrow] = next(free, candidates[0])
        occupied.add_rectangle(centres[arrow], width, height)
    return centres


def choose_label_shares(arrows: Sequence[Arrow]) -> dict[Arrow, float]:
    """Returns where on its curve the label of each arrow stands best.

    That is nearer to the end at which fewer arrows meet."""
    outgoing = Counter(arrow.source for arrow in arrows)
    incoming = Counter(arrow.target for arrow in arrows)
    shares = {}
    for arrow in arrows:
        difference = outgoing[arrow.source] - incoming[arrow.target]
        shares[arrow] = 0.5
        if difference > 0:
            shares[arrow] = 0.64
        elif difference < 0:
            shares[arrow] = 0.36
    return shares


class OccupancyGrid:
    """The rectangles that are occupied, by the cells of a grid which they touch.

    Only rectangles of the same cells can overlap, so a look-up takes the same time however large
    the picture is."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[Rectangle]] = {}

    def add_rectangle(self, centre: Point, width: float, height: float) -> None:
        for cell in self._iterate_cells(centre, width, height):
            self._cells.setdefault(cell, []).append((*centre, width, height))

    def is_free(self, centre: Point, width: float, height: float) -> bool:
        """Whether a rectangle would overlap no other."""
        for cell in self._iterate_cells(centre, width, height):
            for x, y, other_width, other_height in self._cells.get(cell, ()):
                overlaps_across = abs(centre[0] - x) < (width + other_width) / 2
                overlaps_down = abs(centre[1] - y) < (height + other_height) / 2
                if overlaps_across and overlaps_down:
                    return False
        return True

    def _iterate_cells(
        self, centre: Point, width: float, height: float
    ) -> Iterator[tuple[int, int]]:
        """Yields the column and row of each cell that a rectangle touches."""
        x, y = centre
        first_column, last_column = (int((x + side * width / 2) // CELL_SIZE) for side in (-1, 1))
        first_row, last_row = (int((y + side * height / 2) // CELL_SIZE) for side in (-1, 1))
        for column in range(first_column, last_column + 1):
            for row in range(first_row, last_row + 1):
                yield column, row
