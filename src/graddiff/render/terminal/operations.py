"""The table of operations on a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from graddiff.operations.row import Operation
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.table import (
    Cell,
    lay_out_table,
    make_cell,
    make_title_row,
    measure_width,
)
from graddiff.render.views.operations import (
    LEGEND,
    describe_convention,
    list_aliases,
    list_partial_rules,
)

TITLES = ("operation", "meaning", "local partials", "domain", "at kinks and jumps")
NOTATION_WIDTH = 17  # columns, where each operation is a paragraph


def render_operations(operations: Sequence[Operation], canvas: Canvas) -> Iterator[Line]:
    """Yields a table where the canvas is wide enough, otherwise a paragraph for each operation,
    and the legend below."""
    rows = [render_operation_row(operation, canvas) for operation in operations]
    table = lay_out_table([make_title_row(TITLES), *rows], "lllll", canvas._replace(width=None))
    if canvas.width is None or max(map(measure_width, table)) <= canvas.width:
        yield from table
    else:
        for row in rows:
            yield from render_operation_paragraph(row, canvas.width)
    yield []
    for line in textwrap.wrap(LEGEND, canvas.width or 1000):
        yield [Segment(line, "quiet")]


def render_operation_row(operation: Operation, canvas: Canvas) -> list[Cell]:
    aliases = list_aliases(operation)
    meaning = operation.meaning
    if aliases:
        meaning += f" (also {', '.join(aliases)})"
    partials = ", ".join(f"∂{name}: {rule}" for name, rule in list_partial_rules(operation))
    texts = (meaning, partials, operation.domain, describe_convention(operation))
    cells = [make_cell(canvas.transliterate(text)) for text in texts]
    return [make_cell(operation.notation, "node"), *cells]


def render_operation_paragraph(row: Sequence[Cell], width: int) -> Iterator[Line]:
    """Yields notation and meaning of one operation, and its rules indented below."""
    notation, meaning, partials, domain, convention = (cell[0][0].text for cell in row)
    first, *others = textwrap.wrap(
        f"{notation:{NOTATION_WIDTH}s} {meaning}",
        width,
        subsequent_indent=" " * (NOTATION_WIDTH + 1),
    )
    yield [Segment(notation, "node"), Segment(first[len(notation) :])]
    for line in others:
        yield [Segment(line)]
    for text in (partials, f"domain: {domain}" if domain else "", convention):
        lines = textwrap.wrap(text, width - 4, initial_indent=" " * 4, subsequent_indent=" " * 6)
        for line in lines:
            yield [Segment(line, "quiet")]
