"""Everything that defines a run, and the file that saves it."""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from graddiff.data.open_table import TABLE_SUFFIXES
from graddiff.errors import FileError, UsageError
from graddiff.minimize.optimizers import LBFGS, OPTIMIZER_RULES, resolve_hyperparameters
from graddiff.minimize.run_state import RunLimits, RunState
from graddiff.system.files import read_text, write_text_or_nothing

SAVED_RUN_SCHEMA = "graddiff-minimize/1"

# The fields of a RunState, as the file calls them.
STATE_KEYS = {
    "step": "step",
    "parameters": "parameters",
    "memory": "memory",
    "observed_step": "looked",
    "first_loss": "first",
    "last_loss": "last",
    "best_loss": "best",
    "since_best": "since",
    "growth_count": "growing",
}

# Everything that reading a document of another kind can raise.
DOCUMENT_ERRORS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RecursionError,
    OverflowError,
    UsageError,
)

Value = TypeVar("Value")


class DataSettings(NamedTuple):
    """The table that the loss is the mean over, and how its rows are answered and divided.

    `rows` and `checksum` show whether a run that goes on has the same rows as before."""

    path: str
    reads: str  # the format of the table
    engine: str  # rows or columns
    batch_size: int | None
    shuffle_seed: int | None
    rows: int  # the number of rows
    checksum: int  # of their numbers
    test: str | None = None  # the path of the test data


class MinimizationTask(NamedTuple):
    """Everything that defines a run, apart from how far it has come."""

    text: str  # of the loss
    start: Mapping[str, float]  # the parameters
    fixed: Mapping[str, float]  # the other bindings
    optimizer: str
    hyper: Mapping[str, float]
    limits: RunLimits
    data: DataSettings | None


def save_run(path: str, task: MinimizationTask, state: RunState) -> None:
    """Writes a run into a file, every number to the bit, so that it can go on from there.

    Raises FileError."""
    document = {
        "schema": SAVED_RUN_SCHEMA,
        **task._asdict(),
        "limits": task.limits._asdict(),
        "data": task.data and task.data._asdict(),
        "state": {STATE_KEYS[field]: value for field, value in state._asdict().items()},
    }
    write_text_or_nothing(path, json.dumps(document, indent=1) + "\n")


def load_run(path: str) -> tuple[MinimizationTask, RunState]:
    """Reads a run from a file. Raises FileError where it holds no run."""
    text = read_text(path)
    try:
        document = json.loads(text)
        if document["schema"] != SAVED_RUN_SCHEMA:
            raise ValueError
        task = parse_task(document)
        return task, parse_run_state(document["state"], task)
    except DOCUMENT_ERRORS:
        raise FileError(
            f"{path} holds no run of graddiff minimize", hint="--save FILE writes one"
        ) from None


# The functions below raise one of DOCUMENT_ERRORS for anything that `save_run` would not write.


def parse_task(document: Any) -> MinimizationTask:
    """Returns the task in a document."""
    start = parse_number_map(document["start"])
    if not start:
        raise ValueError
    optimizer, hyper = document["optimizer"], parse_number_map(document["hyper"])
    validate_saved_hyperparameters(optimizer, hyper)
    return MinimizationTask(
        text=require_string(document["text"]),
        start=start,
        fixed=parse_number_map(document["fixed"]),
        optimizer=optimizer,
        hyper=hyper,
        limits=parse_run_limits(document["limits"]),
        data=parse_data_settings(document["data"]),
    )


def validate_saved_hyperparameters(optimizer: str, hyper: Mapping[str, float]) -> None:
    """Validates that these are all hyperparameters of an optimizer, in their ranges."""
    defaults = {} if optimizer == LBFGS else OPTIMIZER_RULES[optimizer].defaults
    if hyper.keys() != defaults.keys():
        raise ValueError
    if defaults:
        others = {name: value for name, value in hyper.items() if name != "lr"}
        resolve_hyperparameters(optimizer, hyper["lr"], others)


def parse_run_limits(limits: Any) -> RunLimits:
    """Returns the limits in a document."""
    return RunLimits(
        steps=parse_optional(require_positive_integer, limits["steps"]),
        epochs=parse_optional(require_positive_integer, limits["epochs"]),
        tolerance=parse_optional(require_finite_number, limits["tolerance"]),
        patience=parse_optional(require_positive_integer, limits["patience"]),
    )


def parse_data_settings(data: Any) -> DataSettings | None:
    """Returns the settings of the data in a document."""
    if data is None:
        return None
    if data["reads"] not in TABLE_SUFFIXES.values() or data["engine"] not in ("rows", "columns"):
        raise ValueError
    return DataSettings(
        path=require_string(data["path"]),
        reads=data["reads"],
        engine=data["engine"],
        batch_size=parse_optional(require_positive_integer, data["batch_size"]),
        shuffle_seed=parse_optional(require_integer, data["shuffle_seed"]),
        rows=require_positive_integer(data["rows"]),
        checksum=require_integer(data["checksum"]),
        test=parse_optional(require_string, data["test"]),
    )


def parse_run_state(document: Any, task: MinimizationTask) -> RunState:
    """Returns the state in a document, which has to fit its task."""
    members = {field: document[key] for field, key in STATE_KEYS.items()}
    state = RunState(
        step=require_count(members["step"]),
        parameters=tuple(map(require_finite_number, members["parameters"])),
        memory=tuple(map(require_finite_number, members["memory"])),
        observed_step=require_integer(members["observed_step"]),
        first_loss=parse_optional(require_finite_number, members["first_loss"]),
        last_loss=parse_optional(require_finite_number, members["last_loss"]),
        best_loss=parse_optional(require_finite_number, members["best_loss"]),
        since_best=require_count(members["since_best"]),
        growth_count=require_count(members["growth_count"]),
    )
    # The memory holds each name of the optimizer's state once for every parameter.
    names = () if task.optimizer == LBFGS else OPTIMIZER_RULES[task.optimizer].state
    count = len(task.start)
    if len(state.parameters) != count or len(state.memory) != len(names) * count:
        raise ValueError
    return state


def parse_optional(parse_value: Callable[[Any], Value], value: Any) -> Value | None:
    """Returns None for null, and anything else parsed."""
    return None if value is None else parse_value(value)


def parse_number_map(members: Any) -> dict[str, float]:
    """Returns an object of numbers."""
    return {require_string(name): require_finite_number(value) for name, value in members.items()}


def require_integer(value: Any) -> int:
    """Returns a whole number."""
    if type(value) is not int:
        raise ValueError
    return value


def require_count(value: Any) -> int:
    """Returns a whole number from 0 on."""
    if require_integer(value) < 0:
        raise ValueError
    return require_integer(value)


def require_positive_integer(value: Any) -> int:
    """Returns a whole number from 1 on."""
    if require_integer(value) < 1:
        raise ValueError
    return require_integer(value)


def require_finite_number(value: Any) -> float:
    """Returns a finite number."""
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError
    return float(value)


def require_string(value: Any) -> str:
    """Returns a text."""
    if not isinstance(value, str):
        raise ValueError
    return value
