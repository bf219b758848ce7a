"""Kinks, jumps, poles, vertical tangents: the value used, and what is said about it."""

from __future__ import annotations

import math

import pytest

from graddiff import GraddiffError, Result, differentiate
from graddiff.errors import PointError, RangeError

inf, nan = math.inf, math.nan


def at(point: str) -> dict[str, float]:
    pairs = (pair.split("=") for pair in point.split(",") if pair)
    return {name: float(value) for name, value in pairs}


def same(actual: float, expected: float) -> bool:
    return actual == expected or (math.isnan(actual) and math.isnan(expected))


# expression, point, gradient, kind of the notice (None for none), one-sided slopes, value used
CONVENTIONS = [
    ("abs(x)", "x=0", [0], "kink", (-1, 1), 0),
    ("relu(x)", "x=0", [0], "kink", (0, 1), 0),
    ("leaky_relu(x)", "x=0", [0.01], "kink", (0.01, 1), 0.01),
    ("leaky_relu(x, 0.2)", "x=0", [0.2], "kink", (0.2, 1), 0.2),
    ("clamp(x, 0, 1)", "x=0", [0], "kink", (0, 1), 0),
    ("clamp(x, 0, 1)", "x=1", [0], "kink", (1, 0), 0),
    ("max(x, y)", "x=3,y=3", [0.5, 0.5], "kink", (0, 1), 0.5),
    ("max(x, y, 3)", "x=3,y=3", [1 / 3, 1 / 3], "kink", (0, 1), 1 / 3),
    ("min(x, y, z)", "x=3,y=3,z=4", [0.5, 0.5, 0], "kink", (1, 0), 0.5),
    ("hypot(x, y)", "x=0,y=0", [0, 0], "kink", (-1, 1), 0),
    ("sign(x)", "x=0", [0], "jump", (0, 0), 0),
    ("step(x)", "x=0", [0], "jump", (0, 0), 0),
    ("floor(x)", "x=2", [0], "jump", (0, 0), 0),
    ("ceil(x)", "x=2", [0], "jump", (0, 0), 0),
    ("round(x)", "x=2.5", [0], "jump", (0, 0), 0),
    ("mod(x, 2)", "x=4", [1], "jump", (1, 1), 1),
    ("atan2(y, x)", "x=-1,y=0", [0, -1], "jump", (-1, -1), -1),
    ("atan2(y, x)", "x=0,y=0", [nan, nan], "pole", None, None),
    ("sqrt(x)", "x=0", [inf], "vertical tangent", (None, inf), inf),
    ("sqrt(-x)", "x=0", [-inf], "vertical tangent", (None, inf), inf),
    ("x^0.5", "x=0", [inf], "vertical tangent", (None, inf), inf),
    ("cbrt(x)", "x=0", [inf], "vertical tangent", (inf, inf), inf),
    ("asin(x)", "x=1", [inf], "vertical tangent", (inf, None), inf),
    ("asin(x)", "x=-1", [inf], "vertical tangent", (None, inf), inf),
    ("acos(x)", "x=1", [-inf], "vertical tangent", (-inf, None), -inf),
    ("acosh(x)", "x=1", [inf], "vertical tangent", (None, inf), inf),
    ("x^0", "x=0", [0], None, None, None),
    ("x^1", "x=0", [1], None, None, None),
    ("x^2", "x=0", [0], None, None, None),
    ("x^3", "x=-2", [12], None, None, None),
    ("x^y", "x=0,y=2", [0, 0], None, None, None),
    ("x^y", "x=0,y=0", [0, 0], "jump", (None, 0), 0),
    ("0^x", "x=0", [0], "jump", (None, 0), 0),
    ("x^x", "x=0", [0], "jump", (None, 0), 0),
    ("leaky_relu(x, 1)", "x=0", [1], None, None, None),
    ("atan2(y, x)", "x=1,y=0", [0, 1], None, None, None),
    ("clamp(x, a, b)", "x=1,a=1,b=2", [0, 0, 0], "kink", (0, 1), 0),
    ("clamp(x, a, b)", "x=2,a=1,b=2", [0, 0, 0], "kink", (1, 0), 0),
    ("clamp(x, a, b)", "x=0,a=1,b=2", [0, 1, 0], None, None, None),
    ("clamp(x, a, b)", "x=3,a=1,b=2", [0, 0, 1], None, None, None),
    ("x^y", "x=-2,y=2", [-4, nan], "undefined", None, None),
    ("where(x > 0, sqrt(x), 0)", "x=0", [0], "kink", None, None),
    ("where(x > 0, x, 1)", "x=0", [0], "jump", None, None),
    ("where(x > 0, 1/x, 1)", "x=0", [0], "jump", None, None),
    ("where(x > 0, log(x), x)", "x=-1", [1], None, None, None),
    ("where(x > 0, where(y > 0, x, y), x)", "x=1,y=0", [0, 1], "jump", None, None),
    ("where(x > 0, where(y > 0, x, y), x)", "x=-1,y=0", [1, 0], None, None, None),
    ("where(y > 0, 1, 1)*x", "x=1,y=0", [1, 0], None, None, None),
    ("where(1 > 1, x, 2x)", "x=1", [2], None, None, None),
    ("where(x >= 0, x, x)", "x=0", [1], None, None, None),
    ("1/x", "x=1e-200", [-inf], "overflow", None, None),
    ("mod(1e300, x)", "x=1e-10", [-inf], "overflow", None, None),
]


