"""The optimizers: what each of them does to a parameter in a step, in graddiff's own language.

A rule is a list of assignments. In it w is the parameter, g the derivative of the loss by it, t the
number of the step, counted from 1; a name of its state keeps its value from step to step; every
other name is a hyperparameter. Formulas, defaults and names are those of torch.optim, with two
exceptions: its betas are beta1 and beta2 here, and its SGD with a momentum, for which it has no
default, is called momentum or nesterov.

Source: the algorithms in the documentation of torch.optim 2.x."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from graddiff.errors import UsageError
from graddiff.language.suggestions import suggest_name


class Assignment(NamedTuple):
    """A line of a rule: `name` gets the value of `formula`."""

    name: str
    formula: str


class OptimizerRule(NamedTuple):
    """The changes that an optimizer makes to each parameter in a step."""

    name: str
    defaults: Mapping[str, float]  # of the hyperparameters
    state: Mapping[str, str]  # the names that are kept, with the formulas of their first values
    assignments: tuple[Assignment, ...]
    summary: str


def define_rule(
    name: str, text: str, summary: str, state: Mapping[str, str], **defaults: float
) -> OptimizerRule:
    """Returns a rule, whose assignments stand in a text, with semicolons between them."""
    pairs = (line.partition("=") for line in text.split(";"))
    return OptimizerRule(
        name=name,
        defaults={hyper: float(value) for hyper, value in defaults.items()},
        state=state,
        assignments=tuple(Assignment(left.strip(), right.strip()) for left, _, right in pairs),
        summary=summary,
    )


DECAY = "g = g + weight_decay*w; "
VELOCITY = "b = where(t > 1, momentum*b + (1 - dampening)*g, g); "
MOMENTS = "m = beta1*m + (1 - beta1)*g; v = beta2*v + (1 - beta2)*g^2; "
ADAM = (
    MOMENTS
    + "m_hat = m/(1 - beta1^t); v_hat = v/(1 - beta2^t); w = w - lr*m_hat/(sqrt(v_hat) + eps)"
)
BETAS = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}

OPTIMIZER_RULES = {
    row.name: row
    for row in (
        define_rule(
            "sgd", DECAY + "w = w - lr*g", "against the gradient", {}, lr=1e-3, weight_decay=0
        ),
        define_rule(
            "momentum",
            DECAY + VELOCITY + "w = w - lr*b",
            "SGD with a velocity that remembers earlier gradients",
            {"b": "0"},
            lr=1e-3,
            momentum=0.9,
            dampening=0,
            weight_decay=0,
        ),
        define_rule(
            "nesterov",
            DECAY + "b = where(t > 1, momentum*b + g, g); w = w - lr*(g + momentum*b)",
            "momentum, looking one step ahead",
            {"b": "0"},
            lr=1e-3,
            momentum=0.9,
            weight_decay=0,
        ),
        define_rule(
            "adagrad",
            DECAY + "s = s + g^2; w = w - lr/(1 + (t - 1)*lr_decay)*g/(sqrt(s) + eps)",
            "a rate for each parameter, smaller the more it has moved",
            {"s": "initial_accumulator_value"},
            lr=1e-2,
            lr_decay=0,
            weight_decay=0,
            initial_accumulator_value=0,
            eps=1e-10,
        ),
        define_rule(
            "rmsprop",
            DECAY
            + "s = alpha*s + (1 - alpha)*g^2; b = momentum*b + g/(sqrt(s) + eps); w = w - lr*b",
            "a rate for each parameter, by how large its gradients were of late",
            {"s": "0", "b": "0"},
            lr=1e-2,
            alpha=0.99,
            eps=1e-8,
            weight_decay=0,
            momentum=0,
        ),
        define_rule(
            "adam",
            DECAY + ADAM,
            "momentum, and a rate for each parameter",
            {"m": "0", "v": "0"},
            lr=1e-3,
            **BETAS,
            weight_decay=0,
        ),
        define_rule(
            "adamw",
            "w = w*(1 - lr*weight_decay); " + ADAM,
            "Adam, the parameters themselves decaying",
            {"m": "0", "v": "0"},
            lr=1e-3,
            **BETAS,
            weight_decay=1e-2,
        ),
    )
}
LBFGS = "lbfgs"  # by SciPy: a line search finds how far each step goes
OPTIMIZERS = (*OPTIMIZER_RULES, LBFGS)

# The least value of each hyperparameter, and the value that it has to stay below.
HYPERPARAMETER_RANGES = {
    "momentum": (0, math.inf),
    "dampening": (0, math.inf),
    "weight_decay": (0, math.inf),
    "lr_decay": (0, math.inf),
    "initial_accumulator_value": (0, math.inf),
    "eps": (0, math.inf),
    "alpha": (0, math.inf),
    "beta1": (0, 1),
    "beta2": (0, 1),
}


def resolve_hyperparameters(
    name: str, lr: float | None, overrides: Mapping[str, float]
) -> dict[str, float]:
    """Returns the hyperparameters of a rule: its defaults, with `lr` and `overrides` in place.

    Raises UsageError for a hyperparameter that the rule does not have, or a value out of range."""
    if name == LBFGS:
        if lr is not None or overrides:
            option = "--lr" if lr is not None else "--set"
            raise UsageError(
                f"lbfgs takes no {option}: a line search finds the length of each step",
                hint="leave it out",
            )
        return {}
    defaults = OPTIMIZER_RULES[name].defaults
    if lr is not None:
        if lr <= 0:
            effect = "which goes nowhere" if lr == 0 else "which goes uphill"
            raise UsageError(
                f"--lr is {lr:g}, {effect}", hint="it is a positive number, such as 0.1"
            )
        defaults = {**defaults, "lr": lr}
    for hyper, value in overrides.items():
        validate_hyperparameter(name, hyper, value, defaults)
    return {**defaults, **overrides}


def validate_hyperparameter(name: str, hyper: str, value: float, defaults: Iterable[str]) -> None:
    """Raises UsageError unless a rule has the hyperparameter, and its value is in range."""
    if hyper == "lr":
        raise UsageError("lr has an option of its own", hint="--lr 0.1")
    settable = [known for known in defaults if known != "lr"]
    if hyper not in settable:
        hint = suggest_name(hyper, settable) or f"it has {', '.join(settable)}"
        raise UsageError(f"{name} has no hyperparameter {hyper}", hint=hint)
    if hyper == "momentum" and value == 0 and name in ("momentum", "nesterov"):
        raise UsageError(f"{name} with a momentum of 0 is sgd", hint="--optimizer sgd")
    least, limit = HYPERPARAMETER_RANGES[hyper]
    if not least <= value < limit:
        allowed = f"{least} or more" + (f" and less than {limit}" if limit < math.inf else "")
        raise UsageError(
            f"{hyper} is {value:g}, and has to be {allowed}",
            hint=f"leave it out for {name}'s default",
        )
