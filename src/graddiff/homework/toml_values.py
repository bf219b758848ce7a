"""The values in a TOML file: reads its text, and requires the type that each key needs.

Decimals are kept as the texts that were typed, so that 0.1 is a tenth and 2.50 has three digits."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction

from graddiff.errors import GraddiffError, HomeworkError
from graddiff.language.suggestions import suggest_name

MAX_NUMBER = 10**12  # the largest number of marks, digits or characters
MAX_INTEGER = 10**1000  # an integer below it is read as text
MAX_NUMBER_LENGTH = 50  # characters of a number of marks, digits or characters
MAX_DEPTH = 20  # tables inside each other
MAX_SHOWN_LENGTH = 60  # characters of a value that a message shows
TOML_NUMBER = re.compile(r"[+-]?[0-9][0-9_]*(\.[0-9_]+)?([eE][+-]?[0-9_]+)?")
TOML_ERROR_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")

TomlTable = Mapping[str, object]


def read_toml(text: str, path: str) -> dict[str, object]:
    """Returns the tables of a TOML text. Raises HomeworkError with line and column."""
    try:
        return tomllib.loads(text, parse_float=str)
    except (ValueError, RecursionError) as error:
        message = str(error)
    position, match = "", TOML_ERROR_PLACE.search(message)
    if match is not None:
        message = message[: match.start()]
        position = f", line {match[1]}, column {match[2]}," if match[1] else ", at its end,"
    raise HomeworkError(f"{path}{position} is not TOML: {message[:1].lower()}{message[1:]}")


@contextmanager
def blame_homework(place: str) -> Iterator[None]:
    """Turns any error of graddiff into a HomeworkError whose message begins with `place`."""
    try:
        yield
    except HomeworkError:
        raise
    except GraddiffError as error:
        raise HomeworkError(
            f"{place}: {error.message}", text=error.text, span=error.span, hint=error.hint
        ) from None


def validate_keys(table: TomlTable, allowed: tuple[str, ...], place: str) -> None:
    """Raises HomeworkError for a key that is not allowed in the table at `place`."""
    for key in table:
        if key not in allowed:
            hint = suggest_name(key, allowed) or f"the keys are {', '.join(allowed)}"
            raise HomeworkError(f"{place} has {key}, which means nothing there", hint=hint)


def get_section(table: TomlTable, key: str, place: str) -> TomlTable:
    """Returns the table under a key, an empty one by default."""
    section = table.get(key, {})
    if not isinstance(section, dict):
        raise HomeworkError(f"{key} of {place} is no table", hint=f"write {key} = {{ … }}")
    return section


def get_string(table: TomlTable, key: str, place: str, default: str | None = None) -> str:
    """Returns the string under a key, which has to be there unless there is a default.

    Only a title may be blank."""
    value = table.get(key, default)
    if not isinstance(value, str) or (key in table and not value.strip() and key != "title"):
        raise HomeworkError(f"{place} has no {key}", hint=f'write {key} = "…"')
    return value


def require_text(value: object, what: str) -> str:
    """Returns the text of a number or an expression; `what` names it in the HomeworkError."""
    text = get_typed_text(value)
    if text is None:
        shown = describe_toml_value(value)
        raise HomeworkError(
            f"{what} is {shown}, which is neither a number nor an expression in quotes"
        )
    return text


def get_typed_text(value: object) -> str | None:
    """Returns a number or a text as it was typed, and None for anything else.

    TOML allows _ between the digits of a number; they are removed."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return str(value) if abs(value) < MAX_INTEGER else None
    if isinstance(value, str):
        return value.replace("_", "") if TOML_NUMBER.fullmatch(value) else value
    return None


def require_number(value: object, what: str, *, allow_zero: bool = False) -> float:
    """Returns a positive number, or also 0 if that is allowed; raises HomeworkError otherwise."""
    number = parse_short_number(value)
    if number is None or number < 0 or (number == 0 and not allow_zero) or number > MAX_NUMBER:
        least = ", 0 or more" if allow_zero else " above 0"
        shown = describe_toml_value(value)
        raise HomeworkError(f"{what} is {shown}, and has to be a number{least}")
    return int(number) if number.denominator == 1 else float(number)


def parse_short_number(value: object) -> Fraction | None:
    """Returns the number in a value, None if it holds none or a very long one."""
    text = get_typed_text(value)
    if text is None or len(text) >= MAX_NUMBER_LENGTH:
        return None
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def describe_toml_value(value: object) -> str:
    """Returns a value as a message shows it: in TOML's spelling, a long one cut."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= MAX_INTEGER:
        return "a number of very many digits"
    return str(value)[:MAX_SHOWN_LENGTH]


def is_never_leaf(value: object) -> bool:
    return False


def flatten_tables(
    table: TomlTable, is_leaf: Callable[[object], bool] = is_never_leaf
) -> dict[str, object]:
    """Returns the members of nested tables by their dotted names: TOML reads gradient.x = 1 as a
    table. A table for which `is_leaf` is true is a member itself."""
    return dict(iterate_members(table, (), is_leaf))


def iterate_members(
    table: TomlTable, path: tuple[str, ...], is_leaf: Callable[[object], bool]
) -> Iterator[tuple[str, object]]:
    """Yields the dotted name and the value of each member of the table at `path`."""
    if len(path) > MAX_DEPTH:
        start = ".".join(path[:3])
        raise HomeworkError(
            f"the name that begins with {start} contains more than {MAX_DEPTH} dots"
        )
    for name, value in table.items():
        if isinstance(value, dict) and not is_leaf(value):
            yield from iterate_members(value, (*path, name), is_leaf)
        else:
            yield ".".join((*path, name)), value
