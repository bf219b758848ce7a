"""Derivatives as formulas: what they look like, and that they are right."""

from __future__ import annotations

import csv
import json
import math
import random
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

from graddiff import GraddiffError, derivatives, differentiate, parse
from graddiff.algebra.derivatives import compute_adjoint_formulas
from graddiff.algebra.node import MAX_MERGED_PARTS
from graddiff.algebra.typesetting import collect_subformulas
from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.notation.latex import LATEX
from graddiff.operations.table import TABLE
from running import error, output

with open(Path(__file__).parent / "published/exercises.tsv", encoding="utf-8", newline="") as file:
    PUBLISHED = [*csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]

TEXTBOOK = [
    ("x^2*sin(x)", "2*x*sin(x) + x^2*cos(x)"),
    ("(x^2+3*x+5)^4", "4*(2*x+3)*(x^2+3*x+5)^3"),
    ("exp(cos(x))", "-sin(x)*exp(cos(x))"),
    ("(x^2+1)/(x-1)", "(x^2-2*x-1)/(x-1)^2"),
    ("sin(x)/x", "(x*cos(x)-sin(x))/x^2"),
    ("x*sqrt(x^2+1)", "(2*x^2+1)/sqrt(x^2+1)"),
    ("x^3 - 5*x + 1", "3*x^2 - 5"),
    ("1 - x^2", "-2*x"),
    ("tan(x)", "sec(x)^2"),
    ("log(sin(x))", "cot(x)"),
    ("asin(x)", "1/sqrt(1-x^2)"),
    ("acosh(x)", "1/sqrt(x^2-1)"),
    ("tanh(x)", "sech(x)^2"),
    ("x^n", "n*x^(n-1)"),
    ("2^x", "log(2)*2^x"),
    ("x^(1/3)", "1/(3*x^(2/3))"),
    ("0.5*x^2 + 0.1*x", "x + 0.1"),
    ("x/3", "1/3"),
    ("exp(-x)", "-exp(-x)"),
    ("log(exp(x^2))", "2*x"),
    ("abs(x)*abs(x)", "2*x"),
    ("sin(-x)", "-cos(x)"),
    ("relu(x)", "step(x)"),
    ("max(x, 3)", "where(x > 3, 1, 0)"),
    ("max(x, x)", "1"),
    ("max(x, x, 3)", "where(x > 3, 1, 0)"),
    ("max(abs(x), x)", "where(abs(x) > x, sign(x), 0) + where(x >= abs(x), 1, 0)"),
    ("where(x < 0, 1/0, x)", "where(x < 0, 0, 1)"),
    ("where(2 < 1, log(-1), x)", "1"),
    ("x*(1 - sin(2)^(2*z))", "1 - sin(2)^(2*z)"),
    ("cbrt(x)*2^(y/2)", "2^(y/2)/(3*cbrt(x)^2)"),
    ("where(x > 0, x^2, sin(x))", "where(x > 0, 2*x, cos(x))"),
    ("sin(x)^2 + cos(x)^2", "0"),
    ("log(1 - sigmoid(x))", "-sigmoid(x)"),
    ("-y*log(sigmoid(x)) - (1-y)*log(1 - sigmoid(x))", "sigmoid(x) - y"),
    ("c*x*a", "a*c"),
    ("(x-1)*(x+1)", "2*x"),
    ("1e300*x", "1e300"),
    ("2^1000*x", "2^1000"),
    ("9^9^9^9*x", "9^9^387420489"),
    ("x*1e999", "1e999"),
    ("pi*x^2", "2*pi*x"),
]


@pytest.mark.parametrize(("expression", "derivative"), TEXTBOOK)
def test_derivative_looks_as_in_a_textbook(expression: str, derivative: str) -> None:
    assert derivatives(expression, ["x"]).written().formulas == {"x": derivative}


