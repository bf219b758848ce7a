"""The parts of a problem in a homework file: marks, tolerance, credit and expectation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from graddiff.checks.expectations import expand_quantity, find_adjoint_name
from graddiff.errors import HomeworkError
from graddiff.homework.mistakes import MISTAKES
from graddiff.homework.problems import HomeworkPart, Tolerance
from graddiff.homework.toml_values import (
    TomlTable,
    blame_homework,
    flatten_tables,
    get_section,
    require_number,
    require_text,
    validate_keys,
)
from graddiff.language.expression import Expression
from graddiff.language.suggestions import suggest_name

FORMULA_PREFIX = "derivative."  # a part whose name begins so asks for a formula
PART_KEYS = ("marks", "tolerance", "credit", "expect")
MAX_DIGITS = 15  # the most significant digits that a decimal may need: a float has no more


def read_parts(
    row: TomlTable, expression: Expression, head: TomlTable, place: str
) -> tuple[HomeworkPart, ...]:
    """Returns the parts of the problem `row`; `head` is the table [homework] with its defaults."""
    points = flatten_tables(get_section(row, "points", place), is_part_table)
    if not points:
        raise HomeworkError(
            f"{place} asks for nothing", hint='points = { value = 1, "gradient.x" = 2 }'
        )
    parts: dict[str, HomeworkPart] = {}
    for quantity, value in points.items():
        part = read_part(quantity, value, expression, (head, row), place)
        if part.quantity in parts:
            raise HomeworkError(f"{place} asks for {part.quantity} twice")
        parts[part.quantity] = part
    add_expectations(parts, get_section(row, "expect", place), place)
    return tuple(parts.values())


def add_expectations(parts: dict[str, HomeworkPart], table: TomlTable, place: str) -> None:
    """Adds the expectations of a problem to its parts; an expectation in a part itself wins."""
    for quantity, value in flatten_tables(table).items():
        name = expand_quantity(quantity)
        if name not in parts:
            raise HomeworkError(f"{place} expects {quantity}, but gives no points for it")
        text = require_text(value, f"expect of {quantity} in {place}")
        parts[name] = parts[name]._replace(expect=parts[name].expect or text)


def is_part_table(value: object) -> bool:
    """Whether a table holds the settings of a part, and is not one step of a dotted name."""
    return isinstance(value, dict) and any(key in value for key in PART_KEYS)


def read_part(
    quantity: str,
    value: object,
    expression: Expression,
    defaults: tuple[TomlTable, TomlTable],
    problem: str,
) -> HomeworkPart:
    """Returns a part from its marks, or from a table of settings. What the table leaves out is
    taken from `defaults`: the homework's table, then the problem's."""
    name = find_formula_name(quantity, expression, problem)
    quantity = expand_quantity(quantity)
    place = f"{quantity} of {problem}"
    own = value if isinstance(value, dict) else {"marks": value}
    validate_keys(own, PART_KEYS, place)
    if name and "tolerance" in own:
        raise HomeworkError(
            f"{place} has a tolerance, which is for numbers", hint="formulas are equal or not"
        )
    tables = (*defaults, own)
    tolerance = Tolerance()
    for table in tables:
        tolerance = read_tolerance(table.get("tolerance"), tolerance, place)
    credit = read_credits(tables, place)
    marks = require_number(own.get("marks", 0), f"the marks for {place}", allow_zero=True)
    expect = own.get("expect")
    text = None if expect is None else require_text(expect, f"expect of {place}")
    return HomeworkPart(quantity, name, marks, tolerance, credit, text)


def find_formula_name(quantity: str, expression: Expression, problem: str) -> str:
    """Returns the name by which the formula of a part is the derivative, "" for a number.

    Raises HomeworkError for a quantity that the expression does not have."""
    if not quantity.startswith(FORMULA_PREFIX):
        with blame_homework(problem):
            find_adjoint_name(expression, quantity)
        return ""
    name = quantity.removeprefix(FORMULA_PREFIX)
    names = expression.lines_by_name
    if not name:
        raise HomeworkError(
            f"{problem} asks for a derivative by no name", hint='"derivative.x" = 1'
        )
    if name not in names:
        hint = suggest_name(name, names) or f"its names are {', '.join([*names][:8])}"
        raise HomeworkError(
            f"{quantity} of {problem} is a derivative by {name}, which does not occur", hint=hint
        )
    return name


def read_tolerance(value: object, inherited: Tolerance, place: str) -> Tolerance:
    """Returns the stated tolerance, or the inherited one. A stated one inherits only the digits."""
    if value is None:
        return inherited
    if not isinstance(value, dict):
        raise HomeworkError(
            f"the tolerance of {place} is no table", hint="tolerance = { rel = 1e-3 }"
        )
    validate_keys(value, Tolerance._fields, f"the tolerance of {place}")
    sizes = {
        name: require_number(value[name], name, allow_zero=True)
        for name in ("rel", "abs")
        if name in value
    }
    exact = value.get("exact", False)
    if not isinstance(exact, bool):
        raise HomeworkError(f"exact in the tolerance of {place} is neither true nor false")
    if exact and sizes:
        raise HomeworkError(
            f"the tolerance of {place} is exact, and has {' and '.join(sizes)} as well",
            hint="an exact answer needs neither rel nor abs",
        )
    digits = read_digits(value.get("digits", inherited.digits), place)
    return Tolerance(sizes.get("rel"), sizes.get("abs"), digits, exact)


def read_digits(value: object, place: str) -> int:
    """Returns the least number of significant digits of a decimal: an integer from 1 to 15."""
    digits = require_number(value, "digits")
    if digits != int(digits):
        raise HomeworkError(f"digits of {place} is {digits}, which is no whole number")
    if digits > MAX_DIGITS:
        raise HomeworkError(
            f"digits of {place} is {digits}, but a float has {MAX_DIGITS}", hint="digits = 5"
        )
    return int(digits)


def read_credits(tables: Iterable[TomlTable], place: str) -> Mapping[str, float]:
    """Returns mistake -> share of the marks that is left. A later table wins over an earlier."""
    shares: dict[str, float] = {}
    for table in tables:
        for mistake, value in get_section(table, "credit", place).items():
            shares[mistake] = read_credit(value, mistake)
    return shares


def read_credit(value: object, mistake: str) -> float:
    """Returns the share of the marks that a mistake leaves, from 0 to 1."""
    if mistake not in MISTAKES:
        hint = suggest_name(mistake, MISTAKES) or f"such as {', '.join([*MISTAKES][:4])}"
        raise HomeworkError(f"there is no mistake called {mistake}", hint=hint)
    share = require_number(value, f"the credit for {mistake}", allow_zero=True)
    if share > 1:
        raise HomeworkError(
            f"the credit for {mistake} is {share:g}", hint="it is a share of the marks: from 0 to 1"
        )
    return share
