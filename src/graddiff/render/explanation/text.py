"""An explanation as text, as Markdown and as LaTeX."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.autodiff.result import Result
from graddiff.notation.labels import format_headline
from graddiff.notation.latex import LATEX
from graddiff.notation.numerals import format_number
from graddiff.notation.style import SPACED
from graddiff.numbers.arithmetic import Number
from graddiff.render.explanation.steps import (
    EdgeContribution,
    Explanation,
    ExplanationStyle,
    ForwardStep,
    ReverseStep,
    explain_result,
)
from graddiff.render.terminal.canvas import Canvas, Line, wrap_text

MAX_EXPLAINED_LINES = 100  # lines that are explained without --all

FORWARD_SENTENCE = "Forward pass: each line is computed from lines above it."
REVERSE_SENTENCES = (
    "Backward pass: the adjoint of v is ∂{f}/∂v, which is how much {f} changes for a small change of v. A local "
    "partial such as ∂v/∂x is an ordinary derivative, of one line by one quantity on its right side, the others held "
    "fixed. By the chain rule, each quantity on the right side of a line gets the adjoint of the line × the local "
    "partial; one that is used in several lines adds up what it gets. Lines are taken from the last to the first: only "
    "lines below use a line, so its adjoint is complete when its turn comes."
)
SEED_SENTENCE = "the adjoint of {f} itself is ∂{f}/∂{f} = 1"
COMPLETE_SENTENCE = "All variables have got what they get: their adjoints are the derivatives."
DIGITS_SENTENCE = "Numbers are computed with 16 digits and shown with {digits}."
ROUNDING_LIMIT = 1e-14
ROUNDING_SENTENCE = (
    "A number such as 1.2e-16, which is 1.2 times 10^-16, is in effect 0: it is what rounding leaves where the exact "
    "result is 0, as for sin(pi) with a pi that is cut off after 16 digits."
)


def render_explanation(
    result: Result, canvas: Canvas, digits: int, everything: bool
) -> Iterator[Line]:
    """Lines for a terminal, broken to its width."""
    found = explain_result(
        result, ExplanationStyle(SPACED, str, lambda value: format_number(value, digits))
    )
    for style, indent, written in generate_explanation_lines(result, found, digits, everything):
        yield from wrap_text(written, style, indent, canvas)


def generate_explanation_lines(
    result: Result, explanation: Explanation, digits: int, everything: bool
) -> Iterator[tuple[str, int, str]]:
    """Every line with its style and indentation."""
    f = explanation.output
    at = ", ".join(f"{name} = {format_number(value, 7)}" for name, value in result.at.items())
    yield "head", 0, format_headline(result.expression) + (f"   at {at}" if at else "")
    numbers = [value for value in result.graph.values if isinstance(value, float)]
    if any(float(format_number(value, digits)) != value for value in numbers):
        yield "quiet", 0, DIGITS_SENTENCE.format(digits=digits)
    if any(0 < abs(value) < ROUNDING_LIMIT for value in numbers):
        yield "quiet", 0, ROUNDING_SENTENCE
    yield "", 0, ""
    yield "head", 0, FORWARD_SENTENCE
    yield "", 0, ""
    forward, backward = explanation.forward, explanation.reverse
    shown = len(forward) if everything else MAX_EXPLAINED_LINES
    for step in forward[:shown]:
        yield "", 2, format_forward_step(step)
    yield from render_omission(len(forward) - shown)
    yield "", 0, ""
    yield "head", 0, REVERSE_SENTENCES.format(f=f)
    yield "", 0, ""
    yield "", 2, SEED_SENTENCE.format(f=f)
    for rule in backward[:shown]:
        yield "", 0, ""
        yield (
            "partial",
            2,
            f"{rule.name} = {rule.formula}, whose adjoint is {rule.adjoint}: {rule.words}",
        )
        for flow in rule.flows:
            yield "", 4, format_contribution(rule, flow)
    yield from render_omission(len(backward) - shown)
    for notice in result.notices:
        yield "", 0, ""
        yield "notice", 0, f"{notice.kind}: {notice.message}"
    yield "", 0, ""
    if explanation.gradient:
        yield "", 0, COMPLETE_SENTENCE
    for name, terms, total in explanation.gradient:
        yield "adjoint", 0, f"∂{f}/∂{name} = {format_explained_sum(terms, total)}"


def render_omission(count: int) -> Iterator[tuple[str, int, str]]:
    if count > 0:
        yield "notice", 2, f"… and {count:,} more (--all)"


def format_forward_step(step: ForwardStep) -> str:
    return " = ".join([step.name, *deduplicate_sides(step.formula, step.numbers, step.value)])


def format_contribution(rule: ReverseStep, flow: EdgeContribution) -> str:
    """`∂v1/∂x = 1, so x gets -3 × 1 = -3`, and at a fan-out the running sum."""
    partial = " = ".join(deduplicate_sides(flow.formula, flow.numbers, flow.partial))
    gets = (
        f"{bracket_negative(flow.adjoint)} × {bracket_negative(flow.partial)} = {flow.contribution}"
    )
    line = f"∂{rule.name}/∂{flow.operand} = {partial}, so {flow.operand} gets {gets}"
    if flow.before is None:
        return f"{line}, the first of {flow.uses} that it gets" if flow.uses > 1 else line
    return f"{line}, in all {format_explained_sum((flow.before, flow.contribution), flow.total)}"


def format_explained_sum(terms: tuple[str, ...], total: str) -> str:
    if len(terms) < 2:
        return total
    shown = terms if len(terms) <= 6 else (*terms[:6], "…")
    return f"{' + '.join(shown).replace('+ -', '- ')} = {total}"


def render_markdown_explanation(result: Result, digits: int, everything: bool) -> Iterator[str]:
    """The same as Markdown."""
    found = explain_result(
        result, ExplanationStyle(SPACED, str, lambda value: format_number(value, digits))
    )
    for style, indent, written in generate_explanation_lines(result, found, digits, everything):
        if style == "head":
            title, colon, rest = written.partition(": ")
            yield (
                f"## {title}\n\n{rest}\n"
                if colon and indent == 0 and rest
                else f"# {wrap_in_code_span(written)}\n"
            )
        elif not written:
            yield "\n"
        else:
            yield f"{'  ' * (indent // 4)}- {wrap_in_code_span(written)}\n"


def wrap_in_code_span(text: str) -> str:
    """Formulas in Markdown stand in code spans, so that nothing in them acts."""
    fence = "`" * (2 if "`" in text else 1)
    return f"{fence}{text}{fence}"


def render_latex_explanation(result: Result, digits: int) -> Iterator[str]:
    """The same as align environments (amsmath), which stand in a text of one's own."""
    found = explain_result(
        result,
        ExplanationStyle(
            LATEX, LATEX.format_name, lambda value: format_latex_number(value, digits)
        ),
    )
    f = found.output
    if found.forward:
        lines = (
            f"{step.name} &= {' = '.join(deduplicate_sides(step.formula, step.numbers, step.value))}"
            for step in found.forward
        )
        yield "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}\n"
    yield "\\begin{align*}\n"
    rows = [f"\\bar{{{f}}} &= 1"]
    for rule in found.reverse:
        for flow in rule.flows:
            sign = "=" if flow.before is None else "\\mathrel{+}="
            product = f"{bracket_negative(flow.adjoint)} \\cdot {bracket_negative(flow.partial)} = {flow.contribution}"
            steps = f"\\bar{{{rule.name}}} \\cdot \\left({flow.formula}\\right) = {product}"
            rows.append(f"\\bar{{{flow.operand}}} &{sign} {steps}")
    yield " \\\\\n".join(rows) + "\n\\end{align*}\n"
    if found.gradient:
        sums = (
            f"\\frac{{\\partial {f}}}{{\\partial {n}}} &= {format_explained_sum(terms, total)}"
            for n, terms, total in found.gradient
        )
        yield "\\begin{align*}\n" + " \\\\\n".join(sums) + "\n\\end{align*}\n"
    for notice in result.notices:
        yield f"% {notice.kind}: {notice.message}\n"


def deduplicate_sides(*texts: str) -> list[str]:
    """The sides of an equation, each once."""
    return [*dict.fromkeys(filter(None, texts))]


def bracket_negative(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def format_latex_number(value: Number, digits: int) -> str:
    """A number in LaTeX: 1.2 · 10^-16, a fraction with a line."""
    text = format_number(value, digits)
    mantissa, e, exponent = text.partition("e")
    if e and mantissa[-1].isdigit():
        return f"{mantissa} \\cdot 10^{{{int(exponent)}}}"
    above, slash, below = text.partition("/")
    return (
        f"\\frac{{{above}}}{{{below}}}"
        if slash
        else {"inf": "\\infty", "-inf": "-\\infty"}.get(text, text)
    )
