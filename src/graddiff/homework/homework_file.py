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

from graddiff.autodiff.point import bind, constant
from graddiff.checks.expectations import asked_for, full_name
from graddiff.errors import GraddiffError, HomeworkError
from graddiff.homework.mistakes import MISTAKES
from graddiff.homework.problems import Homework, Interval, Limits, Part, Problem, Tolerance
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.language.suggestions import did_you_mean
from graddiff.system.files import read_text

FORMULA = "derivative"  # what a part is called that asks for one
DIGITS = 15  # that a decimal may have to have
MOST = 10**12  # marks, digits, or whatever a number in a homework says

MOST_TYPED = 10**1000  # a whole number
DEEPEST = 20  # points in a name
TYPED = re.compile(r"[+-]?[0-9][0-9_]*(\.[0-9_]+)?([eE][+-]?[0-9_]+)?")  # a number of TOML

Table = Mapping[str, Any]


def read_homework(path: str) -> Homework:
    """Raises HomeworkError for what is no homework, FileError for a file that cannot be read."""
    table = read_toml(read_text(path), path)
    try:
        return homework(table)
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


def homework(table: Table) -> Homework:
    check_keys(table, ("homework", "problem"), "a homework")
    head = section(table, "homework", "a homework")
    check_keys(head, ("id", "title", "tolerance", "credit", "limits"), "[homework]")
    rows = table.get("problem", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or not rows:
        raise HomeworkError(
            "there is no problem", hint='write [[problem]] and below it id = "q1", expression = "…"'
        )
    problems = tuple(problem(row, f"q{number}", head) for number, row in enumerate(rows, 1))
    ids = [one.id for one in problems]
    for name in ids:
        if ids.count(name) > 1:
            raise HomeworkError(f"two problems are called {name}")
    name, title = (
        text_of(head, "id", "[homework]", "homework"),
        text_of(head, "title", "[homework]", ""),
    )
    return Homework(name, title, problems, limits(section(head, "limits", "[homework]")))


def limits(table: Table) -> Limits:
    check_keys(table, Limits._fields, "limits")
    found = {name: positive(value, name) for name, value in table.items()}
    usual = Limits()
    length, operations = (
        found.get("length", usual.length),
        found.get("operations", usual.operations),
    )
    return Limits(int(length), int(operations), found.get("seconds", usual.seconds))


def problem(row: Table, usual: str, head: Table) -> Problem:
    name = text_of(row, "id", "a problem", usual)
    where = f"problem {name}"
    if "." in name or not name.isprintable() or name != name.strip():
        raise HomeworkError(
            f"{where}: its id has a point, a blank or a control code in it", hint='id = "q1"'
        )
    known = ("id", "title", "expression", "at", "domain", "points", "tolerance", "credit", "expect")
    check_keys(row, known, where)
    text = text_of(row, "expression", where)
    at = {
        variable: written(value, f"{variable} of {where}")
        for variable, value in section(row, "at", where).items()
    }
    expression: Expression = within(where, lambda: parse(text, at))
    for notice in expression.notices:
        if notice.kind == "unused statement":
            hint = "name it, or take it out; a line that goes on ends in an operator"
            raise HomeworkError(
                f"{where}: {notice.message}", text=text, span=notice.span, hint=hint
            )
    within(where, lambda: bind({}, at.items(), "at"))
    parts = parts_of(row, expression, head, where)
    unbound = [variable for variable in expression.variables if variable not in at]
    if unbound and not all(one.name for one in parts):
        raise HomeworkError(
            f"{where} asks for numbers, but {', '.join(unbound)} has no value",
            hint="at = { x = 1 }",
        )
    domain = section(row, "domain", where)
    for variable in {**at, **domain}:
        if variable not in expression.variables:
            hint = did_you_mean(variable, expression.variables)
            raise HomeworkError(f"{variable} is no variable of {where}", hint=hint)
    intervals = {variable: interval(value, variable, where) for variable, value in domain.items()}
    return Problem(name, text_of(row, "title", where, ""), expression, at, intervals, parts)


def parts_of(row: Table, expression: Expression, head: Table, where: str) -> tuple[Part, ...]:
    """The parts of a problem. What `expect` says beside them is theirs."""
    points = flat(section(row, "points", where), leaf)
    if not points:
        raise HomeworkError(
            f"{where} asks for nothing", hint='points = { value = 1, "gradient.x" = 2 }'
        )
    parts = {}
    for quantity, value in points.items():
        found = part(quantity, value, expression, (head, row), where)
        if found.quantity in parts:
            raise HomeworkError(f"{where} asks for {found.quantity} twice")
        parts[found.quantity] = found
    for quantity, value in flat(section(row, "expect", where)).items():
        name = full_name(quantity)
        if name not in parts:
            raise HomeworkError(f"{where} expects {quantity}, but gives no points for it")
        expect = written(value, f"expect of {quantity} in {where}")
        parts[name] = parts[name]._replace(expect=parts[name].expect or expect)
    return tuple(parts.values())


def leaf(value: Any) -> bool:
    """Whether a table says what a part is worth, and is not one step of a quantity's name."""
    return isinstance(value, dict) and bool({"marks", "tolerance", "credit", "expect"} & {*value})


def part(
    quantity: str, value: Any, expression: Expression, above: tuple[Table, Table], where: str
) -> Part:
    """A part from its marks, or from a table with marks and what differs from the problem and the homework."""
    if not quantity.startswith(f"{FORMULA}."):
        within(where, lambda: asked_for(expression, quantity))
    quantity = full_name(quantity)
    place = f"{quantity} of {where}"
    own = value if isinstance(value, dict) else {"marks": value}
    check_keys(own, ("marks", "tolerance", "credit", "expect"), place)
    name = quantity.partition(".")[2] if quantity.startswith(f"{FORMULA}.") else ""
    if name and name not in expression.lines:
        hint = (
            did_you_mean(name, expression.lines)
            or f"its names are {', '.join([*expression.lines][:8])}"
        )
        raise HomeworkError(f"{place} is a derivative by {name}, which does not occur", hint=hint)
    tolerance, credit = Tolerance(), dict[str, float]()
    for table in (*above, own):
        tolerance = tolerance_of(table.get("tolerance"), tolerance, place)
        credit |= {
            mistake: share(value, mistake)
            for mistake, value in section(table, "credit", place).items()
        }
    if name and "tolerance" in own:
        raise HomeworkError(
            f"{place} has a tolerance, which is for numbers", hint="formulas are equal or not"
        )
    expect = None if own.get("expect") is None else written(own["expect"], f"expect of {place}")
    return Part(quantity, name, marks_of(own.get("marks", 0), place), tolerance, credit, expect)


def tolerance_of(value: Any, inherited: Tolerance, where: str) -> Tolerance:
    """What is stated takes the place of what is inherited, but for the digits, which stay unless stated."""
    if value is None:
        return inherited
    if not isinstance(value, dict):
        raise HomeworkError(
            f"the tolerance of {where} is no table", hint="tolerance = { rel = 1e-3 }"
        )
    check_keys(value, Tolerance._fields, f"the tolerance of {where}")
    found: dict[str, Any] = {
        name: positive(value[name], name, zero=True) for name in ("rel", "abs") if name in value
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
        asked = positive(value["digits"], "digits")
        if asked != int(asked):
            raise HomeworkError(f"digits of {where} is {asked}, which is no whole number")
        digits = int(asked)
    if digits > DIGITS:
        raise HomeworkError(
            f"digits of {where} is {digits}, and floats have {DIGITS}", hint="digits = 5"
        )
    return Tolerance(**found, digits=digits)


def share(value: Any, mistake: str) -> float:
    if mistake not in MISTAKES:
        hint = did_you_mean(mistake, MISTAKES) or f"such as {', '.join([*MISTAKES][:4])}"
        raise HomeworkError(f"there is no mistake called {mistake}", hint=hint)
    found = positive(value, f"the credit for {mistake}", zero=True)
    if found > 1:
        raise HomeworkError(
            f"the credit for {mistake} is {found:g}", hint="it is a share of the marks: from 0 to 1"
        )
    return found


def interval(value: Any, variable: str, where: str) -> Interval:
    if not isinstance(value, list) or len(value) != 2:
        raise HomeworkError(
            f"the domain of {variable} in {where} has no two ends", hint="domain = { x = [-3, 3] }"
        )
    low, high = (end_of(end, f"{variable} in the domain of {where}", where) for end in value)
    if not low < high:
        raise HomeworkError(
            f"the domain of {variable} in {where} has nothing inside",
            hint="domain = { x = [0, 3] }",
        )
    return Fraction(low), Fraction(high)


def marks_of(value: Any, where: str) -> float:
    return positive(value, f"the marks for {where}", zero=True)


def end_of(value: Any, what: str, where: str) -> Any:
    """An end of an interval: a number or a constant expression."""
    text = written(value, what)
    return within(where, lambda: constant(what, text, "domain"))


def positive(value: Any, what: str, zero: bool = False) -> float:
    """A number from TOML; raises HomeworkError unless it is more than 0, or 0 where that is allowed."""
    try:
        typed = text_typed(value)
        number = Fraction(typed) if typed is not None and len(typed) < 50 else None
    except (ValueError, ZeroDivisionError):
        number = None
    if number is None or number < 0 or (not zero and number == 0) or number > MOST:
        raise HomeworkError(
            f"{what} is {shown(value)}, and has to be a number {'from 0 on' if zero else 'above 0'}"
        )
    return int(number) if number.denominator == 1 else float(number)


def shown(value: Any) -> str:
    """What stands in a file, in a sentence."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= MOST_TYPED:
        return "a number of very many digits"
    return str(value).lower() if isinstance(value, bool) else str(value)[:60]


def written(value: Any, what: str) -> str:
    """The text of a number or an expression."""
    text = text_typed(value)
    if text is None:
        raise HomeworkError(
            f"{what} is {shown(value)}, which is neither a number nor an expression in quotes"
        )
    return text


def text_typed(value: Any) -> str | None:
    """A number or a text as it was typed, without the _ that TOML allows in numbers; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    if isinstance(value, int):
        return str(value) if abs(value) < MOST_TYPED else None
    return value.replace("_", "") if TYPED.fullmatch(value) else value


def section(table: Table, key: str, where: str) -> Table:
    found = table.get(key, {})
    if not isinstance(found, dict):
        raise HomeworkError(f"{key} of {where} is no table", hint=f"write {key} = {{ … }}")
    return found


def text_of(table: Table, key: str, where: str, default: str | None = None) -> str:
    found = table.get(key, default)
    if not isinstance(found, str) or (key in table and not found.strip() and key != "title"):
        raise HomeworkError(f"{where} has no {key}", hint=f'write {key} = "…"')
    return found


def check_keys(table: Table, known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            hint = did_you_mean(key, known) or f"it knows {', '.join(known)}"
            raise HomeworkError(f"{where} has {key}, which means nothing there", hint=hint)


def flat(table: Table, leaf: Callable[[Any], bool] = lambda value: False) -> dict[str, Any]:
    """Tables within tables as names joined by points: gradient.x = 1 is a table in TOML."""

    def members(table: Table, before: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        if len(before) > DEEPEST:
            raise HomeworkError(
                f"a name begins with {'.'.join(before[:3])}, and has more than {DEEPEST} points in it"
            )
        for name, value in table.items():
            if isinstance(value, dict) and not leaf(value):
                yield from members(value, (*before, name))
            else:
                yield ".".join((*before, name)), value

    return dict(members(table, ()))


def within(where: str, what: Callable[[], Any]) -> Any:
    """The result of a step; what is wrong with it is wrong with the homework, there."""
    try:
        return what()
    except HomeworkError:
        raise
    except GraddiffError as error:
        raise HomeworkError(
            f"{where}: {error.message}", text=error.text, span=error.span, hint=error.hint
        ) from None