def points(names: list[str], seed: str, count: int = 400) -> Iterator[dict[str, float]]:
    """Yields the same points every time: around 0, around 1, larger.

    Formulas with four variables or more are of physics, whose quantities are positive."""
    drawn = random.Random(seed)
    for number in range(count):
        low, high = ((-1, 1), (0.1, 2), (1, 4), (-4, 4))[number % 4 if len(names) < 4 else 1]
        yield {name: drawn.uniform(low, high) for name in names}


def value(text: str, at: dict[str, float]) -> float:
    expression = parse(text, at)
    return float(run_forward_pass(expression, at)[expression.output])


def compare(function: str, formula: str, answer: str) -> int:
    """Compares two formulas at up to 12 points of a function's domain; returns the number."""
    names = [*parse(function).variables]
    compared = 0
    for at in points(names, function):
        try:
            value(function, at)
            expected = value(answer, at)
            scale = max(abs(expected), *(abs(v) for v in at.values()), 1.0)
            if scale > 1e6:
                continue
        except GraddiffError:
            continue
        assert value(formula, at) == pytest.approx(expected, rel=1e-9, abs=1e-10 * scale), at
        compared += 1
        if compared == 12:
            break
    return compared


@pytest.mark.parametrize("row", PUBLISHED, ids=lambda row: row["function"])
def test_derivative_agrees_with_the_published_answer(row: dict[str, str]) -> None:
    written = derivatives(row["function"], [row["variable"]]).written()
    assert compare(row["function"], written.join_definitions(row["variable"]), row["answer"]) >= 3


def test_derivatives_are_no_longer_than_the_published_answers() -> None:
    ratios = []
    for row in PUBLISHED:
        written = derivatives(row["function"], [row["variable"]]).written()
        ours = "".join([*written.formulas.values(), *written.where.values()])
        lengths = [
            len(text.replace(" ", "").replace("ln(", "log(")) for text in (ours, row["answer"])
        ]
        ratios.append(lengths[0] / lengths[1])
    assert len(ratios) > 800
    assert statistics.median(ratios) <= 1.0
    assert (
        sum(ratio > 1.5 for ratio in ratios) <= 11
    )  # identities such as sin(2*x), roots of what may be negative


SAMPLES = dict.fromkeys(TABLE, (0.3, 0.7, 0.2)) | {
    **dict.fromkeys(("acosh", "asec", "acsc", "acoth"), (1.7,)),
    "clamp": (0.3, 0.1, 0.7),
    "mod": (5.3, 0.7),
}


@pytest.mark.parametrize(
    "operation", [row for row in TABLE.values() if row.has_partials], ids=lambda o: o.name
)
def test_formula_of_every_operation_is_its_reverse_pass(operation: object) -> None:
    from graddiff.operations.row import Operation

    assert isinstance(operation, Operation)
    size = 2 if operation.variadic else len(operation.parameters)
    names = ["x", "y", "z"][:size]
    if operation.name == "where":
        call, names = "where(x > 0, x*y, y/x)", ["x", "y"]
    elif operation.symbol:
        call = f"x {operation.symbol} y" if size == 2 else f"{operation.symbol}x"
    else:
        call = f"{operation.name}({', '.join(names)})"
    at = dict(zip(names, SAMPLES[operation.name]))
    written = derivatives(call).written()
    for name, expected in differentiate(call, at).gradient.items():
        assert value(written.formulas[name], at) == pytest.approx(expected, rel=1e-12), (
            written.formulas[name]
        )


@pytest.mark.parametrize(
    "operation", [row for row in TABLE.values() if row.parity], ids=lambda o: o.name
)
def test_parity_in_the_table_is_that_of_the_function(operation: object) -> None:
    from graddiff.operations.row import Operation

    assert isinstance(operation, Operation)
    sign = {"even": 1, "odd": -1}[operation.parity]
    compared = 0
    for x in (0.3, 0.9, 1.7):
        try:
            expected = sign * value(f"{operation.name}(x)", {"x": x})
        except GraddiffError:
            continue
        assert value(f"{operation.name}(-x)", {"x": x}) == pytest.approx(expected)
        compared += 1
    assert compared