@pytest.mark.parametrize(("text", "point", "gradient", "kind", "slopes", "used"), CONVENTIONS)
def test_convention(
    text: str,
    point: str,
    gradient: list[float],
    kind: str | None,
    slopes: tuple[float | None, float | None] | None,
    used: float | None,
) -> None:
    result = differentiate(text, at(point))
    by_name = [result.gradient[name] for name in at(point)]
    assert all(map(same, by_name, gradient)), by_name
    of_nodes = [notice for notice in result.notices if " itself " not in notice.message]
    assert [notice.kind for notice in of_nodes] == ([kind] if kind else [])
    for notice in of_nodes:
        assert (notice.slopes, notice.used) == (slopes, used)
        assert notice.span is not None
        assert text[slice(*notice.span)].replace(" ", "") in text.replace(" ", "")
        assert notice.text in notice.message or notice.kind in ("undefined", "overflow")


@pytest.mark.parametrize(
    ("text", "point", "complete"),
    [
        ("abs(x)", "x=0", True),
        ("sqrt(x)", "x=0", True),
        ("sqrt(x*x)", "x=0", False),
        ("sqrt(x) - sqrt(x)", "x=0", False),
        ("x*sqrt(x)", "x=0", False),
        ("x^y", "x=-2,y=2", False),
        ("atan2(y, x)", "x=0,y=0", False),
        ("1e200*x*y", "x=1e-200,y=1e200", False),
    ],
)
def test_result_is_complete_unless_a_derivative_is_missing(
    text: str, point: str, complete: bool
) -> None:
    assert differentiate(text, at(point)).complete is complete


def test_indeterminate_product_names_both_factors() -> None:
    (message,) = [
        n.message for n in differentiate("sqrt(x*x)", {"x": 0}).notices if n.kind == "indeterminate"
    ]
    assert message == "the adjoint of x*x is inf and ∂(x*x)/∂x is 0: their product is undefined"


def test_indeterminate_sum_names_its_summands() -> None:
    (message,) = [
        n.message
        for n in differentiate("sqrt(x)-sqrt(x)", {"x": 0}).notices
        if n.kind == "indeterminate"
    ]
    assert "-inf, inf" in message


def test_partial_is_not_asked_for_by_what_is_not_requested() -> None:
    """By y alone x^y at x = -2 has no derivative, by x alone nothing is missing."""
    assert differentiate("x^y", {"x": -2, "y": 2}, ["x"]).complete
    assert not differentiate("x^y", {"x": -2, "y": 2}, ["y"]).complete


