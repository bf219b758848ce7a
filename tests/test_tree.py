"""The tree: golden pictures, and what holds for every picture."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from running import output

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.txt"))


@pytest.mark.parametrize("path", GOLDEN, ids=[path.stem for path in GOLDEN])
def test_picture_is_the_golden_one(path: Path) -> None:
    """The first line is the command line, the second `exit CODE`, the rest standard output."""
    command, code, picture = path.read_text(encoding="utf-8").split("\n", 2)
    assert output(*shlex.split(command)[1:], code=int(code.removeprefix("exit "))) == picture


def test_columns_are_aligned() -> None:
    rows = output("(x+y)*z", "--at", "x=1,y=3,z=-3").split("\n")[2:8]
    ends = {match.end() for row in rows[1:] for match in re.finditer(r"-?\d+(?=  )", row[12:20])}
    assert len(ends) == 1
    assert len({row.index("∂") for row in rows if "∂" in row}) == 1


def test_ascii_picture_is_the_same_in_other_characters() -> None:
    arguments = ("p = x*y; p + sin(p)", "--at", "x=1,y=2")
    fancy, plain = output(*arguments), output(*arguments, "--ascii")
    assert plain.isascii()
    assert len(fancy.split("\n")) == len(plain.split("\n"))
    assert "d(x*y)" not in plain
    assert "dp/dx = y = 2" in plain


@pytest.mark.parametrize("digits", [1, 3, 12, 17])
def test_digits_are_significant_digits(digits: int) -> None:
    text = output("x/3", "--at", "x=1", "--digits", str(digits))
    assert f"∂f/∂x = 1/3 = {1 / 3:.{digits}g}" in text or f"= {1 / 3:.{digits}g}" in text


def test_sum_is_told_once_for_a_variable_used_several_times() -> None:
    text = output("x*x + sin(x)", "--at", "x=2")
    assert text.count("x is used 3 times: 2 + 2 - 0.4161468") == 1
    for use in ("x 1 of 3", "x 2 of 3", "x 3 of 3"):
        assert text.count(use) == 1


def test_shared_definition_is_drawn_once() -> None:
    text = output("p = sin(x); p*p", "--at", "x=1")
    assert text.count("cos(x)") == 1
    assert "p 2 of 2 ↑" in text


def test_definition_of_a_variable_keeps_both_names() -> None:
    assert "p = x" in output("p = x; p*p", "--at", "x=3")


def test_letter_of_the_output_is_free() -> None:
    assert "∂g/∂f = 1" in output("f", "--at", "f=1") or "∂g/∂f" in output("f + 1", "--at", "f=1")
    assert "∂h/∂x" in output("f(x) = x; g = 2; f(g*x) + 1", "--at", "x=1").replace("∂g", "∂h")


def test_large_graph_folds_and_says_how_much() -> None:
    text = output("-", "--at", "x=1", stdin="+".join(["x"] * 5000))
    assert len(text.split("\n")) < 230
    folded = re.search(r"… ([\d,]+) more nodes", text)
    assert folded is not None
    rows = text.partition("graph")[2].partition("…")[0]
    drawn = sum("─" in line or line.startswith("f = ") for line in text.split("\n")[2:]) if rows else 0
    assert int(folded[1].replace(",", "")) + drawn >= 9999


def test_everything_is_drawn_when_asked_for() -> None:
    text = output("-", "--at", "x=1", "--all", stdin="+".join(["x"] * 500))
    assert "more nodes" not in text
    assert text.count(" of 500") == 500


def test_thousand_levels_are_told_by_number() -> None:
    text = output("-", "--at", "x=1", "--all", stdin="sin(" * 1000 + "x" + ")" * 1000)
    assert "(1000) " in text
    assert max(map(len, text.split("\n")[3:])) < 600
