"""A name for every line of an expression, for programs and explanations."""

from __future__ import annotations

from graddiff.language.expression import Expression
from graddiff.operations.table import COMPARISONS, NUMBER, VARIABLE

# Beginnings of invented names, in the order of preference. The last one cannot collide with a name
# of the expression, since it has a blank in it.
LINE_NAME_PREFIXES = ("v", "u", "w", "t", "line", "line number ")


def assign_line_names(expression: Expression) -> dict[int, str]:
    """Returns a name for each line but for numbers and comparisons: the name that the author gave
    it, the name of the output, or an invented one: v1, v2, …"""
    line_names = dict(expression.names)
    line_names |= {line: name for name, line in expression.variables.items()}
    line_names.setdefault(expression.output, expression.output_name)
    prefix = choose_prefix({*expression.lines_by_name})
    invented_count = 0
    for line, operation in enumerate(expression.operations):
        needs_name = operation not in (NUMBER, VARIABLE, *COMPARISONS)
        if needs_name and line not in line_names:
            invented_count += 1
            line_names[line] = f"{prefix}{invented_count}"
    return line_names


def choose_prefix(author_names: set[str]) -> str:
    """Returns a prefix that, with a number behind it, gives no name of the author's."""
    for prefix in LINE_NAME_PREFIXES:
        lookalikes = [name for name in author_names if name.startswith(prefix)]
        if not any(name[len(prefix) :].isdigit() for name in lookalikes):
            return prefix
    raise AssertionError("a name of an expression has no blank in it")
