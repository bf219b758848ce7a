"""Derivatives as formulas: lines of text, LaTeX, JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graddiff.algebra.derivatives import Derivatives
from graddiff.notation.labels import format_headline
from graddiff.render.json.result import RESULT_SCHEMA_ID, encode_json, encode_notice
from graddiff.render.terminal.canvas import Canvas, Line, Segment


def render_formulas(derivatives: Derivatives, canvas: Canvas) -> Iterator[Line]:
    """The expression, ∂f/∂x = … for each name, and below what letters in them stand for."""
    output, written = derivatives.expression.output_name, derivatives.written()
    yield [Segment(canvas.transliterate(format_headline(derivatives.expression)), "head")]
    yield []
    for name, formula in written.formulas.items():
        yield [
            Segment(canvas.transliterate(f"∂{output}/∂{name} = "), "partial"),
            Segment(canvas.transliterate(formula)),
        ]
    yield from render_definitions(written.where, canvas)
    if not written.formulas:
        yield [Segment("no derivatives: nothing to differentiate by", "head")]
    for one in derivatives.notices:
        yield [Segment(canvas.transliterate(f"{one.kind}: {one.message}"), "notice")]


def render_definitions(where: Mapping[str, str], canvas: Canvas) -> Iterator[Line]:
    """`where u = …`, one a line."""
    for position, (name, formula) in enumerate(where.items()):
        lead = "      " if position else "where "
        yield [
            Segment(lead, "quiet"),
            Segment(canvas.transliterate(f"{name} = "), "partial"),
            Segment(canvas.transliterate(formula)),
        ]


def render_latex_formulas(derivatives: Derivatives) -> Iterator[str]:
    """A line of LaTeX a derivative, without the signs that begin and end mathematics."""
    from graddiff.notation.latex import LATEX

    written = derivatives.written(LATEX)
    output = LATEX.format_name(derivatives.expression.output_name)
    for name, formula in written.formulas.items():
        yield (
            rf"\frac{{\partial {output}}}{{\partial {LATEX.format_name(name)}}} = {formula}" + "\n"
        )
    for name, formula in written.where.items():
        yield rf"\text{{where }} {LATEX.format_name(name)} = {formula}" + "\n"


def render_formulas_json(derivatives: Derivatives) -> str:
    """The JSON document; "where" is there if a formula needs it, in an order in which each uses earlier ones only."""
    written = derivatives.written()
    content: dict[str, Any] = {
        "schema": RESULT_SCHEMA_ID,
        "expression": derivatives.expression.text,
        "derivatives": written.formulas,
    }
    if written.where:
        content["where"] = written.where
    content["notices"] = [encode_notice(one) for one in derivatives.notices]
    return encode_json(content) + "\n"
