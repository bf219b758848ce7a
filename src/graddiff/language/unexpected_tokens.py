"""The error at a token that the grammar does not accept: one function for each situation."""

from typing import NamedTuple

from graddiff.errors import GrammarError, make_printable
from graddiff.language.syntax_errors import (
    NESTING_HINT,
    WHERE_HINT,
    make_missing_operator_error,
)
from graddiff.language.tokens import END, TokenizedText

OPERATOR_TOKENS = {"PLUS", "MINUS", "TIMES", "DIVIDE", "POWER"}
COMPARISON_TOKENS = {"LT", "LE", "GT", "GE", "EQ", "NE"}
OPENING_TOKENS = {"LPAR", "CALL"}
NEEDING_OPERAND = {
    *OPERATOR_TOKENS,
    *COMPARISON_TOKENS,
    *OPENING_TOKENS,
    "COMMA",
    "DEFINE",
    "SIGNATURE",
}
AFTER_OPERAND = {*OPERATOR_TOKENS, "COMMA", "RPAR", "SEPARATOR", "$END"}

BRACKET_HINT = "put a ) where it ends"

# What people mean by characters that are in no expression.
CHARACTER_HINTS = {
    "=": "p = x + y defines p, at the beginning of a statement; == compares, in a where",
    "[": "brackets are round: ( )",
    "{": "brackets are round: ( )",
    "|": "the absolute value is abs(x)",
    "!": "there is no factorial; != compares, in a where",
    "%": "the remainder is mod(x, y)",
    "&": NESTING_HINT,
    "√": "the square root is sqrt(x)",
    "∛": "the cube root is cbrt(x)",
    "½": "write 1/2",
    "∞": "there is no infinity: a value is a finite number",
    "'": "quote the whole expression, not a part of it",
    '"': "quote the whole expression, not a part of it",
    "$": "in single quotes the shell leaves $ alone; an expression has none",
}


class UnexpectedToken(NamedTuple):
    """A token that the grammar does not accept, and what stands around it.

    `opening` is the position of the last bracket before it that is still open."""

    source: TokenizedText
    position: int
    token: str
    kind: str
    before: str
    kind_before: str
    opening: int | None

    @property
    def is_in_call(self) -> bool:
        """Whether the innermost bracket is that of a call."""
        return self.opening is not None and self.source.get_kind(self.opening) == "CALL"

    def make_error(self, message: str, hint: str = "") -> GrammarError:
        """Returns an error that points to the token."""
        span = self.source.get_span(self.position)
        return GrammarError(message, text=self.source.text, span=span, hint=hint)

    def make_open_bracket_error(self, message: str) -> GrammarError:
        """Returns an error that points to the open bracket."""
        assert self.opening is not None
        end = self.source.get_span(self.opening)[1]  # a name may stand before the bracket
        return GrammarError(message, text=self.source.text, span=(end - 1, end), hint=BRACKET_HINT)


def make_unexpected_token_error(source: TokenizedText, position: int) -> GrammarError:
    """Returns the error at a token that the grammar does not accept there."""
    tokens = source.tokens
    token = tokens[position] if position < len(tokens) else END
    before = tokens[position - 1] if position else END
    unexpected = UnexpectedToken(
        source=source,
        position=position,
        token=token,
        kind=source.kinds[token],
        before=before,
        kind_before=source.kinds[before],
        opening=find_open_bracket(source, position),
    )
    for make_error in SITUATIONS:
        error = make_error(unexpected)
        if error is not None:
            return error
    return make_missing_operator_error(source, position)


def make_character_error(unexpected: UnexpectedToken) -> GrammarError | None:
    if unexpected.kind != "UNKNOWN":
        return None
    token = unexpected.token
    name = make_printable(token) if token.isprintable() else f"U+{ord(token):04X}"
    message = f"an expression cannot contain the character {name}"
    return unexpected.make_error(message, CHARACTER_HINTS.get(token, ""))


def make_unbalanced_bracket_error(unexpected: UnexpectedToken) -> GrammarError | None:
    if unexpected.kind == "RPAR" and unexpected.opening is None:
        return unexpected.make_error("this ) closes no bracket", "take it out, or open one before")
    if unexpected.kind == "$END" and unexpected.opening is not None:
        return unexpected.make_open_bracket_error("this bracket is never closed")
    return None


def make_misplaced_comparison_error(unexpected: UnexpectedToken) -> GrammarError | None:
    if unexpected.kind not in COMPARISON_TOKENS:
        return None
    return unexpected.make_error(
        f"{unexpected.token} cannot stand here: a comparison belongs in the condition of a where",
        f"{WHERE_HINT}; a second comparison takes a second where",
    )


def make_misplaced_definition_error(unexpected: UnexpectedToken) -> GrammarError | None:
    if unexpected.kind == "DEFINE" and unexpected.is_in_call:
        return unexpected.make_error(
            "operands have no names in a call",
            f"write their values in order, without {unexpected.token}",
        )
    if unexpected.kind in ("DEFINE", "SIGNATURE"):
        return unexpected.make_error(
            "a definition can only begin a statement",
            "separate statements by ; as in p = x + y; p*z; == compares",
        )
    return None


def make_misplaced_comma_error(unexpected: UnexpectedToken) -> GrammarError | None:
    if unexpected.kind != "COMMA" or unexpected.is_in_call:
        return None
    return unexpected.make_error(
        "a comma separates the operands of a function only", "a decimal point is a point: 1.5"
    )


def make_double_operator_error(unexpected: UnexpectedToken) -> GrammarError | None:
    if not {unexpected.kind, unexpected.kind_before} <= OPERATOR_TOKENS:
        return None
    before, token = unexpected.before, unexpected.token
    return unexpected.make_error(
        f"two operators in a row: {before} and {token}", f"an operand is missing before {token}"
    )


def make_open_statement_error(unexpected: UnexpectedToken) -> GrammarError | None:
    if unexpected.kind != "SEPARATOR" or unexpected.opening is None:
        return None
    return unexpected.make_open_bracket_error("the statement ends inside a bracket")


def make_missing_operand_error(unexpected: UnexpectedToken) -> GrammarError | None:
    is_end = unexpected.kind == "$END"
    place = "at the end" if is_end else f"before {describe_token(unexpected.token)}"
    if unexpected.kind_before in NEEDING_OPERAND:
        before = describe_token(unexpected.before)
        return unexpected.make_error(f"an operand is missing {place}, after {before}")
    if unexpected.kind in AFTER_OPERAND:
        return unexpected.make_error(f"an operand is missing {place}")
    return None


# Each function returns the error of one situation, None in any other. The most specific situation
# comes first.
SITUATIONS = (
    make_character_error,
    make_unbalanced_bracket_error,
    make_misplaced_comparison_error,
    make_misplaced_definition_error,
    make_misplaced_comma_error,
    make_double_operator_error,
    make_open_statement_error,
    make_missing_operand_error,
)


def describe_token(token: str) -> str:
    """Returns a token as it is named in a sentence: a new line is the end of the line."""
    return "the end of the line" if token.startswith(("\n", "#")) else token


def find_open_bracket(source: TokenizedText, position: int) -> int | None:
    """Returns the last bracket before a token that is still open there, None if there is none."""
    closed = 0  # closing brackets that have not met their opening ones yet
    for index in range(position - 1, -1, -1):
        last = source.tokens[index][-1]
        if last == ")":
            closed += 1
        elif last == "(":
            if not closed:
                return index
            closed -= 1
    return None
