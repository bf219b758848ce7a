"""Derivatives beyond the gradient: as a table, as lines of formulas, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from graddiff.autodiff.result import Result
from graddiff.errors import Notice
from graddiff.language.expression import Expression
from graddiff.notation.labels import format_headline
from graddiff.notation.numerals import format_number
from graddiff.render.json.result import RESULT_SCHEMA_ID, encode_json, encode_notice, encode_number
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.formulas import render_definitions
from graddiff.render.terminal.table import Cell, lay_out_table

ViewRow = Sequence[Any]  # of texts and numbers


class DerivativeView(NamedTuple):
    """What one view has to say: the members of its JSON, either rows of a table or lines of text, and
    the exit code."""

    head: Mapping[str, Any]
    body: Mapping[str, Any]
    table: Sequence[ViewRow] = ()
    lines: Sequence[tuple[str, str]] = ()  # what stands left and right of the sign of equality
    where: Mapping[str, str] = {}
    latex: Sequence[str] = ()
    notices: tuple[Notice, ...] = ()
    code: int = 0


def build_point_view(
    result: Result,
    body: Mapping[str, Any],
    table: Sequence[ViewRow],
    required_numbers: Sequence[Mapping[str, Any]],
) -> DerivativeView:
    """An answer at a point; `found` are the numbers that have to exist."""
    kind = result.graph.arithmetic
    complete = result.complete and all(
        kind.is_finite(value) for row in required_numbers for value in row.values()
    )
    head = {"at": result.at, "value": result.value, "gradient": result.gradient}
    return DerivativeView(
        head, body, table=table, notices=result.notices, code=0 if complete else 4
    )


def render_view_json(expression: Expression, view: DerivativeView) -> str:
    """The JSON document, one line."""
    content = {"schema": RESULT_SCHEMA_ID, "expression": expression.text, **view.head, **view.body}
    where = {"where": view.where} if view.where else {}
    return (
        encode_json(
            {
                **encode_members(content),
                **where,
                "notices": [encode_notice(one) for one in view.notices],
            }
        )
        + "\n"
    )


def encode_members(value: Any) -> Any:
    """Mappings and lists as they are, numbers as JSON has them."""
    if isinstance(value, Mapping):
        return {name: encode_members(member) for name, member in value.items()}
    if isinstance(value, list):
        return [encode_members(member) for member in value]
    return value if value is None or isinstance(value, str | int) else encode_number(value)


def render_view(
    expression: Expression, view: DerivativeView, canvas: Canvas, digits: int
) -> Iterator[Line]:
    """The expression and the point, the table or the formulas, the notices."""
    at = ", ".join(
        f"{name} = {format_number(value, digits)}"
        for name, value in view.head.get("at", {}).items()
    )
    yield [
        Segment(canvas.transliterate(format_headline(expression)), "head"),
        Segment(canvas.transliterate(f"   at {at}" if at else ""), "quiet"),
    ]
    yield []
    if view.table:
        yield from render_view_table(view.table, canvas, digits)
    for left, right in view.lines:
        yield [
            Segment(canvas.transliterate(f"{left} = "), "partial"),
            Segment(canvas.transliterate(right)),
        ]
    yield from render_definitions(view.where, canvas)
    for one in view.notices:
        yield [Segment(canvas.transliterate(f"{one.kind}: {one.message}"), "notice")]


def render_view_table(table: Sequence[ViewRow], canvas: Canvas, digits: int) -> Iterator[Line]:
    """Rows with their columns aligned; an empty row divides two tables."""
    parts: list[list[ViewRow]] = [[]]
    for row in table:
        if row:
            parts[-1].append(row)
        else:
            parts.append([])
    for position, rows in enumerate(parts):
        if position:
            yield []
        cells: list[list[Cell]] = [
            [[[make_cell_segment(cell, canvas, digits)]] for cell in row] for row in rows
        ]
        yield from lay_out_table(cells, "l" + "r" * (len(rows[0]) - 1), canvas)


def make_cell_segment(cell: Any, canvas: Canvas, digits: int) -> Segment:
    if isinstance(cell, str):
        return Segment(canvas.transliterate(cell), "head")
    if cell is None:
        return Segment("none", "quiet")
    return Segment(format_number(cell, digits), "adjoint")
