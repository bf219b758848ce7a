"""SVG, laid out here: readable in black and white, by screen readers, and in the dark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from graddiff.render.markup import escape_xml
from graddiff.render.pictures.figure import Arrow, Box, Figure
from graddiff.render.pictures.layout import (
    CHARACTER_WIDTH,
    FIGURE_MARGIN,
    LINE_HEIGHT,
    BoxPlace,
    Layout,
    lay_out_figure,
)

BEND = 0.45  # of the distance between two points, that a curve leaves them straight
LABEL_SHARES = (
    0.5,
    0.42,
    0.58,
    0.34,
    0.66,
    0.26,
    0.74,
    0.2,
    0.8,
)  # of an arrow, where its label may stand
CELL_SIZE = 120.0  # pixels
ARROW_GAP = 14.0  # pixels between two arrows between the same boxes

Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]

FIGURE_CSS = """
    .graddiff text { font: 12px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #1a1a1a; }
    .graddiff .page { fill: #ffffff; }
    .graddiff .box { fill: #ffffff; stroke: #444444; }
    .graddiff .number .box { stroke-dasharray: 3 3; }
    .graddiff .output .box { stroke-width: 2.5; }
    .graddiff .mark .box { stroke: #b35900; stroke-dasharray: 8 3; }
    .graddiff .title { font-weight: bold; }
    .graddiff .value { fill: #14662b; }
    .graddiff .adjoint { fill: #a3180f; }
    .graddiff .partial { fill: #0b4f8a; }
    .graddiff .back { fill: #ffffff; fill-opacity: 0.85; stroke: none; }
    .graddiff .arrow { fill: none; stroke: #444444; }
    .graddiff .none { stroke-dasharray: 2 4; stroke: #999999; }
    .graddiff .head { fill: #444444; stroke: none; }
    @media (prefers-color-scheme: dark) {
      .graddiff .page { fill: #16181d; }
      .graddiff text { fill: #e8e8e8; }
      .graddiff .box { fill: #22262e; stroke: #aaaaaa; }
      .graddiff .back { fill: #16181d; }
      .graddiff .value { fill: #6fce87; }
      .graddiff .adjoint { fill: #ff9a90; }
      .graddiff .partial { fill: #86bdf0; }
      .graddiff .arrow { stroke: #aaaaaa; }
      .graddiff .head { fill: #aaaaaa; }
      .graddiff .mark .box { stroke: #ffae57; }
    }
"""


def render_svg_file(figure: Figure) -> Iterator[str]:
    """The picture as a file of its own."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield from render_svg_element(figure)


def render_svg_element(figure: Figure, prefix: str = "") -> Iterator[str]:
    """The <svg> element; `prefix` makes ids unique where several stand in one page."""
    texts = {box.line: [text for text, _ in box.styled_lines] for box in figure.boxes}
    labels = {arrow: [text for text, _ in arrow.styled_lines] for arrow in figure.arrows}
    laid = lay_out_figure(figure, texts, labels)
    width = max(laid.width, len(figure.title) * CHARACTER_WIDTH + 2 * FIGURE_MARGIN)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graddiff" role="img" '
        f'aria-labelledby="{prefix}title {prefix}desc" '
        f'width="{width:.0f}" height="{laid.height:.0f}" viewBox="0 0 {width:.0f} {laid.height:.0f}">\n'
        f'  <title id="{prefix}title">{escape_xml(figure.title)}</title>\n'
        f'  <desc id="{prefix}desc">{escape_xml(figure.description)}</desc>\n'
        f"  <style>{FIGURE_CSS}  </style>\n"
        f'  <rect class="page" width="{width:.0f}" height="{laid.height:.0f}"/>\n'
        f'  <text class="title" x="{FIGURE_MARGIN:.0f}" y="{FIGURE_MARGIN:.0f}">{escape_xml(figure.title)}</text>\n'
    )
    curves = compute_curves(figure, laid)
    for number, arrow in enumerate(figure.arrows):
        yield from render_arrow(number, arrow, curves[arrow])
    for box in figure.boxes:
        yield from render_box(box, laid.places[box.line])
    places = place_labels(figure, curves, laid.places)
    for number, arrow in enumerate(figure.arrows):
        yield from render_arrow_label(number, arrow, *places[arrow])
    yield "</svg>\n"


def render_box(box: Box, place: BoxPlace) -> Iterator[str]:
    left, top = place.x - place.width / 2, place.y - place.height / 2
    marked = " mark" if box.mark else ""
    radius = place.height / 2 if box.kind == "variable" else 4
    yield f'  <g class="node {box.kind}{marked}" id="n{box.line}">\n'
    yield (
        f'    <rect class="box" x="{left:.1f}" y="{top:.1f}" width="{place.width:.1f}" height="{place.height:.1f}" '
        f'rx="{min(radius, 18):.0f}"/>\n'
    )
    yield from render_text_lines(box.styled_lines, place.x, place.y)
    yield "  </g>\n"


def render_text_lines(lines: Sequence[tuple[str, str]], x: float, y: float) -> Iterator[str]:
    """Lines of text around a middle."""
    for row, (text, style) in enumerate(lines):
        height = y + (row - (len(lines) - 1) / 2) * LINE_HEIGHT + 4
        yield f'    <text class="{style}" x="{x:.1f}" y="{height:.1f}" text-anchor="middle">{escape_xml(text)}</text>\n'


def spread_arrows(arrows: Sequence[Arrow]) -> dict[Arrow, float]:
    """How far arrows between the same two boxes are moved, so that both are seen."""
    together: dict[tuple[int, int], list[Arrow]] = {}
    for arrow in arrows:
        together.setdefault((arrow.source, arrow.target), []).append(arrow)
    return {
        arrow: (row - (len(group) - 1) / 2) * 4 * ARROW_GAP
        for group in together.values()
        for row, arrow in enumerate(group)
    }


def compute_curves(figure: Figure, layout: Layout) -> dict[Arrow, list[Curve]]:
    """Each arrow as cubic curves that leave and arrive level."""
    shifts = spread_arrows(figure.arrows)
    found = {}
    for arrow in figure.arrows:
        points, shift = layout.routes[arrow], shifts[arrow]
        found[arrow] = [
            (
                (x0, y0),
                (x0 + (x1 - x0) * BEND, y0 + shift),
                (x1 - (x1 - x0) * BEND, y1 + shift),
                (x1, y1),
            )
            for (x0, y0), (x1, y1) in pairwise(points)
        ]
    return found


def render_arrow(number: int, arrow: Arrow, curves: Sequence[Curve]) -> Iterator[str]:
    """The curves, and a head at their end."""
    style = "arrow" if arrow.partial else "arrow none"
    path = f"M {curves[0][0][0]:.1f} {curves[0][0][1]:.1f}"
    for _, *points in curves:
        path += " C " + " ".join(f"{x:.1f} {y:.1f}" for x, y in points)
    x, y = curves[-1][-1]
    yield f'  <g class="edge" id="e{number}">\n    <path class="{style}" d="{path}"/>\n'
    yield f'    <path class="head" d="M {x:.1f} {y:.1f} l -8 -4 l 0 8 z"/>\n  </g>\n'


def place_labels(
    figure: Figure, curves: Mapping[Arrow, Sequence[Curve]], places: Mapping[int, BoxPlace]
) -> dict[Arrow, Point]:
    """Where the labels stand: on the middle piece of their arrow, away from where many arrows meet, and beside each
    other as far as there is room."""
    out = Counter(arrow.source for arrow in figure.arrows)
    into = Counter(arrow.target for arrow in figure.arrows)
    taken = OccupancyGrid()
    for place in places.values():
        taken.add_rectangle((place.x, place.y), place.width, place.height)
    found = {}
    for arrow in figure.arrows:
        lines = arrow.styled_lines
        width, height = measure_label(lines), len(lines) * LINE_HEIGHT
        difference = out[arrow.source] - into[arrow.target]
        share = 0.5 if difference == 0 else 0.64 if difference > 0 else 0.36
        piece = curves[arrow][len(curves[arrow]) // 2]
        ways = [evaluate_curve(piece, way) for way in (share, *LABEL_SHARES)]
        point = next(
            (way for way in ways if not lines or taken.is_free(way, width, height)), ways[0]
        )
        if lines:
            taken.add_rectangle(point, width, height)
        found[arrow] = point
    return found


def measure_label(lines: Sequence[tuple[str, str]]) -> float:
    return max((len(text) for text, _ in lines), default=0) * CHARACTER_WIDTH + 6


class OccupancyGrid:
    """Rectangles that are taken, by the cells of a grid they stand in."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], list[tuple[float, float, float, float]]] = {}

    def add_rectangle(self, middle: Point, width: float, height: float) -> None:
        for cell in self._iterate_cells(middle, width, height):
            self._cells.setdefault(cell, []).append((*middle, width, height))

    def is_free(self, middle: Point, width: float, height: float) -> bool:
        """Whether nothing stands where a rectangle would."""
        return not any(
            abs(middle[0] - x) < (width + w) / 2 and abs(middle[1] - y) < (height + h) / 2
            for cell in self._iterate_cells(middle, width, height)
            for x, y, w, h in self._cells.get(cell, ())
        )

    def _iterate_cells(
        self, middle: Point, width: float, height: float
    ) -> Iterator[tuple[int, int]]:
        x, y = middle
        for column in range(
            int((x - width / 2) // CELL_SIZE), int((x + width / 2) // CELL_SIZE) + 1
        ):
            for row in range(
                int((y - height / 2) // CELL_SIZE), int((y + height / 2) // CELL_SIZE) + 1
            ):
                yield column, row


def evaluate_curve(curve: Curve, t: float) -> Point:
    """A point of a cubic curve, from 0 at its beginning to 1 at its end."""
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    return sum(w * x for w, (x, _) in zip(weights, curve)), sum(
        w * y for w, (_, y) in zip(weights, curve)
    )


def render_arrow_label(number: int, arrow: Arrow, x: float, y: float) -> Iterator[str]:
    lines = arrow.styled_lines
    if not lines:
        return
    width = measure_label(lines)
    yield f'  <g class="label" id="l{number}">\n'
    yield (
        f'    <rect class="back" x="{x - width / 2:.1f}" y="{y - len(lines) * LINE_HEIGHT / 2:.1f}" width="{width:.1f}" '
        f'height="{len(lines) * LINE_HEIGHT:.1f}"/>\n'
    )
    yield from render_text_lines(lines, x, y)
    yield "  </g>\n"
