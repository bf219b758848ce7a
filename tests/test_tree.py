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
    assert f"∂f/∂x = 1/3 = {1 / 3:.{digits}g}\n" in text


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


@pytest.mark.parametrize(
    ("text", "at", "letter"),
    [
        ("f + 1", "f=1", "g"),
        ("f(x) = x; g = 2; f(g*x) + 1", "x=1", "h"),
        ("g = x; g*2", "x=1", "f"),
    ],
)
def test_letter_of_the_output_is_free(text: str, at: str, letter: str) -> None:
    assert f"\n{letter} = {text.rpartition('; ')[2]} " in output(text, "--at", at)


def test_large_graph_folds_and_says_how_much() -> None:
    text = output("-", "--at", "x=1", stdin="+".join(["x"] * 5000))
    drawn = sum("─" in line or line.startswith("f = …") for line in text.split("\n"))
    folded = re.search(r"… ([\d,]+) more rows", text)
    assert folded is not None
    assert int(folded[1].replace(",", "")) + drawn >= 9998
    assert drawn < 30  # ten levels of a graph that is one long arm


def test_wide_graph_folds_after_two_hundred_rows() -> None:
    text = output("max(" + ",".join(["x"] * 500) + ")", "--at", "x=1")
    assert sum("─" in line for line in text.split("\n")) == 199
    assert "… 301 more rows" in text


@pytest.mark.parametrize("option", [("--all",), ("--depth", "600")])
def test_everything_is_drawn_when_asked_for(option: tuple[str, ...]) -> None:
    text = output("-", "--at", "x=1", *option, stdin="+".join(["x"] * 500))
    assert "more rows" not in text
    assert text.count(" of 500") == 500
    assert (
        "more"
        not in output("max(" + ",".join(["x"] * 12) + ")", "--at", "x=1", *option).partition(
            "gradient"
        )[0]
    )


def test_long_lists_are_cut_with_a_count_unless_all_is_asked_for() -> None:
    names = [f"x{i}" for i in range(43)]
    arguments = (
        "+".join(f"{name}*{name}" for name in names),
        "--at",
        ",".join(f"{name}=1" for name in names),
    )
    short, whole = output(*arguments), output(*arguments, "--all")
    for rest in ("… and 3 more (--all)", "… and 3 more sums (--all)"):
        assert rest in short
        assert rest not in whole
    assert short.count("is used 2 times") == 40
    assert whole.count("is used 2 times") == 43


def test_sum_of_many_contributions_is_cut_with_a_count() -> None:
    assert "x is used 8 times: 1 + 1 + 1 + 1 + 1 + 1 + … (2 more)" in output(
        "+".join("x" * 8), "--at", "x=1"
    )


def test_heading_has_the_statements_without_comments() -> None:
    text = output("-", "--at", "x=1", stdin="p = x^2  # first\n\nq = (p # and\n + 1)\nq*p\n")
    assert text.startswith("p = x^2; q = (p + 1); q*p ")
    assert output("-", "--at", "x=1", stdin="sin(x)\n").startswith("f = sin(x) ")


def test_definition_keeps_its_text_where_there_is_little_room() -> None:
    text = output(
        "p = log(a)*sin(b)+cos(a*b); q = p^2; exp(q)*p", "--at", "a=2,b=3", "--width", "80"
    )
    assert "q = p^2" in text
    assert "p = …+… 1 of 2" in text
    assert "p = p" not in text


@pytest.mark.parametrize("width", [40, 50, 60, 80])
def test_no_line_is_wider_than_asked_for(width: int) -> None:
    text = output(
        "p = log(a)*sin(b)+cos(a*b); q = p^2; exp(q)*p", "--at", "a=2,b=3", "--width", str(width)
    )
    assert max(map(len, text.split("\n"))) <= width


def test_branch_whose_condition_has_no_value_is_not_called_untaken() -> None:
    text = output("where(x > -5, 1, where(log(x) > 0, 2, x))", "--at", "x=-1")
    assert text.count("not taken") == 1


def test_thousand_levels_are_told_by_number() -> None:
    text = output("-", "--at", "x=1", "--all", stdin="sin(" * 1000 + "x" + ")" * 1000)
    assert "(1000) " in text
    assert max(map(len, text.split("\n")[3:])) < 600
