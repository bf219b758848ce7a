"""Derivatives beyond the gradient: as a table, as lines of formulas, as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from graddiff.autodiff.result import Result
from graddiff.errors import Notice
from graddiff.language.expression import Expression
from graddiff.notation.labels import headline
from graddiff.notation.numerals import exactly
from graddiff.numbers.kind import Number
from graddiff.render.json.result import SCHEMA, encoded, notice, number
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.formulas import defined
from graddiff.render.terminal.table import Cell, lay_out

Row = Sequence[Any]  # of texts and numbers


class Answer(NamedTuple):
    """What one view has to say: the members of its JSON, either rows of a table or lines of text, and
    the exit code."""

    head: Mapping[str, Any]
    body: Mapping[str, Any]
    table: Sequence[Row] = ()
    lines: Sequence[tuple[str, str]] = ()  # what stands left and right of the sign of equality
    where: Mapping[str, str] = {}
    latex: Sequence[str] = ()
    notices: tuple[Notice, ...] = ()
    code: int = 0


def numbers(
    result: Result,
    body: Mapping[str, Any],
    table: Sequence[Row],
    found: Sequence[Mapping[str, Any]],
) -> Answer:
    """An answer at a point; `found` are the numbers that have to exist."""
    kind = result.graph.kind
    complete = result.complete and all(
        kind.finite(value) for row in found for value in row.values()
    )
    head = {"at": result.at, "value": result.value, "gradient": result.gradient}
    return Answer(head, body, table=table, notices=result.notices, code=0 if complete else 4)


def document(expression: Expression, answer: Answer) -> str:
    """The JSON document, one line."""
    content = {"schema": SCHEMA, "expression": expression.text, **answer.head, **answer.body}
    where = {"where": answer.where} if answer.where else {}
    return (
        encoded({**as_json(content), **where, "notices": [notice(one) for one in answer.notices]})
        + "\n"
    )


def as_json(value: Any) -> Any:
    """Mappings and lists as they are, numbers as JSON has them."""
    if isinstance(value, Mapping):
        return {name: as_json(member) for name, member in value.items()}
    if isinstance(value, list):
        return [as_json(member) for member in value]
    return value if value is None or isinstance(value, str | int) else number(value)


def written(expression: Expression, answer: Answer, canvas: Canvas, digits: int) -> Iterator[Line]:
    """The expression and the point, the table or the formulas, the notices."""
    at = ", ".join(
        f"{name} = {shown(value, digits)}" for name, value in answer.head.get("at", {}).items()
    )
    yield [
        Segment(canvas.written(headline(expression)), "head"),
        Segment(canvas.written(f"   at {at}" if at else ""), "quiet"),
    ]
    yield []
    if answer.table:
        yield from drawn(answer.table, canvas, digits)
    for left, right in answer.lines:
        yield [Segment(canvas.written(f"{left} = "), "partial"), Segment(canvas.written(right))]
    yield from defined(answer.where, canvas)
    for one in answer.notices:
        yield [Segment(canvas.written(f"{one.kind}: {one.message}"), "notice")]


def drawn(table: Sequence[Row], canvas: Canvas, digits: int) -> Iterator[Line]:
    """Rows with their columns aligned; an empty row divides two tables."""
    parts: list[list[Row]] = [[]]
    for row in table:
        if row:
            parts[-1].append(row)
        else:
            parts.append([])
    for position, rows in enumerate(parts):
        if position:
            yield []
        cells: list[list[Cell]] = [
            [[[segment(cell, canvas, digits)]] for cell in row] for row in rows
        ]
        yield from lay_out(cells, "l" + "r" * (len(rows[0]) - 1), canvas)


def segment(cell: Any, canvas: Canvas, digits: int) -> Segment:
    if isinstance(cell, str):
        return Segment(canvas.written(cell), "head")
    if cell is None:
        return Segment("none", "quiet")
    return Segment(shown(cell, digits), "adjoint")


def shown(value: Number, digits: int) -> str:
    if value != value:
        return "undefined"
    return format(value + 0.0, f".{digits}g") if isinstance(value, float) else exactly(value)
