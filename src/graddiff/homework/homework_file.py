"""A homework file (TOML) -> a homework.

    [homework]
    id = "hw3"

    [[problem]]
    id = "q1"
    expression = "q = x + y; q*z"
    at = { x = 1, y = 3, z = -3 }
    points = { value = 1, "gradient.x" = 2, "derivative.x" = 4 }

A part asks for a quantity, which is a number at the point, or for `derivative.x`, which is a
formula. Its value under `points` is its marks, or a table { marks, tolerance, credit, expect }.
Tolerance and credit may also stand in the problem and in [homework]; those of the part win over
those of the problem, and these over those of the homework."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from graddiff.autodiff.point import add_bindings, evaluate_constant
from graddiff.errors import UNUSED_STATEMENT, HomeworkError
from graddiff.homework.part_settings import read_parts
from graddiff.homework.problems import (
    AnswerLimits,
    Homework,
    HomeworkPart,
    Interval,
    Problem,
)
from graddiff.homework.toml_values import (
    TomlTable,
    blame_homework,
    get_section,
    get_string,
    read_toml,
    require_number,
    require_text,
    validate_keys,
)
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.language.suggestions import suggest_name
from graddiff.system.files import read_text

HOMEWORK_KEYS = ("id", "title", "tolerance", "credit", "limits")
PROBLEM_KEYS = (
    *("id", "title", "expression", "at", "domain"),
    *("points", "tolerance", "credit", "expect"),
)


def read_homework(path: str) -> Homework:
    """Returns the homework in a file.

    Raises FileError if the file cannot be read, HomeworkError if it holds no homework."""
    table = read_toml(read_text(path), path)
    try:
        return build_homework(table)
    except HomeworkError as error:
        raise HomeworkError(
            f"{path}: {error.message}", text=error.text, span=error.span, hint=error.hint
        ) from None


def build_homework(table: TomlTable) -> Homework:
    """Returns the homework in a TOML document. Raises HomeworkError if it holds none."""
    validate_keys(table, ("homework", "problem"), "a homework")
    head = get_section(table, "homework", "a homework")
    validate_keys(head, HOMEWORK_KEYS, "[homework]")
    rows = table.get("problem", [])
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise HomeworkError(
            "there is no problem", hint='write [[problem]] and below it id = "q1", expression = "…"'
        )
    problems = tuple(read_problem(row, f"q{number}", head) for number, row in enumerate(rows, 1))
    ids = [problem.id for problem in problems]
    for problem_id in ids:
        if ids.count(problem_id) > 1:
            raise HomeworkError(f"two problems are called {problem_id}")
    return Homework(
        id=get_string(head, "id", "[homework]", "homework"),
        title=get_string(head, "title", "[homework]", ""),
        problems=problems,
        limits=read_limits(get_section(head, "limits", "[homework]")),
    )


def read_limits(table: TomlTable) -> AnswerLimits:
    validate_keys(table, AnswerLimits._fields, "limits")
    return AnswerLimits(**{name: int(require_number(value, name)) for name, value in table.items()})


def read_problem(row: TomlTable, default_id: str, head: TomlTable) -> Problem:
    """Returns the problem in a table; `head` is the table [homework] with its defaults."""
    problem_id = get_string(row, "id", "a problem", default_id)
    place = f"problem {problem_id}"
    if "." in problem_id or not problem_id.isprintable() or problem_id != problem_id.strip():
        raise HomeworkError(
            f"{place}: its id contains a dot, a blank or a control code", hint='id = "q1"'
        )
    validate_keys(row, PROBLEM_KEYS, place)
    at = {
        name: require_text(value, f"{name} of {place}")
        for name, value in get_section(row, "at", place).items()
    }
    expression = read_expression(get_string(row, "expression", place), at, place)
    with blame_homework(place):  # only to find values that are no numbers
        add_bindings({}, at.items(), "at")
    parts = read_parts(row, expression, head, place)
    domain = get_section(row, "domain", place)
    validate_names(expression, at, domain, parts, place)
    return Problem(
        id=problem_id,
        title=get_string(row, "title", place, ""),
        expression=expression,
        at=at,
        domain={name: read_interval(value, name, place) for name, value in domain.items()},
        parts=parts,
    )


def read_expression(text: str, at: Mapping[str, str], place: str) -> Expression:
    """Returns the expression of a problem. Raises HomeworkError if a part of its text is unused."""
    with blame_homework(place):
        expression = parse(text, at)
    for notice in expression.notices:
        if notice.kind == UNUSED_STATEMENT.name:
            raise HomeworkError(
                f"{place}: {notice.message}",
                text=text,
                span=notice.span,
                hint="name it, or remove it; a line that continues below ends with an operator",
            )
    return expression


def validate_names(
    expression: Expression,
    at: Mapping[str, str],
    domain: TomlTable,
    parts: tuple[HomeworkPart, ...],
    place: str,
) -> None:
    """Raises HomeworkError for a missing value of a variable, or a value of no variable."""
    unbound = [name for name in expression.variables if name not in at]
    asks_for_number = any(not part.name for part in parts)
    if unbound and asks_for_number:
        raise HomeworkError(
            f"{place} asks for numbers, but {', '.join(unbound)} has no value",
            hint="at = { x = 1 }",
        )
    for name in {**at, **domain}:
        if name not in expression.variables:
            hint = suggest_name(name, expression.variables)
            raise HomeworkError(f"{name} is no variable of {place}", hint=hint)


def read_interval(value: object, variable: str, place: str) -> Interval:
    """Returns the two ends of `domain = { x = [-3, 3] }`, the lower one first."""
    if not isinstance(value, list) or len(value) != 2:
        raise HomeworkError(
            f"the domain of {variable} in {place} has no two ends", hint="domain = { x = [-3, 3] }"
        )
    low, high = (read_interval_end(end, variable, place) for end in value)
    if not low < high:
        raise HomeworkError(
            f"the domain of {variable} in {place} has nothing inside",
            hint="domain = { x = [0, 3] }",
        )
    return low, high


def read_interval_end(value: object, variable: str, place: str) -> Fraction:
    """Returns an end of an interval: a number or a constant expression."""
    what = f"{variable} in the domain of {place}"
    text = require_text(value, what)
    with blame_homework(place):
        return Fraction(evaluate_constant(what, text, "domain"))
