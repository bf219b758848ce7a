"""A view as one JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graddiff.language.expression import Expression
from graddiff.render.json import Json
from graddiff.render.json.result import RESULT_SCHEMA_ID, encode_json, encode_notice, encode_number
from graddiff.render.views.model import DerivativeView


def render_view_json(expression: Expression, view: DerivativeView) -> str:
    """Returns the JSON document, one line."""
    content = {"schema": RESULT_SCHEMA_ID, "expression": expression.text, **view.head, **view.body}
    document = {name: encode_members(member) for name, member in content.items()}
    if view.where:
        document["where"] = encode_members(view.where)
    document["notices"] = [encode_notice(notice) for notice in view.notices]
    return encode_json(document) + "\n"


def encode_members(value: Any) -> Json:
    """Returns mappings and lists with every number in them as JSON has it."""
    if isinstance(value, Mapping):
        return {name: encode_members(member) for name, member in value.items()}
    if isinstance(value, list):
        return [encode_members(member) for member in value]
    if value is None or isinstance(value, str | int):
        return value
    return encode_number(value)
