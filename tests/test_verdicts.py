"""Answers are judged: the rules for numbers, the points for formulas, published exercises."""

from __future__ import annotations

import csv
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from graddiff import parse
from graddiff.homework.answer_key import AnswerKey, JudgedAnswer, judge_text
from graddiff.homework.conditioning import compute_adjoint_scale, compute_value_scale
from graddiff.homework.formula_key import FormulaKey
from graddiff.homework.homework_file import build_homework
from graddiff.homework.problems import AnswerLimits
from graddiff.homework.rational_witness import is_rational_function
from graddiff.homework.sample_admission import evaluate_candidate
from graddiff.homework.sample_points import MIN_SAMPLES, SAMPLE_COUNT, draw_samples

PUBLISHED = Path(__file__).parent / "published"


def rows(name: str) -> list[dict[str, str]]:
    with open(PUBLISHED / name, encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


EXERCISES, REWRITTEN, MISPRINTS = (
    rows("exercises.tsv"),
    rows("rewritten.tsv"),
    rows("misprints.tsv"),
)

# What the letters are taken as, where an answer holds for some of them only.
POSITIVE = {name: ["1/10", 3] for name in ("D", "L", "g", "T", "sigma")}
DOMAINS: dict[str, dict[str, Any]] = {
    "1/(D*L)*sqrt(g*T/(pi*sigma))": POSITIVE,
    "2*a*sqrt(b*x^3) - 3*b*cbrt(a)/x - 2*sqrt(a*b)": {
        "a": ["1/10", 3],
        "b": ["1/10", 3],
        "x": ["1/10", 3],
    },
    "sqrt((x - 1)/(x + 2))": {"x": [1, 4]},
}


def number(
    expression: str, at: dict[str, Any], part: str, answer: str, **tolerance: Any
) -> JudgedAnswer:
    """The verdict on the answer to a part that asks for a number."""
    problem = {"id": "q", "expression": expression, "at": at, "points": {part: 1}}
    homework = build_homework({"homework": {"tolerance": tolerance}, "problem": [problem]})
    return AnswerKey(homework).judge_answer("q", part, answer)


@cache
def formula_key(expression: str, variable: str, seed: str = "homework") -> FormulaKey:
    problem = {"id": "q", "expression": expression, "points": {f"derivative.{variable}": 1}}
    exercise = build_homework(
        {"homework": {"id": seed}, "problem": [{**problem, "domain": DOMAINS.get(expression, {})}]}
    ).problems[0]
    return FormulaKey(seed, exercise, exercise.parts[0], AnswerLimits())


def formula(expression: str, answer: str, variable: str = "x") -> JudgedAnswer:
    return judge_text(formula_key(expression, variable), answer)


# numbers


@pytest.mark.parametrize(
    ("expression", "at", "part", "answer", "status"),
    [
        ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "value", "-12", "correct"),
        ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "value", "-12.0", "correct"),
        ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "value", "-3*4", "correct"),
        ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "value", "−12", "correct"),
        ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "value", "12", "wrong"),
        ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "x", "-3 + 1e-12", "wrong"),
        ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "x", "-2.9999999999", "wrong"),
        ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "x", "-sqrt(9)", "correct"),
        ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "x", "log(exp(-3))", "correct"),
        ("x/3", {"x": 1}, "value", "1/3", "correct"),
        ("x/3", {"x": 1}, "value", "0.333", "correct"),
        ("x/3", {"x": 1}, "value", "0.33", "wrong"),
        ("x/3", {"x": 1}, "value", "0.334", "wrong"),
        ("x/3", {"x": 1}, "value", "0.3333333333333333", "correct"),
        ("x/3", {"x": 1}, "value", "0.3333333333433333", "wrong"),
        ("x/3", {"x": 1}, "value", "3.33e-1", "correct"),
        ("x/3", {"x": 1000}, "value", "333", "wrong"),
        ("x/3", {"x": 1000}, "value", "333.", "correct"),
        ("x/2", {"x": 1}, "value", ".5", "correct"),
        ("x/2", {"x": 1}, "value", "0.50", "correct"),
        ("x/8", {"x": 1}, "value", "0.12", "wrong"),
        ("sqrt(x)/2", {"x": 2}, "value", "sqrt(2)/2", "correct"),
        ("sqrt(x)/2", {"x": 2}, "value", "0.707", "correct"),
        ("sqrt(x)/2", {"x": 2}, "value", "0.70710678", "correct"),
        ("sqrt(x)/2", {"x": 2}, "value", "0.71", "wrong"),
        ("sqrt(x)/2", {"x": 2}, "value", "0.708", "wrong"),
        ("sqrt(x)/2", {"x": 2}, "value", "sqrt(2)/2*1.0005", "wrong"),
        ("sqrt(x)/2", {"x": 2}, "value", "sqrt(2)/2 + 1e-6", "wrong"),
        ("(x+y)*sin(x)", {"x": "pi", "y": "pi"}, "x", "-2*pi", "correct"),
        ("(x+y)*sin(x)", {"x": "pi", "y": "pi"}, "x", "-6.283", "correct"),
        ("(x+y)*sin(x)", {"x": "pi", "y": "pi"}, "y", "0", "correct"),
        ("(x+y)*sin(x)", {"x": "pi", "y": "pi"}, "y", "1.2246467991473532e-16", "correct"),
        ("(x+y)*sin(x)", {"x": "pi", "y": "pi"}, "y", "sin(pi)", "correct"),
        ("(x+y)*sin(x)", {"x": "pi", "y": "pi"}, "y", "0.000", "correct"),
        ("(x+y)*sin(x)", {"x": "pi", "y": "pi"}, "y", "0.001", "wrong"),
        ("(x+y)*sin(x)", {"x": "pi", "y": "pi"}, "y", "1e-9", "wrong"),
        ("x*sin(pi)", {"x": 1}, "x", "0", "correct"),
        ("cos(x) - 0.5", {"x": "pi/3"}, "value", "0", "correct"),
        ("1e-20*x", {"x": 1}, "value", "0", "wrong"),
        ("asin(x)", {"x": 1}, "value", "17", "wrong"),
        ("asin(x)*cos(y)", {"x": 1, "y": 1}, "value", "sqrt(17)", "wrong"),
        ("y + acosh(x)", {"x": 1, "y": "pi"}, "value", "17.0", "wrong"),
        ("sqrt(x) + sin(y)", {"x": 0, "y": 1}, "value", "0.841", "correct"),
        ("floor(x)*sqrt(y)", {"x": 3, "y": 2}, "y", "1.0610", "wrong"),
        ("floor(x)*sqrt(y)", {"x": 3, "y": 2}, "y", "3/(2*sqrt(2))", "correct"),
        ("where(x >= 1, 2, 300)*sin(y)", {"x": 1, "y": 1}, "y", "1.2", "wrong"),
        ("where(x >= 1, sin(y), 2)", {"x": 1, "y": 1}, "y", "17", "wrong"),
        ("max(x, 3)*sin(y)", {"x": 3, "y": 1}, "y", "3*cos(1) + 1e-4", "wrong"),
        ("abs(x - 3)*sin(y) + y", {"x": 3, "y": 1}, "y", "1", "correct"),
        ("mod(x, 3)*sin(y) + sin(y)", {"x": 6, "y": 1}, "y", "0", "wrong"),
        ("y*sqrt(x - 1)", {"x": 1, "y": 2}, "y", "0", "correct"),
        ("y*asin(x)", {"x": 1, "y": 2}, "y", "pi/2", "correct"),
        ("x", {"x": "-1.5e308"}, "value", "1.5e308", "wrong"),
        ("x/3", {"x": 2}, "value", "0.6666666666666666", "correct"),
        ("x^2", {"x": "1.1"}, "value", "1.2100000000000002", "correct"),
        ("x/10", {"x": 3}, "value", "0.30000000000000004", "correct"),
        ("x/10", {"x": 3}, "value", "0.300000000004", "wrong"),
        ("x", {"x": -3}, "value", "-2.9999999999999996", "correct"),
        ("x/1000", {"x": 3}, "value", "3e−3", "correct"),
        ("sigmoid(-x)", {"x": 5}, "value", "6.69*10^-3", "correct"),
        ("sigmoid(-x)", {"x": 5}, "value", "6.69·10^(-3)", "correct"),
        ("sigmoid(-x)", {"x": 5}, "value", "6.7*10^-3", "wrong"),
        ("-x/3", {"x": 1}, "value", "-3.33×10^-1", "correct"),
        ("x", {"x": 3000}, "value", "3*10^3", "correct"),
        ("x", {"x": 1}, "value", "1; 2", "invalid"),
        ("x", {"x": 1}, "value", "nan", "invalid"),
        ("x", {"x": 1}, "value", "1/0", "invalid"),
        ("x", {"x": 1}, "value", "x", "invalid"),
        ("x", {"x": 1}, "value", "1 +", "invalid"),
        ("x", {"x": 1}, "value", "9^9^9^9", "invalid"),
        ("x", {"x": 1}, "value", "(" * 1000 + "1" + ")" * 1000, "invalid"),
        ("x", {"x": 1}, "value", "+".join("1" * 900), "invalid"),
        ("x", {"x": 1}, "value", "h(x) = x; h(1)", "invalid"),
        ("x*x*x", {"x": -2}, "value", "(-8)^(1/3)^-1", "wrong"),
    ],
)
def test_number_is_judged(
    expression: str, at: dict[str, Any], part: str, answer: str, status: str
) -> None:
    quantity = "gradient.x" if part == "x" else "gradient.y" if part == "y" else part
    assert number(expression, at, quantity, answer).verdict.status == status


