"""Derivatives as formulas: lines of text, LaTeX, JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from graddiff.algebra.derivatives import Derivatives
from graddiff.errors import Notice
from graddiff.notation.labels import format_headline
from graddiff.notation.latex import LATEX
from graddiff.render.json.result import RESULT_SCHEMA_ID, encode_json, encode_notice
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


def render_latex_formulas(derivatives: Derivatives) -> Iterator[str]:
    """Yields a line of LaTeX for each derivative and each definition, without the signs that begin
    and end mathematics."""
    texts = derivatives.written(LATEX)
    output = LATEX.format_name(derivatives.expression.output_name)
    for name, formula in texts.formulas.items():
        variable = LATEX.format_name(name)
        yield rf"\frac{{\partial {output}}}{{\partial {variable}}} = {formula}" + "\n"
    for line in list_latex_definitions(texts.where):
        yield line + "\n"


def list_latex_definitions(definitions: Mapping[str, str]) -> Iterator[str]:
    for name, formula in definitions.items():
        yield rf"\text{{where }} {LATEX.format_name(name)} = {formula}"


def render_formulas_json(derivatives: Derivatives) -> str:
    """Returns the JSON document. Its member "where" is there if a formula needs it, in an order in
    which each definition uses earlier ones only."""
    texts = derivatives.written()
    document: dict[str, object] = {
        "schema": RESULT_SCHEMA_ID,
        "expression": derivatives.expression.text,
        "derivatives": texts.formulas,
    }
    if texts.where:
        document["where"] = texts.where
    document["notices"] = [encode_notice(notice) for notice in derivatives.notices]
    return encode_json(document) + "\n"
