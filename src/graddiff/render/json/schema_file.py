"""Schema files: a JSON Schema as a person reviews it, filled in when it is written.

Two things are left open in such a file. An enum that is the name of a table, as in
`"enum": "operations"`, becomes the names in that table, so that the schema and the program cannot
differ. A reference to `#/shared/NAME`, a part that stands in the file once, becomes that part.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from graddiff.render.json import Json

SHARED_REFERENCE = "#/shared/"


def load_schema(package: str, tables: Mapping[str, Iterable[str]]) -> dict[str, Json]:
    """Reads the file schema.json of a package and fills in what it leaves open.

    `tables` maps the name of each table to the values of the enum. Raises KeyError if the file
    names a table or a shared part that does not exist.
    """
    # Imported late: reports import this module, and grading should not wait for it (20 ms).
    from importlib import resources

    text = resources.files(package).joinpath("schema.json").read_text(encoding="utf-8")
    document = json.loads(text)
    shared: dict[str, dict[str, Json]] = document.pop("shared")
    return SchemaFiller(shared, tables).fill_object(document)


class SchemaFiller:
    """Puts values in the place of the names of tables, and parts in the place of references."""

    def __init__(
        self, shared: Mapping[str, dict[str, Json]], tables: Mapping[str, Iterable[str]]
    ) -> None:
        self.shared = shared
        self.tables = tables

    def fill(self, node: Json) -> Json:
        """Returns any part of a schema with nothing left open."""
        if isinstance(node, dict):
            return self.fill_object(node)
        if isinstance(node, list):
            return [self.fill(item) for item in node]
        return node

    def fill_object(self, node: Mapping[str, Json]) -> dict[str, Json]:
        """Returns an object of a schema with nothing left open, its members in the same order."""
        filled: dict[str, Json] = {}
        for key, value in node.items():
            if key == "enum" and isinstance(value, str):
                filled[key] = [*self.tables[value]]
            elif key == "$ref" and isinstance(value, str) and value.startswith(SHARED_REFERENCE):
                part = self.shared[value.removeprefix(SHARED_REFERENCE)]
                # A description beside the reference is about this use of the part, so it wins.
                filled = self.fill_object(part) | filled
            else:
                filled[key] = self.fill(value)
        return filled
