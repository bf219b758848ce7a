"""The losses of a run as one row of bars."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from graddiff.notation.numerals import format_float
from graddiff.render.axis_steps import is_over_decades
from graddiff.render.terminal.canvas import Canvas, Line, Segment

UNICODE_BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = "_.,-=+*#"
MAX_BARS, MIN_BARS = 60, 16  # bars
CAPTION = "loss "
CAPTION_DIGITS = 4  # significant digits


def render_loss_chart(losses: Sequence[float], canvas: Canvas) -> Iterator[Line]:
    """Yields the losses as bars, from the first to the last, and the text that explains them.

    The text stands behind the bars or, where there is little room, below them."""
    heights, scale = scale_losses(losses)
    first, last = (format_float(loss, CAPTION_DIGITS) for loss in (losses[0], losses[-1]))
    text = f"from {first} to {last}{scale}"
    room, text_is_beside = MAX_BARS, True
    if canvas.width is not None:
        room = canvas.width - len(CAPTION)
        room_beside_text = room - len(text) - 2
        text_is_beside = room_beside_text > MIN_BARS
        if text_is_beside:
            room = room_beside_text
    bars = draw_bars(heights, min(MAX_BARS, room), ASCII_BARS if canvas.ascii else UNICODE_BARS)
    line = [Segment(CAPTION), Segment(bars, "partial")]
    if text_is_beside:
        yield [*line, Segment(f"  {text}")]
    else:
        yield line
        yield [Segment(f"     {text}")]


def scale_losses(losses: Sequence[float]) -> tuple[list[float], str]:
    """Returns heights for losses, and words for their scale: logarithmic over several decades."""
    if not is_over_decades(losses):
        return [*losses], ""
    smallest = min(loss for loss in losses if loss > 0)
    return [math.log10(max(loss, smallest)) for loss in losses], ", logarithmic"


def draw_bars(heights: Sequence[float], room: int, signs: str) -> str:
    """Returns up to `room` of the heights, evenly spaced, as signs from low to high."""
    # The difference of two large numbers can overflow; that of their quotients cannot.
    largest = max(map(abs, heights)) or 1.0
    relative = [height / largest for height in heights]
    lowest, highest = min(relative), max(relative)
    count = min(room, len(relative))
    last, spread = len(relative) - 1, (highest - lowest) or 1
    shown = [relative[round(place * last / max(1, count - 1))] for place in range(count)]
    return "".join(signs[round((height - lowest) / spread * (len(signs) - 1))] for height in shown)
