"""The values of the options --at, --expect and --wrt: `x=1,y=pi/2`, `@point.json`, `x,y`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.errors import ExpressionError, FileError, PointError, UsageError
from graddiff.language.parser import parse
from graddiff.language.tokens import parse_single_name
from graddiff.numbers.arithmetic import Arithmetic, Number
from graddiff.numbers.floats import FLOATS
from graddiff.system.files import read_text

BINDING_FILE_HINT = 'write {"x": 1, "y": "pi/2"}'
# What --expect accepts besides constant expressions.
SPECIAL_EXPECTATIONS = {"inf": math.inf, "+inf": math.inf, "-inf": -math.inf, "undefined": math.nan}


def parse_bindings(
    texts: Iterable[str], option: str = "--at", arithmetic: Arithmetic = FLOATS
) -> dict[str, Number]:
    """Returns name -> value from the texts of an option; a value is an expression without
    variables, and @FILE stands for the bindings in a file.

    Raises UsageError for a text that binds nothing, FileError for a file that cannot be read,
    ExpressionError or PointError for a value that cannot be read or computed."""
    bound: dict[str, Number] = {}
    for text in texts:
        if text == "@":
            raise UsageError(
                f"there is no file name behind the @ of {option}",
                hint=f"write {option} @point.json",
            )
        pairs = (
            read_binding_file(text[1:])
            if text.startswith("@")
            else parse_binding_pairs(text, option)
        )
        add_bindings(bound, pairs, option, arithmetic)
    return bound


def add_bindings(
    bound: dict[str, Number],
    pairs: Iterable[tuple[str, str]],
    option: str,
    arithmetic: Arithmetic = FLOATS,
) -> dict[str, Number]:
    """Adds (name, text of the value) pairs to `bound`, and returns it."""
    for name, value in pairs:
        if name in bound:
            raise UsageError(f"{name} stands twice in {option}", hint="give each name once")
        bound[name] = evaluate_constant(name, value, option, arithmetic)
    return bound


def parse_binding_pairs(text: str, option: str) -> Iterator[tuple[str, str]]:
    """Yields the name and the text of the value of each binding in `x=1,y=pi/2`."""
    for part in split_at_commas(text):
        quantity, equals, value = part.partition("=")
        if not part.strip():
            raise UsageError(
                f"{option} has nothing between two commas", hint=f"write {option} x=1,y=2"
            )
        if not equals or not value.strip():
            raise UsageError(
                f"{quantity.strip()} has no value in {option}",
                hint=f"write {option} {quantity.strip()}=1",
            )
        yield parse_dotted_name(quantity, option), value.strip()


def parse_names(texts: Iterable[str], option: str) -> list[str]:
    """Returns the names in `x,y`, each once. Raises UsageError for an empty or impossible name."""
    parts = [part for text in texts for part in text.split(",")]
    if not all(part.strip() for part in parts):
        raise UsageError(f"{option} has nothing where a name belongs", hint=f"write {option} x")
    return [*dict.fromkeys(parse_dotted_name(part, option) for part in parts)]


def parse_dotted_name(text: str, option: str) -> str:
    """Returns a name, or names joined by points, as the language reads them: `µ.value` as
    `μ.value`. Raises UsageError for a text that is no name."""
    parts = [parse_single_name(part) for part in text.split(".")]
    if None in parts:
        name = text.strip()
        message = f"{name} is not a name in {option}" if name else f"a name is missing in {option}"
        raise UsageError(message, hint="a name begins with a letter")
    return ".".join(filter(None, parts))


def split_at_commas(text: str) -> Iterator[str]:
    """Yields the parts of a text between the commas that stand outside brackets."""
    depth = start = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def read_binding_file(path: str) -> Iterator[tuple[str, str]]:
    """Yields the members of the JSON object in a file. Raises FileError for any other content."""
    try:
        document = parse_json(read_text(path))
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path} is not JSON: {error}", hint=BINDING_FILE_HINT) from None
    return list_object_bindings(document, path)


def parse_json(text: str) -> Any:
    """Parses JSON, leaving each number as its text, so that a kind of number can read it without
    loss. Raises ValueError for a text that is not JSON, or has a name twice in one object."""
    import json  # bindings on the command line do without it

    def build_members(pairs: list[tuple[str, object]]) -> dict[str, object]:
        members = dict(pairs)
        if len(members) < len(pairs):
            counts = Counter([name for name, _ in pairs])
            repeated = [name for name, count in counts.items() if count > 1]
            raise ValueError(f"{repeated[0]} stands twice")
        return members

    return json.loads(
        text, object_pairs_hook=build_members, parse_int=str, parse_float=str, parse_constant=str
    )


def list_object_bindings(document: object, where: str) -> Iterator[tuple[str, str]]:
    """Yields the name and the text of the value of each member of an object that `parse_json`
    returned. Raises FileError for anything but numbers and texts; `where` names the place."""
    if not isinstance(document, dict):
        raise FileError(f"{where} is not a JSON object", hint=BINDING_FILE_HINT)
    for name, value in document.items():
        if not isinstance(value, str):
            raise FileError(
                f"{name} in {where} is neither a number nor a text", hint=BINDING_FILE_HINT
            )
        yield parse_dotted_name(name, where), value


def evaluate_constant(name: str, text: str, option: str, arithmetic: Arithmetic = FLOATS) -> Number:
    """Returns the value of an expression without variables; for --expect also an infinity, and nan
    for `undefined`.

    Raises UsageError for a text that is no constant, ExpressionError or PointError, with the name
    and the option in front, for one that cannot be read or has no value."""
    if option == "--expect" and text in SPECIAL_EXPECTATIONS:
        return SPECIAL_EXPECTATIONS[text]
    if text.lstrip("+-").lower() in ("nan", "inf", "infinity"):
        raise UsageError(
            f"{name} is {text}, which is no finite number", hint="a value is a finite number"
        )
    try:
        expression = parse(text)
        if len(expression.source.list_statements()) > 1 or expression.definitions:
            hint = f"commas separate bindings: {option} x=2,y=3"
            raise UsageError(f"the value of {name} is more than one expression: {text}", hint=hint)
        for variable in expression.variables:
            raise UsageError(
                f"the value of {name} has the variable {variable} in it: {text}",
                hint="a value is a constant",
            )
        return run_forward_pass(expression, {}, arithmetic)[expression.output]
    except (ExpressionError, PointError) as error:
        message = f"the value of {name} in {option}: {error.message}"
        raise type(error)(message, text=error.text, span=error.span, hint=error.hint) from None
