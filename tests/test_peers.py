"""Against PyTorch, where it is installed: pytest -m peers. Not part of the ordinary run."""

from __future__ import annotations

import math
from typing import Any

import pytest

from graddiff import differentiate, parse
from graddiff.operations.table import NUMBER, VARIABLE
from test_conventions import CONVENTIONS, at, same

pytestmark = pytest.mark.peers

# Where the design decides otherwise, and what PyTorch does there.
OTHERWISE = {
    "clamp(x, 0, 1)": "its derivative is 1 at its edges",
    "clamp(x, a, b)": "the same",
    "hypot(x, y)": "nan at the origin",
    "atan2(y, x)": "0 at the origin, silently",
    "sqrt(-x)": "the square root of -0.0 has the slope -inf, so this one has +inf",
    "where(x > 0, sqrt(x), 0)": "the untaken branch makes the gradient nan",
    "where(x > 0, 1/x, 1)": "the same",
}
NOT_ASKED = {"cbrt(x)", "step(x)"}  # PyTorch has no cbrt, and its heaviside no derivative


def torch_function(name: str) -> Any:
    """Returns PyTorch's function, or an expression where its operands differ."""
    import torch
    from torch.nn import functional

    spelled_otherwise = {
        "leaky_relu": lambda x, slope: functional.leaky_relu(x, float(slope)),
        "max": lambda *operands: torch.stack(operands).amax(),
        "min": lambda *operands: torch.stack(operands).amin(),
        "mod": torch.remainder,
    }
    return spelled_otherwise.get(name) or getattr(torch, name)


def by_torch(text: str, point: dict[str, float]) -> dict[str, float]:
    """The gradient by PyTorch's own tape."""
    import torch

    expression = parse(text)
    leaves = {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=True)
        for name, value in point.items()
    }
    names = {line: name for name, line in expression.variables.items()}
    values: list[Any] = []
    for line, (operation, operands) in enumerate(zip(expression.operations, expression.operands)):
        if operation is VARIABLE:
            values.append(leaves[names[line]])
        elif operation is NUMBER:
            values.append(torch.tensor(float(expression.literals[line]), dtype=torch.float64))
        else:
            values.append(
                torch_function(operation.name)(*(values[operand] for operand in operands))
            )
    values[expression.output].backward()
    return {name: 0.0 if leaf.grad is None else float(leaf.grad) for name, leaf in leaves.items()}


@pytest.mark.parametrize(
    ("text", "point"),
    [row[:2] for row in CONVENTIONS if row[0] not in OTHERWISE.keys() | NOT_ASKED],
)
def test_convention_is_that_of_pytorch(text: str, point: str) -> None:
    expected = by_torch(text, at(point))
    found = differentiate(text, at(point)).gradient
    assert found.keys() == expected.keys()
    assert all(same(found[name], expected[name]) for name in found), (found, expected)


@pytest.mark.parametrize("text", OTHERWISE)
def test_pytorch_still_does_otherwise(text: str) -> None:
    points = [at(row[1]) for row in CONVENTIONS if row[0] == text]
    found = [differentiate(text, point).gradient for point in points]
    expected = [by_torch(text, point) for point in points]
    assert any(not same(f[name], e[name]) for f, e in zip(found, expected) for name in f)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("x*y*z", "x=2,y=3,z=4"),
        ("(x+y)*z", "x=1,y=3,z=-3"),
        ("h(x)=x^2; f(y)=y+1; f(h(x))", "x=2"),
        ("(x+y)*sin(x)", f"x={math.pi},y={math.pi}"),
        ("tanh(w*x + b)*log(1 + exp(-x/w))", "w=0.3,x=-1.7,b=2"),
    ],
)
def test_gradients_are_those_of_pytorch(text: str, point: str) -> None:
    assert differentiate(text, at(point)).gradient == pytest.approx(
        by_torch(text, at(point)), rel=1e-14
    )
