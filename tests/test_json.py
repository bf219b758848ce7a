"""The JSON output, against its own schema and to the bit."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from graddiff import differentiate, parse
from graddiff.errors import NOTICE_KINDS
from graddiff.minimize.stopping import END_REASONS
from graddiff.operations.table import TABLE
from graddiff.render.json.result import RESULT_SCHEMA_ID
from graddiff.render.json.schema import build_result_schema
from running import graddiff, output

SCHEMA = jsonschema.Draft202012Validator(build_result_schema())
ARGUMENTS = [
    ("(x+y)*z", "--at", "x=1,y=3,z=-3"),
    ("p = x+y; g = p*z + p", "--at", "x=1,y=3,z=-3"),
    ("h(x) = sin(x)^2; h(a*b)", "--at", "a=1,b=2"),
    ("where(x > 0, sqrt(x), 1/x)", "--at", "x=2"),
    ("where(x > 0, log(x), 1)", "--at", "x=-2"),
    ("abs(x) + max(x, y)", "--at", "x=0,y=0"),
    ("sqrt(x)", "--at", "x=0"),
    ("1/2x + e", "--at", "x=1,e=2"),
    ("x", "--at", "x=1", "--wrt", "w"),
    ("2+3",),
    ("x/y", "--at", "x=1,y=3", "--exact"),
    ("sqrt(x)*y", "--at", "x=0,y=3", "--precision", "30"),
    ("x^2*sin(y)",),
    ("x^2*y", "--hessian", "--at", "x=1,y=2"),
    ("x^2*y", "--hessian"),
    ("x^2*y", "--along", "x=1", "--at", "x=1,y=2"),
    ("x*y; x+y", "--jacobian"),
    ("x*y; x+y", "--jacobian", "--at", "x=1,y=2"),
    ("sin(x)", "--order", "3", "--at", "x=1"),
    ("x*(x+y)", "--paths", "x", "--at", "x=1,y=2"),
    ("x*(x+y)", "--paths", "x", "--at", "x=1/3,y=2", "--exact"),
    ("x*y", "--verify", "--at", "x=1,y=2"),
    ("x*y", "--at", "x=2,y=3", "--expect", "x=3,value=6", "--no-graph"),
]


def read(*arguments: str, code: int = 0) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        output(*arguments, "--json", code=code), parse_constant=pytest.fail
    )
    return document


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=[arguments[0] for arguments in ARGUMENTS])
def test_output_conforms_to_the_printed_schema(arguments: tuple[str, ...]) -> None:
    SCHEMA.validate(read(*arguments))


def test_printed_schema_is_valid_and_the_one_that_output_is_held_against() -> None:
    printed = json.loads(output("--schema"))
    assert printed == build_result_schema()
    jsonschema.Draft202012Validator.check_schema(printed)


def find_members(schema: Any, key: str) -> Iterator[Any]:
    """Yields what every member of that name holds, at any depth."""
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == key:
                yield value
            yield from find_members(value, key)
    elif isinstance(schema, list):
        for item in schema:
            yield from find_members(item, key)


def test_enums_of_the_schema_are_the_tables_of_the_program() -> None:
    enums = {tuple(enum) for enum in find_members(build_result_schema(), "enum")}
    assert enums == {
        ("number", "variable", *TABLE),
        tuple(NOTICE_KINDS),
        tuple(END_REASONS),
        ("Infinity", "-Infinity"),
    }
    assert {*find_members(build_result_schema(), "const")} == {RESULT_SCHEMA_ID}


def test_schema_is_written_with_nothing_left_open() -> None:
    schema = build_result_schema()
    assert [*schema] == ["$schema", "title", "anyOf", "$defs"]
    assert {*find_members(schema, "$ref")} == {"#/$defs/number"}
    notices = [node["items"] for node in find_members(schema, "notices")]
    assert len(notices) == 9
    assert all(notice == notices[0] for notice in notices)


def test_description_beside_a_shared_part_is_the_one_that_is_written() -> None:
    (nodes,) = find_members(build_result_schema(), "nodes")
    node = nodes["items"]["properties"]
    assert node["value"]["anyOf"][1]["description"].startswith("a number; ")
    assert node["adjoint"]["description"].startswith("the derivative of the output")


@pytest.mark.parametrize("point", ["x=-2,y=2", "x=0,y=0.5"])
def test_output_without_a_derivative_conforms_too(point: str) -> None:
    code = 4 if point == "x=-2,y=2" else 0
    SCHEMA.validate(read("x^y", "--at", point, code=code))


def test_schema_refuses_what_is_not_there() -> None:
    document = read("x", "--at", "x=1")
    for broken in (
        document | {"extra": 1},
        {**document, "value": "one"},
        {**document, "schema": "graddiff/2"},
    ):
        with pytest.raises(jsonschema.ValidationError):
            SCHEMA.validate(broken)


def test_document_of_the_first_article() -> None:
    document = read("(x+y)*z", "--at", "x=1,y=3,z=-3")
    assert document["schema"] == "graddiff/1"
    assert document["expression"] == "(x+y)*z"
    assert document["at"] == {"x": 1, "y": 3, "z": -3}
    assert document["value"] == -12
    assert document["gradient"] == {"x": -3, "y": -3, "z": 4}
    assert document["notices"] == []
    assert document["nodes"][2] == {
        "id": 2,
        "text": "x+y",
        "operation": "add",
        "name": None,
        "span": [1, 4],
        "operands": [0, 1],
        "value": 4,
        "adjoint": -3,
    }
    assert document["edges"][2] == {
        "source": 2,
        "target": 4,
        "slot": 0,
        "formula": "z",
        "partial": -3,
        "contribution": -3,
    }


def test_numbers_are_exact_to_the_bit() -> None:
    document = read("x/y", "--at", "x=0.1,y=0.3")
    assert document["value"] == 0.1 / 0.3
    assert document["gradient"] == {"x": 1 / 0.3, "y": -0.1 / 0.3 / 0.3}


def test_sum_of_contributions_is_the_adjoint() -> None:
    document = read("x*x + sin(x)*x", "--at", "x=0.7")
    adjoints = {node["id"]: node.get("adjoint") for node in document["nodes"]}
    for node, adjoint in adjoints.items():
        flows = [edge["contribution"] for edge in document["edges"] if edge["source"] == node]
        if flows:
            assert math.fsum(flows) == pytest.approx(adjoint, rel=1e-15)


def test_contribution_is_adjoint_times_partial() -> None:
    document = read("p = x*y; sigmoid(p)/p", "--at", "x=0.7,y=-2")
    adjoints = {node["id"]: node.get("adjoint") for node in document["nodes"]}
    for edge in document["edges"]:
        assert edge["contribution"] == adjoints[edge["target"]] * edge["partial"]


def test_formula_evaluates_to_the_partial() -> None:
    """What is printed beside an edge is what was computed."""
    at = {"x": 0.7, "y": 1.9}
    for text in (
        "x/y + x^y",
        "x^3*y^-2",
        "max(x, y) + hypot(x, y)",
        "gelu(x) + asec(y)",
        "p = x + y; p^2/p",
        "sqrt(x)*y^(1/3)",
    ):
        document = read(text, "--at", "x=0.7,y=1.9")
        for edge in document["edges"]:
            prefix = text.rpartition(";")[0]
            formula = f"{prefix};{edge['formula']}" if prefix else edge["formula"]
            value = differentiate(
                formula, {name: at[name] for name in parse(formula).variables}
            ).value
            assert value == pytest.approx(edge["partial"], rel=1e-12), (text, edge)


def test_infinity_is_a_string_and_undefined_is_null() -> None:
    assert read("sqrt(x)", "--at", "x=0")["gradient"] == {"x": "Infinity"}
    assert read("sqrt(-x)", "--at", "x=0")["gradient"] == {"x": "-Infinity"}
    assert read("sqrt(x*x)", "--at", "x=0", code=4)["gradient"] == {"x": None}


def test_notice_has_place_slopes_and_value() -> None:
    (notice,) = read("1 + abs(x)", "--at", "x=0")["notices"]
    assert notice == {
        "kind": "kink",
        "text": "abs(x)",
        "span": [4, 10],
        "slopes": [-1, 1],
        "used": 0,
        "message": "abs(x) has a kink at x = 0: its slopes by x are -1 and 1; 0 is used",
    }


def test_node_that_leads_to_no_requested_variable_has_no_adjoint() -> None:
    nodes = {node["text"]: node for node in read("x*y", "--at", "x=1,y=2", "--wrt", "x")["nodes"]}
    assert "adjoint" not in nodes["y"]
    assert nodes["x"]["adjoint"] == 2


def test_untaken_branch_without_a_value_is_null() -> None:
    nodes = {
        node["text"]: node for node in read("where(x > 0, log(x), 1)", "--at", "x=-2")["nodes"]
    }
    assert nodes["log(x)"]["value"] is None
    assert nodes["x > 0"]["value"] is False


def test_no_graph_leaves_nodes_and_edges_out() -> None:
    document = read("x*y", "--at", "x=1,y=2", "--no-graph")
    assert "nodes" not in document
    assert "edges" not in document


def test_document_is_one_line_of_ascii() -> None:
    text = output("α*π", "--at", "α=2", "--json")
    assert text.isascii()
    assert text.count("\n") == 1
    assert json.loads(text)["gradient"] == {"α": math.pi}


def test_expectations_are_in_the_document() -> None:
    document = read(
        "p = x+y; p*z", "--at", "x=1,y=3,z=-3", "--expect", "x=-3,p.adjoint=5,p.value=4", code=1
    )
    assert document["expect"] == [
        {"quantity": "gradient.x", "expected": -3, "found": -3, "ok": True},
        {"quantity": "p.adjoint", "expected": 5, "found": -3, "ok": False},
        {"quantity": "p.value", "expected": 4, "found": 4, "ok": True},
    ]


def test_error_is_in_words_on_standard_error_whatever_the_format() -> None:
    process = graddiff("log(x)", "--at", "x=-1", "--json")
    assert (process.returncode, process.stdout) == (4, b"")
    assert process.stderr.startswith(b"graddiff: log needs x > 0")