@pytest.mark.parametrize(
    ("tolerance", "answer", "status"),
    [
        ({"rel": "1e-2"}, "0.71", "correct"),
        ({"rel": "1e-3"}, "0.71", "wrong"),
        ({"abs": "0.1"}, "0.8", "correct"),
        ({"abs": "0.1"}, "0.9", "wrong"),
        ({"abs": 0}, "0.7071", "wrong"),
        ({"digits": 2}, "0.71", "correct"),
        ({"digits": 5}, "0.7071", "wrong"),
        ({"exact": True}, "0.7071068", "wrong"),
        ({"exact": True}, "1/sqrt(2)", "correct"),
        ({"exact": True}, "0.7071067811865476", "wrong"),
    ],
)
def test_tolerance_takes_the_place_of_the_rules(
    tolerance: dict[str, Any], answer: str, status: str
) -> None:
    assert number("sqrt(x)/2", {"x": 2}, "value", answer, **tolerance).verdict.status == status


def test_verdict_names_its_rule_and_what_it_measured() -> None:
    verdict = number("x/3", {"x": 1}, "value", "0.33").verdict
    assert verdict.rule == "compared as written, at least 3 digits"
    assert verdict.error == pytest.approx(1 / 300)
    assert "2 significant digits" in verdict.message
    assert number("x/3", {"x": 1}, "value", "1/3").verdict.rule == "compared as fractions"
    assert "relative" in number("exp(x)", {"x": 1}, "value", "e").verdict.rule
    assert "rel 0.1" in number("exp(x)", {"x": 1}, "value", "3", rel="0.1").verdict.rule


