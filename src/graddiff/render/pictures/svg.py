"""A figure as SVG: readable in black and white, by screen readers, and on a dark page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graddiff.render.markup import escape_xml
from graddiff.render.pictures.curves import Curve, compute_curves, measure_label, place_labels
from graddiff.render.pictures.figure import Arrow, Box, Figure, StyledLines
from graddiff.render.pictures.layout import (
    CHARACTER_WIDTH,
    FIGURE_MARGIN,
    LINE_HEIGHT,
    BoxPlace,
    Point,
    lay_out_figure,
)

CORNER_RADIUS = 4.0
MAX_CORNER_RADIUS = 18.0  # of a variable, whose box is round

FIGURE_CSS = """
    .graddiff text { font: 12px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; \
fill: #1a1a1a; }
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
    """Yields the picture as a file of its own."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield from render_svg_element(figure)


def render_svg_element(figure: Figure, prefix: str = "") -> Iterator[str]:
    """Yields the <svg> element; `prefix` makes its ids unique where a page has several."""
    texts = {box.line: [text for text, _ in box.styled_lines] for box in figure.boxes}
    labels = {arrow: [text for text, _ in arrow.styled_lines] for arrow in figure.arrows}
    layout = lay_out_figure(figure, texts, labels)
    width = max(layout.width, len(figure.title) * CHARACTER_WIDTH + 2 * FIGURE_MARGIN)
    yield from render_head(figure, width, layout.height, prefix)
    curves = compute_curves(figure, layout)
    # What is drawn later covers what was drawn before: boxes cover arrows, labels cover both.
    for number, arrow in enumerate(figure.arrows):
        yield from render_arrow(number, arrow, curves[arrow])
    for box in figure.boxes:
        yield from render_box(box, layout.places[box.line])
    centres = place_labels(figure, curves, layout.places)
    for number, arrow in enumerate(figure.arrows):
        yield from render_arrow_label(number, arrow, centres[arrow])
    yield "</svg>\n"


def render_head(figure: Figure, width: float, height: float, prefix: str) -> Iterator[str]:
    """Yields the opening tag, the description for screen readers, the style and the title."""
    size = f"{width:.0f} {height:.0f}"
    margin = f"{FIGURE_MARGIN:.0f}"
    title = escape_xml(figure.title)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graddiff" role="img" '
        f'aria-labelledby="{prefix}title {prefix}desc" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {size}">\n'
        f'  <title id="{prefix}title">{title}</title>\n'
        f'  <desc id="{prefix}desc">{escape_xml(figure.description)}</desc>\n'
        f"  <style>{FIGURE_CSS}  </style>\n"
        f'  <rect class="page" width="{width:.0f}" height="{height:.0f}"/>\n'
        f'  <text class="title" x="{margin}" y="{margin}">{title}</text>\n'
    )


def render_box(box: Box, place: BoxPlace) -> Iterator[str]:
    left, top = place.x - place.width / 2, place.y - place.height / 2
    mark = " mark" if box.mark else ""
    radius = place.height / 2 if box.kind == "variable" else CORNER_RADIUS
    yield (
        f'  <g class="node {box.kind}{mark}" id="n{box.line}">\n'
        f'    <rect class="box" x="{left:.1f}" y="{top:.1f}" '
        f'width="{place.width:.1f}" height="{place.height:.1f}" '
        f'rx="{min(radius, MAX_CORNER_RADIUS):.0f}"/>\n'
    )
    yield from render_text_lines(box.styled_lines, (place.x, place.y))
    yield "  </g>\n"


def render_text_lines(lines: StyledLines, centre: Point) -> Iterator[str]:
    """Yields lines of text around a centre."""
    x, y = centre
    for row, (text, style) in enumerate(lines):
        baseline = y + (row - (len(lines) - 1) / 2) * LINE_HEIGHT + 4
        yield (
            f'    <text class="{style}" x="{x:.1f}" y="{baseline:.1f}" text-anchor="middle">'
            f"{escape_xml(text)}</text>\n"
        )


def render_arrow(number: int, arrow: Arrow, curves: Sequence[Curve]) -> Iterator[str]:
    """Yields the curves of an arrow and the head at their end."""
    style = "arrow" if arrow.partial else "arrow none"
    start_x, start_y = curves[0][0]
    path = f"M {start_x:.1f} {start_y:.1f}"
    for _, *points in curves:
        path += " C " + " ".join(f"{x:.1f} {y:.1f}" for x, y in points)
    x, y = curves[-1][-1]
    yield f'  <g class="edge" id="e{number}">\n    <path class="{style}" d="{path}"/>\n'
    yield f'    <path class="head" d="M {x:.1f} {y:.1f} l -8 -4 l 0 8 z"/>\n  </g>\n'


def render_arrow_label(number: int, arrow: Arrow, centre: Point) -> Iterator[str]:
    """Yields a label over a background that hides the arrow behind it."""
    lines = arrow.styled_lines
    if not lines:
        return
    width, height = measure_label(lines)
    left, top = centre[0] - width / 2, centre[1] - height / 2
    yield (
        f'  <g class="label" id="l{number}">\n'
        f'    <rect class="back" x="{left:.1f}" y="{top:.1f}" '
        f'width="{width:.1f}" height="{height:.1f}"/>\n'
    )
    yield from render_text_lines(lines, centre)
    yield "  </g>\n"
