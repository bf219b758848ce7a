"""Second and higher derivatives, against mpmath and against other kinds of number."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from fractions import Fraction

import mpmath
import pytest
from mpmath import mp

from graddiff import differentiate, parse
from graddiff.algebra.derivatives import derive_hessian
from graddiff.autodiff.forward_mode import compute_directional_derivative
from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.higher_order import (
    compute_hessian,
    compute_hessian_product,
    compute_taylor_coefficients,
)
from graddiff.numbers.fractions import EXACT
from graddiff.numbers.multiprecision import MultiprecisionArithmetic
from graddiff.operations.table import TABLE
from oracles import value
from running import error, output

FUNCTIONS = (
    """
x*y; x^2*y^3; x/y; x^y; (x+y)*sin(x); exp(x*y); log(x^2+y^2); sqrt(x*y+1); atan2(y, x); hypot(x, y)
sin(x)*cos(y); tan(x*y/4); x*exp(-y^2); 1/(1+exp(-x*y)); tanh(x-y); sinh(x)*cosh(y)
asin(x*y/9); acos(x/4)*y; atan(x/y); log1p(x*y); expm1(x-y); cbrt(x^2+y); erf(x*y/3)
erfc(x-y); sigmoid(x*y); softplus(x-y)
silu(x)*y; gelu(x+y); logaddexp(x, y); asinh(x*y); acosh(1+x*y); atanh(x*y/9); sec(x/2)*y
csc(x)*cot(y); log2(x+y)*log10(x*y)
x*y*z; (x+y)*z^2; x^y*z; exp(x*y)/z; sqrt(x^2+y^2+z^2); x*sin(y*z)+y*cos(z*x)
log(x*y*z); (x-y)/(y+z); z/(1+(x*y)^2)
max(x, y)*z; where(x > y, x^2*z, y^2*z); abs(x-y)*z
w*x*y*z; exp(w*x)*sin(y*z); (w+x)/(y+z)
v*w*x*y*z; sqrt(v*w+x*y+z^2)*exp(-v*x)
""".replace("\n", "; ")
    .strip("; ")
    .split("; ")
)
AT = {"v": 0.4, "w": 0.9, "x": 1.3, "y": 0.7, "z": 2.1}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_hessian_agrees_with_mpmath_at_thirty_digits(function: str) -> None:
    expression = parse(function)
    names = [*expression.variables]
    assert 1 < len(names) < 6
    at = {name: AT[name] for name in names}
    found = compute_hessian(differentiate(expression, at))
    written = derive_hessian(expression, names).written()
    with mp.workdps(30):
        for i, x in enumerate(names):
            for j, y in enumerate(names):
                orders = tuple((k == i) + (k == j) for k in range(len(names)))
                expected = mpmath.diff(
                    lambda *point: value(expression, dict(zip(names, point))),
                    tuple(mp.mpf(at[name]) for name in names),
                    orders,
                    h=mp.mpf(10) ** -8,
                )
                near = pytest.approx(float(expected), rel=1e-10, abs=1e-10)
                assert found[x][y] == near, (x, y)
                formula = parse(written.join_definitions((x, y)))
                point = {name: at[name] for name in formula.variables}
                assert run_forward_pass(formula, point)[formula.output] == near, (x, y)


def test_fifty_functions_were_compared() -> None:
    assert len(FUNCTIONS) >= 50


def test_hessian_in_fractions() -> None:
    x, y = Fraction(1), Fraction(3)
    found = compute_hessian(differentiate("x*y/(x+y)", {"x": x, "y": y}, arithmetic=EXACT))
    s = x + y
    assert found["x"] == {"x": -2 * y * y / s**3, "y": 2 * x * y / s**3}
    assert found["y"] == {"x": 2 * x * y / s**3, "y": -2 * x * x / s**3}


def test_direction_is_the_hessian_times_it() -> None:
    result = differentiate("x^2*y + sin(y*z)", {"x": 1.5, "y": 0.3, "z": 2.0})
    direction = {"x": 2.0, "z": -1.0}
    slope, product = compute_hessian_product(result, direction)
    whole = compute_hessian(result)
    assert slope == pytest.approx(
        sum(result.gradient[name] * v for name, v in direction.items()), rel=1e-14
    )
    for name in product:
        assert product[name] == pytest.approx(
            sum(whole[name][x] * v for x, v in direction.items()), rel=1e-13
        )


@pytest.mark.parametrize(
    "operation", [row for row in TABLE.values() if row.has_partials], ids=lambda o: o.name
)
def test_forward_mode_agrees_with_the_reverse_pass(operation: object) -> None:
    from graddiff.operations.row import Operation

    assert isinstance(operation, Operation)
    names = ["x", "y", "z"][: 2 if operation.variadic else len(operation.parameters)]
    call = f"{operation.name}({', '.join(names)})"
    if operation.symbol:
        call = f" {operation.symbol} ".join(names) if len(names) > 1 else f"-{names[0]}"
    if operation.name == "where":
        call, names = "where(x > 0, x*y, y)", ["x", "y"]
    start = 1.7 if operation.name in ("acosh", "asec", "acsc", "acoth") else 0.6
    at = dict(zip(names, (start, 0.2, 0.9)))
    for name, adjoint in differentiate(call, at).gradient.items():
        assert compute_directional_derivative(parse(call), at, {name: 1.0}) == pytest.approx(
            adjoint, rel=1e-13
        )


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        (
            "x^y",
            {"x": 2.0, "y": 0.0},
            {"x": {"x": 0, "y": 0.5}, "y": {"x": 0.5, "y": math.log(2) ** 2}},
        ),
        (
            "x^y",
            {"x": 3.0, "y": 1.0},
            {
                "x": {"x": 0, "y": 1 + math.log(3)},
                "y": {"x": 1 + math.log(3), "y": 3 * math.log(3) ** 2},
            },
        ),
        ("x^2*y^0", {"x": 3.0, "y": 2.0}, {"x": {"x": 2, "y": 0}, "y": {"x": 0, "y": 0}}),
    ],
)
def test_hessian_where_an_exponent_passes_a_whole_number(
    text: str, at: dict[str, float], expected: dict[str, dict[str, float]]
) -> None:
    found = compute_hessian(differentiate(text, at))
    assert {x: pytest.approx(row) for x, row in expected.items()} == found


def test_series_where_an_exponent_passes_zero() -> None:
    assert compute_taylor_coefficients(parse("x^(x-1)"), {"x": 1.0}, "x", 3) == pytest.approx(
        [1, 0, 1, -0.5]
    )


SERIES: dict[str, Callable[[int], float]] = {
    "exp(x)": lambda k: 1 / math.factorial(k),
    "1/(1-x)": lambda k: 1,
    "log(1+x)": lambda k: (-1) ** (k + 1) / k if k else 0,
    "atan(x)": lambda k: (-1) ** (k // 2) / k if k % 2 else 0,
    "sin(x)": lambda k: (-1) ** (k // 2) / math.factorial(k) if k % 2 else 0,
    "(1+x)^5": lambda k: math.comb(5, k),
    "x^3": lambda k: float(k == 3),
}


@pytest.mark.parametrize("text", SERIES)
def test_taylor_series_are_those_of_the_books(text: str) -> None:
    found = compute_taylor_coefficients(parse(text), {"x": 0.0}, "x", 12)
    assert found == pytest.approx([SERIES[text](k) for k in range(13)], rel=1e-14, abs=1e-17)
    zero = Fraction(0)
    exactly = compute_taylor_coefficients(parse(text), {"x": zero}, "x", 12, EXACT)
    assert [float(c) for c in exactly] == pytest.approx(found)


@pytest.mark.parametrize(
    "text",
    ["tan(x)", "x^2.5*sigmoid(x)", "gelu(x)*sqrt(x)", "asinh(x)/x", "x^x", "sec(x/2)+erf(x)"],
)
def test_high_orders_agree_with_mpmath(text: str) -> None:
    expression, kind = parse(text), MultiprecisionArithmetic(40)
    found = compute_taylor_coefficients(expression, {"x": kind.read_literal("0.7")}, "x", 15, kind)
    with mp.workdps(60):
        expected = mpmath.taylor(lambda x: value(expression, {"x": x}), mp.mpf("0.7"), 15)
    assert [float(c) for c in found] == pytest.approx([float(c) for c in expected], rel=1e-12)


def test_command_writes_the_hessian() -> None:
    assert output("x^2*y+y^3", "--at", "x=1,y=2", "--hessian").endswith(
        "hessian  x   y\nx        4   2\ny        2  12\n"
    )
    assert "∂²f/∂x∂y = 2*x\n" in output("x^2*y+y^3", "--hessian")
    found = json.loads(output("x^2*y+y^3", "--at", "x=1,y=2", "--hessian", "--json"))
    assert found["hessian"] == {"x": {"x": 4, "y": 2}, "y": {"x": 2, "y": 12}}
    found = json.loads(output("x^2*y", "--hessian", "--json"))
    assert found["hessian"] == {"x": {"x": "2*y", "y": "2*x"}, "y": {"x": "2*x", "y": "0"}}
    assert (
        output("x^2", "--hessian", "--format", "latex")
        == "\\frac{\\partial^{2} f}{\\partial x^{2}} = 2\n"
    )


def test_command_writes_several_outputs() -> None:
    found = json.loads(output("x*y; x+sin(y)", "--jacobian", "--at", "x=2,y=0", "--json"))
    assert found["outputs"] == [
        {"text": "x*y", "value": 0, "gradient": {"x": 0, "y": 2}},
        {"text": "x+sin(y)", "value": 2, "gradient": {"x": 1, "y": 1}},
    ]
    assert found["notices"] == []
    named = json.loads(output("p = x+y; u = p*z; v = p^2", "--jacobian", "--json"))
    assert [row["text"] for row in named["outputs"]] == ["u", "v"]
    assert named["outputs"][1]["derivatives"] == {"x": "2*(x+y)", "y": "2*(x+y)", "z": "0"}


def test_command_writes_slopes_along_a_direction() -> None:
    found = json.loads(output("x^2*y", "--at", "x=1,y=2", "--along", "x=1,y=-2", "--json"))
    assert (found["slope"], found["hessian_product"]) == (2, {"x": 0, "y": 2})
    found = json.loads(output("x^2*y", "--along", "x=1,y=-2", "--json"))
    assert (found["slope"], found["hessian_product"]) == (
        "2*x*(y-x)",
        {"x": "2*y - 4*x", "y": "2*x"},
    )


def test_command_writes_orders() -> None:
    rows = output("exp(2x)", "--at", "x=0", "--order", "3", "--exact").splitlines()
    assert rows[-1].split() == ["3", "8", "4/3"]
    assert output("sin(x)", "--order", "2").splitlines()[2:] == [
        "∂f/∂x = cos(x)",
        "∂²f/∂x² = -sin(x)",
    ]
    assert output("tan(x)", "--at", "x=0", "--order", "100").splitlines()[-1].split() == [
        "100",
        "0",
        "0",
    ]


def test_latex_of_views() -> None:
    assert output("x^2*y", "--along", "x=1", "--format", "latex").startswith(
        "\\nabla f \\cdot v = 2 x y\n"
    )
    rows = output("x*y; x+y", "--jacobian", "--format", "latex").splitlines()
    assert rows[0] == "\\frac{\\partial f_{1}}{\\partial x} = y"
    assert len(rows) == 4


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["x^2", "--order", "-1", "--at", "x=1"], 2, "'--order': -1 is not in the range"),
        (["tan(x)", "--order", "100"], 2, "parts"),
        (["x^2", "--along", "z=1", "--at", "x=1"], 2, "z in --along is no variable"),
        (["x*y", "--order", "2", "--at", "x=1,y=2"], 2, "one variable, not x, y"),
        (["2+3", "--order", "2"], 2, "there is none"),
        (["log(x)", "--hessian", "--at", "x=-1"], 4, "log needs x > 0"),
        (["x^2", "--hessian", "--order", "2"], 2, "two answers"),
        (["2+3", "--along", "x=1"], 2, "it has no variables"),
        (["x^2", "--hessian", "--value"], 2, "--value writes one number, and --hessian a table"),
        (["x^2", "--hessian", "--exact"], 2, "there is no point"),
        (["p = x^2; p", "--hessian", "--wrt", "p"], 2, "p is defined by the expression"),
        (["x", "--along", "x=inf"], 2, "x is inf"),
        (["x^2", "--along", "x=pi"], 2, "a direction without a point"),
        (
            ["p = x; p*x", "--at", "x=1", "--verify", "--wrt", "p"],
            2,
            "--verify is for variables, and p is not a variable",
        ),
    ],
)
def test_bad_input(arguments: list[str], code: int, message: str) -> None:
    assert message in error(*arguments, code=code)


@pytest.mark.parametrize("view", [("--hessian",), ("--order", "2"), ("--along", "x=1")])
def test_what_does_not_exist_at_the_point_is_said(view: tuple[str, ...]) -> None:
    shown = output("sqrt(x)", *view, "--at", "x=0", code=4)
    assert "vertical tangent" in shown
    found = json.loads(output("sqrt(x)", *view, "--at", "x=0", "--json", code=4))
    assert found["notices"][0]["kind"] == "vertical tangent"


@pytest.mark.parametrize("arguments", [("x^2", "--at", "x=1"), ("sinh(3)",)])
def test_numbers_of_a_view_are_not_written_as_latex(arguments: tuple[str, ...]) -> None:
    message = error(*arguments, "--hessian", "--format", "latex", code=2)
    assert "--hessian gives numbers here\nhint: leave --format out, or use --json" in message
