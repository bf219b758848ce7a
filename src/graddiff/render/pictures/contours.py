"""Lines along which a function of two variables has one value, from its values on a grid.

This is marching squares, which is marching cubes in two dimensions: the line crosses those sides of
a cell whose ends are on different sides of the level.

Source: W. E. Lorensen, H. E. Cline, Marching cubes: a high resolution 3D surface construction
algorithm, Computer Graphics 21 (1987), pages 163 to 169."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

GridPoint = tuple[float, float]  # column and row of the grid
ContourSegment = tuple[GridPoint, GridPoint]
ContourGrid = Sequence[Sequence[float | None]]  # rows of values; None where there is no value

# The sides of a cell as pairs of corners, which are counted around the cell.
CELL_SIDES = ((0, 1), (1, 2), (2, 3), (3, 0))
LEVEL_EXPONENT = 1.5  # above 1, so that levels are denser near the smallest value
SHARED_DIGITS = 6  # decimals up to which points of neighbouring cells are the same


def choose_levels(grid: ContourGrid, count: int) -> list[float]:
    """Returns up to `count` levels: quantiles of the values, denser near the smallest value."""
    values = sorted(value for row in grid for value in row if value is not None)
    if not values or values[0] == values[-1]:
        return []
    shares = [((place + 0.5) / count) ** LEVEL_EXPONENT for place in range(count)]
    return [*dict.fromkeys(values[int(share * (len(values) - 1))] for share in shares)]


def trace_level(grid: ContourGrid, level: float) -> Iterator[ContourSegment]:
    """Yields the segments of the lines at a level, cell by cell.

    A cell with a corner that has no value is left out."""
    for row, (lower, upper) in enumerate(pairwise(grid)):
        for column in range(len(lower) - 1):
            corners = lower[column], lower[column + 1], upper[column + 1], upper[column]
            heights = [value - level for value in corners if value is not None]
            if len(heights) == len(corners):
                yield from trace_cell(heights, column, row)


def trace_cell(heights: Sequence[float], column: int, row: int) -> Iterator[ContourSegment]:
    """Yields the segments within a cell, from the heights of its corners above the level."""
    corners = ((column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1))
    crossings: list[GridPoint] = []
    for start, end in CELL_SIDES:
        if (heights[start] < 0) != (heights[end] < 0):
            # The height is taken as linear along the side.
            share = heights[start] / (heights[start] - heights[end])
            (x, y), (end_x, end_y) = corners[start], corners[end]
            crossings.append((x + share * (end_x - x), y + share * (end_y - y)))
    # A saddle: opposite corners are on the same side of the level, and two lines cross the cell.
    # The mean of the corners, as the height of the centre, decides which corners these cut off.
    if len(crossings) == 4 and (sum(heights) < 0) == (heights[0] < 0):
        crossings = [*crossings[1:], crossings[0]]
    yield from zip(crossings[::2], crossings[1::2])


def join_segments(segments: Iterable[ContourSegment]) -> list[list[GridPoint]]:
    """Returns lines of segments that share end points, each as long as possible."""
    neighbours: dict[GridPoint, list[GridPoint]] = {}
    for segment in segments:
        start, end = (round_point(point) for point in segment)
        neighbours.setdefault(start, []).append(end)
        neighbours.setdefault(end, []).append(start)
    lines = []
    # Points with one neighbour are the ends of open lines. They come first, as a walk from within
    # such a line would cut it in two; the points that are left then belong to closed lines.
    for start in sorted(neighbours, key=lambda point: len(neighbours[point])):
        while neighbours[start]:
            line = [start]
            while neighbours[line[-1]]:
                following = neighbours[line[-1]].pop()
                neighbours[following].remove(line[-1])  # each segment is walked once
                line.append(following)
            lines.append(line)
    return lines


def round_point(point: GridPoint) -> GridPoint:
    """Returns a point that is equal when computed from either of the cells that share it."""
    return round(point[0], SHARED_DIGITS), round(point[1], SHARED_DIGITS)
