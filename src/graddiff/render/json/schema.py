"""The JSON Schema of the JSON output, the contract that other programs rely on.

Its text is the file schema.json beside this module; its enums are filled in from the tables of the
program: operations, kinds of notices, and reasons for which a descent ends.
"""

from __future__ import annotations

import json

from graddiff.errors import NOTICE_KINDS
from graddiff.minimize.stopping import END_REASONS
from graddiff.operations.table import TABLE
from graddiff.render.json import Json
from graddiff.render.json.schema_file import load_schema


def build_result_schema() -> dict[str, Json]:
    """Returns the schema of every document that graddiff and graddiff minimize write."""
    tables = {
        "operations": ("number", "variable", *TABLE),
        "notice kinds": NOTICE_KINDS,
        "end reasons": END_REASONS,
    }
    return load_schema("graddiff.render.json", tables)


def render_result_schema() -> str:
    """Returns the text that `--schema` prints."""
    return json.dumps(build_result_schema(), indent=2, ensure_ascii=False) + "\n"
