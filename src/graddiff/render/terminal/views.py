"""Derivatives beyond the gradient: as a table, as lines of formulas, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from graddiff.autodiff.result import Result
from graddiff.errors import Notice, PointError
from graddiff.language.expression import Expression
from graddiff.notation.labels import format_headline
from graddiff.notation.numerals import format_number
from graddiff.render.json import Json
from graddiff.render.json.result import RESULT_SCHEMA_ID, encode_json, encode_notice, encode_number
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.formulas import render_definitions, render_equation, render_notices
from graddiff.render.terminal.table import Cell, lay_out_table

ViewRow = Sequence[Any]  # of texts, numbers, and None for a number that does not exist


class DerivativeView(NamedTuple):
    """The answer of one view, built by keyword: the members of its JSON (`head` about the point,
    `body` of its own), either rows of a table or equations, and the exit code."""

    head: Mapping[str, Any]
    body: Mapping[str, Any]
    table: Sequence[ViewRow] = ()
    lines: Sequence[tuple[str, str]] = ()  # the left and the right side of each equation
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
    """Returns a view at a point. Its exit code is 4 unless the gradient and all the required
    numbers are finite."""
    is_finite = result.graph.arithmetic.is_finite
    numbers = (number for row in required_numbers for number in row.values())
    is_complete = result.complete and all(map(is_finite, numbers))
    return DerivativeView(
        head={"at": result.at, "value": result.value, "gradient": result.gradient},
        body=body,
        table=table,
        notices=result.notices,
        code=0 if is_complete else PointError.exit_code,
    )


def render_view_json(expression: Expression, view: DerivativeView) -> str:
    """Returns the JSON document, one line."""
    content = {"schema": RESULT_SCHEMA_ID, "expression": expression.text, **view.head, **view.body}
    document = {name: encode_members(member) for name, member in content.items()}
    if view.where:
        document["where"] = encode_members(view.where)
    document["notices"] = [encode_notice(notice) for notice in view.notices]
    return encode_json(document) + "\n"


def encode_members(value: Any) -> Json:
    """Returns mappings and lists with every number in them as JSON has it."""
    if isinstance(value, Mapping):
        return {name: encode_members(member) for name, member in value.items()}
    if isinstance(value, list):
        return [encode_members(member) for member in value]
    if value is None or isinstance(value, str | int):
        return value
    return encode_number(value)


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
