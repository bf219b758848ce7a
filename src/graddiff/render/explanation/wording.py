"""The lines of an explanation, each with its style and indentation, before they are set."""

from collections.abc import Iterator
from typing import NamedTuple

from graddiff.autodiff.result import Result
from graddiff.notation.labels import format_headline
from graddiff.notation.numerals import DEFAULT_DIGITS, format_number
from graddiff.render.explanation.steps import (
    Derivative,
    EdgeContribution,
    Explanation,
    ForwardStep,
    ReverseStep,
)

MAX_EXPLAINED_LINES = 100  # steps of each pass that are explained without --all
MAX_SHOWN_TERMS = 6  # terms of a sum
ROUNDING_LIMIT = 1e-14  # a number below this, other than 0, is likely to be a rounding error

FORWARD_SENTENCE = (
    "Forward pass: each line is computed from variables, constants and earlier lines."
)
REVERSE_SENTENCES = (
    "Backward pass: the adjoint of a quantity v is ∂{f}/∂v, which is the rate at which {f} "
    "changes with v. A local partial such as ∂v/∂x is the derivative of one line by one quantity "
    "on its right side, with the other quantities held fixed. By the chain rule, each quantity "
    "on the right side of a line gets a contribution: the adjoint of the line × the local "
    "partial. The adjoint of a quantity is the sum of the contributions that it gets. The lines "
    "are taken from the last to the first: a line is used only by lines below it, so its adjoint "
    "is complete when its turn comes."
)
SEED_SENTENCE = "the adjoint of {f} itself is ∂{f}/∂{f} = 1"
COMPLETE_SENTENCE = (
    "All contributions are added up: the adjoints of the variables are the gradient."
)
DIGITS_SENTENCE = "Numbers are computed with 16 digits and shown with {digits}."
ROUNDING_SENTENCE = (
    "A number such as 1.2e-16, which is 1.2 times 10^-16, is in effect 0: rounding leaves it "
    "where the exact result is 0, as in sin(pi), where pi is cut off after 16 digits."
)


class ExplainedLine(NamedTuple):
    """A line of an explanation: the name of its style, its indentation in columns, its text."""

    style: str
    indent: int
    text: str


BLANK_LINE = ExplainedLine("", 0, "")


def generate_explanation_lines(
    result: Result, explanation: Explanation, digits: int, everything: bool
) -> Iterator[ExplainedLine]:
    """Yields every line of an explanation; `everything` leaves no steps out."""
    f = explanation.output
    limit = None if everything else MAX_EXPLAINED_LINES
    yield from generate_headline(result, digits)
    yield BLANK_LINE
    yield ExplainedLine("head", 0, FORWARD_SENTENCE)
    yield BLANK_LINE
    for step in explanation.forward[:limit]:
        yield ExplainedLine("", 2, format_forward_step(step))
    yield from generate_omission(len(explanation.forward), limit)
    yield BLANK_LINE
    yield ExplainedLine("head", 0, REVERSE_SENTENCES.format(f=f))
    yield BLANK_LINE
    yield ExplainedLine("", 2, SEED_SENTENCE.format(f=f))
    for rule in explanation.reverse[:limit]:
        yield BLANK_LINE
        yield from generate_reverse_step(rule)
    yield from generate_omission(len(explanation.reverse), limit)
    for notice in result.notices:
        yield BLANK_LINE
        yield ExplainedLine("notice", 0, f"{notice.kind}: {notice.message}")
    yield BLANK_LINE
    yield from generate_gradient(f, explanation.gradient)


def generate_headline(result: Result, digits: int) -> Iterator[ExplainedLine]:
    """Yields the expression, the point, and what to know about the numbers."""
    headline = format_headline(result.expression)
    if result.at:
        bindings = [
            f"{name} = {format_number(value, DEFAULT_DIGITS)}" for name, value in result.at.items()
        ]
        headline += f"   at {', '.join(bindings)}"
    yield ExplainedLine("head", 0, headline)
    numbers = [value for value in result.graph.values if isinstance(value, float)]
    if any(float(format_number(value, digits)) != value for value in numbers):
        yield ExplainedLine("quiet", 0, DIGITS_SENTENCE.format(digits=digits))
    if any(0 < abs(value) < ROUNDING_LIMIT for value in numbers):
        yield ExplainedLine("quiet", 0, ROUNDING_SENTENCE)


def generate_reverse_step(step: ReverseStep) -> Iterator[ExplainedLine]:
    """Yields a line of the reverse pass, and below it what each of its operands gets."""
    text = f"{step.name} = {step.formula}, whose adjoint is {step.adjoint}: {step.words}"
    yield ExplainedLine("partial", 2, text)
    for flow in step.flows:
        yield ExplainedLine("", 4, format_contribution(step, flow))


def generate_gradient(f: str, gradient: tuple[Derivative, ...]) -> Iterator[ExplainedLine]:
    """Yields the requested derivatives of the output, whose name is f, as sums of contributions."""
    if gradient:
        yield ExplainedLine("", 0, COMPLETE_SENTENCE)
    for name, terms, total in gradient:
        yield ExplainedLine("adjoint", 0, f"∂{f}/∂{name} = {format_explained_sum(terms, total)}")


def generate_omission(count: int, limit: int | None) -> Iterator[ExplainedLine]:
    """Yields the number of steps that are left out, if any are."""
    if limit is not None and count > limit:
        yield ExplainedLine("notice", 2, f"… and {count - limit:,} more (--all)")


def format_forward_step(step: ForwardStep) -> str:
    """Returns a line such as `v1 = x + y = 1 + 3 = 4`."""
    return " = ".join([step.name, *deduplicate_sides(step.formula, step.numbers, step.value)])


def format_contribution(step: ReverseStep, flow: EdgeContribution) -> str:
    """Returns `∂v1/∂x = 1, so x gets -3 × 1 = -3`, and the sum so far if x is used elsewhere."""
    sides = deduplicate_sides(flow.formula, flow.numbers, flow.partial)
    factors = f"{bracket_negative(flow.adjoint)} × {bracket_negative(flow.partial)}"
    line = (
        f"∂{step.name}/∂{flow.operand} = {' = '.join(sides)}, "
        f"so {flow.operand} gets {factors} = {flow.contribution}"
    )
    if flow.before is not None:
        sum_so_far = format_explained_sum((flow.before, flow.contribution), flow.total)
        return f"{line}, in all {sum_so_far}"
    if flow.uses > 1:
        return f"{line}, the first of its {flow.uses} contributions"
    return line


def format_explained_sum(terms: tuple[str, ...], total: str) -> str:
    """Returns `2 + 3 - 1 = 4`, or the total alone if there is nothing to add."""
    if len(terms) < 2:
        return total
    shown = terms
    if len(terms) > MAX_SHOWN_TERMS:
        shown = (*terms[:MAX_SHOWN_TERMS], "…")
    return f"{' + '.join(shown).replace('+ -', '- ')} = {total}"


def deduplicate_sides(*texts: str) -> list[str]:
    """Returns the sides of an equation without empty ones, each once."""
    return [*dict.fromkeys(filter(None, texts))]


def bracket_negative(text: str) -> str:
    """Returns a number as it stands beside a sign: a negative one in brackets."""
    return f"({text})" if text.startswith("-") else text
