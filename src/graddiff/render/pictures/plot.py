"""A run as SVG: the loss over its steps and, for two parameters, the path between lines of equal loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from graddiff.minimize.history import LossRecord
from graddiff.notation.numerals import format_float
from graddiff.render.axis_steps import is_over_decades, round_up_step
from graddiff.render.markup import escape_xml
from graddiff.render.pictures.contours import choose_levels, join_segments, trace_level

PANEL_WIDTH, PANEL_HEIGHT = 480.0, 360.0  # pixels of a panel
LEFT, RIGHT, TOP, BOTTOM = 84.0, 20.0, 64.0, 48.0
HEADING_CHARACTER_WIDTH = 9.5  # pixels, with what stands around the heading
TICK_COUNT = 5
BASE_THRESHOLD = 1e3  # steps from 0, beyond which ticks are told from a base
GRID_CELLS = 100  # of the grid, in each direction
LEVEL_COUNT = 14
PATH_MARGIN = 0.2  # of the path's extent, around it
MAX_DOTS = 60  # points, each of which has a dot of its own
MAX_COORDINATE = 1e308  # that an axis goes to

PLOT_CSS = """
    .plot { font: 13px sans-serif; background: #fff; }
    .plot text { fill: #333; } .plot .heading { font: bold 14px monospace; } .plot .title { font-weight: bold; }
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

AxisRange = tuple[float, float]  # from, to
Surface = Callable[
    [float, float], float | None
]  # the loss at two parameters, None where there is none


class Axis(NamedTuple):
    """What an axis goes over, in its own measure, and what that is called."""

    label: str
    least: float
    most: float
    logarithmic: bool = False
    is_integral: bool = False  # its ticks are whole numbers

    def locate_value(self, value: float) -> float:
        """How far along the axis a value is, from 0 to 1."""
        if self.logarithmic:
            value = math.log10(max(value, 10**self.least))
        return (value / 2 - self.least / 2) / (
            (self.most / 2 - self.least / 2) or 1.0
        )  # no difference is too large

    def compute_ticks(self) -> list[tuple[float, str]]:
        """Places along the axis, and what is written there: round numbers."""
        if self.logarithmic:
            every = max(
                1,
                math.ceil((self.most - self.least) / 2 / TICK_COUNT) * 2
                if self.most - self.least > TICK_COUNT
                else 1,
            )
            powers = range(math.ceil(self.least), math.floor(self.most) + 1, every)
            return [(10.0**power, f"1e{power}") for power in powers]
        base, step = self.base, self.tick_step
        first, last = math.ceil((self.least - base) / step), math.floor((self.most - base) / step)
        ticks = []
        for place in range(first, last + 1):
            offset = place * step
            text = f"{offset:,.0f}" if self.is_integral else format_float(offset, 3)
            ticks.append((base + offset, text))
        return ticks

    @property
    def tick_step(self) -> float:
        """From tick to tick."""
        step = round_up_step(self.most / TICK_COUNT - self.least / TICK_COUNT or 1.0)
        return max(1.0, step) if self.is_integral else step

    @property
    def base(self) -> float:
        """What is subtracted from what stands at the ticks, so that they can be told apart: mostly 0."""
        if (
            self.logarithmic
            or self.is_integral
            or max(abs(self.least), abs(self.most)) < BASE_THRESHOLD * self.tick_step
        ):
            return 0.0
        return math.ceil(self.least / self.tick_step) * self.tick_step

    @property
    def title(self) -> str:
        """What it goes over, without the base."""
        return (
            f"{self.label} {'-' if self.base > 0 else '+'} {format_float(abs(self.base), 17)}"
            if self.base
            else self.label
        )


def make_axis(
    label: str, values: Sequence[float], logarithmic: bool = False, is_integral: bool = False
) -> Axis:
    if logarithmic:
        positive = [value for value in values if value > 0]
        return Axis(label, math.log10(min(positive)), math.log10(max(positive)), True)
    least, most = min(values), max(values)
    return Axis(
        label,
        least,
        most if most > least else least + max(1.0, abs(least)),
        is_integral=is_integral,
    )


class Panel(NamedTuple):
    """A rectangle with two axes, `left` pixels from the edge of the picture."""

    left: float
    across: Axis
    up: Axis

    def map_point(self, x: float, y: float) -> tuple[float, float]:
        right = self.left + LEFT + self.across.locate_value(x) * (PANEL_WIDTH - LEFT - RIGHT)
        return right, PANEL_HEIGHT - BOTTOM - self.up.locate_value(y) * (
            PANEL_HEIGHT - TOP - BOTTOM
        )

    def render_frame(self, title: str) -> Iterator[str]:
        left, right = self.left + LEFT, self.left + PANEL_WIDTH - RIGHT
        yield f'  <text class="title" x="{left:.1f}" y="{TOP - 10:.1f}">{escape_xml(title)}</text>\n'
        for value, text in self.across.compute_ticks():
            x, _ = self.map_point(value, 0)
            yield f'  <line class="tick" x1="{x:.1f}" y1="{TOP:.1f}" x2="{x:.1f}" y2="{PANEL_HEIGHT - BOTTOM:.1f}"/>\n'
            yield f'  <text x="{x:.1f}" y="{PANEL_HEIGHT - BOTTOM + 18:.1f}" text-anchor="middle">{text}</text>\n'
        for value, text in self.up.compute_ticks():
            _, y = self.map_point(0, value)
            yield f'  <line class="tick" x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}"/>\n'
            yield f'  <text x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{text}</text>\n'
        size = f'width="{right - left:.1f}" height="{PANEL_HEIGHT - TOP - BOTTOM:.1f}"'
        yield f'  <rect class="frame" x="{left:.1f}" y="{TOP:.1f}" {size}/>\n'
        middle = (left + right) / 2
        label = escape_xml(self.across.title)
        yield f'  <text x="{middle:.1f}" y="{PANEL_HEIGHT - 8:.1f}" text-anchor="middle">{label}</text>\n'
        x, y = self.left + 14, (TOP + PANEL_HEIGHT - BOTTOM) / 2
        turned = f'transform="rotate(-90 {x:.1f} {y:.1f})" text-anchor="middle"'
        yield f'  <text x="{x:.1f}" y="{y:.1f}" {turned}>{escape_xml(self.up.title)}</text>\n'

    def render_polyline(self, style: str, points: Sequence[tuple[float, float]]) -> Iterator[str]:
        """A line through points, with a dot at each of them if they are few."""
        places = [self.map_point(*point) for point in points]
        yield f'  <polyline class="{style}" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>\n'
        for x, y in places if len(places) <= MAX_DOTS else ():
            yield f'  <circle class="{style} dot" cx="{x:.1f}" cy="{y:.1f}" r="2.5"/>\n'


def render_plot(
    title: str,
    names: Sequence[str],
    loss_records: Sequence[LossRecord],
    path: Sequence[tuple[float, ...]],
    surface: Surface,
    note: str,
) -> Iterator[str]:
    """The picture of a run; `surface` is drawn if there are two parameters, and `note` says what it is of."""
    count = 2 if len(names) == 2 else 1
    yield '<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" aria-labelledby="title" '
    yield f'width="{PANEL_WIDTH * count:.0f}" height="{PANEL_HEIGHT:.0f}" viewBox="0 0 {PANEL_WIDTH * count:.0f} {PANEL_HEIGHT:.0f}">\n'
    yield f'  <title id="title">{escape_xml(title)}</title>\n  <style>{PLOT_CSS}  </style>\n'
    yield f'  <rect width="{PANEL_WIDTH * count:.0f}" height="{PANEL_HEIGHT:.0f}" fill="#fff"/>\n'
    longest = int(PANEL_WIDTH * count / HEADING_CHARACTER_WIDTH)
    heading = title if len(title) <= longest else f"{title[: longest - 1]}…"
    yield f'  <text class="heading" x="{LEFT:.1f}" y="24">{escape_xml(heading)}</text>\n'
    yield from render_loss_panel(loss_records)
    if count == 2:
        yield from render_path_panel(names, [(x, y) for x, y in path], surface, note)
    yield "</svg>\n"


def render_loss_panel(loss_records: Sequence[LossRecord]) -> Iterator[str]:
    losses = [(float(look.step.number), look.step.loss or 0.0) for look in loss_records]
    tests = [(float(look.step.number), look.test) for look in loss_records if look.test is not None]
    values = [value for _, value in (*losses, *tests)]
    logarithmic = is_over_decades(values)
    panel = Panel(
        0.0,
        make_axis("step", [number for number, _ in losses], is_integral=True),
        make_axis("loss", values, logarithmic),
    )
    yield from panel.render_frame("loss, and on test data (dashed)" if tests else "loss")
    yield from panel.render_polyline("loss", losses)
    if tests:
        yield from panel.render_polyline("test", tests)


def render_path_panel(
    names: Sequence[str], path: Sequence[tuple[float, float]], surface: Surface, note: str
) -> Iterator[str]:
    (left, right), (low, high) = (
        compute_extent([point[place] for point in path]) for place in (0, 1)
    )
    panel = Panel(PANEL_WIDTH, Axis(names[0], left, right), Axis(names[1], low, high))
    across, up = (
        [interpolate_grid(*ends, place) for place in range(GRID_CELLS + 1)]
        for ends in ((left, right), (low, high))
    )
    grid = [[surface(x, y) for x in across] for y in up]
    yield from panel.render_frame(f"path over lines of equal loss{note}")
    heights = choose_levels(grid, LEVEL_COUNT)
    for place, level in enumerate(heights):
        pieces = []
        for line in join_segments(trace_level(grid, level)):
            points = [
                panel.map_point(interpolate_grid(left, right, x), interpolate_grid(low, high, y))
                for x, y in line
            ]
            pieces.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points))
        opacity = 0.75 - 0.55 * place / max(1, len(heights) - 1)
        yield f'  <path class="level" stroke-opacity="{opacity:.2f}" d="{"".join(pieces)}"/>\n'
    yield from panel.render_polyline("path", path)
    for style, point in (("start", path[0]), ("end", path[-1])):
        x, y = panel.map_point(*point)
        yield f'  <circle class="{style}" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>\n'


def interpolate_grid(least: float, most: float, place: float) -> float:
    """The coordinate of a place in the grid."""
    return least * (1 - place / GRID_CELLS) + most * (place / GRID_CELLS)


def compute_extent(values: Sequence[float]) -> AxisRange:
    """From where to where a panel goes."""
    least, most = min(values), max(values)
    room = (most / 2 - least / 2) * 2 * PATH_MARGIN or max(1.0, abs(most)) * PATH_MARGIN
    return max(least - room, -MAX_COORDINATE), min(most + room, MAX_COORDINATE)
