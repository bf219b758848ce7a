"""A homework file (TOML) -> a homework.

    [homework]
    id = "hw3"

    [[problem]]
    id = "q1"
    expression = "q = x + y; q*z"
    at = { x = 1, y = 3, z = -3 }
    points = { value = 1, "gradient.x" = 2, "derivative.x" = 4 }

A part is a quantity, which is a number at the point, or `derivative.x`, which is a formula. Its points are its marks,
or a table { marks, tolerance, credit, expect }; tolerance and credit may also stand in the problem and in [homework],
and what is said of less wins."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from graddiff.autodiff.point import add_bindings, evaluate_constant
from graddiff.checks.expectations import expand_quantity, find_adjoint_name
from graddiff.errors import UNUSED_STATEMENT, GraddiffError, HomeworkError
from graddiff.homework.mistakes import MISTAKES
from graddiff.homework.problems import (
    AnswerLimits,
    Homework,
    HomeworkPart,
    Interval,
    Problem,
    Tolerance,
)
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.language.suggestions import suggest_name
from graddiff.system.files import read_text

FORMULA_PREFIX = "derivative"  # what a part is called that asks for one
MAX_DIGITS = 15  # that a decimal may have to have
MAX_NUMBER = 10**12  # marks, digits, or whatever a number in a homework says

MAX_INTEGER = 10**1000  # a whole number
MAX_DEPTH = 20  # points in a name
TOML_NUMBER = re.compile(r"[+-]?[0-9][0-9_]*(\.[0-9_]+)?([eE][+-]?[0-9_]+)?")  # a number of TOML

TomlTable = Mapping[str, Any]


def read_homework(path: str) -> Homework:
    """Raises HomeworkError for what is no homework, FileError for a file that cannot be read."""
    table = read_toml(read_text(path), path)
    try:
        return build_homework(table)
    except HomeworkError as error:
        raise type(error)(
            f"{path}: {error.message}", text=error.text, span=error.span, hint=error.hint
        ) from None


def read_toml(text: str, path: str) -> dict[str, Any]:
    """TOML, its decimals as their texts. Raises HomeworkError with line and column."""
    try:
        return tomllib.loads(text, parse_float=str)
    except (ValueError, RecursionError) as error:
        place = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", str(error))
        where = (
            f", line {place[1]}, column {place[2]},"
            if place and place[1]
            else ", at its end,"
            if place
            else ""
        )
        told = str(error)[: place.start()] if place else str(error)
        raise HomeworkError(f"{path}{where} is not TOML: {told[:1].lower()}{told[1:]}") from None


def build_homework(table: TomlTable) -> Homework:
    validate_keys(table, ("homework", "problem"), "a homework")
    head = get_section(table, "homework", "a homework")
    validate_keys(head, ("id", "title", "tolerance", "credit", "limits"), "[homework]")
    rows = table.get("problem", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not rows:
        raise HomeworkError(
            "there is no problem", hint='write [[problem]] and below it id = "q1", expression = "…"'
        )
    problems = tuple(read_problem(row, f"q{number}", head) for number, row in enumerate(rows, 1))
    ids = [one.id for one in problems]
    for name in ids:
        if ids.count(name) > 1:
            raise HomeworkError(f"two problems are called {name}")
    name, title = (
        get_toml_text(head, "id", "[homework]", "homework"),
        get_toml_text(head, "title", "[homework]", ""),
    )
    return Homework(name, title, problems, read_limits(get_section(head, "limits", "[homework]")))


def read_limits(table: TomlTable) -> AnswerLimits:
    validate_keys(table, AnswerLimits._fields, "limits")
    return AnswerLimits(**{name: int(read_positive(value, name)) for name, value in table.items()})


def read_problem(row: TomlTable, usual: str, head: TomlTable) -> Problem:
    name = get_toml_text(row, "id", "a problem", usual)
    where = f"problem {name}"
    if "." in name or not name.isprintable() or name != name.strip():
        raise HomeworkError(
            f"{where}: its id has a point, a blank or a control code in it", hint='id = "q1"'
        )
    known = ("id", "title", "expression", "at", "domain", "points", "tolerance", "credit", "expect")
    validate_keys(row, known, where)
    text = get_toml_text(row, "expression", where)
    at = {
        variable: require_text(value, f"{variable} of {where}")
        for variable, value in get_section(row, "at", where).items()
    }
    expression: Expression = run_with_homework_errors(where, lambda: parse(text, at))
    for notice in expression.notices:
        if notice.kind == UNUSED_STATEMENT.name:
            hint = "name it, or take it out; a line that goes on ends in an operator"
            raise HomeworkError(
                f"{where}: {notice.message}", text=text, span=notice.span, hint=hint
            )
    run_with_homework_errors(where, lambda: add_bindings({}, at.items(), "at"))
    parts = read_parts(row, expression, head, where)
    unbound = [variable for variable in expression.variables if variable not in at]
    if unbound and not all(one.name for one in parts):
        raise HomeworkError(
            f"{where} asks for numbers, but {', '.join(unbound)} has no value",
            hint="at = { x = 1 }",
        )
    domain = get_section(row, "domain", where)
    for variable in {**at, **domain}:
        if variable not in expression.variables:
            hint = suggest_name(variable, expression.variables)
            raise HomeworkError(f"{variable} is no variable of {where}", hint=hint)
    intervals = {
        variable: read_interval(value, variable, where) for variable, value in domain.items()
    }
    return Problem(name, get_toml_text(row, "title", where, ""), expression, at, intervals, parts)


def read_parts(
    row: TomlTable, expression: Expression, head: TomlTable, where: str
) -> tuple[HomeworkPart, ...]:
    """The parts of a problem. What `expect` says beside them is theirs."""
    points = flatten_tables(get_section(row, "points", where), is_part_table)
    if not points:
        raise HomeworkError(
            f"{where} asks for nothing", hint='points = { value = 1, "gradient.x" = 2 }'
        )
    parts = {}
    for quantity, value in points.items():
        found = read_part(quantity, value, expression, (head, row), where)
        if found.quantity in parts:
            raise HomeworkError(f"{where} asks for {found.quantity} twice")
        parts[found.quantity] = found
    for quantity, value in flatten_tables(get_section(row, "expect", where)).items():
        name = expand_quantity(quantity)
        if name not in parts:
            raise HomeworkError(f"{where} expects {quantity}, but gives no points for it")
        expect = require_text(value, f"expect of {quantity} in {where}")
        parts[name] = parts[name]._replace(expect=parts[name].expect or expect)
    return tuple(parts.values())


def is_part_table(value: Any) -> bool:
    """Whether a table says what a part is worth, and is not one step of a quantity's name."""
    return isinstance(value, dict) and bool({"marks", "tolerance", "credit", "expect"} & {*value})


