"""Derivatives as formulas in JSON."""

from __future__ import annotations

from graddiff.algebra.derivatives import Derivatives
from graddiff.render.json.result import RESULT_SCHEMA_ID, encode_json, encode_notice


def render_formulas_json(derivatives: Derivatives) -> str:
    """Returns the JSON document. Its member "where" is there if a formula needs it, in an order in
    which each definition uses earlier ones only."""
    texts = derivatives.written()
    document: dict[str, object] = {
        "schema": RESULT_SCHEMA_ID,
        "expression": derivatives.expression.text,
        "derivatives": texts.formulas,
    }
    if texts.where:
        document["where"] = texts.where
    document["notices"] = [encode_notice(notice) for notice in derivatives.notices]
    return encode_json(document) + "\n"
