"""What PyTorch's optimizers do on four losses: the oracle of graddiff minimize.

With torch installed, `python tests/trajectories.py > tests/golden/trajectories.json` records it
anew."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

STEPS = 100
KEPT = (1, 2, 3, 10, 30, 100)


class Loss(NamedTuple):
    """A loss in graddiff's language, its start, and for each optimizer how far a step goes."""

    text: str
    start: dict[str, float]
    lr: dict[str, float]


# Points of the least-squares fit: x, y.
POINTS = [(-1.0, -2.1), (-0.6, -1.4), (-0.1, 0.35), (0.2, 0.9), (0.5, 2.2), (0.9, 2.95), (1.4, 4.8)]

SMALL = {
    "sgd": 1e-3,
    "momentum": 2e-4,
    "nesterov": 2e-4,
    "adagrad": 0.1,
    "rmsprop": 0.01,
    "adam": 0.05,
    "adamw": 0.05,
}
LARGE = {
    "sgd": 0.01,
    "momentum": 2e-3,
    "nesterov": 2e-3,
    "adagrad": 0.1,
    "rmsprop": 0.01,
    "adam": 0.05,
    "adamw": 0.05,
}

LOSSES = {
    "rosenbrock": Loss("(1 - x)^2 + 100*(y - x^2)^2", {"x": -1.2, "y": 1.0}, SMALL),
    "himmelblau": Loss("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", {"x": 0.5, "y": -0.5}, LARGE),
    "beale": Loss(
        "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2",
        {"x": 1.0, "y": 1.0},
        SMALL,
    ),
    "least squares": Loss("(w*x + b - y)^2", {"w": 0.0, "b": 0.0}, LARGE),
}

# PyTorch's class and settings for each of graddiff's names, beside lr.
CLASSES: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adagrad": ("Adagrad", {}),
    "rmsprop": ("RMSprop", {}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {}),
}

# The same with every hyperparameter away from its default, on the first loss.
SETTINGS: dict[str, tuple[dict[str, float], dict[str, Any]]] = {
    "sgd": ({"weight_decay": 0.1}, {"weight_decay": 0.1}),
    "momentum": (
        {"momentum": 0.5, "dampening": 0.3, "weight_decay": 0.1},
        {"momentum": 0.5, "dampening": 0.3, "weight_decay": 0.1},
    ),
    "nesterov": ({"momentum": 0.5, "weight_decay": 0.1}, {"momentum": 0.5, "weight_decay": 0.1}),
    "adagrad": (
        {"lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-3},
        {"lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-3},
    ),
    "rmsprop": (
        {"alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1, "momentum": 0.5},
        {"alpha": 0.9, "eps": 1e-3, "weight_decay": 0.1, "momentum": 0.5},
    ),
    "adam": (
        {"beta1": 0.8, "beta2": 0.9, "eps": 1e-3, "weight_decay": 0.1},
        {"betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1},
    ),
    "adamw": (
        {"beta1": 0.8, "beta2": 0.9, "eps": 1e-3, "weight_decay": 0.1},
        {"betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.1},
    ),
}


def of_torch(
    loss: Loss, optimizer: str, more: dict[str, Any], steps: int = STEPS
) -> list[list[float]]:
    """The parameters after each step, as PyTorch finds them in float64."""
    import torch

    name, settings = CLASSES[optimizer]
    parameters = {
        key: torch.tensor(value, dtype=torch.float64, requires_grad=True)
        for key, value in loss.start.items()
    }
    columns = {
        key: torch.tensor(column, dtype=torch.float64) for key, column in zip("xy", zip(*POINTS))
    }
    at = {**columns, **parameters} if "w" in loss.start else parameters
    step = getattr(torch.optim, name)(
        [*parameters.values()], lr=loss.lr[optimizer], **{**settings, **more}
    )
    code = compile(loss.text.replace("^", "**"), "loss", "eval")
    found = []
    for _ in range(steps):
        step.zero_grad()
        torch.mean(eval(code, {}, at)).backward()
        step.step()
        found.append([parameter.item() for parameter in parameters.values()])
    return found


def defaults(name: str, settings: dict[str, Any]) -> dict[str, float]:
    """The numbers that a class of PyTorch begins with, under graddiff's names."""
    import torch

    found = {
        key: one.default
        for key, one in inspect.signature(getattr(torch.optim, name)).parameters.items()
    }
    found |= settings
    if "betas" in found:
        found["beta1"], found["beta2"] = found.pop("betas")
    return {key: float(value) for key, value in found.items() if type(value) in (int, float)}


def kept(path: Sequence[list[float]]) -> dict[str, list[float]]:
    return {str(number): path[number - 1] for number in KEPT}


def main() -> None:
    import torch

    document: dict[str, Any] = {
        "origin": f"torch.optim of PyTorch {torch.__version__}, CPU, float64",
        "paths": {},
    }
    for name, loss in LOSSES.items():
        document["paths"][name] = {
            optimizer: kept(of_torch(loss, optimizer, {})) for optimizer in CLASSES
        }
    document["defaults"] = {name: defaults(*found) for name, found in CLASSES.items()}
    first = LOSSES["rosenbrock"]
    document["settings"] = {
        name: kept(of_torch(first, name, theirs)) for name, (_, theirs) in SETTINGS.items()
    }
    json.dump(document, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