FUNCTIONS = (
    *("sin", "cos", "tan", "exp", "sqrt", "abs", "cbrt", "tanh", "atan", "asinh", "sigmoid"),
    *("log1p", "cosh", "sinh", "softplus", "erf"),
)


def random_expression(drawn: random.Random, depth: int) -> str:
    if depth == 0 or drawn.random() < 0.1:
        return drawn.choice(["x", "y", "x", "y", "2", "3", "1/2", "0.3"])
    first, second = random_expression(drawn, depth - 1), random_expression(drawn, depth - 1)
    return drawn.choice(
        [
            *(f"({first}{sign}{second})" for sign in "+-**/"),
            f"({first})^{drawn.choice(['2', '3', '-1', '0.5', '(1/3)'])}",
            *(f"{drawn.choice(FUNCTIONS)}({first})" for _ in range(4)),
            f"where({first} > {second}, {first}, {second})",
            f"max({first}, {second})",
        ]
    )


@pytest.mark.parametrize("seed", range(300))
def test_random_formula_is_the_reverse_pass_wherever_that_is_smooth(seed: int) -> None:
    drawn = random.Random(seed)
    text = random_expression(drawn, 4)
    try:
        gradient = derivatives(text)
    except GraddiffError:  # no value anywhere, such as 1/(x-x)
        return
    written = gradient.written()
    for at in points([*gradient.expression.variables], str(seed), 12):
        try:
            result = differentiate(text, at)
        except GraddiffError:
            continue
        if any(notice.kind != "implicit multiplication" for notice in result.notices):
            continue
        sizes = [abs(v) for v in result.graph.values if isinstance(v, float)]
        for name, expected in result.gradient.items():
            near = pytest.approx(expected, rel=1e-6, abs=1e-7 * max(1.0, *sizes, abs(expected)))
            assert value(written.join_definitions(name), at) == near, (text, at)


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ("(2x+1)^5*(x^3-2)^4/sqrt(x^2+1)", -0.5),
        ("x*sqrt(2x+1)*exp(-x)*cos(x)^3", 0.0),
        ("sin(x)^3*cos(x)^2", 0.0),
        ("x^2*(x-1)^2*log(x+2)", 1.0),
        ("atan2((x-3)/(x+1), relu(x))", 3.0),
    ],
)
def test_formula_has_a_value_where_a_factor_is_zero(text: str, x: float) -> None:
    written = derivatives(text).written()
    assert value(written.join_definitions("x"), {"x": x}) == pytest.approx(
        differentiate(text, {"x": x}).gradient["x"], abs=1e-15
    )


def test_what_has_no_value_anywhere_is_written_all_the_same() -> None:
    assert derivatives("asin(coth(x))").written().formulas == {"x": "-csch(x)^2/sqrt(-csch(x)^2)"}


@pytest.mark.parametrize(
    "step", ["p{0}*p{0} + p{0}", "p{0}*sin(p{0})", "sin(p{0})/p{0}", "p{0}*cos(p{0}) + p{0}"]
)
def test_shared_parts_stand_in_where(step: str) -> None:
    steps = [f"p{i + 1} = {step.format(i)}" for i in range(59)]
    expression = "; ".join(["p0 = x*y", *steps, "p59*p59"])
    written = derivatives(expression).written()
    assert sum(map(len, [*written.formulas.values(), *written.where.values()])) < 30_000
    at = {"x": 1e-3, "y": 0.005}
    assert value(written.join_definitions("x"), at) == pytest.approx(
        differentiate(expression, at).gradient["x"], rel=1e-12
    )


