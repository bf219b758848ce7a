"""Wrong answers are explained: answers made by hand, and by bending rules on exercises."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from graddiff import parse
from graddiff.algebra.formula_arithmetic import FormulaArithmetic
from graddiff.algebra.identities import SimplifyingFormulaPool
from graddiff.algebra.typesetting import typeset_formulas
from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.homework.answer_key import judge_text
from graddiff.homework.bent_pass import differentiate_bent
from graddiff.homework.bent_rules import find_bent_rules, make_rule_shape
from graddiff.homework.misreadings import READINGS
from graddiff.homework.mistakes import MISTAKE_ROWS, MISTAKES
from graddiff.homework.question import MAX_PATHS
from test_verdicts import EXERCISES, formula, formula_key, number

FORMULAS = [
    ("sin(x^2)", "cos(x^2)", "inner_derivative"),
    ("(3*x+1)^5", "5*(3*x+1)^4", "inner_derivative"),
    ("exp(-x)", "exp(-x)", "inner_derivative"),
    ("1/(2*x+1)", "-1/(2*x+1)^2", "inner_derivative"),
    ("log(5*x)", "1/(5*x)", "inner_derivative"),
    ("sin(cos(x^2))", "-cos(cos(x^2))*sin(x^2)", "inner_derivative"),
    ("sin(x^2)", "cos(2*x)", "outer_at_inner_derivative"),
    ("(x^2+1)^3", "3*(2*x)^2", "outer_at_inner_derivative"),
    ("sin(x^2)", "2*x*cos(x)", "outer_at_variable"),
    ("exp(x^2)", "2*x*exp(x)", "outer_at_variable"),
    ("sin(x^2)", "2*x*sin(x^2)", "outer_kept"),
    ("x^2*sin(x)", "2*x*cos(x)", "product_of_derivatives"),
    ("x*exp(x)", "exp(x)", "product_of_derivatives"),
    ("x^2*sin(x)", "2*x^3 + sin(x)*cos(x)", "product_terms_swapped"),
    ("x^2*sin(x)", "2*x*sin(x) - x^2*cos(x)", "product_minus"),
    ("sin(x)/x^2", "cos(x)/(2*x)", "quotient_of_derivatives"),
    ("sin(x)/x^2", "(2*x*sin(x) - x^2*cos(x))/x^4", "quotient_terms_swapped"),
    ("sin(x)/x^2", "(x^2*cos(x) + 2*x*sin(x))/x^4", "quotient_plus"),
    ("sin(x)/x^2", "(x^2*cos(x) - 2*x*sin(x))/x^2", "denominator_not_squared"),
    ("cos(x)", "sin(x)", "trigonometric_sign"),
    ("cot(3*x)", "3*csc(3*x)^2", "trigonometric_sign"),
    ("5*x^3", "3*x^2", "coefficient_lost"),
    ("x^4/7", "4*x^3", "coefficient_lost"),
    ("x^5", "x^4", "exponent_lost"),
    ("sqrt(x)", "1/sqrt(x)", "exponent_lost"),
    ("x^5", "5*x^5", "power_not_lowered"),
    ("sqrt(x)", "sqrt(x)/2", "power_not_lowered"),
    ("cbrt(x)", "cbrt(x)/3", "power_not_lowered"),
    ("cbrt(x)", "cbrt(x)^-2", "exponent_lost"),
    ("log2(x)", "1/x", "logarithm_lost"),
    ("7 - x^3", "7 - 3*x^2", "constant_kept"),
    ("7 + x^3", "7 + 3*x^2", "constant_kept"),
    ("x^3 - 7", "3*x^2 - 7", "constant_kept"),
    ("7 - x^3", "3*x^2", "sign_lost"),
    ("3/x^2", "6/x^3", "sign_lost"),
    ("3/(x^2 + 1)", "6*x/(x^2 + 1)^2", "quotient_terms_swapped"),
    ("3/(x^2 + 1)", "-6*x/(x^2 + 1)", "denominator_not_squared"),
    ("3/(x^2 + 1)", "-3/(x^2 + 1)^2", "inner_derivative"),
    ("3/(x^2 + 1)", "-2*x/(x^2 + 1)^2", "coefficient_lost"),
    ("x^3*5", "3*x^2", "coefficient_lost"),
    ("2^(x^2)", "log(2)*2^(x^2)", "inner_derivative"),
    ("cos(x)", "-sin(pi*x/180)", "degrees"),
    ("tan(x)", "sec(pi*x/180)^2", "degrees"),
    ("sec(x)", "sec(pi*x/180)*tan(pi*x/180)", "degrees"),
    ("csc(x)", "-csc(pi*x/180)*cot(pi*x/180)", "degrees"),
    ("cot(x)", "-csc(pi*x/180)^2", "degrees"),
    ("min(x, x^2)", "where(x < x^2, 2*x, 1)", "max_to_loser"),
    ("x^-3", "-3*x^-2", "power_raised"),
    ("3^x", "x*3^(x-1)", "power_rule_on_exponential"),
    ("exp(x)", "x*exp(x-1)", "power_rule_on_exponential"),
    ("x^x", "x*x^(x-1)", "power_rule_on_exponential"),
    ("3^x", "3^x", "logarithm_lost"),
    ("log10(x)", "1/x", "logarithm_lost"),
    ("x^3 + 7", "3*x^2 + 7", "constant_kept"),
    ("x^3", "x^4/4", "integrated"),
    ("x^2 - sin(x)", "2*x + cos(x)", "sign_lost"),
    ("-x^3", "3*x^2", "sign_lost"),
    ("max(x, x^2)", "where(x > x^2, 2*x, 1)", "max_to_loser"),
    ("relu(x)*x", "where(x > 0, 0, x) + relu(x)", "max_to_loser"),
    ("sin(x)", "cos(pi*x/180)", "degrees"),
    ("x*sin(x)", "sin(x)", "one_path"),
    ("x*sin(x)", "x*cos(x)", "one_path"),
    ("x*sin(x)*exp(x)", "sin(x)*exp(x) + x*cos(x)*exp(x)", "path_left_out"),
    ("(x^2 + 1)^2", "2*x", "local_partial"),
    ("x^3*y", "x^3", "other_name"),
    ("x^3*y", "x^3*y", "value_for_gradient"),
    ("x^3*sin(x)", "6*x*sin(x) + 6*x^2*cos(x) - x^3*sin(x)", "second_order"),
]

NUMBERS = [
    ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "gradient.x", "1", "local_partial"),
    ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "gradient.x", "-12", "value_for_gradient"),
    ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "gradient.x", "4", "other_name"),
    ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "gradient.x", "3", "sign_lost"),
    ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "value", "-3", "gradient_for_value"),
    ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "value", "12", "sign_lost"),
    ("p = x*y; p + sin(x)", {"x": 2, "y": 5}, "gradient.x", "5", "one_path"),
    ("p = x*y; p + sin(x)", {"x": 2, "y": 5}, "gradient.x", "-0.416", "one_path"),
    ("x*x + x^3", {"x": 2}, "gradient.x", "12", "one_path"),
    ("x*x + x^3", {"x": 2}, "gradient.x", "14", "path_left_out"),
    ("x^3 + x*y", {"x": 2, "y": 5}, "gradient.x", "12", "last_path"),
    ("sin(x)", {"x": 30}, "value", "0.5", "degrees"),
    ("sin(x)", {"x": 30}, "gradient.x", "0.866", "degrees"),
    ("atan(x)", {"x": 1}, "value", "45", "degrees"),
    ("max(x, y)*3", {"x": 2, "y": 5}, "gradient.x", "3", "max_to_loser"),
    ("min(x, y, z)", {"x": 2, "y": 5, "z": 3}, "gradient.y", "1", "max_to_loser"),
    ("x^4", {"x": 3}, "gradient.x", "108.0*3", "power_not_lowered"),
    ("x^4", {"x": 3}, "gradient.x", "27", "exponent_lost"),
    ("x^4", {"x": 3}, "gradient.x", "108", ""),
    ("sigmoid(w*x)", {"w": 1, "x": 2}, "gradient.w", "0.105", "inner_derivative"),
]


@pytest.mark.parametrize(("expression", "answer", "mistake"), FORMULAS)
def test_wrong_formula_is_explained(expression: str, answer: str, mistake: str) -> None:
    judged = formula(expression, answer)
    assert judged.verdict.status == "wrong"
    assert mistake in [hypothesis.id for hypothesis in judged.hypotheses]


@pytest.mark.parametrize(("expression", "at", "part", "answer", "mistake"), NUMBERS)
def test_wrong_number_is_explained(
    expression: str, at: dict[str, int], part: str, answer: str, mistake: str
) -> None:
    judged = number(expression, at, part, answer)
    assert judged.verdict.status == ("wrong" if mistake else "correct")
    assert not mistake or mistake in [hypothesis.id for hypothesis in judged.hypotheses]


def test_every_mistake_is_tried_by_hand() -> None:
    assert {row[-1] for row in [*FORMULAS, *NUMBERS]} - {""} == {*MISTAKES}
    assert {row.reading for row in MISTAKE_ROWS} - {""} == {*READINGS}


def test_the_place_of_a_mistake_is_named() -> None:
    (first,) = formula(
        "sin(x^2)*cos(x^3)", "cos(x^2)*cos(x^3) - 3*x^2*sin(x^2)*sin(x^3)"
    ).hypotheses
    assert first.message == "consistent with the inner derivative left out at sin(x^2)"
    messages = [
        h.message
        for h in number("p = x*y; p + sin(x)", {"x": 2, "y": 5}, "gradient.x", "5").hypotheses
    ]
    assert "consistent with only one of several paths counted: x → p → p + sin(x)" in messages
    messages = [
        h.message
        for h in number("(x+y)*z", {"x": 1, "y": 3, "z": -3}, "gradient.x", "1").hypotheses
    ]
    assert "consistent with a local partial instead of the adjoint: ∂(x+y)/∂x" in messages


def test_answer_without_a_matching_mistake_has_no_explanation() -> None:
    assert formula("x*sin(x^2)", "17*x").hypotheses == ()
    assert number("exp(x)", {"x": 1}, "value", "7.389").hypotheses == ()


def test_two_lines_of_the_same_text_are_two_places() -> None:
    judged = formula("a*x^2/(n^2 + x^2)", "a*x/(n^2+x^2) - 2*a*x^3/(n^2+x^2)^2")
    assert "exponent_lost" in [hypothesis.id for hypothesis in judged.hypotheses]


def test_many_paths_are_not_walked_one_by_one() -> None:
    doubled = "; ".join(f"a{i + 1} = a{i} + a{i}" for i in range(40))
    judged = number(f"a0 = x*1; {doubled}", {"x": 1}, "gradient.x", "1")
    assert judged.verdict.status == "wrong"
    assert MAX_PATHS < 2**40


def bent_answers(step: int) -> list[tuple[dict[str, str], str, str]]:
    """Wrong answers as formulas: each rule bent at the first line where it applies, on one exercise
    in `step`."""
    answers = []
    for row in EXERCISES[::step]:
        expression = parse(row["function"])
        line = expression.variables[row["variable"]]
        depends = expression.find_dependent_lines({line})
        home = SimplifyingFormulaPool()
        values = run_forward_pass(
            expression,
            {name: home.make_variable(name) for name in expression.variables},
            FormulaArithmetic(home),
        )
        for mistake in MISTAKE_ROWS:
            about = find_bent_rules(mistake.id).derivatives
            places = [
                place
                for place, operands in enumerate(expression.operands)
                if make_rule_shape(
                    expression.operations[place], [depends[operand] for operand in operands]
                )
                in about
            ]
            if places and mistake.id != "degrees":
                try:
                    bent = differentiate_bent(
                        expression, values, line, mistake.id, places[0], FormulaArithmetic(home)
                    )[1]
                except (ArithmeticError, ValueError):
                    continue  # the mistake leads to no formula
                answers.append(
                    (row, mistake.id, typeset_formulas({"f": bent}).join_definitions("f"))
                )
    return answers


@pytest.mark.parametrize("step", [32, pytest.param(8, marks=pytest.mark.slow)])
def test_bent_rules_are_never_right_and_nearly_always_named(step: int) -> None:
    statuses: Counter[str] = Counter()
    named = 0
    for row, mistake, text in bent_answers(step):
        judged = judge_text(formula_key(row["function"], row["variable"]), text)
        if judged.verdict.status == "correct":  # where the bent rule says the same as the rule
            key = formula_key(row["function"], row["variable"])
            for sample in key.points:
                at = {name: float(value) for name, value in sample.at.items()}
                bent = parse(text)
                value = run_forward_pass(bent, {name: at[name] for name in bent.variables})[
                    bent.output
                ]
                assert math.isclose(value, sample.derivative, rel_tol=1e-9, abs_tol=1e-9), (
                    row,
                    mistake,
                    text,
                )
            continue
        statuses[judged.verdict.status] += 1
        named += mistake in [hypothesis.id for hypothesis in judged.hypotheses]
    assert statuses["wrong"] >= 4_000 / step
    assert named >= 0.98 * statuses.total()
