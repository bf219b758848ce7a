"""Derivatives as formulas, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from graddiff.algebra.derivatives import Derivatives
from graddiff.errors import Notice
from graddiff.notation.labels import format_headline
from graddiff.render.terminal.canvas import Canvas, Line, Segment


def render_formulas(derivatives: Derivatives, canvas: Canvas) -> Iterator[Line]:
    """Yields the expression, ∂f/∂x = … for each name, and what new letters in them stand for."""
    output, texts = derivatives.expression.output_name, derivatives.written()
    yield [Segment(canvas.transliterate(format_headline(derivatives.expression)), "head")]
    yield []
    for name, formula in texts.formulas.items():
        yield render_equation(f"∂{output}/∂{name}", formula, canvas)
    yield from render_definitions(texts.where, canvas)
    if not texts.formulas:
        yield [Segment("no derivatives: nothing to differentiate by", "head")]
    yield from render_notices(derivatives.notices, canvas)


def render_equation(left: str, right: str, canvas: Canvas) -> Line:
    return [
        Segment(canvas.transliterate(f"{left} = "), "partial"),
        Segment(canvas.transliterate(right)),
    ]


def render_definitions(definitions: Mapping[str, str], canvas: Canvas) -> Iterator[Line]:
    """Yields `where u = …`, one line for each definition."""
    lead = "where "
    for name, formula in definitions.items():
        yield [Segment(lead, "quiet"), *render_equation(name, formula, canvas)]
        lead = " " * len(lead)


def render_notices(notices: Iterable[Notice], canvas: Canvas) -> Iterator[Line]:
    for notice in notices:
        yield [Segment(canvas.transliterate(f"{notice.kind}: {notice.message}"), "notice")]