def test_fourth_derivative_stays_small_as_a_graph() -> None:
    expression = parse("x*y*sin(x*y)*exp(x*y)")
    sizes = []
    for _ in range(4):
        formula = compute_adjoint_formulas(expression, {"x": expression.variables["x"]})["x"]
        sizes.append(len(collect_subformulas([formula])))
        written = derivatives(expression, ["x"]).written()
        expression = parse(written.join_definitions("x"))
    assert sizes[3] < 5 * sizes[0] < 200


def test_size_of_the_graph_is_linear_in_the_operations() -> None:
    sizes = []
    for n in (200, 400, 800):
        expression = parse("+".join(f"sin({i}*x)*y" for i in range(1, n)))
        sizes.append(
            len(
                collect_subformulas(
                    compute_adjoint_formulas(expression, {**expression.variables}).values()
                )
            )
        )
    assert sizes[2] / sizes[1] == pytest.approx(2, rel=0.1) == sizes[1] / sizes[0]
    assert math.prod(sizes) > MAX_MERGED_PARTS


LINES = [
    ("x^2*sin(x)", r"2 x \sin\left(x\right) + x^{2} \cos\left(x\right)"),
    ("sqrt(x^2+1)", r"\frac{x}{\sqrt{x^{2} + 1}}"),
    ("exp(x/2)", r"\frac{e^{\frac{x}{2}}}{2}"),
    ("abs(x)*y^2", r"y^{2} \operatorname{sign}\left(x\right)"),
    ("x*abs(y)", r"\left|y\right|"),
    ("(x+1)^3*5", r"15 \left(x + 1\right)^{2}"),
]


@pytest.mark.parametrize(("expression", "latex"), LINES)
def test_latex(expression: str, latex: str) -> None:
    assert derivatives(expression).written(LATEX).formulas["x"] == latex


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("x", "x"),
        ("alpha", r"\alpha"),
        ("α", r"\alpha"),
        ("x_1", "x_{1}"),
        ("w12", "w_{12}"),
        ("rate", r"\mathit{rate}"),
    ],
)
def test_names_in_latex(name: str, latex: str) -> None:
    assert LATEX.format_name(name) == latex


def test_command_writes_a_line_for_each_variable() -> None:
    assert output("(x+y)*z") == "f = (x+y)*z\n\n∂f/∂x = z\n∂f/∂y = z\n∂f/∂z = x + y\n"
    assert output("(x+y)*z", "--wrt", "z", "--ascii") == "f = (x+y)*z\n\ndf/dz = x + y\n"
    assert output("x^3", "--gradient", "x") == "3*x^2\n"
    assert output("x^3", "--format", "latex") == "\\frac{\\partial f}{\\partial x} = 3 x^{2}\n"


def test_json_of_formulas() -> None:
    document = json.loads(output("x^2*y", "--json"))
    assert document["derivatives"] == {"x": "2*x*y", "y": "x^2"}
    assert "where" not in document
    shared = json.loads(
        output(
            "; ".join(["p = x^2+x"] + [f"p{i} = p*p{i - 1 or ''}+p" for i in range(1, 9)] + ["p8"]),
            "--json",
        )
    )
    text = "; ".join(
        [*(f"{u} = {part}" for u, part in shared["where"].items()), shared["derivatives"]["x"]]
    )
    assert value(text, {"x": 0.3}) == pytest.approx(
        differentiate(shared["expression"], {"x": 0.3}).gradient["x"]
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["x/0"], 4, "x / y needs y != 0"),
        (["x*log(-1)"], 4, "log needs x > 0"),
        (["x*(x"], 3, "never closed"),
        (["x", "--value"], 3, "no value for x"),
        (["(-2)^x"], 4, "the derivative by x has no real value"),
        (["x", "--expect", "x=1"], 2, "there is no point"),
        (["x", "--format", "svg"], 3, "no value for x"),
    ],
)
def test_bad_input_without_a_point(arguments: list[str], code: int, message: str) -> None:
    said = error(*arguments, code=code)
    assert message in said
    assert " object at " not in said