def read_part(
    quantity: str,
    value: Any,
    expression: Expression,
    above: tuple[TomlTable, TomlTable],
    where: str,
) -> HomeworkPart:
    """A part from its marks, or from a table with marks and what differs from the problem and the homework."""
    if not quantity.startswith(f"{FORMULA_PREFIX}."):
        run_with_homework_errors(where, lambda: find_adjoint_name(expression, quantity))
    quantity = expand_quantity(quantity)
    place = f"{quantity} of {where}"
    own = value if isinstance(value, dict) else {"marks": value}
    validate_keys(own, ("marks", "tolerance", "credit", "expect"), place)
    name = quantity.partition(".")[2] if quantity.startswith(f"{FORMULA_PREFIX}.") else ""
    if name and name not in expression.lines_by_name:
        hint = (
            suggest_name(name, expression.lines_by_name)
            or f"its names are {', '.join([*expression.lines_by_name][:8])}"
        )
        raise HomeworkError(f"{place} is a derivative by {name}, which does not occur", hint=hint)
    tolerance, credit = Tolerance(), dict[str, float]()
    for table in (*above, own):
        tolerance = read_tolerance(table.get("tolerance"), tolerance, place)
        credit |= {
            mistake: read_credit(value, mistake)
            for mistake, value in get_section(table, "credit", place).items()
        }
    if name and "tolerance" in own:
        raise HomeworkError(
            f"{place} has a tolerance, which is for numbers", hint="formulas are equal or not"
        )
    expect = (
        None if own.get("expect") is None else require_text(own["expect"], f"expect of {place}")
    )
    return HomeworkPart(
        quantity, name, read_marks(own.get("marks", 0), place), tolerance, credit, expect
    )


def read_tolerance(value: Any, inherited: Tolerance, where: str) -> Tolerance:
    """What is stated takes the place of what is inherited, but for the digits, which stay unless stated."""
    if value is None:
        return inherited
    if not isinstance(value, dict):
        raise HomeworkError(
            f"the tolerance of {where} is no table", hint="tolerance = { rel = 1e-3 }"
        )
    validate_keys(value, Tolerance._fields, f"the tolerance of {where}")
    found: dict[str, Any] = {
        name: read_positive(value[name], name, zero=True)
        for name in ("rel", "abs")
        if name in value
    }
    if "exact" in value:
        if not isinstance(value["exact"], bool):
            raise HomeworkError(f"exact in the tolerance of {where} is neither true nor false")
        found["exact"] = value["exact"]
    if found.get("exact") and ("rel" in found or "abs" in found):
        raise HomeworkError(
            f"the tolerance of {where} is exact, and has room in it", hint="say one of them"
        )
    digits = inherited.digits
    if "digits" in value:
        asked = read_positive(value["digits"], "digits")
        if asked != int(asked):
            raise HomeworkError(f"digits of {where} is {asked}, which is no whole number")
        digits = int(asked)
    if digits > MAX_DIGITS:
        raise HomeworkError(
            f"digits of {where} is {digits}, and floats have {MAX_DIGITS}", hint="digits = 5"
        )
    return Tolerance(**found, digits=digits)


