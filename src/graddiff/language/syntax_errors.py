"""What is wrong with a text, in words: the sentence, the place and the hint for each way of not being an expression."""

from __future__ import annotations

from graddiff.errors import GrammarError, Span, make_printable
from graddiff.language.tokens import END, TokenizedText
from graddiff.language.user_functions import UserFunction
from graddiff.operations.row import Operation

OPERATOR_TOKENS = {"PLUS", "MINUS", "TIMES", "DIVIDE", "POWER"}
COMPARISON_TOKENS = {"LT", "LE", "GT", "GE", "EQ", "NE"}
OPENING_TOKENS = {"LPAR", "CALL"}


def make_unexpected_token_error(source: TokenizedText, position: int) -> GrammarError:
    """The error at a token that the grammar does not take there."""
    tokens = source.tokens
    token = tokens[position] if position < len(tokens) else END
    kind = source.kinds[token]
    before = tokens[position - 1] if position else END
    kind_before = source.kinds[before]
    span = source.get_span(position)

    def make_error(message: str, hint: str = "", at: Span = span) -> GrammarError:
        return GrammarError(message, text=source.text, span=at, hint=hint)

    if kind == "UNKNOWN":
        return make_error(*describe_unknown_character(token))
    opening = find_open_bracket(source, position)
    if kind == "RPAR" and opening is None:
        return make_error("this ) closes no bracket", "take it out, or open one before")
    if kind == "$END" and opening is not None:
        where = source.get_span(opening)
        return make_error(
            "this bracket is never closed", "put a ) where it ends", (where[1] - 1, where[1])
        )
    if kind in COMPARISON_TOKENS:
        return make_error(
            f"{token} stands where no comparison can: it belongs in the condition of a where",
            "where(x > 0, a, b) is a where x > 0, and b elsewhere; a second comparison takes a second where",
        )
    if kind == "DEFINE" and opening is not None and source.get_kind(opening) == "CALL":
        return make_error(
            "operands have no names in a call", f"write their values in order, without {token}"
        )
    if kind in ("DEFINE", "SIGNATURE"):
        return make_error(
            "a definition can only begin a statement",
            "separate statements by ; as in p = x + y; p*z; == compares",
        )
    if kind == "COMMA" and (opening is None or source.get_kind(opening) != "CALL"):
        return make_error(
            "a comma separates the operands of a function only", "a decimal point is a point: 1.5"
        )
    if kind in OPERATOR_TOKENS and kind_before in OPERATOR_TOKENS:
        return make_error(
            f"two operators in a row: {before} and {token}", f"an operand is missing before {token}"
        )
    if kind == "SEPARATOR" and opening is not None:
        where = source.get_span(opening)
        return make_error(
            "the statement ends inside a bracket", "put a ) where it ends", (where[1] - 1, where[1])
        )
    place = "at the end" if kind == "$END" else f"before {describe_token(token)}"
    if kind_before in OPERATOR_TOKENS | COMPARISON_TOKENS | OPENING_TOKENS | {
        "COMMA",
        "DEFINE",
        "SIGNATURE",
    }:
        return make_error(f"an operand is missing {place}, after {describe_token(before)}")
    if kind in OPERATOR_TOKENS | {"COMMA", "RPAR", "SEPARATOR", "$END"}:
        return make_error(f"an operand is missing {place}")
    return make_missing_operator_error(source, position)


def describe_token(token: str) -> str:
    """A token in a sentence: new lines have a name."""
    return "the end of the line" if token.startswith(("\n", "#")) else token


def describe_unknown_character(token: str) -> tuple[str, str]:
    """What to say about a character that is in no expression."""
    hints = {
        "=": "p = x + y defines p, at the beginning of a statement; == compares, in a where",
        "[": "brackets are round: ( )",
        "{": "brackets are round: ( )",
        "|": "the absolute value is abs(x)",
        "!": "there is no factorial; != compares, in a where",
        "%": "the remainder is mod(x, y)",
        "&": "conditions nest: where(x > 0, where(y > 0, a, b), b)",
        "√": "the square root is sqrt(x)",
        "∛": "the cube root is cbrt(x)",
        "½": "write 1/2",
        "∞": "there is no infinity: a value is a finite number",
        "'": "quote the whole expression, not a part of it",
        '"': "quote the whole expression, not a part of it",
        "$": "in single quotes the shell leaves $ alone; an expression has none",
    }
    named = make_printable(token) if token.isprintable() else f"U+{ord(token):04X}"
    return f"the character {named} is in no expression", hints.get(token, "")


def find_open_bracket(source: TokenizedText, position: int) -> int | None:
    """The last bracket before a token that is still open there."""
    closed = 0
    for index in range(position - 1, -1, -1):
        last = source.tokens[index][-1]
        if last == ")":
            closed += 1
        elif last == "(":
            if not closed:
                return index
            closed -= 1
    return None


def make_missing_operator_error(source: TokenizedText, position: int) -> GrammarError:
    """Two operands with no operator between them."""
    before, token = source.tokens[position - 1], source.tokens[position]
    kind, kind_before = source.get_kind(position), source.get_kind(position - 1)
    hint = f"for a product, write {before}*{token}{'…' if kind == 'CALL' else ''}"
    if {before, token} & {"and", "or", "not"}:
        hint = "conditions nest: where(x > 0, where(y > 0, a, b), b)"
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
    """A call with too few or too many operands."""
    if isinstance(callee, Operation):
        needed = len(callee.parameters)
        few = (
            "at least "
            if callee.variadic
            else f"{callee.min_operand_count} or "
            if callee.defaults
            else ""
        )
    else:
        needed, few = len(callee.parameters), ""
    return GrammarError(
        f"{callee.name} takes {few}{needed} operand{'s' * (needed != 1)}; here {'is' if count == 1 else 'are'} "
        f"{count or 'none'}",
        text=source.text,
        span=source.get_span(first, last),
        hint=f"write {callee.signature}",
    )


def make_comparison_error(
    source: TokenizedText, tokens: tuple[int, int], is_condition: bool
) -> GrammarError:
    """A condition that is no comparison, or a comparison that is no condition."""
    found = source.get_text(*tokens)
    message = (
        "the condition of where must be a comparison"
        if is_condition
        else "a comparison is no number: it belongs in where"
    )
    return GrammarError(
        f"{message}; here {found}",
        text=source.text,
        span=source.get_span(*tokens),
        hint="where(x > 0, a, b) is a where x > 0, and b elsewhere",
    )


def make_too_many_lines_error(
    source: TokenizedText, first: int, last: int, limit: int
) -> GrammarError:
    return GrammarError(
        f"the calls unfold to more than {limit:,} operations",
        text=source.text,
        span=source.get_span(first, last),
        hint="name a repeated part: p = h(x); p*p",
    )


def make_missing_output_error(source: TokenizedText, function: UserFunction) -> GrammarError:
    return GrammarError(
        f"the last statement is the output, but it only defines {function.name}",
        text=source.text,
        span=source.get_span(len(source.tokens)),
        hint=f"call it at the end: …; {function.signature}",
    )
