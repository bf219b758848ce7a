"""What is wrong with a text, in words: the sentence, the place and the hint for each way of not being an expression."""

from __future__ import annotations

from collections.abc import Iterable

from graddiff.errors import GrammarError, NamingError, Span, printable
from graddiff.functions import Function
from graddiff.operations import CONSTANTS, FUNCTIONS, Operation
from graddiff.tokens import END, Source

OPERATORS = {"PLUS", "MINUS", "TIMES", "DIVIDE", "POWER"}
COMPARISONS = {"LT", "LE", "GT", "GE", "EQ", "NE"}
OPENING = {"LPAR", "CALL"}


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean sin?` where a known name is close, or nothing."""
    from difflib import get_close_matches  # only for somebody who made a mistake

    folded = {candidate.lower(): candidate for candidate in known}
    close = get_close_matches(name.lower(), folded, n=1, cutoff=0.6)
    return f"did you mean {folded[close[0]]}?" if close else ""


def unexpected(source: Source, position: int) -> GrammarError:
    """The error at a token that the grammar does not take there."""
    tokens = source.tokens
    token = tokens[position] if position < len(tokens) else END
    kind = source.kinds[token]
    before = tokens[position - 1] if position else END
    kind_before = source.kinds[before]
    span = source.span(position)

    def error(message: str, hint: str = "", at: Span = span) -> GrammarError:
        return GrammarError(message, text=source.text, span=at, hint=hint)

    if kind == "UNKNOWN":
        return error(*unknown_character(token))
    opening = unmatched(source, position)
    if kind == "RPAR" and opening is None:
        return error("this ) closes no bracket", "take it out, or open one before")
    if kind == "$END" and opening is not None:
        where = source.span(opening)
        return error("this bracket is never closed", "put a ) where it ends", (where[1] - 1, where[1]))
    if kind in COMPARISONS:
        return error(
            f"{token} stands where no comparison can: it belongs in the condition of a where",
            "where(x > 0, a, b) is a where x > 0, and b elsewhere; a second comparison takes a second where",
        )
    if kind in ("DEFINE", "SIGNATURE"):
        return error(
            "a definition can only begin a statement", "separate statements by ; as in p = x + y; p*z; == compares"
        )
    if kind == "COMMA" and (opening is None or source.kind(opening) != "CALL"):
        return error("a comma separates the operands of a function only", "a decimal point is a point: 1.5")
    if kind in OPERATORS and kind_before in OPERATORS | {"END"}:
        return error(f"two operators in a row: {before} and {token}", f"an operand is missing before {token}")
    if kind == "SEPARATOR" and opening is not None:
        where = source.span(opening)
        return error("the statement ends inside a bracket", "put a ) where it ends", (where[1] - 1, where[1]))
    place = "at the end" if kind == "$END" else f"before {shown(token)}"
    if kind_before in OPERATORS | COMPARISONS | OPENING | {"COMMA", "DEFINE", "SIGNATURE"}:
        return error(f"an operand is missing {place}, after {shown(before)}")
    if kind in OPERATORS | {"COMMA", "RPAR", "SEPARATOR", "$END"}:
        return error(f"an operand is missing {place}")
    return side_by_side(source, position)


def shown(token: str) -> str:
    """A token in a sentence: new lines have a name."""
    return "the end of the line" if token.startswith(("\n", "#")) else token


def unknown_character(token: str) -> tuple[str, str]:
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
        "∞": "there is no infinity: a value is a finite number",
        "'": "quote the whole expression, not a part of it",
        '"': "quote the whole expression, not a part of it",
        "$": "in single quotes the shell leaves $ alone; an expression has none",
    }
    named = printable(token) if token.isprintable() else f"U+{ord(token):04X}"
    return f"the character {named} is in no expression", hints.get(token, "")


def unmatched(source: Source, position: int) -> int | None:
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


def side_by_side(source: Source, position: int) -> GrammarError:
    """Two operands with no operator between them."""
    before, token = source.tokens[position - 1], source.tokens[position]
    kind, kind_before = source.kind(position), source.kind(position - 1)
    hint = f"for a product, write {before}*{token}{'…' if kind == 'CALL' else ''}"
    if kind == "NUMBER" and kind_before == "NUMBER" and "." in before and token.startswith("."):
        hint = "a number has one decimal point"
    return GrammarError(
        f"{before} and {token} stand side by side without an operator",
        text=source.text,
        span=source.span(position - 1, position),
        hint=hint,
    )


def function_alone(source: Source, token: int) -> GrammarError:
    """The name of a function that stands where a value should."""
    name = source.tokens[token]
    following = [*source.tokens[token + 1 :], END, END, END][:3]
    kind = source.kinds[following[0]]
    hint = f"write {FUNCTIONS[name].signature}"
    if kind == "NAME" or kind == "NUMBER":
        hint = f"write {name}({following[0]})"
    elif kind == "SUPERSCRIPT":
        hint = f"{name}{following[0]}(x) is written {name}(x){following[0]}"
    elif kind == "POWER" and following[2] == "(":
        hint = f"{name}^{following[1]}(x) is written {name}(x)^{following[1]}"
    return GrammarError(
        f"{name} is a function: its operand{'s stand' if FUNCTIONS[name].fewest > 1 else ' stands'} in brackets",
        text=source.text,
        span=source.span(token),
        hint=hint,
    )


def unknown_function(
    source: Source, first: int, last: int, names: Iterable[str], functions: Iterable[str]
) -> NamingError:
    """A call of something that is no function; `names` are what stands for a value."""
    names = list(names)
    token = source.tokens[first]
    name = token[:-1].rstrip()
    start = source.span(first)[0]
    inside = source.text_of(first, last).removeprefix(token)
    hint = did_you_mean(name, [*FUNCTIONS, *functions])
    if name in names or name in CONSTANTS or len(name) == 1:
        return NamingError(
            f"{name} is not a function",
            text=source.text,
            span=(start, start + len(name)),
            hint=f"for a product, write {name}*({inside}",
        )
    return NamingError(
        f"there is no function {name}",
        text=source.text,
        span=(start, start + len(name)),
        hint=hint or "graddiff functions lists them; h(x) = x^2; h(3) makes one",
    )


def recursive(source: Source, token: int, name: str) -> NamingError:
    start = source.span(token)[0]
    return NamingError(
        f"{name} is used in its own definition",
        text=source.text,
        span=(start, start + len(name)),
        hint="a function uses what was defined before it, so that it always comes to an end",
    )


def wrong_number(source: Source, first: int, last: int, found: int, callee: Operation | Function) -> GrammarError:
    """A call with too few or too many operands."""
    if isinstance(callee, Operation):
        needed = len(callee.parameters)
        few = "at least " if callee.variadic else f"{callee.fewest} or " if callee.defaults else ""
    else:
        needed, few = len(callee.parameters), ""
    return GrammarError(
        f"{callee.name} takes {few}{needed} operand{'s' * (needed != 1)}; here {'is' if found == 1 else 'are'} "
        f"{found or 'none'}",
        text=source.text,
        span=source.span(first, last),
        hint=f"write {callee.signature}",
    )


def misplaced_comparison(source: Source, tokens: tuple[int, int], wanted: bool) -> GrammarError:
    """A condition that is no comparison, or a comparison that is no condition."""
    found = source.text_of(*tokens)
    message = (
        "the condition of where must be a comparison" if wanted else "a comparison is no number: it belongs in where"
    )
    return GrammarError(
        f"{message}; here {found}",
        text=source.text,
        span=source.span(*tokens),
        hint="where(x > 0, a, b) is a where x > 0, and b elsewhere",
    )


def too_large(source: Source, first: int, last: int, limit: int) -> GrammarError:
    return GrammarError(
        f"the calls unfold to more than {limit:,} operations",
        text=source.text,
        span=source.span(first, last),
        hint="name a repeated part: p = h(x); p*p",
    )


def only_a_function(source: Source, function: Function) -> GrammarError:
    return GrammarError(
        f"the last statement is the output, but it only defines {function.name}",
        text=source.text,
        span=source.span(len(source.tokens)),
        hint=f"call it at the end: …; {function.signature}",
    )


def defined_twice(source: Source, token: int, name: str) -> NamingError:
    known = "is a function of the language" if name in FUNCTIONS else "has a meaning already"
    start = source.span(token)[0]
    return NamingError(
        f"{name} {known}, and a definition is for good",
        text=source.text,
        span=(start, start + len(name)),
        hint=f"take another name, such as {name}2",
    )


def used_before(source: Source, token: int, name: str) -> NamingError:
    return NamingError(
        f"{name} is used here before it is defined",
        text=source.text,
        span=source.span(token),
        hint="put the definition first: statements are read in order",
    )


def check_signature(source: Source, token: int, name: str, parameters: tuple[str, ...]) -> None:
    """Raises if the left side of h(x) = … is not names in brackets, each once."""
    for parameter in parameters:
        if not parameter or not (parameter[0].isalpha() or parameter[0] == "_") or " " in parameter:
            raise GrammarError(
                f"{parameter or 'nothing'} stands where {name} needs the name of an operand",
                text=source.text,
                span=source.span(token),
                hint=f"a function is defined for names: {name}(x) = x^2",
            )
    if len(set(parameters)) < len(parameters):
        raise GrammarError(
            f"an operand of {name} has the name of another",
            text=source.text,
            span=source.span(token),
            hint="give each operand its own name",
        )
