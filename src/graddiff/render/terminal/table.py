"""Cells -> lines: columns that are aligned and, where the width is short, told in fewer words."""

from __future__ import annotations

from collections.abc import Sequence

from graddiff.errors import count_columns
from graddiff.render.terminal.canvas import Canvas, Line, Segment

Cell = Sequence[Line]  # ways to say it, from the longest to the shortest

GAP = "  "  # between columns
MIN_COLUMN_WIDTH = 6  # columns that a column keeps, however narrow the canvas


def lay_out_table(rows: Sequence[Sequence[Cell]], align: str, canvas: Canvas) -> list[Line]:
    """Lines for rows of cells, columns being aligned to the left (`l`) or to the right (`r`). Where the canvas is too
    narrow, cells are said in fewer words, and at last cut with a sign that there is more."""
    widths = [max(measure_width(cell[0]) for cell in column) for column in zip(*rows)]
    if canvas.width is not None:
        least = [max(measure_width(cell[-1]) for cell in column) for column in zip(*rows)]
        room = canvas.width - len(GAP) * (len(widths) - 1)
        shrink_columns(widths, least, room)
        shrink_columns(
            widths,
            [min(MIN_COLUMN_WIDTH, w) if a == "l" else w for w, a in zip(widths, align)],
            room,
        )
    return [lay_out_row(row, widths, align, canvas) for row in rows]


def is_too_narrow(rows: Sequence[Sequence[Cell]], canvas: Canvas) -> bool:
    """Whether the canvas cannot hold the shortest way to say everything, texts to the left being cut."""
    if canvas.width is None:
        return False
    *numbers, last = ([measure_width(cell[-1]) for cell in column] for column in zip(*rows))
    least = sum(min(max(column), 2 * MIN_COLUMN_WIDTH) for column in numbers) + max(last)
    return least + len(GAP) * len(numbers) > canvas.width


def shrink_columns(widths: list[int], least: Sequence[int], room: int) -> None:
    """Takes columns from the widest that can give some, until all fit or none can give more."""
    while (excess := sum(widths) - room) > 0:
        giving = sorted((w, i) for i, w in enumerate(widths) if w > least[i])
        if not giving:
            return
        widest, column = giving[-1]
        second = giving[-2][0] if len(giving) > 1 else 0
        widths[column] -= min(excess, widest - least[column], max(1, widest - second))


def lay_out_row(row: Sequence[Cell], widths: Sequence[int], align: str, canvas: Canvas) -> Line:
    line: Line = []
    for column, cell in enumerate(row):
        room = widths[column]
        said = next((way for way in cell if measure_width(way) <= room), None) or truncate_line(
            cell[-1], room, canvas
        )
        padding = Segment(" " * (room - measure_width(said)))
        line += [Segment(GAP)] * (column > 0)
        line += [padding, *said] if align[column] == "r" else [*said, padding]
    return line


def measure_width(line: Line) -> int:
    return sum(count_columns(segment.text) for segment in line)


def truncate_line(line: Line, room: int, canvas: Canvas) -> Line:
    """The beginning of a line, with a sign that there is more."""
    if measure_width(line) <= room:
        return line
    sign = canvas.transliterate("…")
    room = max(0, room - len(sign))
    kept: Line = []
    for segment in line:
        text = ""
        for character in segment.text:
            if count_columns(character) > room:
                return [*kept, Segment(text, segment.style), Segment(sign, "quiet")]
            text += character
            room -= count_columns(character)
        kept.append(segment._replace(text=text))
    return kept
