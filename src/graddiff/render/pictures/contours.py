"""Lines along which a function of two variables has one value, from its values on a grid.

Source: Lorensen and Cline, Marching cubes, 1987, in two dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

Point = tuple[float, float]
ContourGrid = Sequence[Sequence[float | None]]  # rows of values, None where there is none

# The sides of a cell, as the corners that they join; corners are counted around it.
CELL_SIDES = ((0, 1), (1, 2), (2, 3), (3, 0))


def choose_levels(grid: ContourGrid, count: int) -> list[float]:
    """Values that divide those of a grid into parts of equal size, closer to each other near the smallest."""
    values = sorted(value for row in grid for value in row if value is not None)
    if not values or values[0] == values[-1]:
        return []
    shares = [((place + 0.5) / count) ** 1.5 for place in range(count)]
    return [*dict.fromkeys(values[int(share * (len(values) - 1))] for share in shares)]


def trace_level(grid: ContourGrid, level: float) -> Iterator[tuple[Point, Point]]:
    """Pieces of the line of a level, in steps of the grid: (column, row)."""
    for row, (lower, upper) in enumerate(pairwise(grid)):
        for column in range(len(lower) - 1):
            corners = lower[column], lower[column + 1], upper[column + 1], upper[column]
            if None not in corners:
                yield from trace_cell(
                    [float(value or 0.0) - level for value in corners], column, row
                )


def trace_cell(heights: Sequence[float], column: int, row: int) -> Iterator[tuple[Point, Point]]:
    """The pieces within a cell: from side to side, two of them where opposite corners are on the same side of it."""
    places = ((column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1))
    crossed: list[Point] = []
    for start, end in CELL_SIDES:
        if (heights[start] < 0) != (heights[end] < 0):
            share = heights[start] / (heights[start] - heights[end])
            (x, y), (right, up) = places[start], places[end]
            crossed.append((x + share * (right - x), y + share * (up - y)))
    if len(crossed) == 4 and (sum(heights) < 0) == (heights[0] < 0):
        crossed = [*crossed[1:], crossed[0]]
    yield from zip(crossed[::2], crossed[1::2])


def join_segments(pieces: Iterable[tuple[Point, Point]]) -> list[list[Point]]:
    """Pieces end to end: lines that are as long as they can be."""
    neighbours: dict[Point, list[Point]] = {}
    for pair in pieces:
        start, end = (round_point(point) for point in pair)
        neighbours.setdefault(start, []).append(end)
        neighbours.setdefault(end, []).append(start)
    lines = []
    for begin in sorted(
        neighbours, key=lambda point: len(neighbours[point])
    ):  # ends first, then what is closed
        while neighbours[begin]:
            line = [begin]
            while neighbours[line[-1]]:
                following = neighbours[line[-1]].pop()
                neighbours[following].remove(line[-1])
                line.append(following)
            lines.append(line)
    return lines


def round_point(point: Point) -> Point:
    """A point that is equal to itself, found from either of the cells that share it."""
    return round(point[0], 6), round(point[1], 6)
