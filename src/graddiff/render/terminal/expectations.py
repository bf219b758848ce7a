"""Expected against found, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from graddiff.checks.expectations import Check
from graddiff.notation.numerals import exactly
from graddiff.numbers.kind import Number
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.table import Cell, lay_out


def comparison(checks: Sequence[Check], digits: int, canvas: Canvas) -> list[Line]:
    """A row a quantity: what was expected, what was found, and whether that is the same."""

    def number(value: Number) -> str:
        if value != value:
            return "undefined"
        return format(value + 0.0, f".{digits}g") if isinstance(value, float) else exactly(value)

    rows: list[list[Cell]] = [
        [[[Segment(title, "head")]] for title in ("quantity", "expected", "found", "ok")]
    ]
    for check in checks:
        same = number(check.expected) == number(check.found) and not check.ok
        expected, found = (
            (repr if same else number)(check.expected),
            (repr if same else number)(check.found),
        )
        verdict = Segment("yes", "right") if check.ok else Segment("no", "wrong")
        rows.append(
            [
                [[Segment(canvas.written(check.quantity))]],
                [[Segment(expected)]],
                [[Segment(found)]],
                [[verdict]],
            ]
        )
    return lay_out(rows, "lrrl", canvas)
