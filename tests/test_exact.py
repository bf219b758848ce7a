"""Exact numbers and numbers of many digits: the same passes on other kinds of number."""

from __future__ import annotations

import json
import sys
from fractions import Fraction

import pytest
from mpmath import mp, mpf

from graddiff.numbers.floats import FLOATS
from graddiff.numbers.fractions import EXACT, EXACT_POINTS, InexactError
from graddiff.numbers.multiprecision import MultiprecisionArithmetic
from graddiff.operations.table import TABLE
from running import ROOT, error, graddiff, output

F = Fraction


def exact(expression: str, at: str, *more: str) -> dict[str, object]:
    document: dict[str, object] = json.loads(
        output(expression, "--at", at, "--exact", "--json", "--no-graph", *more)
    )
    return document


def quotient(x: Fraction, y: Fraction) -> tuple[Fraction, ...]:
    return x / y, 1 / y, -x / y**2


def polynomial(x: Fraction, y: Fraction) -> tuple[Fraction, ...]:
    return x**3 * y**2 - x / 7 + F(1, 10), 3 * x**2 * y**2 - F(1, 7), 2 * x**3 * y


def rational(x: Fraction, y: Fraction) -> tuple[Fraction, ...]:
    below = 1 + x**2 + y**2
    return 1 / below, -2 * x / below**2, -2 * y / below**2


def by_hand(x: Fraction, y: Fraction) -> tuple[Fraction, ...]:
    inner = x * y + 1
    return inner**-3, -3 * y * inner**-4, -3 * x * inner**-4


@pytest.mark.parametrize(
    ("expression", "oracle"),
    [
        ("x/y", quotient),
        ("x^3*y^2 - x/7 + 0.1", polynomial),
        ("1/(1 + x^2 + y^2)", rational),
        ("u = x*y + 1; u^-3", by_hand),
    ],
)
@pytest.mark.parametrize(
    ("x", "y"), [(F(1), F(3)), (F(-2, 3), F(5, 7)), (F(12345, 678), F(-9, 11))]
)
def test_exact_results_are_those_of_fractions(
    expression: str, oracle: object, x: Fraction, y: Fraction
) -> None:
    assert callable(oracle)
    value, by_x, by_y = oracle(x, y)
    result = exact(expression, f"x={x},y={y}")
    assert (result["value"], result["gradient"]) == (str(value), {"x": str(by_x), "y": str(by_y)})


def test_tree_shows_fractions() -> None:
    shown = output("x/y", "--at", "x=1,y=3", "--exact")
    assert "∂f/∂x = 1/3   ∂f/∂y = -1/9" in shown
    assert output("x/y", "--at", "x=1,y=3", "--exact", "--gradient", "y") == "-1/9\n"


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("sqrt(4/9)", "2/3"),
        ("cbrt(-27/8)", "-3/2"),
        ("8^(-2/3)", "1/4"),
        ("exp(0) + sin(0) + log(1) + cos(0)", "2"),
        ("log10(1/1000) + log2(8)", "0"),
        ("abs(-1/3) + min(1/2, 1/3) + max(1, 2) + floor(-1/3)", "5/3"),
        ("round(5/2) + mod(-7/2, 3)", "9/2"),
        ("sigmoid(0)", "1/2"),
        ("hypot(3, 4) + relu(-1/2) + atan2(0, 1)", "5"),
        ("where(1/3 < 0.333333333333333333333333, 1, 2)", "2"),
        ("0.1 + 0.2", "3/10"),
        ("cbrt(8)^3*cbrt(-1)", "-8"),
    ],
)
def test_functions_have_exact_values_where_they_are_fractions(expression: str, value: str) -> None:
    assert output(expression, "--exact", "--value") == f"{value}\n"


