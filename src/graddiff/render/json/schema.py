"""The JSON Schema of the JSON output, the contract that other programs rely on."""

from __future__ import annotations

import json
from typing import Any

from graddiff.errors import NOTICE_KINDS
from graddiff.minimize.loop import END_REASONS
from graddiff.operations.table import TABLE
from graddiff.render.json.result import RESULT_SCHEMA_ID

EXACT_NUMBER = {"type": "string", "pattern": r"^-?\d+(/\d+|(\.\d+)?(e[+-]?\d+)?)$"}


def describe_object(
    required: dict[str, Any], optional: dict[str, Any] | None = None
) -> dict[str, Any]:
    """An object with exactly these members."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": [*required],
        "additionalProperties": False,
    }


def build_result_schema() -> dict[str, Any]:
    number = {
        "description": "a number, an infinity as a string, a fraction or many digits as a string, null for undefined",
        "$ref": "#/$defs/number",
    }
    span = {
        "description": "from and to, in characters of the expression",
        "type": "array",
        "items": {"type": "integer", "minimum": 0},
        "minItems": 2,
        "maxItems": 2,
    }
    line = {"type": "integer", "minimum": 0}
    text = {"type": "string"}
    operations = ["number", "variable", *TABLE]
    by_name = {"type": "object", "additionalProperties": {"$ref": "#/$defs/number"}}
    node = describe_object(
        {
            "id": line,
            "text": {
                "description": "as written; the middle of a text over 100 characters is left out",
                **text,
            },
            "operation": {"enum": operations},
            "name": {"description": "the name it was defined with", "type": ["string", "null"]},
            "span": span,
            "operands": {
                "description": "the ids of its operands, in order",
                "type": "array",
                "items": line,
            },
            "value": {
                "description": "of the forward pass; true or false of a comparison, null if an untaken branch has none",
                "anyOf": [{"type": "boolean"}, number],
            },
        },
        {
            "adjoint": {
                "description": "missing where nothing flows",
                **number,
            }
        },
    )
    edge = describe_object(
        {
            "source": {"description": "the operand", **line},
            "target": {"description": "the operation that uses it", **line},
            "slot": {"description": "as which of its operands, from 0", **line},
            "formula": {"description": "the local partial, operands put in", **text},
            "partial": number,
            "contribution": {"description": "adjoint of the target × partial", **number},
        }
    )
    slope = {"anyOf": [number, {"type": "null"}]}
    notice = describe_object(
        {
            "kind": {"enum": [*NOTICE_KINDS]},
            "text": text,
            "span": {"anyOf": [span, {"type": "null"}]},
            "slopes": {
                "description": "of the operation on the left and on the right, null for none",
                "anyOf": [
                    {"type": "array", "items": slope, "minItems": 2, "maxItems": 2},
                    {"type": "null"},
                ],
            },
            "used": {"anyOf": [number, {"type": "null"}]},
            "message": text,
        }
    )
    check = describe_object(
        {"quantity": text, "expected": number, "found": number, "ok": {"type": "boolean"}}
    )
    document = describe_object(
        {
            "schema": {"const": RESULT_SCHEMA_ID},
            "expression": text,
            "at": by_name,
            "value": number,
            "gradient": {"description": "variable -> adjoint", **by_name},
            "notices": {"type": "array", "items": notice},
        },
        {
            "nodes": {
                "description": "in order of evaluation; left out by --no-graph",
                "type": "array",
                "items": node,
            },
            "edges": {
                "description": "along which derivatives flow",
                "type": "array",
                "items": edge,
            },
            "tangents": {
                "description": "of --mode forward: of every node, along a variable; null where nothing flows",
                "type": "array",
                "items": describe_object({"by": text, "of": {"type": "array", "items": number}}),
            },
            "expect": {"description": "what --expect compared", "type": "array", "items": check},
        },
    )
    formulas = describe_object(
        {
            "schema": {"const": RESULT_SCHEMA_ID},
            "expression": text,
            "derivatives": {
                "description": "variable -> formula",
                "type": "object",
                "additionalProperties": text,
            },
            "notices": {"type": "array", "items": notice},
        },
        {
            "where": {
                "description": "what names in the formulas stand for, in an order in which each uses earlier ones only",
                "type": "object",
                "additionalProperties": text,
            }
        },
    )
    vector = {
        "type": "object",
        "additionalProperties": {"anyOf": [{"$ref": "#/$defs/number"}, text]},
    }
    head = {
        "schema": {"const": RESULT_SCHEMA_ID},
        "expression": text,
        "notices": {"type": "array", "items": notice},
    }
    point = {"at": by_name, "value": number, "gradient": by_name, "where": {"type": "object"}}
    path = describe_object(
        {"path": text, "partials": {"type": "array", "items": number}, "product": number}
    )
    whole = {"type": "string", "pattern": "^[0-9]+$"}
    higher = [
        describe_object({**head, **members}, point)
        for members in (
            {
                "hessian": {
                    "description": "second derivatives",
                    "type": "object",
                    "additionalProperties": vector,
                }
            },
            {
                "outputs": {
                    "description": "of --jacobian: value and gradient, or formulas",
                    "type": "array",
                }
            },
            {"along": vector, "slope": vector["additionalProperties"], "hessian_product": vector},
            {
                "orders": {
                    "description": "derivatives and Taylor coefficients, or formulas",
                    "type": "array",
                }
            },
            {"paths": {"type": "array", "items": path}, "count": whole, "sum": number},
            {"verify": {"description": "each derivative found in four ways", "type": "array"}},
        )
    ]
    reached = describe_object(
        {
            "schema": {"const": RESULT_SCHEMA_ID},
            "expression": text,
            "optimizer": {"description": "its name and its hyperparameters", "type": "object"},
            "start": by_name,
            "parameters": by_name,
            "value": {"description": "the loss", **number},
            "gradient": by_name,
            "steps": line,
            "stopped": {"enum": [*END_REASONS]},
            "message": text,
            "notices": {"type": "array", "items": notice},
        },
        {
            "fixed": by_name,
            "rows": line,
            "epochs": line,
            "test": {"description": "the loss on --test-data", **number},
        },
    )
    step = describe_object(
        {"step": line, "value": number, "gradient": by_name, "parameters": by_name},
        {
            "epoch": line,
            "loss": {"description": "over all rows, null where it is not known", **number},
            "test": {"description": "the same of --test-data", **number},
        },
    )
    error = describe_object(
        {"kind": text, "message": text, "span": {"anyOf": [span, {"type": "null"}]}}
    )
    failure = describe_object(
        {
            "schema": {"const": RESULT_SCHEMA_ID},
            "expression": {"anyOf": [text, {"type": "null"}]},
            "error": error,
        }
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "graddiff: an expression, its value and its gradient at a point",
        "anyOf": [
            document,
            {"description": "what is written without a point", **formulas},
            *higher,
            {"description": "what graddiff minimize writes", **reached},
            {"description": "a line of graddiff minimize --format jsonl", **step},
            {"description": "what --each writes for a line without an answer", **failure},
        ],
        "$defs": {
            "number": {
                "anyOf": [
                    {"type": "number"},
                    {"enum": ["Infinity", "-Infinity"]},
                    EXACT_NUMBER,
                    {"type": "null"},
                ]
            }
        },
    }


def render_result_schema() -> str:
    return json.dumps(build_result_schema(), indent=2, ensure_ascii=False) + "\n"
