"""The derivatives of a result beside those of three other methods, and whether they agree."""

from __future__ import annotations

from collections.abc import Sequence

from graddiff.autodiff.result import Result
from graddiff.checks.verification import VerifiedDerivative
from graddiff.notation.numerals import format_sentence_number
from graddiff.render.views.model import DerivativeView, ViewRow, build_point_view

VERIFICATION_TITLES = (
    "verify",
    "reverse mode",
    "forward mode",
    "formula",
    "difference quotient",
    "estimated error",
    "sides",
    "",
)


def build_verification_view(
    result: Result, comparisons: Sequence[VerifiedDerivative]
) -> DerivativeView:
    """Returns the view with a row for each derivative. Its exit code is 1 where a method differs
    from reverse mode."""
    rows = []
    table: list[ViewRow] = [VERIFICATION_TITLES]
    for comparison in comparisons:
        slopes = comparison.slopes
        rows.append({**comparison._asdict(), "slopes": None if slopes is None else [*slopes]})
        table.append([*comparison[:6], format_slopes(slopes), comparison.note])
    view = build_point_view(result, {"verify": rows}, table, [])
    if all(comparison.ok for comparison in comparisons):
        return view
    return view._replace(code=1)


def format_slopes(slopes: tuple[float | None, float | None] | None) -> str:
    """Returns the slopes on both sides, as in `-1 | 1`."""
    if slopes is None:
        return ""
    return " | ".join(
        "none" if slope is None else format_sentence_number(slope) for slope in slopes
    )
