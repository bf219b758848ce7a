"""The table of operations for people and for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from graddiff.operations.row import Operation
from graddiff.operations.table import ALIASES
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.table import Cell, lay_out_table, measure_width

LEGEND = (
    "f is the operation's own value, k the number of operands equal to it; a rule is the local partial by the operand "
    "it is named after."
)


def list_aliases(operation: Operation) -> list[str]:
    return [alias for alias, name in ALIASES.items() if name == operation.name]


def list_partial_rules(operation: Operation) -> list[tuple[str, str]]:
    """Operand and local partial, as the table has them; a comparison has none, a condition neither."""
    return [(name, rule) for name, rule in zip(operation.parameters, operation.partials) if rule]


def describe_convention(operation: Operation) -> str:
    """Where the derivative is agreed on, and what is used there."""
    places = [("kink", operation.kink), ("jump", operation.jump), ("pole", operation.pole)]
    told = [f"{kind} where {' or '.join(place.split('; '))}" for kind, place in places if place]
    return f"{', '.join(told)}: {operation.used}" if told else ""


def build_operation_records(operations: Iterable[Operation]) -> list[dict[str, Any]]:
    """The rows as JSON has them."""
    return [
        {
            "name": operation.name,
            "aliases": list_aliases(operation),
            "written": operation.notation,
            "meaning": operation.meaning,
            "partials": dict(list_partial_rules(operation)),
            "value": operation.value or None,
            "domain": operation.domain.split("; ") if operation.domain else [],
            "convention": describe_convention(operation) or None,
        }
        for operation in operations
    ]


def render_operations(operations: Sequence[Operation], canvas: Canvas) -> Iterator[Line]:
    """A table where there is room for it, and a paragraph a row where there is not."""
    titles = ("operation", "meaning", "local partials", "domain", "at kinks and jumps")
    rows: list[list[Cell]] = [[[[Segment(title, "head")]] for title in titles]]
    for operation in operations:
        also = f" (also {', '.join(list_aliases(operation))})" if list_aliases(operation) else ""
        partials = ", ".join(f"∂{name}: {rule}" for name, rule in list_partial_rules(operation))
        texts = (
            operation.meaning + also,
            partials,
            operation.domain,
            describe_convention(operation),
        )
        cells = [[[Segment(canvas.transliterate(text))]] for text in texts]
        rows.append([[[Segment(operation.notation, "node")]], *cells])
    table = lay_out_table(rows, "lllll", canvas._replace(width=None))
    if canvas.width is None or max(map(measure_width, table)) <= canvas.width:
        yield from table
    else:
        for row in rows[1:]:
            yield from render_operation_paragraph(row, canvas.width)
    yield []
    for text in textwrap.wrap(LEGEND, canvas.width or 1000):
        yield [Segment(text, "quiet")]


def render_operation_paragraph(row: Sequence[Cell], columns: int) -> Iterator[Line]:
    """One operation below the other, its rules indented."""
    name, *rest = (cell[0][0].text for cell in row)
    meaning, partials, domain, agreed = rest
    told = textwrap.wrap(
        f"{name:17s} {meaning}", columns, subsequent_indent=" " * 18, drop_whitespace=True
    )
    yield [Segment(name, "node"), Segment(told[0][len(name) :])]
    yield from ([Segment(line)] for line in told[1:])
    for text in (partials, f"domain: {domain}" if domain else "", agreed):
        for part in textwrap.wrap(
            text, columns - 4, initial_indent=" " * 4, subsequent_indent=" " * 6
        ):
            yield [Segment(part, "quiet")]
