"""The table of operations, as text for people and as records for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from graddiff.operations.row import Operation
from graddiff.operations.table import ALIASES
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.table import (
    Cell,
    lay_out_table,
    make_cell,
    make_title_row,
    measure_width,
)

LEGEND = (
    "f is the operation's own value, k the number of operands equal to it; a rule is the local "
    "partial by the operand it is named after."
)
TITLES = ("operation", "meaning", "local partials", "domain", "at kinks and jumps")
NOTATION_WIDTH = 17  # columns, where each operation is a paragraph


def list_aliases(operation: Operation) -> list[str]:
    return [alias for alias, name in ALIASES.items() if name == operation.name]


def list_partial_rules(operation: Operation) -> list[tuple[str, str]]:
    """Returns operand and local partial, as the table has them. A comparison has none, and the
    condition of `where` has none either."""
    return [(name, rule) for name, rule in zip(operation.parameters, operation.partials) if rule]


def describe_convention(operation: Operation) -> str:
    """Returns where the derivative is a convention, and what is used there; "" for nowhere."""
    places = (("kink", operation.kink), ("jump", operation.jump), ("pole", operation.pole))
    texts = []
    for kind, conditions in places:
        if conditions:
            texts.append(f"{kind} where {' or '.join(conditions.split('; '))}")
    return f"{', '.join(texts)}: {operation.used}" if texts else ""


def build_operation_records(operations: Iterable[Operation]) -> list[dict[str, object]]:
    """Returns the rows as JSON has them."""
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
