"""What is wrong with a name: unknown, without a value, used too early, defined twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from graddiff.errors import GrammarError, NamingError
from graddiff.language.expression import Expression
from graddiff.language.suggestions import suggest_name
from graddiff.language.tokens import END, TokenizedText
from graddiff.language.user_functions import UserFunction
from graddiff.operations.row import Operation
from graddiff.operations.table import CONSTANTS, FUNCTIONS

# What other languages have.
FOREIGN_NAME_HINTS = {
    "pow": "a power is written x^y",
    "tg": "the tangent is tan(x)",
    "ctg": "the cotangent is cot(x)",
    "lg": "the logarithm to base 10 is log10(x)",
    "sgn": "the sign is sign(x)",
    "logistic": "the logistic function is sigmoid(x)",
    "heaviside": "the step function is step(x)",
    "if": "where(x > 0, a, b) is a where x > 0, and b elsewhere",
    "fmod": "the remainder is mod(x, y)",
    "softmax": "a softmax is written out: exp(x)/(exp(x) + exp(y))",
    "root": "the square root is sqrt(x), the cube root cbrt(x), others are x^(1/n)",
    "trunc": "floor(x) and ceil(x) round to a whole number",
    "swish": "swish is silu(x)",
}


def make_uncalled_function_error(
    source: TokenizedText, token: int, function: Operation | UserFunction
) -> GrammarError:
    """The name of a function that stands where a value should."""
    name = source.tokens[token]
    following = [*source.tokens[token + 1 :], END, END, END][:3]
    kind = source.kinds[following[0]]
    hint = f"write {function.signature}"
    one = (
        function.min_operand_count if isinstance(function, Operation) else len(function.parameters)
    ) == 1
    if kind == "NAME" or kind == "NUMBER":
        hint = f"write {name}({following[0]})"
    elif kind == "SUPERSCRIPT":
        hint = f"{name}{following[0]}(x) is written {name}(x){following[0]}"
    elif kind == "POWER" and following[2] == "(":
        hint = f"{name}^{following[1]}(x) is written {name}(x)^{following[1]}"
    return GrammarError(
        f"{name} is a function: its operand{' stands' if one else 's stand'} in brackets",
        text=source.text,
        span=source.get_span(token),
        hint=hint,
    )


def make_unknown_function_error(
    source: TokenizedText,
    first: int,
    last: int,
    *,
    functions: Collection[str],
    is_value: bool,
    is_recursive: bool,
    is_defined_later: bool,
) -> NamingError:
    """Returns the error for a call of something that is no function, or not yet."""
    token = source.tokens[first]
    name = token[:-1].rstrip()
    start = source.get_span(first)[0]
    if is_recursive:
        message = f"{name} is used in its own definition"
        hint = "a function uses what was defined before it, so that it always comes to an end"
    elif is_defined_later:
        message = f"{name} is used here before it is defined"
        hint = "put the definition first: statements are read in order"
    elif is_value or name in CONSTANTS or len(name) == 1:
        message = f"{name} is not a function"
        hint = f"for a product, write {name}*({source.get_text(first, last).removeprefix(token)}"
    else:
        message = f"there is no function {name}"
        hint = FOREIGN_NAME_HINTS.get(name.lower()) or suggest_name(name, [*FUNCTIONS, *functions])
        hint = hint or "graddiff functions lists them; h(x) = x^2; h(3) makes one"
    return NamingError(message, text=source.text, span=(start, start + len(name)), hint=hint)


def make_redefinition_error(source: TokenizedText, token: int, name: str) -> NamingError:
    message = f"{name} already has a meaning, so it cannot be defined again"
    if name in FUNCTIONS:
        message = f"{name} is a function of the language, so it cannot be redefined"
    start = source.get_span(token)[0]
    return NamingError(
        message,
        text=source.text,
        span=(start, start + len(name)),
        hint=f"take another name, such as {name}2",
    )


def make_early_use_error(source: TokenizedText, token: int, name: str) -> NamingError:
    return NamingError(
        f"{name} is used here before it is defined",
        text=source.text,
        span=source.get_span(token),
        hint="put the definition first: statements are read in order",
    )


def validate_signature(
    source: TokenizedText, token: int, name: str, parameters: tuple[str, ...]
) -> None:
    """Raises if the left side of h(x) = … is not names in brackets, each once."""
    for parameter in parameters:
        if not parameter or not (parameter[0].isalpha() or parameter[0] == "_") or " " in parameter:
            raise GrammarError(
                f"{parameter or 'nothing'} stands where {name} needs the name of an operand",
                text=source.text,
                span=source.get_span(token),
                hint=f"a function is defined for names: {name}(x) = x^2",
            )
    if len(set(parameters)) < len(parameters):
        raise GrammarError(
            f"an operand of {name} has the name of another",
            text=source.text,
            span=source.get_span(token),
            hint="give each operand its own name",
        )


def make_unbound_variables_error(
    expression: Expression, unbound: list[str], at: Mapping[str, float]
) -> NamingError:
    """The error for variables that are not bound: all of them, with a binding to fill in."""
    first = unbound[0]
    product = split_into_names(first, {*at, *expression.variables, *CONSTANTS} - {first})
    if product and len(unbound) == 1:
        message = f"{first} has no value, but {' and '.join(product)} do"
        hint = f"for a product, write {'*'.join(product)}"
    else:
        shown, more = unbound[:8], len(unbound) - 8
        message = f"no value for {', '.join(shown)}{f' and {more} more' * (more > 0)}"
        names = [*expression.variables][:8]
        slots = [f"{name}={format(float(at[name]), 'g') if name in at else '…'}" for name in names]
        hint = f"--at {','.join(slots)}"
    return NamingError(
        message,
        text=expression.text,
        span=expression.get_span(expression.variables[first]),
        hint=hint,
    )


def split_into_names(name: str, names: set[str]) -> list[str]:
    """The names that a name is made of, written side by side, or nothing."""
    if len(name) > 40:
        return []
    ways: list[list[str] | None] = [[]] + [None] * len(name)
    for end in range(1, len(name) + 1):
        for start in range(end):
            before = ways[start]
            if before is not None and name[start:end] in names:
                ways[end] = [*before, name[start:end]]
                break
    return ways[-1] or []
