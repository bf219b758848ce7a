"""Derivatives as formulas: lines of text, LaTeX, JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graddiff.algebra.derivatives import Derivatives
from graddiff.notation.labels import headline
from graddiff.render.json.result import SCHEMA, encoded, notice
from graddiff.render.terminal.canvas import Canvas, Line, Segment


def lines(found: Derivatives, canvas: Canvas) -> Iterator[Line]:
    """The expression, ∂f/∂x = … for each name, and below what letters in them stand for."""
    output, written = found.expression.output_name, found.written()
    yield [Segment(canvas.written(headline(found.expression)), "head")]
    yield []
    for name, formula in written.formulas.items():
        yield [
            Segment(canvas.written(f"∂{output}/∂{name} = "), "partial"),
            Segment(canvas.written(formula)),
        ]
    yield from defined(written.where, canvas)
    if not written.formulas:
        yield [Segment("no derivatives: nothing to differentiate by", "head")]
    for one in found.notices:
        yield [Segment(canvas.written(f"{one.kind}: {one.message}"), "notice")]


def defined(where: Mapping[str, str], canvas: Canvas) -> Iterator[Line]:
    """`where u = …`, one a line."""
    for position, (name, formula) in enumerate(where.items()):
        lead = "      " if position else "where "
        yield [
            Segment(lead, "quiet"),
            Segment(canvas.written(f"{name} = "), "partial"),
            Segment(canvas.written(formula)),
        ]


def latex(found: Derivatives) -> Iterator[str]:
    """A line of LaTeX a derivative, without the signs that begin and end mathematics."""
    from graddiff.notation.latex import LATEX

    written = found.written(LATEX)
    output = LATEX.name(found.expression.output_name)
    for name, formula in written.formulas.items():
        yield rf"\frac{{\partial {output}}}{{\partial {LATEX.name(name)}}} = {formula}" + "\n"
    for name, formula in written.where.items():
        yield rf"\text{{where }} {LATEX.name(name)} = {formula}" + "\n"


def document(found: Derivatives) -> str:
    """The JSON document; "where" is there if a formula needs it, in an order in which each uses earlier ones only."""
    written = found.written()
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "expression": found.expression.text,
        "derivatives": written.formulas,
    }
    if written.where:
        content["where"] = written.where
    content["notices"] = [notice(one) for one in found.notices]
    return encoded(content) + "\n"
