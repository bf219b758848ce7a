"""Which options of the main command cannot be combined, and which mean nothing without another.

The tables name an option as it is written, with its value where the value matters. `written` maps
such a name to the words of the user, which the messages repeat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import NamedTuple

from graddiff.commands.main.formats import (
    DATA_FORMATS,
    PICTURE_FORMATS,
    PROGRAM_FORMATS,
    TEXT_FORMATS,
)
from graddiff.errors import UsageError

Names = tuple[str, ...]

# Answers other than value and gradient, each with an option of its name.
POINT_VIEWS = ("explain", "hessian", "jacobian", "along", "order", "paths", "verify")


def name_formats(formats: Iterable[str]) -> Names:
    return tuple(f"--format {name}" for name in formats)


VIEWS = tuple(f"--{name}" for name in POINT_VIEWS)
TABLE_VIEWS = VIEWS[1:]  # --explain is prose
SINGLE_NUMBERS = ("--value", "--gradient")
NUMBER_KINDS = ("--exact", "--precision")
MANY_ANSWERS = ("--data", "--each")
TANGENT_MODES = ("--mode forward", "--mode both")
GRAPHS = name_formats((*PICTURE_FORMATS, *PROGRAM_FORMATS))
FLOAT_PROGRAMS = name_formats(("html", *PROGRAM_FORMATS))
ROWS = name_formats(DATA_FORMATS)
SINGLE_ANSWERS = name_formats((*TEXT_FORMATS, *PICTURE_FORMATS, *PROGRAM_FORMATS))
TABLE_OPTIONS = ("--data-format", "--jobs", "--engine", "--scheduler", "--no-input")
NOT_JSON = name_formats(("tree", "latex", "markdown", *PICTURE_FORMATS, *PROGRAM_FORMATS))


class Conflict(NamedTuple):
    """No option of `left` goes with one of `right`. The reason and the hint may name both."""

    left: Names
    right: Names
    reason: str
    hint: str


CONFLICTS = (
    Conflict(
        ("--data",),
        ("--each",),
        "--data has one expression for all rows, --each one on every line",
        "write one of them",
    ),
    Conflict(
        ("EXPRESSION",),
        ("--each",),
        "--each reads its expressions from standard input or --file",
        "leave the expression away",
    ),
    Conflict(
        SINGLE_NUMBERS,
        ("--wrt",),
        "{left} writes one number",
        "--json writes all derivatives by --wrt",
    ),
    Conflict(NUMBER_KINDS[:1], NUMBER_KINDS[1:], "each chooses the numbers", "write one of them"),
    Conflict(
        (*VIEWS, *NUMBER_KINDS),
        MANY_ANSWERS,
        "{left} is for one point, and {right} has many",
        "leave one of them away",
    ),
    Conflict(
        ("--mode",), (*VIEWS, *MANY_ANSWERS), "--mode is for the tree and for JSON", "leave it away"
    ),
    Conflict(
        TANGENT_MODES,
        (*SINGLE_NUMBERS, *GRAPHS, *name_formats(("latex", "markdown"))),
        "--mode is for the tree and for JSON",
        "leave it away",
    ),
    Conflict(
        ("--each",), ("--output",), "--each writes to standard output", "graddiff --each … > FILE"
    ),
    Conflict(
        ("--each",),
        (*NOT_JSON, *ROWS),
        "--each writes JSON",
        "leave {right} away; --value and --gradient x write numbers",
    ),
    Conflict(
        ("--data",),
        SINGLE_ANSWERS,
        "--data writes one row per answer, and {right} is for a single answer",
        "--format csv or jsonl",
    ),
    Conflict(("--data",), ("--digits",), "--data writes every number in full", "leave it away"),
    Conflict(
        ("--data",), ("--expect",), "--expect compares a single answer", "leave one of them away"
    ),
    Conflict(
        (*SINGLE_NUMBERS, "--expect"),
        TABLE_VIEWS,
        "{left} is about the gradient",
        "--json writes all of it",
    ),
    Conflict(
        TABLE_VIEWS,
        (*GRAPHS, "--format markdown"),
        "{left} is no graph",
        "leave {right} away, or take --json",
    ),
    Conflict(
        ("--explain",),
        (*SINGLE_NUMBERS, "--json", "--format json", *GRAPHS),
        "--explain is for readers",
        "--format markdown or latex, or neither",
    ),
    Conflict(("--paths",), ("--wrt",), "--paths itself names the variable", "leave --wrt away"),
    Conflict(
        ("--jobs N",),
        ("--engine columns",),
        "--jobs divides the work of the rows engine",
        "leave --engine away",
    ),
    Conflict(
        NUMBER_KINDS, FLOAT_PROGRAMS, "{right} computes with floats", "leave one of them away"
    ),
)


def refuse_two_answers(written: Mapping[str, str]) -> None:
    """Raises UsageError where two options decide what is written, or two views are asked for."""
    formats = name_formats((*TEXT_FORMATS[1:], *PICTURE_FORMATS, *PROGRAM_FORMATS))
    if "--data" in written:
        formats = ()
    answers = [name for name in (*SINGLE_NUMBERS, "--json", *formats) if name in written]
    for left, right in combinations(answers, 2):
        if (left, right) != ("--json", "--format json"):
            raise make_conflict_error(
                written, left, right, "both decide what is written", "write one of them"
            )
    views = [name for name in VIEWS if name in written]
    if len(views) > 1:
        left, right = views[:2]
        raise make_conflict_error(written, left, right, "they are two answers", "ask for one")


def refuse_options_without_table(written: Mapping[str, str]) -> None:
    """Raises UsageError for an option that means nothing without a table."""
    if "--data" in written:
        return
    # --each refuses these formats with a reason of its own.
    names = TABLE_OPTIONS if "--each" in written else (*TABLE_OPTIONS, *ROWS)
    useless = find_written(names, written)
    if useless is not None:
        raise UsageError(
            f"{written[useless]} is for the rows of --data", hint="--data FILE names a table"
        )


def refuse_conflicts(written: Mapping[str, str]) -> None:
    """Raises UsageError for two options that cannot be combined."""
    for conflict in CONFLICTS:
        left = find_written(conflict.left, written)
        right = find_written(conflict.right, written)
        if left is not None and right is not None:
            raise make_conflict_error(written, left, right, conflict.reason, conflict.hint)


def find_written(names: Names, written: Mapping[str, str]) -> str | None:
    """Returns the first of these names that was written, None without any."""
    return next((name for name in names if name in written), None)


def make_conflict_error(
    written: Mapping[str, str], left: str, right: str, reason: str, hint: str
) -> UsageError:
    shown = {"left": written[left], "right": written[right]}
    return UsageError(
        f"{written[left]} and {written[right]} cannot be combined: {reason.format(**shown)}",
        hint=hint.format(**shown),
    )