def test_scale_is_the_sum_of_absolute_contributions() -> None:
    expression = parse("1e8*x - 99999999*x")
    assert compute_adjoint_scale(
        expression, {"x": 1.0}, expression.variables["x"]
    ) == pytest.approx(2e8, rel=1e-6)
    assert compute_value_scale(expression, {"x": 1.0}, expression.output) == pytest.approx(
        2e8, rel=1e-6
    )
    turned = parse("x*sin(pi)")
    assert compute_adjoint_scale(turned, {"x": 1.0}, turned.variables["x"]) == pytest.approx(
        3.14159, rel=0.5
    )


# formulas


@pytest.mark.parametrize(
    ("expression", "answer", "status"),
    [
        ("x*sin(x^2)", "sin(x^2) + 2*x^2*cos(x^2)", "correct"),
        ("x*sin(x^2)", "u = x^2; sin(u) + 2*u*cos(u)", "correct"),
        ("x*sin(x^2)", "1.0005*(sin(x^2) + 2*x^2*cos(x^2))", "wrong"),
        ("x*sin(x^2)", "sin(x^2) + 2*x^2*cos(x^2) + 1e-6", "wrong"),
        ("(x-1)^3", "3*x^2 - 6*x + 3", "correct"),
        ("(x-1)^3", "3*x^2 - 6*x + 3 + 1e-12", "wrong"),
        ("(x-1)^3", "3*x^2 - 6*x + 3 + 0/x", "correct"),
        ("x/3", "0.333333333333", "correct"),
        ("x/3", "0.3333", "wrong"),
        ("(x-1)^12*exp(x)", "exp(x)*(x-1)^11*(x+11)", "correct"),
        ("cbrt(x)", "1/3*x^(-2/3)", "correct"),
        ("cbrt(x)^4", "4/3*x^(1/3)", "correct"),
        ("cbrt(x)", "1/3*x^(2/3)", "wrong"),
        ("log(abs(x))", "1/x", "correct"),
        ("log(x)", "abs(1/x)", "correct"),
        ("sqrt(x^2 + 1)", "sqrt(x)^2/sqrt(x^2+1)", "wrong"),
        ("q = x^2; sin(q)", "2*x*cos(q)", "correct"),
        ("x^2", "2*x + 1e15*x - 1e15*x", "correct"),
        ("exp(x)", "exp(x) + 1e15*x*pi - 1e15*x*pi", "undecided"),
        ("sin(x)^2 + cos(x)^2", "0", "correct"),
        ("sin(x)^2 + cos(x)^2", "1e-6", "wrong"),
        ("exp(-1000*x)", "-1000*exp(-1000*x)", "correct"),
        ("exp(-1000*x)", "0", "wrong"),
        ("acosh(x - 50)", "1/sqrt((x - 50)^2 - 1)", "correct"),
        ("sqrt(-x^2)", "0", "undecided"),
        ("floor(x)", "0", "correct"),
        ("abs(x)", "sign(x)", "correct"),
        ("abs(x)", "1", "wrong"),
        ("relu(x)", "where(x > 0, 1, 0)", "correct"),
        ("relu(x)", "1", "wrong"),
        ("relu(x)", "where(x > 0, 1, 99)", "wrong"),
        ("relu(x)^2", "2*x", "wrong"),
        ("max(0, 1 - x)", "-1", "wrong"),
        ("max(0, 1 - x)", "where(x < 1, -1, 0)", "correct"),
        ("clamp(x, 0, 1)", "1", "wrong"),
        ("where(x > 10, x, x^2)", "2*x", "wrong"),
        ("where(x > 10, x, x^2)", "where(x > 10, 1, 2*x)", "correct"),
        ("step(x)*x", "1", "wrong"),
        ("log(x)", "1/x + where(x > 3, 1, 0)", "wrong"),
        ("x^2*sin(x)", "\n2*x*sin(x)\n+ x^2*cos(x)", "invalid"),
        ("x^2*sin(x)", "2*x*sin(x) +\nx^2*cos(x)", "correct"),
        ("x^2", "y", "invalid"),
        ("x^2", "2*x*(((1)", "invalid"),
        ("x^x", "x^x*(1 + log(x))", "correct"),
        ("5*y", "0", "correct"),
    ],
)
def test_formula_is_judged(expression: str, answer: str, status: str) -> None:
    variable = "y" if expression == "5*y" else "x"
    if expression == "5*y":
        answer = "5 + 0*y"
    assert formula(expression, answer, variable).verdict.status == status


