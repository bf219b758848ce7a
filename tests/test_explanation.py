"""--explain, --mode and --paths: what they say, compared with the graph."""

from __future__ import annotations

import json
import math
import re
import subprocess
from pathlib import Path

import pytest

from graddiff import differentiate, parse
from graddiff.autodiff.forward_mode import compute_tangents
from graddiff.autodiff.paths import find_paths
from graddiff.notation.line_names import LINE_NAME_PREFIXES
from graddiff.notation.numerals import format_number
from graddiff.notation.style import SPACED
from graddiff.operations.table import TABLE
from graddiff.render.explanation.rules_in_words import RULE_WORDS
from graddiff.render.explanation.steps import ExplanationStyle, explain_result
from running import error, need, output

EXAMPLES: list[tuple[str, dict[str, float]]] = [
    ("(x+y)*z", {"x": 1, "y": 3, "z": -3}),
    ("(x+y)*sin(x)", {"x": math.pi, "y": math.pi}),
    ("p = x + y; x*x + where(p > 2, max(p, x), x^3/p)", {"x": 1, "y": 3}),
    ("h(x) = x^2; f(y) = y + 1; f(h(x))", {"x": 2}),
    ("s = sigmoid(w*x + b); -log(s)", {"w": 0.5, "x": 2, "b": -1}),
    ("v1*u2 + x - -x", {"v1": 2, "u2": 3, "x": 4}),
    ("x", {"x": 3}),
    ("5", {}),
]
STYLE = ExplanationStyle(SPACED, str, lambda value: format_number(value, 17))


@pytest.mark.parametrize(("expression", "at"), EXAMPLES)
def test_every_step_is_what_it_says(expression: str, at: dict[str, float]) -> None:
    """graddiff evaluates each formula again, with names and with numbers."""
    result = differentiate(expression, at)
    explanation = explain_result(result, STYLE)
    values: dict[str, float] = dict(at)
    for step in explanation.forward:
        read = parse(step.formula)
        value = differentiate(read, {name: values[name] for name in read.variables}).value
        assert float(step.value) == pytest.approx(value, rel=1e-15)
        if step.numbers and "where" not in step.numbers:
            assert differentiate(step.numbers).value == pytest.approx(value, rel=1e-12)
        values[step.name] = value
    adjoints = {explanation.output: 1.0}
    for rule in explanation.reverse:
        assert float(rule.adjoint) == pytest.approx(adjoints[rule.name], rel=1e-12)
        for flow in rule.flows:
            formula = parse(flow.formula)
            partial = differentiate(
                formula, {name: values[name] for name in formula.variables}
            ).value
            assert float(flow.partial) == pytest.approx(partial, rel=1e-12)
            adjoints[flow.operand] = adjoints.get(flow.operand, 0.0) + adjoints[rule.name] * partial
            assert float(flow.total) == pytest.approx(adjoints[flow.operand], rel=1e-12, abs=1e-15)
    for name, terms, total in explanation.gradient:
        assert float(total) == pytest.approx(result.gradient[name], rel=1e-15)
        assert not terms or sum(map(float, terms)) == pytest.approx(
            float(total), rel=1e-12, abs=1e-15
        )


def test_names_of_lines_are_no_names_of_variables() -> None:
    prefixes = LINE_NAME_PREFIXES[:-1]
    for free in prefixes:
        text = " + ".join(f"{prefix}1*{prefix}2*2" for prefix in prefixes if prefix != free)
        at = dict.fromkeys(parse(text).variables, 1.0)
        explanation = explain_result(differentiate(text, at), STYLE)
        assert not {step.name for step in explanation.forward} & {*at}


def test_words_are_about_operations_of_the_table() -> None:
    assert {*RULE_WORDS} <= {*TABLE}


