"""The reverse-mode pass against the articles, forward mode, mpmath and exact fractions."""

from __future__ import annotations

import math
import operator
import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from mpmath import mpf

import oracles
from graddiff import Result, differentiate, parse
from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.reverse_pass import run_reverse_pass
from graddiff.numbers.arithmetic import Arithmetic, NumberFunction
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import NUMBER, VARIABLE

ARTICLES = [
    ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, -12, {"x": -3, "y": -3, "z": 4}),
    ("x*y*z", {"x": 2, "y": 3, "z": 4}, 24, {"x": 12, "y": 8, "z": 6}),
    ("h(x)=x^2; f(y)=y+1; f(h(x))", {"x": 2}, 5, {"x": 4}),
    (
        "(x+y)*sin(x)",
        {"x": math.pi, "y": math.pi},
        2 * math.pi * math.sin(math.pi),
        {"x": math.sin(math.pi) + 2 * math.pi * math.cos(math.pi), "y": math.sin(math.pi)},
    ),
    ("p = x+y; g = p*z", {"x": 1, "y": 3, "z": -3}, -12, {"x": -3, "y": -3, "z": 4}),
]


@pytest.mark.parametrize(("text", "at", "value", "gradient"), ARTICLES)
def test_articles(
    text: str, at: dict[str, float], value: float, gradient: dict[str, float]
) -> None:
    result = differentiate(text, at)
    assert (result.value, result.gradient) == (value, gradient)


def test_graph_of_the_first_article() -> None:
    graph = differentiate("(x+y)*z", {"x": 1, "y": 3, "z": -3}).graph
    assert graph.values == [1, 3, 4, -3, -12]
    assert graph.adjoints == [-3, -3, -3, 4, 1]
    assert [tuple(edge) for edge in graph.edges()] == [
        (2, 0, 0, 1, -3),
        (2, 1, 1, 1, -3),
        (4, 0, 2, -3, -3),
        (4, 1, 3, 4, 4),
    ]


def test_two_edges_between_the_same_nodes_are_told_apart_by_slot() -> None:
    edges = [*differentiate("x*x", {"x": 3}).graph.edges()]
    assert [(edge.source, edge.slot, edge.contribution) for edge in edges] == [(0, 0, 3), (0, 1, 3)]


def test_no_edge_leads_where_nothing_was_requested() -> None:
    graph = differentiate("x^3 + y*2", {"x": -2, "y": 1}, ["x"]).graph
    names = [operation.name for operation in graph.expression.operations]
    assert {names[edge.target] for edge in graph.edges()} == {"pow", "add"}
    assert graph.adjoints[graph.expression.variables["y"]] is None


def test_derivative_by_a_definition_is_its_adjoint() -> None:
    assert differentiate("p = x+y; p*z", {"x": 1, "y": 3, "z": -3}, ["p"]).gradient == {"p": -3}


def test_derivative_by_an_absent_name_is_zero_with_a_notice() -> None:
    result = differentiate("x", {"x": 1}, ["x", "w"])
    assert result.gradient == {"x": 1, "w": 0}
    assert [notice.kind for notice in result.notices] == ["absent variable"]


# random expressions


def random_text(seed: int) -> str:
    """A random smooth expression of x, y and z whose value exists everywhere."""
    rng = random.Random(seed)

    def make(depth: int) -> str:
        if depth == 0 or rng.random() < 0.15:
            return rng.choice(["x", "y", "z", "2", "0.5", "pi"])
        a, b = make(depth - 1), make(depth - 1)
        return rng.choice(
            [
                f"({a} + {b})",
                f"({a} - {b})",
                f"({a}*{b})",
                f"({a})/(1 + ({b})^2)",
                f"sin({a})",
                f"cos({a})",
                f"tanh({a})",
                f"sigmoid({a})",
                f"exp(-({a})^2)",
                f"sqrt(1 + ({a})^2)",
                f"atan2({a}, 2 + sin({b}))",
                f"where({a} < {b}, ({a})*x, ({b})*y)",
                f"softplus({a})",
                f"-({a})^3",
            ]
        )

    return make(4)


POINT = {"x": 0.37, "y": -1.21, "z": 2.03}


def cases() -> list[tuple[str, Result]]:
    results = []
    for seed in range(400):
        text = random_text(seed)
        names = parse(text).variables
        if names:
            results.append((text, differentiate(text, {name: POINT[name] for name in names})))
    return results


def forward_mode(result: Result, name: str) -> float:
    """Returns the derivative by tangents with the same local partials: the chain rule upwards."""
    expression, values = result.expression, result.graph.values
    tangents: list[float] = []
    for line, (operation, operands) in enumerate(zip(expression.operations, expression.operands)):
        if operation is VARIABLE or operation is NUMBER:
            tangents.append(float(line == expression.variables.get(name)))
            continue
        inputs = [values[operand] for operand in operands]
        if operation.name == "where":
            tangents.append(tangents[operands[1 if inputs[0] else 2]])
            continue
        tangent = 0.0
        for slot, operand in enumerate(operands):
            if tangents[operand] and operation.has_partials:
                at = FLOATS.bind_rule_variables(operation, slot, inputs, values[line])
                tangent += FLOATS.get_partial(operation, slot)(**at) * tangents[operand]
        tangents.append(tangent)
    return tangents[expression.output]


