"""An explanation as text for a terminal, as Markdown and as LaTeX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graddiff.autodiff.result import Result
from graddiff.notation.latex import LATEX
from graddiff.notation.numerals import format_number
from graddiff.notation.style import SPACED
from graddiff.numbers.arithmetic import Number
from graddiff.render.explanation.steps import Explanation, ExplanationStyle, explain_result
from graddiff.render.explanation.wording import (
    ExplainedLine,
    bracket_negative,
    deduplicate_sides,
    format_explained_sum,
    generate_explanation_lines,
)
from graddiff.render.terminal.canvas import Canvas, Line, wrap_text


def render_explanation(
    result: Result, canvas: Canvas, digits: int, everything: bool
) -> Iterator[Line]:
    """Yields the lines of an explanation for a terminal, wrapped to its width.

    Numbers have so many significant digits; `everything` leaves no steps of a long graph out.
    """
    for style, indent, text in explain_in_plain_text(result, digits, everything):
        yield from wrap_text(text, style, indent, canvas)


def render_markdown_explanation(result: Result, digits: int, everything: bool) -> Iterator[str]:
    """Yields the same as Markdown."""
    for line in explain_in_plain_text(result, digits, everything):
        if line.style == "head":
            yield format_markdown_heading(line)
        elif not line.text:
            yield "\n"
        else:
            yield f"{'  ' * (line.indent // 4)}- {wrap_in_code_span(line.text)}\n"


def explain_in_plain_text(result: Result, digits: int, everything: bool) -> Iterator[ExplainedLine]:
    """Yields the lines that a terminal and Markdown share."""
    style = ExplanationStyle(SPACED, str, lambda value: format_number(value, digits))
    return generate_explanation_lines(result, explain_result(result, style), digits, everything)


def format_markdown_heading(line: ExplainedLine) -> str:
    """Returns a section heading and its paragraph for a sentence that names a pass before a colon,
    and a page heading for any other text, which is the expression."""
    title, _, rest = line.text.partition(": ")
    if rest:
        return f"## {title}\n\n{rest}\n"
    return f"# {wrap_in_code_span(line.text)}\n"


def wrap_in_code_span(text: str) -> str:
    """Returns text as a code span of Markdown, in which no sign is special."""
    fence = "`" * (2 if "`" in text else 1)
    return f"{fence}{text}{fence}"


def render_latex_explanation(result: Result, digits: int) -> Iterator[str]:
    """Yields the same as align environments (amsmath) to be put into a document, notices as
    comments."""
    style = ExplanationStyle(
        LATEX, LATEX.format_name, lambda value: format_latex_number(value, digits)
    )
    explanation = explain_result(result, style)
    if explanation.forward:
        yield format_align_environment(format_latex_forward_pass(explanation))
    yield format_align_environment(format_latex_reverse_pass(explanation))
    if explanation.gradient:
        yield format_align_environment(format_latex_gradient(explanation))
    for notice in result.notices:
        yield f"% {notice.kind}: {notice.message}\n"


def format_align_environment(rows: Sequence[str]) -> str:
    """Returns equations aligned at their `&`."""
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}\n"


def format_latex_forward_pass(explanation: Explanation) -> list[str]:
    """Returns an equation for each line of the forward pass."""
    rows = []
    for step in explanation.forward:
        sides = deduplicate_sides(step.formula, step.numbers, step.value)
        rows.append(f"{step.name} &= {' = '.join(sides)}")
    return rows


def format_latex_reverse_pass(explanation: Explanation) -> list[str]:
    """Returns an equation for the seed and for each contribution; a bar marks an adjoint."""
    rows = [f"\\bar{{{explanation.output}}} &= 1"]
    for step in explanation.reverse:
        for flow in step.flows:
            sign = "=" if flow.before is None else "\\mathrel{+}="
            symbols = f"\\bar{{{step.name}}} \\cdot \\left({flow.formula}\\right)"
            factors = f"{bracket_negative(flow.adjoint)} \\cdot {bracket_negative(flow.partial)}"
            equation = f"{symbols} = {factors} = {flow.contribution}"
            rows.append(f"\\bar{{{flow.operand}}} &{sign} {equation}")
    return rows


def format_latex_gradient(explanation: Explanation) -> list[str]:
    """Returns an equation for each requested derivative."""
    rows = []
    for name, terms, total in explanation.gradient:
        derivative = f"\\frac{{\\partial {explanation.output}}}{{\\partial {name}}}"
        rows.append(f"{derivative} &= {format_explained_sum(terms, total)}")
    return rows


def format_latex_number(value: Number, digits: int) -> str:
    """Returns a number in LaTeX: 1.2 · 10^-16, a fraction with a line, an infinity as its sign."""
    text = format_number(value, digits)
    mantissa, e, exponent = text.partition("e")
    if e and mantissa[-1].isdigit():
        return f"{mantissa} \\cdot 10^{{{int(exponent)}}}"
    numerator, slash, denominator = text.partition("/")
    if slash:
        return f"\\frac{{{numerator}}}{{{denominator}}}"
    return {"inf": "\\infty", "-inf": "-\\infty"}.get(text, text)