def test_smaller_domain_is_wrong_with_the_point() -> None:
    verdict = formula("log(x^2)", "2*log(x)/log(x)/x").verdict
    assert verdict.status == "wrong"
    assert verdict.counterexample is not None
    assert verdict.counterexample["x"] < 0
    assert "no value" in verdict.message


def test_counterexample_shows_the_answer_given_not_the_one_sought() -> None:
    verdict = formula("x^3", "2*x^2").verdict
    assert verdict.counterexample is not None
    x = float(verdict.counterexample["x"])
    assert f"{2 * x**2:.6g}" in verdict.message
    assert f"{3 * x**2:.6g}" not in verdict.message


def test_domain_is_kept() -> None:
    homework = build_homework(
        {
            "problem": [
                {
                    "id": "q",
                    "expression": "sqrt(x^2)",
                    "domain": {"x": [2, 5]},
                    "points": {"derivative.x": 1},
                }
            ]
        }
    )
    assert AnswerKey(homework).judge_answer("q", "derivative.x", "1").verdict.status == "correct"
    assert formula("sqrt(x^2)", "1").verdict.status == "wrong"


def test_points_are_the_same_for_everyone_and_admissible() -> None:
    expression = parse("log(x)*abs(y - 1)")
    first, again = (
        draw_samples("seed", expression, "x", {}),
        draw_samples("seed", expression, "x", {}),
    )
    assert [sample.at for sample in first] == [sample.at for sample in again]
    assert [sample.at for sample in first] != [
        sample.at for sample in draw_samples("another", expression, "x", {})
    ]
    assert len(first) == SAMPLE_COUNT
    assert all(sample.at["x"] > 0 and sample.at["y"] != 1 for sample in first)
    assert draw_samples("seed", parse("sqrt(-x^2)"), "x", {}) == []
    assert MIN_SAMPLES == 6


