"""What stands behind --at and --expect: `x=1,y=pi/2`, or `@point.json`."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator

from graddiff.errors import FileError, UsageError
from graddiff.evaluator import evaluate
from graddiff.files import read_text
from graddiff.parser import parse


def bindings(texts: Iterable[str], option: str = "--at") -> dict[str, float]:
    """Name -> value, from any number of texts. A value is an expression without variables.

    Raises UsageError for what is no binding, FileError for a file, ExpressionError or PointError for a value."""
    bound: dict[str, float] = {}
    for text in texts:
        pairs = from_file(text[1:]) if text.startswith("@") else from_text(text, option)
        for name, value in pairs:
            if name in bound:
                raise UsageError(f"{name} stands twice in {option}", hint="give each name once")
            bound[name] = constant(name, value)
    return bound


def from_text(text: str, option: str) -> Iterator[tuple[str, str]]:
    for part in split(text):
        name, equals, value = part.partition("=")
        name, value = name.strip(), value.strip()
        if not part.strip():
            raise UsageError(f"{option} has nothing between two commas", hint=f"write {option} x=1,y=2")
        if not equals or not value:
            raise UsageError(f"{name} has no value in {option}", hint=f"write {option} {name}=1")
        if not is_name(name):
            raise UsageError(f"{name or 'nothing'} is no name in {option}", hint=f"write {option} x=1,y=2")
        yield name, value


def is_name(text: str) -> bool:
    """Whether a text is a name, or names joined by points."""
    return all(part and (part[0].isalpha() or part[0] == "_") and not part.isspace() for part in text.split("."))


def split(text: str) -> Iterator[str]:
    """The parts between commas outside brackets."""
    depth = start = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def from_file(path: str) -> Iterator[tuple[str, str]]:
    """The members of a JSON object, numbers or expressions in strings."""
    try:
        members = json.loads(read_text(path), parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path} is not JSON: {error}", hint='write {"x": 1, "y": "pi/2"}') from None
    if not isinstance(members, dict):
        raise FileError(f"{path} is not a JSON object", hint='write {"x": 1, "y": "pi/2"}')
    for name, value in members.items():
        if not isinstance(value, str):
            raise FileError(f"{name} in {path} is neither a number nor a text", hint='write {"x": 1, "y": "pi/2"}')
        yield name, value


def constant(name: str, text: str) -> float:
    """The value of an expression without variables."""
    if text.strip().lstrip("+-").lower() in ("nan", "inf", "infinity"):
        raise UsageError(f"{name} is {text}, which is no finite number", hint="a value is a finite number")
    expression = parse(text)
    for variable in expression.variables:
        raise UsageError(f"the value of {name} has the variable {variable} in it: {text}", hint="a value is a constant")
    value = float(evaluate(expression, {})[expression.output])
    if not math.isfinite(value):
        raise UsageError(f"{name} is {text}, which is no finite number")
    return value
