"""A result as JSON, one document per line, with numbers exact to the bit.

RFC 8259 has neither infinities nor NaN. An infinity is the string "Infinity" or "-Infinity", and
NaN, which is an undefined number, is null.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence

from graddiff.autodiff.result import Result
from graddiff.checks.expectations import ComparedExpectation
from graddiff.errors import GraddiffError, Notice
from graddiff.notation.labels import Labels
from graddiff.notation.numerals import format_exact_number
from graddiff.numbers.arithmetic import NoValue, Number
from graddiff.render.json import Json

RESULT_SCHEMA_ID = "graddiff/1"


def encode_number(value: Number) -> Json:
    """Returns a value as JSON has it: a float or truth value as it is, any other number as text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, NoValue) or value != value:  # only NaN differs from itself
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
    """Yields one document in pieces, the last one with a newline.

    It comes in pieces because a graph may be too large to be held in memory twice. `graph` says
    whether nodes and edges are written; `tangents` maps variables to the tangents of all lines,
    None for a line to which no derivative flows; `checks` are what --expect compared.
    """
    head = {
        "schema": RESULT_SCHEMA_ID,
        "expression": result.expression.text,
        "at": {name: encode_number(value) for name, value in result.at.items()},
        "value": encode_number(result.value),
        "gradient": {name: encode_number(value) for name, value in result.gradient.items()},
    }
    yield encode_json(head)[:-1]  # without its closing brace, so that members can follow
    if graph:
        yield from render_json_list("nodes", encode_nodes(result))
        yield from render_json_list("edges", encode_edges(result))
    if tangents is not None:
        yield from render_json_list("tangents", encode_tangents(tangents))
    yield from render_json_list("notices", map(encode_notice, result.notices))
    if checks:
        yield from render_json_list("expect", map(encode_comparison, checks))
    yield "}\n"


def encode_tangents(tangents: Mapping[str, Sequence[Number | None]]) -> Iterator[dict[str, Json]]:
    """Yields the tangents of all lines along each variable."""
    for name, values in tangents.items():
        yield {"by": name, "of": [encode_optional(value) for value in values]}


def encode_optional(value: Number | None) -> Json:
    """Returns a number as JSON has it, null if there is none."""
    return None if value is None else encode_number(value)


def render_failure_json(error: GraddiffError, expression: str | None) -> str:
    """Returns the document of an expression without an answer; `expression` is None if the line has
    none."""
    span = None
    if error.span is not None and error.text == expression:  # not in a binding, for example
        span = [*error.span]
    content = {"kind": error.kind, "message": error.message, "span": span}
    document = {"schema": RESULT_SCHEMA_ID, "expression": expression, "error": content}
    return encode_json(document) + "\n"


def encode_json(value: Mapping[str, object]) -> str:
    """Returns an object on one line; raises ValueError for a float that is not finite."""
    return json.dumps(value, allow_nan=False, separators=(", ", ": "))


def render_json_list(key: str, items: Iterator[Mapping[str, object]]) -> Iterator[str]:
    """Yields a member of a document that is a list, item by item."""
    yield f', "{key}": ['
    separator = ""
    for item in items:
        yield separator + encode_json(item)
        separator = ", "
    yield "]"


def encode_nodes(result: Result) -> Iterator[dict[str, Json]]:
    """Yields a node for every line; a node that depends on no requested variable has no adjoint."""
    expression, labels = result.expression, Labels(result.expression)
    for line, operation in enumerate(expression.operations):
        node: dict[str, Json] = {
            "id": line,
            "text": labels[line],
            "operation": operation.name,
            "name": expression.names.get(line),
            "span": [*expression.get_span(line)],
            "operands": [*expression.operands[line]],
            "value": encode_number(result.graph.values[line]),
        }
        adjoint = result.graph.adjoints[line]
        if adjoint is not None:
            node["adjoint"] = encode_number(adjoint)
        yield node


def encode_edges(result: Result) -> Iterator[dict[str, Json]]:
    """Yields every edge along which a derivative flows."""
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


def encode_notice(notice: Notice) -> dict[str, Json]:
    """Returns a notice as JSON has it."""
    slopes = notice.slopes
    return {
        "kind": notice.kind,
        "text": notice.text,
        "span": None if notice.span is None else [*notice.span],
        "slopes": None if slopes is None else [encode_optional(slope) for slope in slopes],
        "used": encode_optional(notice.used),
        "message": notice.message,
    }


def encode_comparison(check: ComparedExpectation) -> dict[str, Json]:
    """Returns what --expect compared as JSON has it."""
    return {
        "quantity": check.quantity,
        "expected": encode_number(check.expected),
        "found": encode_number(check.actual),
        "ok": check.ok,
    }