def test_explanation_is_told_in_eighty_columns() -> None:
    text = output("(x+y)*sin(x)", "--at", "x=pi,y=pi", "--explain", "--width", "80")
    assert max(map(len, text.splitlines())) <= 80
    assert "v1 = x + y = 3.141593 + 3.141593 = 6.283185" in text
    assert "so x gets 6.283185 × (-1) = -6.283185" in text
    assert "the first of its 2 contributions" in " ".join(text.split())
    assert "∂f/∂x = -6.283185 + 1.224647e-16 = -6.283185" in text
    assert "1.2 times 10^-16" in text
    assert "computed with 16 digits and shown with 7" in text
    assert "digits" not in output("(x+y)*z", "--at", "x=1,y=3,z=-3", "--explain")
    assert output("(x+y)*z", "--at", "x=1,y=3,z=-3", "--explain", "--ascii").isascii()


def test_fractions_are_explained_as_fractions() -> None:
    text = output("x/y", "--at", "x=1,y=3", "--explain", "--exact")
    assert "so y gets 1 × (-1/9) = -1/9" in text


def test_long_explanations_are_cut_and_say_so() -> None:
    text = output("+".join(f"sin({i}*x)" for i in range(200)), "--at", "x=1", "--explain")
    assert "more (--all)" in text
    assert "more (--all)" not in output("+".join("x" * 200), "--at", "x=1", "--explain", "--all")


def test_explanation_as_markdown_holds_what_it_says_in_code() -> None:
    text = output("x*x", "--at", "x=2", "--explain", "--format", "markdown")
    assert text.startswith("# `f = x*x")
    assert "- `f = x * x = 2 * 2 = 4`" in text


def test_explanation_as_latex_is_three_align_environments() -> None:
    text = output("(x+y)*z", "--at", "x=1,y=3,z=-3", "--format", "latex")
    assert text.count("\\begin{align*}") == text.count("\\end{align*}") == 3
    assert r"\bar{v_{1}} &= \bar{f} \cdot \left(z\right) = 1 \cdot (-3) = -3" in text
    assert r"\frac{\partial f}{\partial z} &= 4" in text
    assert r"\pi" in output("pi*x", "--at", "x=1", "--format", "latex")


@pytest.mark.parametrize(("expression", "at"), EXAMPLES)
def test_latex_compiles(expression: str, at: dict[str, float], tmp_path: Path) -> None:
    compiler = need("pdflatex")
    bound = [f"{name}={value}" for name, value in at.items()]
    arguments = [expression, *(["--at", ",".join(bound)] if bound else []), "--format", "latex"]
    head = "\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n"
    (tmp_path / "a.tex").write_text(f"{head}{output(*arguments)}\\end{{document}}\n")
    subprocess.run(
        [compiler, "-halt-on-error", "a.tex"], cwd=tmp_path, check=True, capture_output=True
    )


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("x^2", "in a power, the exponent becomes a factor and is lowered by 1"),
        ("2^x", "the derivative of a power by its exponent is the power times the logarithm"),
    ],
)
def test_rule_of_a_power_is_that_of_the_operand_that_varies(expression: str, sentence: str) -> None:
    text = " ".join(output(expression, "--at", "x=2", "--explain").split())
    assert text.count("power") == sentence.count("power")
    assert sentence in text


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["x*y", "--explain"], 3, "no value for x, y"),
        (["x", "--at", "x=1", "--explain", "--json"], 2, "--explain writes text"),
        (["x", "--at", "x=1", "--explain", "--hessian"], 2, "two answers"),
        (["x", "--at", "x=1", "--mode", "forward", "--hessian"], 2, "--mode is for "),
        (
            ["p = x; p*2", "--at", "x=1", "--mode", "forward", "--wrt", "p"],
            2,
            "forward mode is by variables",
        ),
        (["a+b+c+d+g", "--at", "a=1,b=1,c=1,d=1,g=1", "--mode", "forward"], 2, "5 variables"),
        (["x", "--at", "x=1", "--paths", "y"], 2, "y in --paths does not occur"),
        (["x", "--at", "x=1", "--paths", "x,y"], 2, "about one name"),
        (["x", "--at", "x=1", "--mode", "both", "--format", "svg"], 2, "--mode is for "),
        (["x", "--at", "x=1", "--paths", "x", "--format", "svg"], 2, "--paths writes a table"),
        (["x", "--at", "x=1", "--paths", "x", "--wrt", "x"], 2, "leave --wrt out"),
        (["x", "--paths", "x"], 3, "no value for x"),
    ],
)
def test_what_cannot_be_explained_is_one_sentence(
    arguments: list[str], code: int, said: str
) -> None:
    assert said in error(*arguments, code=code)


