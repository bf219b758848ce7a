"""Expected against found, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from graddiff.checks.expectations import ComparedExpectation
from graddiff.notation.numerals import format_number
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.table import Cell, lay_out_table


def render_comparison(
    checks: Sequence[ComparedExpectation], digits: int, canvas: Canvas
) -> list[Line]:
    """A row a quantity: what was expected, what was found, and whether that is the same."""

    rows: list[list[Cell]] = [
        [[[Segment(title, "head")]] for title in ("quantity", "expected", "found", "ok")]
    ]
    for check in checks:
        same = (
            format_number(check.expected, digits) == format_number(check.actual, digits)
            and not check.ok
        )
        expected, found = (
            repr(check.expected) if same else format_number(check.expected, digits),
            repr(check.actual) if same else format_number(check.actual, digits),
        )
        verdict = Segment("yes", "right") if check.ok else Segment("no", "wrong")
        rows.append(
            [
                [[Segment(canvas.transliterate(check.quantity))]],
                [[Segment(expected)]],
                [[Segment(found)]],
                [[verdict]],
            ]
        )
    return lay_out_table(rows, "lrrl", canvas)
