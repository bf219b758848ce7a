"""A result as JSON, one document a line, numbers exact to the bit.

RFC 8259 knows no infinities and no NaN: the one are the strings "Infinity" and "-Infinity", the other, undefined,
is null."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graddiff.autodiff.result import Result
from graddiff.checks.expectations import ComparedExpectation
from graddiff.errors import GraddiffError, Notice
from graddiff.notation.labels import Labels
from graddiff.notation.numerals import format_exact_number
from graddiff.numbers.arithmetic import NoValue, Number

RESULT_SCHEMA_ID = "graddiff/1"


def encode_number(value: Number) -> Any:
    """A value as JSON has it; a fraction, or a number of more digits than a float has, is a string."""
    if isinstance(value, bool):
        return value
    if isinstance(value, NoValue) or value != value:
        return None
    if value in (math.inf, -math.inf):
        return "Infinity" if value > 0 else "-Infinity"
    return value if isinstance(value, float) else format_exact_number(value)


def render_result_json(
    result: Result,
    graph: bool = True,
    checks: Sequence[ComparedExpectation] = (),
    tangents: Mapping[str, Sequence[Number | None]] | None = None,
) -> Iterator[str]:
    """The text of one document in pieces, a newline at the end: a graph may be too large to be held twice. `tangents`
    are those of every line along variables, None where nothing flows."""
    head = {
        "schema": RESULT_SCHEMA_ID,
        "expression": result.expression.text,
        "at": {name: encode_number(value) for name, value in result.at.items()},
        "value": encode_number(result.value),
        "gradient": {name: encode_number(value) for name, value in result.gradient.items()},
    }
    yield encode_json(head)[:-1]
    if graph:
        yield from render_json_list("nodes", encode_nodes(result))
        yield from render_json_list("edges", encode_edges(result))
    if tangents is not None:
        yield from render_json_list(
            "tangents",
            ({"by": name, "of": [*map(encode_tangent, of)]} for name, of in tangents.items()),
        )
    yield from render_json_list("notices", map(encode_notice, result.notices))
    if checks:
        yield from render_json_list("expect", map(encode_comparison, checks))
    yield "}\n"


def encode_tangent(value: Number | None) -> Any:
    """A number, null also where nothing flows."""
    return None if value is None else encode_number(value)


def render_failure_json(error: GraddiffError, expression: str | None) -> str:
    """What stands for the document of an expression that has no answer, None where there is not even one. An error in
    another text, such as that of a binding, has no place in it."""
    span = None if error.span is None or error.text != expression else [*error.span]
    told = {"kind": error.kind, "message": error.message, "span": span}
    return encode_json({"schema": RESULT_SCHEMA_ID, "expression": expression, "error": told}) + "\n"


def encode_json(value: Any) -> str:
    return json.dumps(value, allow_nan=False, separators=(", ", ": "))


def render_json_list(key: str, items: Iterator[Mapping[str, Any]]) -> Iterator[str]:
    yield f', "{key}": ['
    separator = ""
    for item in items:
        yield separator + encode_json(item)
        separator = ", "
    yield "]"


def encode_nodes(result: Result) -> Iterator[dict[str, Any]]:
    """Every line. A node without "adjoint" leads to no requested variable."""
    expression, labels = result.expression, Labels(result.expression)
    for line, operation in enumerate(expression.operations):
        node = {
            "id": line,
            "text": labels[line],
            "operation": operation.name,
            "name": expression.names.get(line),
            "span": list(expression.get_span(line)),
            "operands": list(expression.operands[line]),
            "value": encode_number(result.graph.values[line]),
        }
        adjoint = result.graph.adjoints[line]
        yield node if adjoint is None else node | {"adjoint": encode_number(adjoint)}


def encode_edges(result: Result) -> Iterator[dict[str, Any]]:
    labels = Labels(result.expression)
    for edge in result.graph.edges():
        yield {
            "source": edge.source,
            "target": edge.target,
            "slot": edge.slot,
            "formula": labels.format_partial(edge.target, edge.slot, result.graph.values),
            "partial": encode_number(edge.partial),
            "contribution": encode_number(edge.contribution),
        }


def encode_notice(notice: Notice) -> dict[str, Any]:
    return {
        "kind": notice.kind,
        "text": notice.text,
        "span": None if notice.span is None else list(notice.span),
        "slopes": None
        if notice.slopes is None
        else [None if s is None else encode_number(s) for s in notice.slopes],
        "used": None if notice.used is None else encode_number(notice.used),
        "message": notice.message,
    }


def encode_comparison(check: ComparedExpectation) -> dict[str, Any]:
    return {
        "quantity": check.quantity,
        "expected": encode_number(check.expected),
        "found": encode_number(check.actual),
        "ok": check.ok,
    }
