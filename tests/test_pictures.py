"""Pictures: well-formed and complete in every format, and safe from what an input contains."""

from __future__ import annotations

import random
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from graddiff import differentiate, parse
from graddiff.commands.main.draw import load_picture_renderer
from graddiff.commands.main.formats import PICTURE_FORMATS
from graddiff.render.pictures.curves import (
    OccupancyGrid,
    Rectangle,
    compute_curves,
    measure_label,
    place_labels,
)
from graddiff.render.pictures.figure import MAX_BOXES, Figure, build_figure
from graddiff.render.pictures.layers import assign_layers
from graddiff.render.pictures.layout import BOX_GAP, Layout, lay_out_figure, stack_column
from running import error, need, output
from test_explanation import EXAMPLES

HOSTILE = [
    ('x*2 # <script>alert("1")</script> --> ]]> & " \\', {"x": 1.0}),
    ("abs(x) + relu(x)", {"x": 0.0}),
    ("α*β_2", {"α": 1.0, "β_2": 2.0}),
    ("where(x > 0, x, log(-1))", {"x": 1.0}),
]
ALL: list[tuple[str, dict[str, float]]] = [*EXAMPLES, *HOSTILE]


def drawn(form: str, expression: str, at: dict[str, float]) -> str:
    return "".join(load_picture_renderer(form)(differentiate(expression, at), 7))


@pytest.mark.parametrize("form", PICTURE_FORMATS)
def test_every_picture_shows_expression_and_values(form: str) -> None:
    text = drawn(form, "p*q", {"p": 2.5, "q": 3.25})
    assert {"p*q", "2.5", "3.25", "8.125"} <= {*re.findall(r"p\*q|\d+\.\d+", text)}


@pytest.mark.parametrize(("expression", "at"), ALL)
def test_svg_is_well_formed_and_says_what_it_shows(expression: str, at: dict[str, float]) -> None:
    text = drawn("svg", expression, at)
    root = ElementTree.fromstring(text)
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert {"svg", "title", "desc", "style", "rect", "text", "g"} <= names
    assert not names - {"svg", "title", "desc", "style", "rect", "text", "g", "path"}
    assert root.get("role") == "img"
    words = " ".join(
        "".join(element.itertext()) for element in root.iter() if element.tag.endswith("text")
    )
    for name, value in differentiate(expression, at).gradient.items():
        assert name in words
        assert f"adjoint {format(value + 0.0, '.7g')}" in words
    assert "<script" not in text


@pytest.mark.parametrize(("expression", "at"), ALL)
def test_dot_is_accepted_by_graphviz(expression: str, at: dict[str, float]) -> None:
    text = drawn("dot", expression, at)
    process = subprocess.run(
        [need("dot"), "-Tsvg"], input=text, capture_output=True, text=True, check=True
    )
    assert "<script" not in process.stdout
    assert process.stdout.count('class="node"') == len(
        build_figure(differentiate(expression, at), 7).boxes
    )


@pytest.mark.parametrize(("expression", "at"), ALL)
def test_mermaid_holds_every_box_and_arrow(expression: str, at: dict[str, float]) -> None:
    text = drawn("mermaid", expression, at)
    figure = build_figure(differentiate(expression, at), 7)
    body = text.partition("flowchart LR\n")[2].splitlines()
    assert len(body) == len(figure.boxes) + len(figure.arrows)
    for line in body:
        label = line.partition('"')[2].rpartition('"')[0]
        assert not re.search(r'["<>`\\]', label.replace("<br>", "")), line


def test_shared_nodes_are_drawn_once_and_edges_each() -> None:
    figure = build_figure(differentiate("x*x + sin(x)", {"x": 2}), 7)
    assert [box.title for box in figure.boxes].count("x") == 1
    assert len([arrow for arrow in figure.arrows if arrow.source == 0]) == 3


def test_untaken_branches_are_left_out_and_kinks_are_marked() -> None:
    figure = build_figure(differentiate("where(x > 0, abs(y), log(-1))", {"x": 1, "y": 0}), 7)
    assert not any("log" in box.title for box in figure.boxes)
    assert [box.mark for box in figure.boxes if box.title == "abs(y)"] == ["kink"]
    assert "kink" in drawn("dot", "abs(y)", {"y": 0})


def lay_out(figure: Figure) -> Layout:
    texts = {box.line: [text for text, _ in box.styled_lines] for box in figure.boxes}
    labels = {arrow: [text for text, _ in arrow.styled_lines] for arrow in figure.arrows}
    return lay_out_figure(figure, texts, labels)