@pytest.mark.parametrize("name", EXACT_POINTS)
def test_exact_points_are_those_of_the_floats(name: str) -> None:
    for x, value in EXACT_POINTS[name].items():
        assert FLOATS.get_function(TABLE[name])(float(x)) == value
    with pytest.raises(InexactError):
        EXACT.get_function(TABLE[name])(F(1, 3) if name not in ("acosh", "asec") else F(3))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["sin(x)", "--at", "x=1"], "sin has no exact value; here x = 1"),
        (["exp(x)", "--at", "x=1000"], "exp has no exact value; here x = 1000"),
        (["atan2(0, x)", "--at", "x=-1"], "atan2 has no exact value"),
        (["clamp(x, 2, 1)", "--at", "x=1"], "needs"),
        (["x*1e400", "--at", "x=1"], "the number 1e400 is too large"),
        (["x", "--at", "x=1e400"], "the number 1e400 is too large"),
        (["x*1e999999999", "--at", "x=1"], "is too large"),
        (["pi*x", "--at", "x=1"], "pi has no exact value"),
        (["9^9^9^9", "--value"], "9^9^9 overflows"),
        (["sqrt(x)", "--at", "x=2"], "sqrt has no exact value; here x = 2"),
        (["sqrt(x)", "--at", "x=-2"], "sqrt needs x >= 0; here x = -2"),
        (["log(x)", "--at", "x=0"], "log needs x > 0; here x = 0"),
        (["x/0", "--at", "x=1"], "x / y needs y != 0"),
        (["x^y", "--at", "x=2,y=3"], "a derivative has no exact value: log(x) at x = 2"),
        (["erfc(x)", "--at", "x=0"], "a derivative has no exact value: its formula contains pi"),
        (
            [
                "; ".join(["p0 = x"] + [f"p{i} = p{i - 1}*p{i - 1}" for i in range(1, 60)]),
                "--at",
                "x=3",
            ],
            "overflows",
        ),
    ],
)
def test_what_is_no_fraction_is_said_at_once(arguments: list[str], message: str) -> None:
    assert message in error(*arguments, "--exact", code=4)


@pytest.mark.parametrize(
    "name", [name for name, row in TABLE.items() if row.has_partials and name != "where"]
)
def test_many_digits_of_every_function_agree_with_its_float(name: str) -> None:
    operation, kind = TABLE[name], MultiprecisionArithmetic(40)
    operands = (1.75, 2.5, 3.0)[: max(1, len(operation.parameters))]
    if name in ("asin", "acos", "atanh", "asech"):
        operands = (0.4,)
    for sign in (1, -1):
        try:
            expected = FLOATS.get_function(operation)(sign * operands[0], *operands[1:])
        except (ArithmeticError, ValueError):
            continue
        value = kind.get_function(operation)(
            *[kind.read_literal(repr(o)) for o in (sign * operands[0], *operands[1:])]
        )
        assert float(value) == pytest.approx(expected, rel=1e-14)


def test_fifty_digits() -> None:
    with mp.workdps(70):
        expected = mp.nstr(mp.exp(mpf(1) / 3) * mp.cos(mp.exp(mpf(1) / 3)), 50)
    assert (
        output("sin(exp(x))", "--at", "x=1/3", "--precision", "50", "--gradient", "x").strip()
        == expected
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["x", "--at", "x=1", "--precision", "0"], 2, "not in the range"),
        (["9^9^9^9", "--value", "--precision", "20"], 4, "9^9^9 overflows"),
        (["1e999999999*x", "--at", "x=1", "--precision", "20"], 4, "is too large"),
        (["exp(1e9*x)", "--at", "x=1", "--precision", "20"], 4, "exp overflows"),
        (["log(x)", "--at", "x=-1", "--precision", "20"], 4, "log needs x > 0"),
        (["x", "--at", "x=1", "--precision", "20", "--exact"], 2, "write one of them"),
        (["x", "--exact"], 2, "there is no point"),
        (["x", "--data", "a.csv", "--exact"], 2, "--exact is for one point"),
        (["x", "--data", "a.csv", "--hessian"], 2, "--hessian is for one point"),
        (["--each", "--precision", "9"], 2, "--precision is for one point"),
    ],
)
def test_bad_input(arguments: list[str], code: int, message: str) -> None:
    assert message in error(*arguments, code=code)


def test_undefined_derivative_of_an_exact_value() -> None:
    assert "∂f/∂x = undefined" in output("x^(1/2)", "--at", "x=0", "--exact", code=4)


def test_remainder_of_many_digits() -> None:
    assert output("mod(x, 3)", "--at", "x=1e40", "--precision", "20", "--value") == "1\n"
    assert output("0.9999999^400000", "--precision", "9", "--value").startswith("0.9607894")


def test_error_without_mpmath_says_how_to_install_it() -> None:
    hidden = (
        "import sys; sys.modules['mpmath'] = None; from graddiff.commands import run_command_line; "
    )
    command = [
        sys.executable,
        "-c",
        hidden + "sys.exit(run_command_line(['x', '--at', 'x=1', '--precision', '9']))",
    ]
    import subprocess

    process = subprocess.run(
        command, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT / "src")}
    )
    assert process.returncode == 2
    assert "hint: pip install 'graddiff[precision]'" in process.stderr
    assert graddiff("x", "--at", "x=1", "--precision", "9").returncode == 0
