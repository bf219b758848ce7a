"""Derivatives as formulas in LaTeX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graddiff.algebra.derivatives import Derivatives
from graddiff.notation.latex import LATEX


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
