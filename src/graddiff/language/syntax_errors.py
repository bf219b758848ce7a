"""Errors in the syntax of products, calls and conditions: the sentence, the place, the hint."""

from __future__ import annotations

from graddiff.errors import GrammarError
from graddiff.language.tokens import TokenizedText
from graddiff.language.user_functions import UserFunction
from graddiff.operations.row import Operation

WHERE_HINT = "where(x > 0, a, b) is a where x > 0, and b elsewhere"
NESTING_HINT = "conditions nest: where(x > 0, where(y > 0, a, b), b)"


def make_missing_operator_error(source: TokenizedText, position: int) -> GrammarError:
    """Returns the error for two operands without an operator between them."""
    before, token = source.tokens[position - 1], source.tokens[position]
    kind, kind_before = source.get_kind(position), source.get_kind(position - 1)
    hint = f"for a product, write {before}*{token}{'…' if kind == 'CALL' else ''}"
    if {before, token} & {"and", "or", "not"}:
        hint = NESTING_HINT
    if kind == "NUMBER" and kind_before == "NUMBER" and "." in before and token.startswith("."):
        hint = "a number has one decimal point"
    return GrammarError(
        f"{before} and {token} stand side by side without an operator",
        text=source.text,
        span=source.get_span(position - 1, position),
        hint=hint,
    )


def make_operand_count_error(
    source: TokenizedText, first: int, last: int, count: int, callee: Operation | UserFunction
) -> GrammarError:
    """Returns the error for a call with too few or too many operands: `count` of them."""
    needed, qualifier = len(callee.parameters), ""
    if isinstance(callee, Operation):
        if callee.variadic:
            qualifier = "at least "
        elif callee.defaults:
            qualifier = f"{callee.min_operand_count} or "
    plural = "s" if needed != 1 else ""
    verb = "is" if count == 1 else "are"
    return GrammarError(
        f"{callee.name} takes {qualifier}{needed} operand{plural}; here {verb} {count or 'none'}",
        text=source.text,
        span=source.get_span(first, last),
        hint=f"write {callee.signature}",
    )


def make_comparison_error(
    source: TokenizedText, tokens: tuple[int, int], is_condition: bool
) -> GrammarError:
    """Returns the error for a condition that does not compare, or an operand that does."""
    message = "a comparison is no number: it belongs in where"
    if is_condition:
        message = "the condition of where must be a comparison"
    return GrammarError(
        f"{message}; here {source.get_text(*tokens)}",
        text=source.text,
        span=source.get_span(*tokens),
        hint=WHERE_HINT,
    )


def make_too_many_lines_error(
    source: TokenizedText, first: int, last: int, limit: int
) -> GrammarError:
    """Returns the error for a call that unfolds to more lines than the limit."""
    return GrammarError(
        f"the calls unfold to more than {limit:,} operations",
        text=source.text,
        span=source.get_span(first, last),
        hint="name a repeated part: p = h(x); p*p",
    )


def make_missing_output_error(source: TokenizedText, function: UserFunction) -> GrammarError:
    """Returns the error for a text whose last statement defines a function."""
    return GrammarError(
        f"the last statement is the output, but it only defines {function.name}",
        text=source.text,
        span=source.get_span(len(source.tokens)),
        hint=f"call it at the end: …; {function.signature}",
    )
