"""The text of an expression: the operand of a command, a file, or a pipe."""

from __future__ import annotations

import sys

from graddiff.errors import UsageError
from graddiff.system.files import read_text


def read_expression(expression: str | None, file: str | None) -> str:
    """Returns the text of the operand, of --file, or of standard input. Raises UsageError where
    there is none or two, FileError where the file cannot be read."""
    if expression is not None and file is not None:
        raise UsageError(
            "an expression and --file cannot be combined: --file holds the expression",
            hint="leave one of them out",
        )
    if file is not None:
        return read_text(file).rstrip("\n")
    if expression is not None and expression != "-":
        return expression
    if expression is None and (sys.stdin is None or sys.stdin.isatty()):
        raise UsageError("there is no expression", hint='graddiff "(x+y)*z" --at x=1,y=3,z=-3')
    return read_text("-").rstrip("\n")
