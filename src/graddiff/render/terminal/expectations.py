"""Expected quantities against computed ones, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from graddiff.checks.expectations import ComparedExpectation
from graddiff.notation.numerals import format_number
from graddiff.render.terminal.canvas import Canvas, Line
from graddiff.render.terminal.table import Cell, lay_out_table, make_cell, make_title_row


def render_comparison(
    comparisons: Sequence[ComparedExpectation], digits: int, canvas: Canvas
) -> list[Line]:
    """Returns a row for each quantity: what was expected, what was found, and whether they agree
    within the tolerance."""
    rows = [make_title_row(("quantity", "expected", "found", "ok"))]
    for comparison in comparisons:
        expected, actual = format_pair(comparison, digits)
        verdict = make_cell("yes", "right") if comparison.ok else make_cell("no", "wrong")
        name = make_cell(canvas.transliterate(comparison.quantity))
        row: list[Cell] = [name, make_cell(expected), make_cell(actual), verdict]
        rows.append(row)
    return lay_out_table(rows, "lrrl", canvas)


def format_pair(comparison: ComparedExpectation, digits: int) -> tuple[str, str]:
    """Returns what was expected and what was found, with so many digits; with all of them where
    two numbers that differ would look the same."""
    expected, actual = comparison.expected, comparison.actual
    texts = format_number(expected, digits), format_number(actual, digits)
    if texts[0] == texts[1] and not comparison.ok:
        return repr(expected), repr(actual)
    return texts