def test_point_is_admissible_only_where_the_derivative_is_plain() -> None:
    def at(expression: str, x: object) -> object:
        return evaluate_candidate(parse(expression), "x", {"x": Fraction(str(x))})[1]

    assert at("abs(x)", 0) is None  # a kink
    assert at("floor(x)*x", 2) is None  # a jump
    assert at("sqrt(x)", 0) is None  # a vertical tangent
    assert at("1000000.5*x - 1000000*x", 2) is None  # rounding
    assert at("exp(-1000*x)", 2) is None  # an underflow
    assert at("abs(x)", 1) is not None
    assert at("1000.5*x - 1000*x", 2) is not None
    assert at("sin(x)^2 + cos(x)^2", 2) is not None


def test_rational_functions_are_told_from_others() -> None:
    for text, expected in (
        ("(x^2 + 1)/(3*x - 0.5)", True),
        ("x^-3", True),
        ("x^2.5", False),
        ("x^y", False),
        ("pi*x", False),
        ("abs(x)", False),
        ("sqrt(x)", False),
    ):
        assert is_rational_function(parse(text)) is expected


def test_no_points_are_found_for_several_variables_either() -> None:
    assert draw_samples("seed", parse("sqrt(-x^2 - y^2)"), "x", {}) == []


def test_vanishing_derivative_is_not_zero() -> None:
    for expression, low, high in (("exp(-x^2)", 30, 40), ("sqrt(x+1) - sqrt(x)", 10**12, 10**13)):
        problem = {
            "id": "q",
            "expression": expression,
            "domain": {"x": [low, high]},
            "points": {"derivative.x": 1},
        }
        key = AnswerKey(build_homework({"problem": [problem]}))
        assert key.judge_answer("q", "derivative.x", "0").verdict.status == "undecided"


# published exercises


def test_every_published_answer_is_right() -> None:
    for row in EXERCISES:
        judged = judge_text(formula_key(row["function"], row["variable"]), row["answer"])
        assert judged.verdict.status == "correct", row
        assert judged.hypotheses == ()
    assert len(EXERCISES) >= 300


def test_every_rewritten_answer_is_right() -> None:
    for row in REWRITTEN:
        assert (
            judge_text(formula_key(row["function"], row["variable"]), row["answer"]).verdict.status
            == "correct"
        ), row
    assert {row["way"] for row in REWRITTEN} >= {
        "expanded",
        "factored",
        "trigonometric",
        "together",
    }


def test_every_misprint_is_wrong() -> None:
    for row in MISPRINTS:
        assert formula(row["function"], row["answer"], row["variable"]).verdict.status == "wrong", (
            row
        )
    assert MISPRINTS


@pytest.mark.parametrize("step", [8, pytest.param(1, marks=pytest.mark.slow)])
def test_slightly_wrong_published_answers_are_wrong(step: int) -> None:
    for row in EXERCISES[::step]:
        for answer in (f"({row['answer']})*1.0005", f"({row['answer']}) + 1e-6"):
            judged = judge_text(formula_key(row["function"], row["variable"]), answer)
            zero = row["answer"].strip() == "0" and "*" in answer
            assert judged.verdict.status == ("correct" if zero else "wrong"), (row, answer)


@pytest.mark.parametrize(
    "seeds", [range(8), pytest.param(range(8, 40), marks=pytest.mark.slow)], ids=str
)
@pytest.mark.parametrize("row", EXERCISES[::41], ids=lambda row: str(row["function"]))
def test_seed_changes_no_verdict(row: dict[str, str], seeds: range) -> None:
    for seed in map(str, seeds):
        key = formula_key(row["function"], row["variable"], seed)
        assert judge_text(key, row["answer"]).verdict.status == "correct"
        assert judge_text(key, f"({row['answer']})*1.0005 + 1e-6").verdict.status == "wrong"
