"""A result as JSON, one document a line, numbers exact to the bit.

RFC 8259 knows no infinities and no NaN: the one are the strings "Infinity" and "-Infinity", the other, undefined,
is null."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graddiff.autodiff.result import Result
from graddiff.checks.expectations import Check
from graddiff.errors import GraddiffError, Notice
from graddiff.notation.labels import Labels
from graddiff.notation.numerals import exactly
from graddiff.numbers.kind import NoValue, Number

SCHEMA = "graddiff/1"


def number(value: Number) -> Any:
    """A value as JSON has it; a fraction, or a number of more digits than a float has, is a string."""
    if isinstance(value, bool):
        return value
    if isinstance(value, NoValue) or value != value:
        return None
    if value in (math.inf, -math.inf):
        return "Infinity" if value > 0 else "-Infinity"
    return value if isinstance(value, float) else exactly(value)


def document(
    result: Result,
    graph: bool = True,
    checks: Sequence[Check] = (),
    tangents: Mapping[str, Sequence[Number | None]] | None = None,
) -> Iterator[str]:
    """The text of one document in pieces, a newline at the end: a graph may be too large to be held twice. `tangents`
    are those of every line along variables, None where nothing flows."""
    head = {
        "schema": SCHEMA,
        "expression": result.expression.text,
        "at": {name: number(value) for name, value in result.at.items()},
        "value": number(result.value),
        "gradient": {name: number(value) for name, value in result.gradient.items()},
    }
    yield encoded(head)[:-1]
    if graph:
        yield from listed("nodes", nodes(result))
        yield from listed("edges", edges(result))
    if tangents is not None:
        yield from listed(
            "tangents", ({"by": name, "of": [*map(flowing, of)]} for name, of in tangents.items())
        )
    yield from listed("notices", map(notice, result.notices))
    if checks:
        yield from listed("expect", map(check, checks))
    yield "}\n"


def flowing(value: Number | None) -> Any:
    """A number, null also where nothing flows."""
    return None if value is None else number(value)


def failure(error: GraddiffError, expression: str | None) -> str:
    """What stands for the document of an expression that has no answer, None where there is not even one. An error in
    another text, such as that of a binding, has no place in it."""
    span = None if error.span is None or error.text != expression else [*error.span]
    told = {"kind": error.kind, "message": error.message, "span": span}
    return encoded({"schema": SCHEMA, "expression": expression, "error": told}) + "\n"


def encoded(value: Any) -> str:
    return json.dumps(value, allow_nan=False, separators=(", ", ": "))


def listed(key: str, items: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    yield f', "{key}": ['
    separator = ""
    for item in items:
        yield separator + encoded(item)
        separator = ", "
    yield "]"


def nodes(result: Result) -> Iterator[dict[str, Any]]:
    """Every line. A node without "adjoint" leads to no requested variable."""
    expression, labels = result.expression, Labels(result.expression)
    for line, operation in enumerate(expression.operations):
        node = {
            "id": line,
            "text": labels[line],
            "operation": operation.name,
            "name": expression.names.get(line),
            "span": list(expression.span(line)),
            "operands": list(expression.operands[line]),
            "value": number(result.graph.values[line]),
        }
        adjoint = result.graph.adjoints[line]
        yield node if adjoint is None else node | {"adjoint": number(adjoint)}


def edges(result: Result) -> Iterator[dict[str, Any]]:
    labels = Labels(result.expression)
    for edge in result.graph.edges():
        yield {
            "source": edge.source,
            "target": edge.target,
            "slot": edge.slot,
            "formula": labels.partial(edge.target, edge.slot, result.graph.values),
            "partial": number(edge.partial),
            "contribution": number(edge.contribution),
        }


def notice(notice: Notice) -> dict[str, Any]:
    return {
        "kind": notice.kind,
        "text": notice.text,
        "span": None if notice.span is None else list(notice.span),
        "slopes": None
        if notice.slopes is None
        else [None if s is None else number(s) for s in notice.slopes],
        "used": None if notice.used is None else number(notice.used),
        "message": notice.message,
    }


def check(check: Check) -> dict[str, Any]:
    return {
        "quantity": check.quantity,
        "expected": number(check.expected),
        "found": number(check.found),
        "ok": check.ok,
    }
