"""Expected against found, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from graddiff.checks.expectations import ComparedExpectation
from graddiff.notation.numerals import format_exact_number
from graddiff.numbers.arithmetic import Number
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.table import Cell, lay_out_table


def render_comparison(
    checks: Sequence[ComparedExpectation], digits: int, canvas: Canvas
) -> list[Line]:
    """A row a quantity: what was expected, what was found, and whether that is the same."""

    def format_compared_number(value: Number) -> str:
        if value != value:
            return "undefined"
        return (
            format(value + 0.0, f".{digits}g")
            if isinstance(value, float)
            else format_exact_number(value)
        )

    rows: list[list[Cell]] = [
        [[[Segment(title, "head")]] for title in ("quantity", "expected", "found", "ok")]
    ]
    for check in checks:
        same = (
            format_compared_number(check.expected) == format_compared_number(check.actual)
            and not check.ok
        )
        expected, found = (
            (repr if same else format_compared_number)(check.expected),
            (repr if same else format_compared_number)(check.actual),
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
