"""A name for every line of an expression, for programs and explanations."""

from __future__ import annotations

from graddiff.language.expression import Expression
from graddiff.operations.table import COMPARISONS, NUMBER, VARIABLE

LINE_NAME_PREFIXES = (
    "v",
    "u",
    "w",
    "t",
    "line",
    "line number ",
)  # of the names that are given; no name has a blank in it


def assign_line_names(expression: Expression) -> dict[int, str]:
    """A name for each line: its own, that of the output, or one that is given."""
    found = dict(expression.names) | {line: name for name, line in expression.variables.items()}
    if expression.output not in found:
        found[expression.output] = expression.output_name
    taken = {*expression.lines_by_name}
    prefix = next(
        p
        for p in (*LINE_NAME_PREFIXES, "_" * 40)
        if not any(name.startswith(p) and name[len(p) :].isdigit() for name in taken)
    )
    given = 0
    for line, operation in enumerate(expression.operations):
        if line not in found and operation not in (NUMBER, VARIABLE, *COMPARISONS):
            given += 1
            found[line] = f"{prefix}{given}"
    return found