def read_credit(value: Any, mistake: str) -> float:
    if mistake not in MISTAKES:
        hint = suggest_name(mistake, MISTAKES) or f"such as {', '.join([*MISTAKES][:4])}"
        raise HomeworkError(f"there is no mistake called {mistake}", hint=hint)
    found = read_positive(value, f"the credit for {mistake}", zero=True)
    if found > 1:
        raise HomeworkError(
            f"the credit for {mistake} is {found:g}", hint="it is a share of the marks: from 0 to 1"
        )
    return found


def read_interval(value: Any, variable: str, where: str) -> Interval:
    if not isinstance(value, list) or len(value) != 2:
        raise HomeworkError(
            f"the domain of {variable} in {where} has no two ends", hint="domain = { x = [-3, 3] }"
        )
    low, high = (
        read_interval_end(end, f"{variable} in the domain of {where}", where) for end in value
    )
    if not low < high:
        raise HomeworkError(
            f"the domain of {variable} in {where} has nothing inside",
            hint="domain = { x = [0, 3] }",
        )
    return Fraction(low), Fraction(high)


def read_marks(value: Any, where: str) -> float:
    return read_positive(value, f"the marks for {where}", zero=True)


def read_interval_end(value: Any, what: str, where: str) -> Any:
    """An end of an interval: a number or a constant expression."""
    text = require_text(value, what)
    return run_with_homework_errors(where, lambda: evaluate_constant(what, text, "domain"))


def read_positive(value: Any, what: str, zero: bool = False) -> float:
    """A number from TOML; raises HomeworkError unless it is more than 0, or 0 where that is allowed."""
    try:
        typed = get_typed_text(value)
        number = Fraction(typed) if typed is not None and len(typed) < 50 else None
    except (ValueError, ZeroDivisionError):
        number = None
    if number is None or number < 0 or (not zero and number == 0) or number > MAX_NUMBER:
        raise HomeworkError(
            f"{what} is {describe_toml_value(value)}, and has to be a number {'from 0 on' if zero else 'above 0'}"
        )
    return int(number) if number.denominator == 1 else float(number)


def describe_toml_value(value: Any) -> str:
    """What stands in a file, in a sentence."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= MAX_INTEGER:
        return "a number of very many digits"
    return str(value).lower() if isinstance(value, bool) else str(value)[:60]


def require_text(value: Any, what: str) -> str:
    """The text of a number or an expression."""
    text = get_typed_text(value)
    if text is None:
        raise HomeworkError(
            f"{what} is {describe_toml_value(value)}, which is neither a number nor an expression in quotes"
        )
    return text


def get_typed_text(value: Any) -> str | None:
    """A number or a text as it was typed, without the _ that TOML allows in numbers; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    if isinstance(value, int):
        return str(value) if abs(value) < MAX_INTEGER else None
    return value.replace("_", "") if TOML_NUMBER.fullmatch(value) else value


def get_section(table: TomlTable, key: str, where: str) -> TomlTable:
    found = table.get(key, {})
    if not isinstance(found, dict):
        raise HomeworkError(f"{key} of {where} is no table", hint=f"write {key} = {{ … }}")
    return found


def get_toml_text(table: TomlTable, key: str, where: str, default: str | None = None) -> str:
    found = table.get(key, default)
    if not isinstance(found, str) or (key in table and not found.strip() and key != "title"):
        raise HomeworkError(f"{where} has no {key}", hint=f'write {key} = "…"')
    return found


def validate_keys(table: TomlTable, allowed: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in allowed:
            hint = suggest_name(key, allowed) or f"it knows {', '.join(allowed)}"
            raise HomeworkError(f"{where} has {key}, which means nothing there", hint=hint)


def flatten_tables(
    table: TomlTable, is_leaf: Callable[[Any], bool] = lambda value: False
) -> dict[str, Any]:
    """Tables within tables as names joined by points: gradient.x = 1 is a table in TOML."""

    def iterate_members(table: TomlTable, before: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        if len(before) > MAX_DEPTH:
            raise HomeworkError(
                f"a name begins with {'.'.join(before[:3])}, and has more than {MAX_DEPTH} points in it"
            )
        for name, value in table.items():
            if isinstance(value, dict) and not is_leaf(value):
                yield from iterate_members(value, (*before, name))
            else:
                yield ".".join((*before, name)), value

    return dict(iterate_members(table, ()))


def run_with_homework_errors(where: str, step: Callable[[], Any]) -> Any:
    """The result of a step; what is wrong with it is wrong with the homework, there."""
    try:
        return step()
    except HomeworkError:
        raise
    except GraddiffError as error:
        raise HomeworkError(
            f"{where}: {error.message}", text=error.text, span=error.span, hint=error.hint
        ) from None