def test_reverse_mode_is_forward_mode_on_random_expressions() -> None:
    for text, result in cases():
        for name, slope in result.gradient.items():
            assert slope == pytest.approx(forward_mode(result, name), rel=1e-12, abs=1e-13), text


def test_gradient_is_that_of_mpmath_on_random_expressions() -> None:
    for text, result in cases():
        names = [*result.gradient]
        at = [mpf(result.at[name]) for name in names]

        def value(*operands: Any, result: Result = result, names: list[str] = names) -> Any:
            return oracles.value(result.expression, dict(zip(names, operands)))

        assert result.value == pytest.approx(float(value(*at)), rel=1e-12, abs=1e-13), text
        for slot, name in enumerate(names):
            expected = float(oracles.slope(value, tuple(map(float, at)), slot))
            assert result.gradient[name] == pytest.approx(expected, rel=1e-10, abs=1e-12), (
                text,
                name,
            )


# another kind of number, the same passes


class SmallFractions(Arithmetic):
    """A kind of number of a few lines: comparisons, max and min come from the base class."""

    def read_literal(self, text: str) -> Fraction:
        return Fraction(text)

    def make_natives(self) -> dict[str, NumberFunction]:
        return {
            **super().make_natives(),
            "add": operator.add,
            "sub": operator.sub,
            "mul": operator.mul,
            "div": operator.truediv,
            "neg": operator.neg,
            "pow": lambda x, n: x ** int(n),
            "abs": abs,
            "sign": lambda x: Fraction((x > 0) - (x < 0)),
        }

    def is_finite(self, value: Fraction) -> bool:
        return True

    def compute_limit(self, operation: Operation, operands: Sequence[Fraction]) -> None:
        return None


FRACTIONS = SmallFractions()


@pytest.mark.parametrize(
    ("text", "at", "value", "gradient"),
    [
        ("x/y", {"x": 1, "y": 3}, Fraction(1, 3), {"x": Fraction(1, 3), "y": Fraction(-1, 9)}),
        ("0.1x + 0.2x", {"x": 1}, Fraction(3, 10), {"x": Fraction(3, 10)}),
        (
            "clamp(x, 0, 2) + where(x > y, min(x, y), 0)",
            {"x": 5, "y": 2},
            Fraction(4),
            {"x": Fraction(0), "y": Fraction(1)},
        ),
        ("(x^3 - 1/x)/(x + 1)", {"x": 2}, Fraction(5, 2), {"x": Fraction(39, 12)}),
        (
            "relu(x)*max(x, y, 1)",
            {"x": 5, "y": 2},
            Fraction(25),
            {"x": Fraction(10), "y": Fraction(0)},
        ),
    ],
)
def test_both_passes_run_on_exact_fractions(
    text: str, at: dict[str, int], value: Fraction, gradient: dict[str, Fraction]
) -> None:
    expression = parse(text)
    values = run_forward_pass(
        expression, {name: Fraction(number) for name, number in at.items()}, FRACTIONS
    )
    graph = run_reverse_pass(expression, values, {*expression.variables.values()}, FRACTIONS)
    assert values[expression.output] == value
    assert {
        name: graph.adjoints[line] or 0 for name, line in expression.variables.items()
    } == gradient
    assert all(isinstance(adjoint, Fraction) for adjoint in graph.adjoints if adjoint is not None)


def test_exact_and_float_agree_on_random_polynomials() -> None:
    for seed in range(100):
        rng = random.Random(seed)
        terms = [
            f"{rng.randint(-9, 9)}*x^{rng.randint(0, 4)}*y^{rng.randint(0, 3)}" for _ in range(5)
        ]
        text = " + ".join(terms)
        expression = parse(text)
        at = {"x": Fraction(3, 4), "y": Fraction(-5, 8)}
        values = run_forward_pass(expression, at, FRACTIONS)
        graph = run_reverse_pass(expression, values, {*expression.variables.values()}, FRACTIONS)
        floats = differentiate(text, {name: float(number) for name, number in at.items()})
        for name, line in expression.variables.items():
            assert floats.gradient[name] == pytest.approx(
                float(graph.adjoints[line] or 0), rel=1e-12, abs=1e-12
            )


def test_mpmath_oracle_differs_when_a_rule_is_wrong() -> None:
    """The oracle is able to fail: a derivative off by one part in a thousand is seen."""
    slope = float(oracles.slope(mpmath.sin, (0.4,), 0))
    assert slope * 1.001 != pytest.approx(math.cos(0.4), rel=1e-10)