# forward mode


@pytest.mark.parametrize(("expression", "at"), EXAMPLES)
def test_tangent_of_the_output_is_the_derivative(expression: str, at: dict[str, float]) -> None:
    result = differentiate(expression, at)
    tangents = compute_tangents(result, result.requested)
    for name, derivative in result.gradient.items():
        assert tangents.by_variable[name][result.expression.output] == pytest.approx(
            derivative, rel=1e-12
        )
    assert tangents.reverse_multiplications == len([*result.graph.edges()])


def test_multiplications_are_counted() -> None:
    result = differentiate("(x+y)*z", {"x": 1, "y": 3, "z": -3})
    tangents = compute_tangents(result, ("x", "y", "z"))
    assert tangents.forward_multiplications == {"x": 2, "y": 2, "z": 1}
    assert tangents.reverse_multiplications == 4
    assert tuple(result.gradient) == ("x", "y", "z")


def test_forward_mode_is_drawn() -> None:
    text = output("(x+y)*sin(x)", "--at", "x=pi,y=pi", "--mode", "forward", "--wrt", "x")
    assert "tangent by x" in text
    assert "carried up" in text
    assert "x is used" not in text
    both = output("(x+y)*z", "--at", "x=1,y=3,z=-3", "--mode", "both")
    assert "adjoint" in both and "tangent by z" in both
    assert (
        "3 passes, one for each variable, 2 + 2 + 1 = 5 multiplications; reverse mode: 1 pass"
        in both
    )
    assert output("(x+y)*z", "--at", "x=1,y=3,z=-3", "--mode", "reverse") == output(
        "(x+y)*z", "--at", "x=1,y=3,z=-3"
    )


def test_tangents_are_in_the_json() -> None:
    content = json.loads(output("x*y", "--at", "x=2,y=3", "--mode", "forward", "--json"))
    assert content["tangents"] == [
        {"by": "x", "of": [1.0, None, 3.0]},
        {"by": "y", "of": [None, 1.0, 2.0]},
    ]


# paths


@pytest.mark.parametrize(("expression", "at"), EXAMPLES)
def test_derivative_is_the_sum_over_all_paths(expression: str, at: dict[str, float]) -> None:
    result = differentiate(expression, at)
    for name, line in result.expression.variables.items():
        paths = find_paths(result.graph, line)
        assert paths.is_complete
        assert sum(path.product for path in paths.paths) == pytest.approx(
            result.gradient[name], rel=1e-12, abs=1e-15
        )
        for path in paths.paths:
            assert math.prod(path.partials) == pytest.approx(path.product, rel=1e-12)
            assert path.lines[0] == line
            assert path.lines[-1] == result.expression.output


def test_paths_are_counted_without_being_walked() -> None:
    doubled = "a0 = x*1; " + "; ".join(f"a{i + 1} = a{i} + 0.5*a{i}" for i in range(100))
    result = differentiate(doubled, {"x": 1})
    paths = find_paths(result.graph, result.expression.variables["x"])
    assert paths.total == 2**100
    assert not paths.is_complete
    products = [path.product for path in paths.paths]
    assert products == sorted(products, reverse=True)
    assert products[0] == 1.0
    assert products[1] == 0.5
    text = output(doubled, "--at", "x=1", "--paths", "x")
    assert "about 10^30 paths" in text


def test_paths_are_listed_with_their_sum() -> None:
    text = output("x*x + x^3", "--at", "x=2", "--paths", "x")
    assert re.search(r"sum of 3 paths\s+16", text)
    content = json.loads(output("x*x + x^3", "--at", "x=2", "--paths", "x", "--json"))
    assert (content["count"], content["sum"]) == ("3", 16.0)
    assert [path["product"] for path in content["paths"]] == [2.0, 2.0, 12.0]
