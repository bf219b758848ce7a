"""The axes of a plot: where a value stands, and which values have a mark."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from graddiff.notation.numerals import format_float
from graddiff.render.axis_steps import round_up_step

TICK_COUNT = 5  # about how many marks an axis has
TICK_DIGITS = 3  # significant digits at a mark
BASE_THRESHOLD = 1e3  # steps from 0 beyond which an axis shows distances from a base


class Axis(NamedTuple):
    """An axis from `least` to `most`, which are powers of ten where it is logarithmic.

    With `is_integral`, its marks are whole numbers."""

    label: str
    least: float
    most: float
    logarithmic: bool = False
    is_integral: bool = False

    def locate_value(self, value: float) -> float:
        """Returns how far along the axis a value stands, from 0 to 1."""
        if self.logarithmic:
            value = math.log10(max(value, 10**self.least))
        # Halves, because the difference of two floats may be too large to be one.
        extent = self.most / 2 - self.least / 2
        return (value / 2 - self.least / 2) / (extent or 1.0)

    def compute_ticks(self) -> list[tuple[float, str]]:
        """Returns the values with a mark, which are round numbers, and their texts."""
        if self.logarithmic:
            return self._compute_power_ticks()
        base, step = self.base, self.tick_step
        first, last = math.ceil((self.least - base) / step), math.floor((self.most - base) / step)
        ticks = []
        for k in range(first, last + 1):
            offset = k * step
            text = f"{offset:,.0f}" if self.is_integral else format_float(offset, TICK_DIGITS)
            ticks.append((base + offset, text))
        return ticks

    def _compute_power_ticks(self) -> list[tuple[float, str]]:
        """Returns the powers of ten with a mark: all of them, or an even step apart."""
        decades = self.most - self.least
        step = 1
        if decades > TICK_COUNT:
            step = math.ceil(decades / 2 / TICK_COUNT) * 2
        powers = range(math.ceil(self.least), math.floor(self.most) + 1, step)
        return [(10.0**power, f"1e{power}") for power in powers]

    @property
    def tick_step(self) -> float:
        """The distance between two marks."""
        step = round_up_step(self.most / TICK_COUNT - self.least / TICK_COUNT or 1.0)
        return max(1.0, step) if self.is_integral else step

    @property
    def base(self) -> float:
        """What is subtracted from the texts of the marks: 0, unless they would all look the same.

        Between 1000000.1 and 1000000.2, three digits are the same at all marks."""
        if self.logarithmic or self.is_integral:
            return 0.0
        if max(abs(self.least), abs(self.most)) < BASE_THRESHOLD * self.tick_step:
            return 0.0
        return math.ceil(self.least / self.tick_step) * self.tick_step

    @property
    def title(self) -> str:
        """The label, with the base where one is subtracted: `w - 1000000.1`."""
        if not self.base:
            return self.label
        sign = "-" if self.base > 0 else "+"
        return f"{self.label} {sign} {format_float(abs(self.base), 17)}"


def make_axis(
    label: str, values: Sequence[float], logarithmic: bool = False, is_integral: bool = False
) -> Axis:
    """Returns an axis over the values; a logarithmic one needs a value above 0."""
    if logarithmic:
        positive = [value for value in values if value > 0]
        return Axis(label, math.log10(min(positive)), math.log10(max(positive)), logarithmic=True)
    least, most = min(values), max(values)
    if most == least:
        most = least + max(1.0, abs(least))
    return Axis(label, least, most, is_integral=is_integral)
