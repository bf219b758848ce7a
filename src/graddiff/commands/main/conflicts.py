"""Which options of the main command cannot be combined, and which mean nothing without another.

The table names an option as a user writes it, with its value where the value matters. `used` maps
such a name to what the user wrote, which the messages repeat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

from graddiff.commands.main.formats import (
    DATA_FORMATS,
    PICTURE_FORMATS,
    PROGRAM_FORMATS,
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
DOCUMENTS = ("--format latex", "--format markdown")
MANY_ANSWERS = ("--data", "--each")
TANGENT_MODES = ("--mode forward", "--mode both")
GRAPHS = name_formats((*PICTURE_FORMATS, *PROGRAM_FORMATS))
FLOAT_PROGRAMS = name_formats(("html", *PROGRAM_FORMATS))
ROWS = name_formats(DATA_FORMATS)
TABLE_OPTIONS = ("--data-format", "--jobs", "--engine", "--scheduler", "--no-input")


# No option of the first column goes with one of the second; why, and what to do instead. {left} and
# {right} are the two options. The first row that a command line breaks is reported.
# fmt: off
CONFLICTS: tuple[tuple[Names, Names, str, str], ...] = (
    (("--data",), ("--each",),
     "--data has one expression for all rows, --each one on every line",
     "write one of them"),
    (("EXPRESSION",), ("--each",),
     "--each reads its expressions from standard input or --file",
     "leave the expression out"),
    (SINGLE_NUMBERS, ("--wrt",),
     "{left} writes one number",
     "--json writes all derivatives by --wrt"),
    (("--exact",), ("--precision",),
     "both choose the kind of numbers",
     "write one of them"),
    ((*VIEWS, *NUMBER_KINDS), MANY_ANSWERS,
     "{left} is for one point, and {right} has many",
     "leave one of them out"),
    (("--mode",), (*VIEWS, *MANY_ANSWERS),
     "--mode is for a single answer, as a tree or as JSON",
     "leave --mode out"),
    (TANGENT_MODES, (*SINGLE_NUMBERS, *GRAPHS, *DOCUMENTS),
     "--mode is for the tree and for JSON",
     "leave --mode out"),
    (("--each",), ("--output",),
     "--each writes to standard output",
     "graddiff --each … > FILE"),
    (("--each",), ("--format tree", *DOCUMENTS, *GRAPHS, *ROWS),
     "--each writes JSON",
     "leave {right} out; --value and --gradient x write numbers"),
    (("--data",), ("--format tree", "--format json", *DOCUMENTS, *GRAPHS),
     "--data writes a table, and {right} is for a single answer",
     "--format csv or jsonl"),
    (("--data",), ("--digits",),
     "--data writes every number in full",
     "leave --digits out"),
    (("--data",), ("--expect",),
     "--expect compares a single answer",
     "leave one of them out"),
    (SINGLE_NUMBERS, TABLE_VIEWS,
     "{left} writes one number, and {right} a table",
     "leave one of them out"),
    (("--expect",), TABLE_VIEWS,
     "--expect compares values and adjoints of the graph",
     "leave one of them out"),
    (TABLE_VIEWS, ("--format markdown", *GRAPHS),
     "{left} writes a table",
     "leave {right} out, or use --json"),
    (("--explain",), (*SINGLE_NUMBERS, "--json", "--format json", *GRAPHS),
     "--explain writes text",
     "leave {right} out; --format markdown and --format latex go with --explain"),
    (("--verify",), NUMBER_KINDS,
     "--verify compares floats",
     "leave one of them out"),
    (("--paths",), ("--wrt",),
     "--paths itself names the variable",
     "leave --wrt out"),
    (("--jobs N",), ("--engine columns",),
     "--jobs divides the work of the rows engine",
     "leave --engine out"),
    (("--jobs N",), ("--line-buffered",),
     "--jobs answers blocks of rows, not each row at once",
     "leave one of them out"),
    (NUMBER_KINDS, FLOAT_PROGRAMS,
     "{right} computes with floats",
     "leave one of them out"),
)
# fmt: on


def refuse_two_answers(used: Mapping[str, str]) -> None:
    """Raises UsageError where two options decide what is written, or two views are asked for."""
    outputs = (*SINGLE_NUMBERS, "--json", "--format json", *DOCUMENTS, *GRAPHS)
    for left, right in combinations([name for name in outputs if name in used], 2):
        if (left, right) != ("--json", "--format json"):  # the one is short for the other
            raise make_conflict_error(
                used, left, right, "both decide what is written", "write one of them"
            )
    views = [name for name in VIEWS if name in used]
    if len(views) > 1:
        left, right = views[:2]
        raise make_conflict_error(used, left, right, "they are two answers", "ask for one")


def refuse_options_without_table(used: Mapping[str, str]) -> None:
    """Raises UsageError for an option that means nothing without a table."""
    if "--data" in used:
        return
    # --each refuses these formats with a reason of its own.
    names = TABLE_OPTIONS if "--each" in used else (*TABLE_OPTIONS, *ROWS)
    useless = find_used(names, used)
    if useless is not None:
        raise UsageError(
            f"{used[useless]} is for the rows of --data", hint="--data FILE names a table"
        )


def refuse_conflicts(used: Mapping[str, str]) -> None:
    """Raises UsageError for two options that cannot be combined."""
    for left_names, right_names, reason, hint in CONFLICTS:
        left, right = find_used(left_names, used), find_used(right_names, used)
        if left is not None and right is not None:
            raise make_conflict_error(used, left, right, reason, hint)


def find_used(names: Names, used: Mapping[str, str]) -> str | None:
    """Returns the first of these names that was used, None without any."""
    return next((name for name in names if name in used), None)


def make_conflict_error(
    used: Mapping[str, str], left: str, right: str, reason: str, hint: str
) -> UsageError:
    names = {"left": used[left], "right": used[right]}
    return UsageError(
        f"{used[left]} and {used[right]} cannot be combined: {reason.format(**names)}",
        hint=hint.format(**names),
    )
