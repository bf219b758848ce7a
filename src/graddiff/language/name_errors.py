"""Errors in names: unknown, without a value, used too early, defined twice."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from graddiff.errors import GrammarError, NamingError
from graddiff.language.expression import Expression
from graddiff.language.suggestions import suggest_name
from graddiff.language.syntax_errors import WHERE_HINT
from graddiff.language.tokens import END, TokenizedText, parse_single_name
from graddiff.language.user_functions import UserFunction
from graddiff.operations.row import Operation
from graddiff.operations.table import CONSTANTS, FUNCTIONS

MAX_LISTED_NAMES = 8  # variables that a message lists
MAX_SPLIT_LENGTH = 40  # characters of a name that could be a product of others

EARLY_USE_HINT = "put the definition first: statements are read in order"

# Names that other languages and books have, and how graddiff writes what they mean.
FOREIGN_NAME_HINTS = {
    "pow": "a power is written x^y",
    "tg": "the tangent is tan(x)",
    "ctg": "the cotangent is cot(x)",
    "lg": "the logarithm to base 10 is log10(x)",
    "sgn": "the sign is sign(x)",
    "logistic": "the logistic function is sigmoid(x)",
    "heaviside": "the step function is step(x)",
    "if": WHERE_HINT,
    "fmod": "the remainder is mod(x, y)",
    "softmax": "a softmax is written out: exp(x)/(exp(x) + exp(y))",
    "root": "the square root is sqrt(x), the cube root cbrt(x), others are x^(1/n)",
    "trunc": "floor(x) and ceil(x) round to a whole number",
    "swish": "swish is silu(x)",
}


def make_uncalled_function_error(
    source: TokenizedText, token: int, function: Operation | UserFunction
) -> GrammarError:
    """Returns the error for the name of a function that stands where a value should."""
    name = source.tokens[token]
    following = [*source.tokens[token + 1 : token + 4], END, END, END][:3]
    kind = source.kinds[following[0]]
    operand_count = len(function.parameters)
    if isinstance(function, Operation):
        operand_count = function.min_operand_count
    subject = "operand stands" if operand_count == 1 else "operands stand"
    hint = f"write {function.signature}"
    if kind in ("NAME", "NUMBER"):
        hint = f"write {name}({following[0]})"
    elif kind == "SUPERSCRIPT":
        hint = f"{name}{following[0]}(x) is written {name}(x){following[0]}"
    elif kind == "POWER" and following[2] == "(":
        hint = f"{name}^{following[1]}(x) is written {name}(x)^{following[1]}"
    return GrammarError(
        f"{name} is a function: its {subject} in brackets",
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
        hint = "a function can use only what is defined before it"
    elif is_defined_later:
        message = f"{name} is used here before it is defined"
        hint = EARLY_USE_HINT
    elif is_value or name in CONSTANTS or len(name) == 1:
        message = f"{name} is not a function"
        hint = f"for a product, write {name}*({source.get_text(first, last).removeprefix(token)}"
    else:
        message = f"there is no function {name}"
        hint = FOREIGN_NAME_HINTS.get(name.lower()) or suggest_name(name, [*FUNCTIONS, *functions])
        hint = hint or "graddiff functions lists the functions; h(x) = x^2; h(3) defines one"
    return NamingError(message, text=source.text, span=(start, start + len(name)), hint=hint)


def make_redefinition_error(source: TokenizedText, token: int, name: str) -> NamingError:
    """Returns the error for the definition of a name that has a meaning already."""
    message = f"{name} already has a meaning, so it cannot be defined again"
    if name in FUNCTIONS:
        message = f"{name} is a function of the language, so it cannot be redefined"
    start = source.get_span(token)[0]
    return NamingError(
        message,
        text=source.text,
        span=(start, start + len(name)),
        hint=f"choose another name, such as {name}2",
    )


def make_early_use_error(source: TokenizedText, token: int, name: str) -> NamingError:
    """Returns the error for a definition of a name that was used before, at a token."""
    return NamingError(
        f"{name} is used here before it is defined",
        text=source.text,
        span=source.get_span(token),
        hint=EARLY_USE_HINT,
    )


def validate_signature(
    source: TokenizedText, token: int, name: str, parameters: tuple[str, ...]
) -> None:
    """Raises GrammarError unless the brackets of h(x) = … hold names, each once."""
    for parameter in parameters:
        if parse_single_name(parameter) is None:
            raise GrammarError(
                f"the operands of {name} need names; here {parameter or 'a name is missing'}",
                text=source.text,
                span=source.get_span(token),
                hint=f"a function is defined with names in its brackets: {name}(x) = x^2",
            )
    if len(set(parameters)) < len(parameters):
        raise GrammarError(
            f"two operands of {name} have the same name",
            text=source.text,
            span=source.get_span(token),
            hint="give each operand its own name",
        )


def make_unbound_variables_error(
    expression: Expression, unbound: list[str], at: Mapping[str, float]
) -> NamingError:
    """Returns the error for variables without a value, with a binding to fill in as its hint."""
    first = unbound[0]
    factors = split_into_names(first, {*at, *expression.variables, *CONSTANTS} - {first})
    if factors and len(unbound) == 1:
        message = f"{first} has no value, but {' and '.join(factors)} do"
        hint = f"for a product, write {'*'.join(factors)}"
    else:
        message = f"no value for {', '.join(unbound[:MAX_LISTED_NAMES])}"
        if len(unbound) > MAX_LISTED_NAMES:
            message += f" and {len(unbound) - MAX_LISTED_NAMES} more"
        names = [*expression.variables][:MAX_LISTED_NAMES]
        values = [format(float(at[name]), "g") if name in at else "…" for name in names]
        pairs = [f"{name}={value}" for name, value in zip(names, values)]
        hint = f"--at {','.join(pairs)}"
    return NamingError(
        message,
        text=expression.text,
        span=expression.get_span(expression.variables[first]),
        hint=hint,
    )


def split_into_names(name: str, names: set[str]) -> list[str]:
    """Returns the names that a name consists of, written side by side, or an empty list."""
    if len(name) > MAX_SPLIT_LENGTH:
        return []
    # For each beginning of the name, by its length, one way to split it.
    splits: list[list[str] | None] = [[]] + [None] * len(name)
    for end in range(1, len(name) + 1):
        for start in range(end):
            split = splits[start]
            if split is not None and name[start:end] in names:
                splits[end] = [*split, name[start:end]]
                break
    return splits[-1] or []
