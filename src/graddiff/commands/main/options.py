"""What the options of the main command ask for, read and checked."""

from __future__ import annotations

import math
import sys
from typing import Any

from graddiff.autodiff.point import parse_names
from graddiff.commands.shared.output_file import choose_format_by_suffix
from graddiff.errors import UsageError
from graddiff.numbers.arithmetic import Arithmetic
from graddiff.numbers.floats import FLOATS
from graddiff.system.files import read_text

DATA_FORMATS = ("csv", "jsonl", "parquet", "arrow")
TEXT_FORMATS = ("tree", "json", "latex", "markdown")
PICTURE_FORMATS = ("dot", "mermaid", "svg", "html")
PROGRAM_FORMATS = ("python", "numpy", "c", "pytorch", "jax")
OUTPUT_SUFFIXES = {
    ".txt": "tree",
    ".json": "json",
    ".tex": "latex",
    ".md": "markdown",
    ".dot": "dot",
    ".gv": "dot",
    ".mmd": "mermaid",
    ".svg": "svg",
    ".html": "html",
    ".py": "python",
    ".c": "c",
}
DATA_ONLY_OPTIONS = (
    "data_format",
    "jobs",
    "engine",
    "scheduler",
    "no_input",
)  # options that mean nothing elsewhere


def validate_options(options: dict[str, Any], view: str | None, arithmetic: Arithmetic) -> None:
    """Raises UsageError for options that mean nothing, alone or together."""
    for name in ("rtol", "atol"):
        if not 0 <= options[name] < math.inf:
            raise UsageError(
                f"--{name} is {options[name]}, which is no tolerance",
                hint="a tolerance is 0 or more",
            )
    if options["data"] is not None or options["each"]:
        only = view or ("exact" if options["exact"] else "precision")
        if view is not None or arithmetic is not FLOATS:
            many = "--data" if options["data"] is not None else "--each"
            raise UsageError(
                f"--{only} is for one point, and {many} has many", hint="leave one of them away"
            )
    if options["mode"] is not None and (
        view is not None or options["data"] is not None or options["each"]
    ):
        raise UsageError("--mode is for the tree and for JSON", hint="leave it away")
    if options["mode"] in ("forward", "both") and choose_output_format(options) not in (
        "tree",
        "json",
    ):
        raise UsageError("--mode is for the tree and for JSON", hint="leave it away")
    if options["each"] and options["output"] is not None:
        raise UsageError("--each writes to standard output", hint="graddiff --each … > FILE")
    if options["data"] is None:
        for name in DATA_ONLY_OPTIONS:
            if options[name]:
                option = name.replace("_", "-")
                raise UsageError(
                    f"--{option} is for the rows of --data", hint="--data FILE names a table"
                )
        if options["format_"] in DATA_FORMATS and not options["each"]:
            raise UsageError(
                f"--format {options['format_']} is for --data", hint="--json writes one answer"
            )


def choose_arithmetic(options: dict[str, Any]) -> Arithmetic:
    """The kind of number that is asked for."""
    if options["exact"] and options["precision"]:
        raise UsageError("--exact has no need of --precision", hint="give one of them")
    if options["exact"]:
        from graddiff.numbers.fractions import EXACT

        return EXACT
    if options["precision"]:
        from graddiff.numbers.multiprecision import MultiprecisionArithmetic

        return MultiprecisionArithmetic(options["precision"])
    return FLOATS


def choose_output_format(options: dict[str, Any]) -> str:
    """tree, json, or which bare number."""
    forms = [name for name in ("value", "gradient") if options[f"only_{name}"] not in (None, False)]
    forms += ["json"] * options["as_json"]
    if (
        options["format_"] is not None
        and options["data"] is None
        and options["format_"] not in DATA_FORMATS
    ):
        forms += [options["format_"]] * (options["format_"] != "tree")
    if len(set(forms)) > 1:
        told = "--value, --gradient, --json and --format each want the output for themselves"
        raise UsageError(told, hint="give one")
    if (
        not forms
        and options["output"] is not None
        and options["data"] is None
        and options["format_"] is None
    ):
        if options["output"].lower().endswith(tuple(f".{form}" for form in DATA_FORMATS)):
            raise UsageError(
                f"--output {options['output']} is for the rows of --data",
                hint="--data FILE names a table",
            )
        forms.append(choose_format_by_suffix(options["output"], OUTPUT_SUFFIXES))
    if options["wrt"] and forms and forms[0] in ("value", "gradient"):
        hint = "--json writes all derivatives by --wrt"
        raise UsageError(f"--{forms[0]} writes one number, so --wrt has nothing to say", hint=hint)
    return forms[0] if forms else "tree"


def read_expression(expression: str | None, path: str | None) -> str:
    """The text of the expression: the operand, a file, or a pipe."""
    if expression is not None and path is not None:
        raise UsageError("there is an expression and a --file", hint="give one of them")
    if path is not None or expression == "-":
        return read_text(path or "-").rstrip("\n")
    if expression is not None:
        return expression
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("there is no expression", hint='graddiff "(x+y)*z" --at x=1,y=3,z=-3')
    return read_text("-").rstrip("\n")


def list_requested_names(options: dict[str, Any]) -> tuple[str, ...] | None:
    """The names to differentiate by, None for all variables."""
    if options["only_value"]:
        return ()
    if options["only_gradient"] is not None:
        wanted = parse_names([options["only_gradient"]], "--gradient")
        if len(wanted) > 1:
            raise UsageError(
                "--gradient writes one number, so it takes one name",
                hint="--wrt x,y --json writes several",
            )
        return tuple(wanted)
    return tuple(parse_names(options["wrt"], "--wrt")) or None
