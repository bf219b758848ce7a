"""A run of minimize as SVG: the loss over its steps and, for two parameters, its path.

The path is drawn over lines of equal loss."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from graddiff.minimize.history import LossRecord
from graddiff.render.axis_steps import is_over_decades
from graddiff.render.markup import escape_xml
from graddiff.render.pictures.axes import Axis, make_axis
from graddiff.render.pictures.contours import (
    ContourGrid,
    choose_levels,
    join_segments,
    trace_level,
)
from graddiff.render.pictures.layout import Point

PANEL_WIDTH, PANEL_HEIGHT = 480.0, 360.0  # pixels
LEFT, RIGHT, TOP, BOTTOM = 84.0, 20.0, 64.0, 48.0  # pixels around the frame of a panel
FRAME_BOTTOM = PANEL_HEIGHT - BOTTOM
FRAME_WIDTH, FRAME_HEIGHT = PANEL_WIDTH - LEFT - RIGHT, PANEL_HEIGHT - TOP - BOTTOM
HEADING_CHARACTER_WIDTH = 9.5  # pixels, with a share of the space beside the heading
GRID_CELLS = 100  # of the grid of losses, in each direction
LEVEL_COUNT = 14
PATH_MARGIN = 0.2  # of the path's extent, on each side of it
MAX_DOTS = 60  # points up to which each has a dot
MAX_COORDINATE = 1e308  # where an axis ends at most

PLOT_CSS = """
    .plot { font: 13px sans-serif; background: #fff; }
    .plot text { fill: #333; } .plot .heading { font: bold 14px monospace; } \
.plot .title { font-weight: bold; }
    .plot .frame { fill: none; stroke: #999; } .plot .tick { stroke: #ddd; }
    .plot .loss { fill: none; stroke: #1f5fa8; stroke-width: 2; }
    .plot .test { fill: none; stroke: #b4540a; stroke-width: 2; stroke-dasharray: 5 4; }
    .plot .level { fill: none; stroke: #1f5fa8; }
    .plot .path { fill: none; stroke: #b0203a; stroke-width: 1.5; }
    .plot .dot { stroke: none; } .plot .loss.dot { fill: #1f5fa8; }
    .plot .path.dot { fill: #b0203a; } .plot .test.dot { fill: #b4540a; }
    .plot .start { fill: #fff; stroke: #b0203a; stroke-width: 2; }
    .plot .end { fill: #b0203a; stroke: #fff; stroke-width: 1.5; }
"""

Range = tuple[float, float]  # from, to
Surface = Callable[[float, float], float | None]  # the loss at two parameters, None: no value


class Panel(NamedTuple):
    """A frame with two axes in a panel that begins `left` pixels from the edge of the picture."""

    left: float
    across: Axis
    up: Axis

    def map_point(self, x: float, y: float) -> Point:
        """Returns the pixels of a point; those of y count downwards."""
        across = self.left + LEFT + self.across.locate_value(x) * FRAME_WIDTH
        return across, FRAME_BOTTOM - self.up.locate_value(y) * FRAME_HEIGHT

    def render_frame(self, title: str) -> Iterator[str]:
        """Yields the title, the marks of both axes with their lines, the frame, and the labels."""
        left, right = self.left + LEFT, self.left + PANEL_WIDTH - RIGHT
        title_place = f'x="{left:.1f}" y="{TOP - 10:.1f}"'
        yield f'  <text class="title" {title_place}>{escape_xml(title)}</text>\n'
        for value, text in self.across.compute_ticks():
            x, _ = self.map_point(value, 0)
            yield render_tick_line((x, TOP), (x, FRAME_BOTTOM))
            yield render_text((x, FRAME_BOTTOM + 18), "middle", text)
        for value, text in self.up.compute_ticks():
            _, y = self.map_point(0, value)
            yield render_tick_line((left, y), (right, y))
            yield render_text((left - 6, y + 4), "end", text)
        size = f'width="{right - left:.1f}" height="{FRAME_HEIGHT:.1f}"'
        yield f'  <rect class="frame" x="{left:.1f}" y="{TOP:.1f}" {size}/>\n'
        yield render_text(((left + right) / 2, PANEL_HEIGHT - 8), "middle", self.across.title)
        x, y = self.left + 14, (TOP + PANEL_HEIGHT - BOTTOM) / 2
        turned = f'transform="rotate(-90 {x:.1f} {y:.1f})" text-anchor="middle"'
        yield f'  <text x="{x:.1f}" y="{y:.1f}" {turned}>{escape_xml(self.up.title)}</text>\n'

    def render_polyline(self, style: str, points: Sequence[Point]) -> Iterator[str]:
        """Yields a line through points, with a dot at each of them if they are few."""
        places = [self.map_point(*point) for point in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'  <polyline class="{style}" points="{path}"/>\n'
        if len(places) <= MAX_DOTS:
            for place in places:
                yield render_circle(f"{style} dot", place, 2.5)


def render_text(place: Point, anchor: str, text: str) -> str:
    x, y = place
    return f'  <text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape_xml(text)}</text>\n'


def render_tick_line(start: Point, end: Point) -> str:
    (x1, y1), (x2, y2) = start, end
    return f'  <line class="tick" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>\n'


def render_circle(style: str, centre: Point, radius: float) -> str:
    x, y = centre
    return f'  <circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>\n'


def render_plot(
    title: str,
    names: Sequence[str],
    loss_records: Sequence[LossRecord],
    path: Sequence[tuple[float, ...]],
    surface: Surface,
    note: str,
) -> Iterator[str]:
    """Yields the picture of a run; with two parameters, `names`, it has a panel with the path.

    `surface` is the loss there, and `note` says which data it is for."""
    has_path_panel = len(names) == 2
    width = PANEL_WIDTH * 2 if has_path_panel else PANEL_WIDTH
    size = f'width="{width:.0f}" height="{PANEL_HEIGHT:.0f}"'
    longest = int(width / HEADING_CHARACTER_WIDTH)
    heading = title if len(title) <= longest else f"{title[: longest - 1]}…"
    yield '<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" '
    yield f'aria-labelledby="title" {size} viewBox="0 0 {width:.0f} {PANEL_HEIGHT:.0f}">\n'
    yield f'  <title id="title">{escape_xml(title)}</title>\n  <style>{PLOT_CSS}  </style>\n'
    yield f'  <rect {size} fill="#fff"/>\n'
    yield f'  <text class="heading" x="{LEFT:.1f}" y="24">{escape_xml(heading)}</text>\n'
    yield from render_loss_panel(loss_records)
    if has_path_panel:
        yield from render_path_panel(names, [(x, y) for x, y in path], surface, note)
    yield "</svg>\n"


def render_loss_panel(loss_records: Sequence[LossRecord]) -> Iterator[str]:
    """Yields the loss over the steps, and that on test data where it is known."""
    losses = [(float(record.step.number), record.step.loss or 0.0) for record in loss_records]
    test_losses = [
        (float(record.step.number), record.test)
        for record in loss_records
        if record.test is not None
    ]
    values = [value for _, value in (*losses, *test_losses)]
    steps = make_axis("step", [number for number, _ in losses], is_integral=True)
    panel = Panel(0.0, steps, make_axis("loss", values, is_over_decades(values)))
    title = "loss, and on test data (dashed)" if test_losses else "loss"
    yield from panel.render_frame(title)
    yield from panel.render_polyline("loss", losses)
    if test_losses:
        yield from panel.render_polyline("test", test_losses)


def render_path_panel(
    names: Sequence[str], path: Sequence[Point], surface: Surface, note: str
) -> Iterator[str]:
    """Yields the path of two parameters over lines of equal loss."""
    x_range, y_range = (compute_range([point[place] for point in path]) for place in (0, 1))
    panel = Panel(PANEL_WIDTH, Axis(names[0], *x_range), Axis(names[1], *y_range))
    yield from panel.render_frame(f"path over lines of equal loss{note}")
    yield from render_contours(panel, sample_surface(surface, x_range, y_range))
    yield from panel.render_polyline("path", path)
    for style, point in (("start", path[0]), ("end", path[-1])):
        yield render_circle(style, panel.map_point(*point), 4.5)


def sample_surface(surface: Surface, x_range: Range, y_range: Range) -> ContourGrid:
    """Returns the loss at the points of a grid, a row per y."""
    xs, ys = (
        [interpolate_grid(ends, place) for place in range(GRID_CELLS + 1)]
        for ends in (x_range, y_range)
    )
    return [[surface(x, y) for x in xs] for y in ys]


def render_contours(panel: Panel, grid: ContourGrid) -> Iterator[str]:
    """Yields the lines of equal loss, fainter the larger the loss is."""
    levels = choose_levels(grid, LEVEL_COUNT)
    x_range = panel.across.least, panel.across.most
    y_range = panel.up.least, panel.up.most
    for place, level in enumerate(levels):
        paths = []
        for line in join_segments(trace_level(grid, level)):
            points = [
                panel.map_point(interpolate_grid(x_range, x), interpolate_grid(y_range, y))
                for x, y in line
            ]
            paths.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points))
        opacity = 0.75 - 0.55 * place / max(1, len(levels) - 1)
        yield f'  <path class="level" stroke-opacity="{opacity:.2f}" d="{"".join(paths)}"/>\n'


def interpolate_grid(ends: Range, place: float) -> float:
    """Returns the coordinate of a place in the grid."""
    least, most = ends
    # A mean with weights, because the difference of the ends may be too large for a float.
    return least * (1 - place / GRID_CELLS) + most * (place / GRID_CELLS)


def compute_range(values: Sequence[float]) -> Range:
    """Returns where an axis begins and ends, with a margin around the values."""
    least, most = min(values), max(values)
    extent = (most / 2 - least / 2) * 2
    margin = extent * PATH_MARGIN or max(1.0, abs(most)) * PATH_MARGIN
    return max(least - margin, -MAX_COORDINATE), min(most + margin, MAX_COORDINATE)
