"""A view on a terminal: as a table, or as lines of formulas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from graddiff.language.expression import Expression
from graddiff.notation.labels import format_headline
from graddiff.notation.numerals import format_number
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.formulas import render_definitions, render_equation, render_notices
from graddiff.render.terminal.table import Cell, lay_out_table
from graddiff.render.views.model import DerivativeView, ViewRow


def render_view(
    expression: Expression, view: DerivativeView, canvas: Canvas, digits: int
) -> Iterator[Line]:
    """Yields the expression and the point, the table or the equations, and the notices."""
    bindings = view.head.get("at", {}).items()
    point = ", ".join(f"{name} = {format_number(value, digits)}" for name, value in bindings)
    yield [
        Segment(canvas.transliterate(format_headline(expression)), "head"),
        Segment(canvas.transliterate(f"   at {point}" if point else ""), "quiet"),
    ]
    yield []
    if view.table:
        yield from render_view_table(view.table, canvas, digits)
    for left, right in view.lines:
        yield render_equation(left, right, canvas)
    yield from render_definitions(view.where, canvas)
    yield from render_notices(view.notices, canvas)


def render_view_table(table: Sequence[ViewRow], canvas: Canvas, digits: int) -> Iterator[Line]:
    """Yields rows with their columns aligned; an empty row divides two tables."""
    rows: list[list[Cell]] = []
    for row in table:
        if row:
            rows.append([[[make_cell_segment(cell, canvas, digits)]] for cell in row])
        else:
            yield from lay_out_view_rows(rows, canvas)
            yield []
            rows = []
    yield from lay_out_view_rows(rows, canvas)


def lay_out_view_rows(rows: Sequence[Sequence[Cell]], canvas: Canvas) -> list[Line]:
    return lay_out_table(rows, "l" + "r" * (len(rows[0]) - 1), canvas)


def make_cell_segment(cell: Any, canvas: Canvas, digits: int) -> Segment:
    if isinstance(cell, str):
        return Segment(canvas.transliterate(cell), "head")
    if cell is None:
        return Segment("none", "quiet")
    return Segment(format_number(cell, digits), "adjoint")
