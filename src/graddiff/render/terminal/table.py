"""Tables on a terminal: aligned columns that are said in fewer words where the width is short."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graddiff.errors import count_columns
from graddiff.render.terminal.canvas import Canvas, Line, Segment

Cell = Sequence[Line]  # ways to say the same, from the longest to the shortest

GAP = "  "  # between columns
MIN_COLUMN_WIDTH = 6  # of a column of text, however narrow the canvas


def make_cell(text: str, style: str = "") -> Cell:
    """Returns a cell that is said in one way only."""
    return [[Segment(text, style)]]


def make_title_row(titles: Iterable[str]) -> list[Cell]:
    return [make_cell(title, "head") for title in titles]


def lay_out_table(rows: Sequence[Sequence[Cell]], align: str, canvas: Canvas) -> list[Line]:
    """Returns a line for each row of cells. `align` has a letter for each column: `l` for texts on
    the left, `r` for numbers on the right. Where the canvas is too narrow, cells are said in fewer
    words, and at last texts are cut, with a sign that there is more."""
    widths = choose_column_widths(rows, align, canvas)
    return [lay_out_row(row, widths, align, canvas) for row in rows]


def choose_column_widths(rows: Sequence[Sequence[Cell]], align: str, canvas: Canvas) -> list[int]:
    """Returns the width of each column: that of its longest cell or, where the canvas is too
    narrow, less."""
    widths = measure_columns(rows, way=0)
    if canvas.width is None:
        return widths
    room = canvas.width - len(GAP) * (len(widths) - 1)
    # First, cells are said in fewer words; then texts, but no numbers, are cut.
    shrink_columns(widths, measure_columns(rows, way=-1), room)
    minimums = [
        min(MIN_COLUMN_WIDTH, width) if side == "l" else width for width, side in zip(widths, align)
    ]
    shrink_columns(widths, minimums, room)
    return widths


def measure_columns(rows: Sequence[Sequence[Cell]], way: int) -> list[int]:
    """Returns the width of each column if every cell is said in this way (0 is the longest one, -1
    the shortest)."""
    return [max(measure_width(cell[way]) for cell in column) for column in zip(*rows)]


def shrink_columns(widths: list[int], minimums: Sequence[int], room: int) -> None:
    """Makes the columns narrower, none below its minimum, until they fit into the room together or
    cannot get narrower. The widest gives first, down to the width of the second widest, so that
    columns of similar importance end with similar widths."""
    while (excess := sum(widths) - room) > 0:
        candidates = sorted(
            (width, column) for column, width in enumerate(widths) if width > minimums[column]
        )
        if not candidates:
            return
        widest, column = candidates[-1]
        second = candidates[-2][0] if len(candidates) > 1 else 0
        lead = max(1, widest - second)  # of two equally wide columns, one gives one column
        widths[column] -= min(excess, widest - minimums[column], lead)


def is_too_narrow(rows: Sequence[Sequence[Cell]], canvas: Canvas) -> bool:
    """Whether the canvas cannot hold every cell said in the shortest way, even if all columns but
    the last one are cut."""
    if canvas.width is None:
        return False
    *others, last = measure_columns(rows, way=-1)
    needed = sum(min(width, 2 * MIN_COLUMN_WIDTH) for width in others) + last
    return needed + len(GAP) * len(others) > canvas.width


def lay_out_row(row: Sequence[Cell], widths: Sequence[int], align: str, canvas: Canvas) -> Line:
    line: Line = []
    for column, (cell, width) in enumerate(zip(row, widths)):
        text = choose_way(cell, width, canvas)
        padding = Segment(" " * (width - measure_width(text)))
        if column > 0:
            line.append(Segment(GAP))
        line += [padding, *text] if align[column] == "r" else [*text, padding]
    return line


def choose_way(cell: Cell, width: int, canvas: Canvas) -> Line:
    """Returns the longest way to say a cell that fits, or the beginning of the shortest one."""
    for way in cell:
        if measure_width(way) <= width:
            return way
    return truncate_line(cell[-1], width, canvas)


def measure_width(line: Line) -> int:
    """Returns how many columns of a terminal a line takes."""
    return sum(count_columns(segment.text) for segment in line)


def truncate_line(line: Line, width: int, canvas: Canvas) -> Line:
    """Returns a line that fits: the line itself, or its beginning with a sign that there is
    more."""
    if measure_width(line) <= width:
        return line
    sign = canvas.transliterate("…")
    room = max(0, width - len(sign))
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