def test_untaken_branch_is_no_edge() -> None:
    graph = differentiate("where(x > 0, sqrt(x), 3x)", {"x": -1}).graph
    texts = {graph.expression.operations[edge.source].name for edge in graph.edges()}
    assert "sqrt" not in texts


def test_kink_in_an_untaken_branch_has_no_notice() -> None:
    assert differentiate("where(y > 0, abs(x), x)", {"x": 0, "y": -1}).notices == ()


NO_VALUE = [
    ("log(x)", "x=0", "log needs x > 0; here x = 0"),
    ("log(x)", "x=-1", "log needs x > 0; here x = -1"),
    ("3*log(x+y)", "x=-1,y=0", "log needs x > 0; here x+y = -1"),
    ("sqrt(x)", "x=-1", "sqrt needs x >= 0; here x = -1"),
    ("1/(x-1)", "x=1", "1/(x-1) needs x-1 != 0; here x-1 = 0"),
    ("x/0", "x=1", "x / y needs y != 0; here y is 0"),
    ("0^-1", "", "x ^ y needs x != 0 if y < 0; here x is 0 and y is -1"),
    ("x^(1/3)", "x=-8", "x^(1/3) needs 1/3 == floor(1/3) if x < 0; here x = -8, 1/3 = 0.3333333"),
    ("csc(x)", "x=0", "csc needs sin(x) != 0; here x = 0"),
    ("clamp(x, 3, 1)", "x=0", "clamp(x, a, b) needs a <= b; here a is 3 and b is 1"),
    ("p = x - 3; log(p)", "x=1", "log needs x > 0; here p = -2"),
    ("h(x) = log(x); 1 + h(y-3)", "y=1", "log needs x > 0; here y-3 = -2"),
    ("where(x > 0, log(y), 0)", "x=1,y=-1", "log needs x > 0; here y = -1"),
]


@pytest.mark.parametrize(("text", "point", "message"), NO_VALUE)
def test_error_names_operation_operand_and_value(text: str, point: str, message: str) -> None:
    with pytest.raises(PointError) as caught:
        differentiate(text, at(point))
    assert caught.value.message == message
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    "text",
    ["exp(1000x)", "sinh(1000x)", "9^9^9^9*x", "1e999999*x", "1e200*x*1e200", "1e308x+1e308"],
)
def test_overflow_is_an_error_never_an_infinity(text: str) -> None:
    with pytest.raises(RangeError, match=r"overflows|too large"):
        differentiate(text, {"x": 1})


def test_overflow_of_exp_suggests_what_does_not_overflow() -> None:
    with pytest.raises(RangeError) as caught:
        differentiate("1/(1+exp(-x))", {"x": -1000})
    assert "sigmoid(x)" in caught.value.hint


def complete(text: str, point: dict[str, float]) -> Result | None:
    try:
        return differentiate(text, point)
    except GraddiffError:
        return None


@pytest.mark.parametrize(
    "text",
    ["abs(x)", "relu(x)", "max(x,0)", "floor(x)", "sqrt(x)", "where(x>0,x,-x)", "clamp(x,0,1)"],
)
def test_nothing_is_said_beside_the_point(text: str) -> None:
    for x in (1e-300, 0.3, 0.999):
        result = complete(text, {"x": x})
        assert result is not None
        assert result.notices == ()


def test_notices_about_a_long_chain_take_no_longer_than_the_chain() -> None:
    text = "sqrt(0*" + "sin(" * 20_000 + "x" + ")" * 20_001
    assert "indeterminate" in {notice.kind for notice in differentiate(text, {"x": 0}).notices}


def test_switch_through_which_nothing_requested_flows_has_no_notice() -> None:
    assert differentiate("where(x > 0, x, 2x)*y", {"x": 0, "y": 1}, wrt=["y"]).notices == ()
    assert differentiate("where(x > 0, x, 2x)", {"x": 0}, wrt=[]).notices == ()
