"""What is said about an operation, wherever operations are listed."""

from __future__ import annotations

from collections.abc import Iterable

from graddiff.operations.row import Operation
from graddiff.operations.table import ALIASES

LEGEND = (
    "f is the operation's own value, k the number of operands equal to it; a rule is the local "
    "partial by the operand it is named after."
)


def list_aliases(operation: Operation) -> list[str]:
    return [alias for alias, name in ALIASES.items() if name == operation.name]


def list_partial_rules(operation: Operation) -> list[tuple[str, str]]:
    """Returns operand and local partial, as the table has them. A comparison has none, and the
    condition of `where` has none either."""
    return [(name, rule) for name, rule in zip(operation.parameters, operation.partials) if rule]


def describe_convention(operation: Operation) -> str:
    """Returns where the derivative is a convention, and what is used there; "" for nowhere."""
    places = (("kink", operation.kink), ("jump", operation.jump), ("pole", operation.pole))
    texts = []
    for kind, conditions in places:
        if conditions:
            texts.append(f"{kind} where {' or '.join(conditions.split('; '))}")
    return f"{', '.join(texts)}: {operation.used}" if texts else ""


def build_operation_records(operations: Iterable[Operation]) -> list[dict[str, object]]:
    """Returns the rows as JSON has them."""
    return [
        {
            "name": operation.name,
            "aliases": list_aliases(operation),
            "written": operation.notation,
            "meaning": operation.meaning,
            "partials": dict(list_partial_rules(operation)),
            "value": operation.value or None,
            "domain": operation.domain.split("; ") if operation.domain else [],
            "convention": describe_convention(operation) or None,
        }
        for operation in operations
    ]
