"""One-sided slopes of whole expressions, and the comparison of derivatives with others."""

from __future__ import annotations

import json
import math

import pytest

from graddiff import differentiate, parse
from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.one_sided import compute_one_sided_slopes
from graddiff.checks.difference_quotient import compute_difference_quotient
from graddiff.checks.verification import verify_gradient
from graddiff.errors import GraddiffError
from running import error, output

SLOPES = [
    ("relu(x) - relu(-x)", 0.0, (1, 1)),
    ("abs(x)", 0.0, (-1, 1)),
    ("abs(x)^2", 0.0, (0, 0)),
    ("abs(x) + relu(x)", 0.0, (-1, 2)),
    ("abs(sin(3x)) - 2*abs(x)", 0.0, (-1, 1)),
    ("max(x, -x, 2x)", 0.0, (-1, 2)),
    ("min(x, x^2)", 0.0, (1, 0)),
    ("min(max(x, 0), 1)", 1.0, (1, 0)),
    ("clamp(2x, 0, 1)", 0.5, (2, 0)),
    ("clamp(x, x, 2)", 1.0, (1, 1)),
    ("leaky_relu(-x, 0.2)", 0.0, (-1, -0.2)),
    ("hypot(x, 2x)", 0.0, (-math.sqrt(5), math.sqrt(5))),
    ("where(x > 0, x^2, -x)", 0.0, (-1, 0)),
    ("where(x < 1, x, 2 - x)", 1.0, (1, -1)),
    ("where(x == 0, 0, x)", 0.0, (1, 1)),
    ("where(x > 0, x, x + 1)", 0.0, (1, None)),
    ("floor(x) + x", 2.0, (None, 1)),
    ("sign(x)", 0.0, (None, None)),
    ("x*sign(x)", 0.5, (1, 1)),
    ("sqrt(x)", 0.0, (None, math.inf)),
    ("sqrt(x^2)", 0.0, (None, None)),
    ("abs(abs(x) - 1)", 1.0, (-1, 1)),
    ("relu(x)*relu(x)", 0.0, (0, 0)),
    ("x^3 + sin(x)", 0.7, (3 * 0.49 + math.cos(0.7),) * 2),
]


@pytest.mark.parametrize(("text", "x", "slopes"), SLOPES)
def test_slopes_on_both_sides(
    text: str, x: float, slopes: tuple[float | None, float | None]
) -> None:
    expression = parse(text)
    values = run_forward_pass(expression, {"x": x})
    sides = compute_one_sided_slopes(expression, values, expression.variables["x"])[
        expression.output
    ]
    assert [*sides] == [pytest.approx(slope) for slope in slopes]
    for slope, step in zip(slopes, (-1e-7, 1e-7)):  # from values alone
        if slope is not None and math.isfinite(slope):
            moved = run_forward_pass(expression, {"x": x + step})[expression.output]
            assert (moved - values[expression.output]) / step == pytest.approx(slope, abs=1e-5)


def test_output_that_is_smooth_in_spite_of_kinks_has_a_notice() -> None:
    *kinks, smooth = differentiate("relu(x) - relu(-x)", {"x": 0}).notices
    assert [notice.kind for notice in kinks] == ["kink", "kink"]
    assert (smooth.kind, smooth.slopes, smooth.used) == ("smooth", (1.0, 1.0), 0.0)
    assert "smooth in x at x = 0: its slope is 1 from both sides" in smooth.message
    document = json.loads(output("relu(x) - relu(-x)", "--at", "x=0", "--json"))
    assert document["notices"][-1]["slopes"] == [1, 1]


def test_single_kink_has_one_notice() -> None:
    assert len(differentiate("abs(x)", {"x": 0}).notices) == 1
    assert len(differentiate("abs(x)*y", {"x": 0, "y": 1}).notices) == 1
    *_, output_notice = differentiate("abs(x) + abs(2x)", {"x": 0}).notices
    assert (output_notice.kind, output_notice.slopes) == ("kink", (-3.0, 3.0))