@pytest.mark.parametrize(("expression", "at"), ALL)
def test_boxes_do_not_overlap_and_arrows_point_to_the_right(
    expression: str, at: dict[str, float]
) -> None:
    figure = build_figure(differentiate(expression, at), 7)
    laid = lay_out(figure)
    places = [*laid.places.values()]
    for first, second in combinations(places, 2):
        is_apart = abs(first.x - second.x) >= (first.width + second.width) / 2 - 0.01
        assert is_apart or abs(first.y - second.y) >= (first.height + second.height) / 2
    for points in laid.routes.values():
        assert all(left[0] < right[0] for left, right in pairwise(points))
    assert all(0 < place.x < laid.width and 0 < place.y < laid.height for place in places)


def test_operations_stand_behind_their_operands_and_inputs_before_their_first_use() -> None:
    figure = build_figure(differentiate("sin(cos(exp(x))) + y", {"x": 1, "y": 2}), 7)
    layers = {box.title: assign_layers(figure)[box.line] for box in figure.boxes}
    assert layers["x"] == 0 and layers["exp(x)"] == 1 and layers["cos(exp(x))"] == 2
    assert layers["y"] == 3 and max(layers.values()) == 4


def test_nodes_that_would_overlap_stand_around_the_mean_of_where_they_should_be() -> None:
    column = [(line, 0) for line in range(4)]
    heights = dict.fromkeys(column, 100 - BOX_GAP)
    desired = dict(zip(column, (0.0, 10.0, -10.0, 900.0)))
    assert [*stack_column(column, heights, desired).values()] == [-100.0, 0.0, 100.0, 900.0]


@pytest.mark.parametrize(("expression", "at"), ALL)
def test_labels_cover_no_box_and_no_other_label(expression: str, at: dict[str, float]) -> None:
    figure = build_figure(differentiate(expression, at), 7)
    layout = lay_out(figure)
    centres = place_labels(figure, compute_curves(figure, layout), layout.places)
    occupied = [(place.x, place.y, place.width, place.height) for place in layout.places.values()]
    for arrow in figure.arrows:
        if arrow.styled_lines:
            label = (*centres[arrow], *measure_label(arrow.styled_lines))
            assert not any(overlap(label, rectangle) for rectangle in occupied), arrow
            occupied.append(label)


def overlap(first: Rectangle, second: Rectangle) -> bool:
    x, y = abs(first[0] - second[0]), abs(first[1] - second[1])
    return 2 * x < first[2] + second[2] and 2 * y < first[3] + second[3]


def test_occupancy_grid_finds_every_overlap() -> None:
    chosen = random.Random(7)
    grid, rectangles = OccupancyGrid(), list[Rectangle]()
    answers = set()
    for _ in range(300):
        x, y = chosen.uniform(-900, 900), chosen.uniform(-900, 900)
        width, height = chosen.uniform(1, 300), chosen.uniform(1, 60)
        is_free = not any(overlap((x, y, width, height), other) for other in rectangles)
        assert grid.is_free((x, y), width, height) is is_free
        grid.add_rectangle((x, y), width, height)
        rectangles.append((x, y, width, height))
        answers.add(is_free)
    assert answers == {True, False}


def test_thousand_nodes_are_drawn_and_more_say_what_to_do() -> None:
    text = " + ".join(f"sin({i}*x)" for i in range(250))
    assert parse(text).size >= 1000
    assert drawn("svg", text, {"x": 1}).count('class="node') >= 1000
    large = "+".join(f"sin({i}*x)" for i in range(1000))
    assert f"shows {MAX_BOXES:,} at most" in error(large, "--at", "x=1", "--format", "svg", code=2)
    assert output(large, "--at", "x=1", "--format", "dot").startswith("digraph")


def test_format_follows_the_suffix(tmp_path: object) -> None:
    for suffix, begins in (
        (".svg", "<?xml"),
        (".dot", "digraph"),
        (".mmd", "---\ntitle"),
        (".json", "{"),
        (".txt", "f ="),
    ):
        path = f"{tmp_path}/graph{suffix}"
        assert output("x*y", "--at", "x=1,y=2", "--output", path) == ""
        with open(path, encoding="utf-8") as file:
            assert file.read().startswith(begins)
    assert "names no format" in error("x*y", "--at", "x=1,y=2", "--output", "graph.png", code=2)
    assert "cannot be written" in error(
        "x*y", "--at", "x=1,y=2", "--output", f"{tmp_path}/no/graph.svg", code=5
    )


def test_output_overwrites_no_expression(tmp_path: Path) -> None:
    path = tmp_path / "f.svg"
    path.write_text("x^2\n")
    assert "would overwrite" in error(
        "--file", str(path), "--at", "x=1", "--output", str(path), code=2
    )
    assert path.read_text() == "x^2\n"