AGREE = [
    ("e^x", {"e": 3.0, "x": 1.0}),
    ("(x+y)*sin(x)", {"x": 1.0, "y": 2.0}),
    ("exp(100*x)*1e-30", {"x": 0.0}),
    ("x^y", {"x": 2.0, "y": 0.5}),
    ("log(x)", {"x": 1e-300}),
    ("sqrt(1 - x^2)", {"x": 0.999999}),
    ("1e12*x + sin(x)", {"x": 3.0}),
    ("where(x > 1, x, y)", {"x": 0.0, "y": 2.0}),
    ("gelu(x)*softplus(y)/hypot(x, y)", {"x": -0.3, "y": 1.1}),
    ("floor(x)", {"x": 0.5}),
]


@pytest.mark.parametrize(("text", "at"), AGREE)
def test_derivatives_agree_with_the_three_others(text: str, at: dict[str, float]) -> None:
    for derivative in verify_gradient(differentiate(text, at)):
        assert derivative.ok, derivative
        assert derivative.note == "agree"
        assert derivative.forward is not None
        assert derivative.formula is not None


def test_wrong_derivative_fails_verification() -> None:
    result = differentiate("x^2*y", {"x": 3.0, "y": 2.0})
    wrong = [*result.graph.adjoints]
    wrong[result.expression.variables["x"]] = 11.99
    broken = result._replace(graph=result.graph._replace(adjoints=wrong))
    by_x, by_y = verify_gradient(broken)
    assert (by_x.ok, by_y.ok) == (False, True)
    assert by_x.note == "forward mode and the formula and the difference quotient differ"


@pytest.mark.parametrize(
    ("text", "ok", "note"),
    [
        ("abs(x)", True, "kink: between the slopes on both sides"),
        ("relu(x) - relu(-x)", False, "kink: not between the slopes on both sides"),
        ("floor(x)", True, "a jump, or no value on one side: a convention"),
        ("sqrt(x)", True, "infinite, as on the side where there is a slope"),
    ],
)
def test_kinks_are_known(text: str, ok: bool, note: str) -> None:
    (derivative,) = verify_gradient(differentiate(text, {"x": 0.0}))
    assert (derivative.ok, derivative.note) == (ok, note)


@pytest.mark.parametrize(
    ("function", "x", "slope"),
    [
        (math.sin, 1.0, math.cos(1)),
        (math.exp, -30.0, math.exp(-30)),
        (lambda x: 1 / x if x > 0 else None, 1e-6, -1e12),
        (lambda x: x * abs(x), 1e-9, 2e-9),
    ],
)
def test_difference_quotient_knows_its_error(function: object, x: float, slope: float) -> None:
    assert callable(function)
    quotient, estimate = compute_difference_quotient(function, x)
    assert quotient is not None and estimate is not None
    assert abs(quotient - slope) <= max(10 * estimate, 1e-6 * abs(slope))
    assert estimate <= 1e-4 * abs(slope)


def test_rounding_is_not_taken_for_disagreement() -> None:
    for text, x in (("log(1+x)", 1e-18), ("1e16 + sin(x)", 1.0), ("1 - cos(x)", 1e-8)):
        assert all(
            derivative.ok for derivative in verify_gradient(differentiate(text, {"x": x}))
        ), text


def test_command_says_which_agree_and_ends_with_1_if_not() -> None:
    shown = output("x*y", "--at", "x=2,y=3", "--verify").splitlines()
    titles = "verify reverse mode forward mode formula difference quotient estimated error sides"
    assert shown[2].split() == titles.split()
    assert shown[3].split()[:3] == ["x", "3", "3"]
    assert shown[3].endswith("agree")
    document = json.loads(output("relu(x) - relu(-x)", "--at", "x=0", "--verify", "--json", code=1))
    assert document["verify"][0]["slopes"] == [1, 1]
    assert document["verify"][0]["ok"] is False
    assert "--verify compares floats at a point" in error("x", "--verify", code=2)
    assert "needs x > 0" in error("log(x)", "--at", "x=0", "--verify", code=4)


def test_no_value_is_no_difference_quotient() -> None:
    def nowhere(x: float) -> float | None:
        return None

    assert compute_difference_quotient(nowhere, 1.0) == (None, None)
    with pytest.raises(GraddiffError):
        differentiate("log(x)", {"x": 0.0})
