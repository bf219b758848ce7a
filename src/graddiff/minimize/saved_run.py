"""What is to be minimized, and how: all that a run is made of, and the file that keeps it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from graddiff.data.open_table import TABLE_SUFFIXES
from graddiff.errors import FileError, UsageError
from graddiff.minimize.loop import RunLimits, RunState
from graddiff.minimize.optimizers import LBFGS, OPTIMIZER_RULES, resolve_hyperparameters
from graddiff.system.files import make_write_error, read_text

SAVED_RUN_SCHEMA = "graddiff-minimize/1"

Value = TypeVar("Value")


class DataSettings(NamedTuple):
    """The table that the loss is the mean over: where it is, how its rows are answered and divided, and, so that
    another one is noticed, how many rows it has, with a checksum of their numbers; and where the test data are."""

    path: str
    reads: str
    engine: str
    batch_size: int | None
    shuffle_seed: int | None
    rows: int
    checksum: int
    test: str | None = None


class MinimizationTask(NamedTuple):
    """The loss as a text, the parameters where they start, what else is bound, the optimizer, when to stop, and the
    data."""

    text: str
    start: Mapping[str, float]
    fixed: Mapping[str, float]
    optimizer: str
    hyper: Mapping[str, float]
    limits: RunLimits
    data: DataSettings | None


def save_run(path: str, task: MinimizationTask, state: RunState) -> None:
    """Writes a run so that it can go on, every number to the bit: all of the file, or nothing. Raises FileError."""
    document = {
        "schema": SAVED_RUN_SCHEMA,
        **task._asdict(),
        "limits": task.limits._asdict(),
        "state": state._asdict(),
    }
    document["data"] = task.data and task.data._asdict()
    text = json.dumps(document, indent=1) + "\n"
    final = os.path.realpath(path)
    unfinished = f"{final}.{os.getpid()}.unfinished"
    try:
        if os.path.exists(final) and not os.path.isfile(
            final
        ):  # a device, or a pipe, which nothing may replace
            with open(final, "w", encoding="utf-8") as file:
                file.write(text)
            return
        with open(unfinished, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(unfinished, final)
    except OSError as error:
        with suppress(OSError):
            os.unlink(unfinished)
        raise make_write_error(path, error) from None


def load_run(path: str) -> tuple[MinimizationTask, RunState]:
    """The run that a file keeps. Raises FileError where it keeps none."""
    text = read_text(path)
    try:
        document = json.loads(text)
        if document["schema"] != SAVED_RUN_SCHEMA:
            raise ValueError
        task = parse_task(document)
        return task, parse_run_state(document["state"], task)
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        RecursionError,
        OverflowError,
        UsageError,
    ):
        raise FileError(
            f"{path} keeps no run of graddiff minimize", hint="--save FILE writes one"
        ) from None


def parse_task(document: Any) -> MinimizationTask:
    """The task in a document. Raises ValueError, UsageError or what else is raised where it is none."""
    start, fixed = (parse_number_map(document[name]) for name in ("start", "fixed"))
    optimizer, hyper = document["optimizer"], parse_number_map(document["hyper"])
    wanted = {} if optimizer == LBFGS else OPTIMIZER_RULES[optimizer].defaults
    if not start or {*hyper} != {*wanted}:
        raise ValueError
    if wanted:
        resolve_hyperparameters(
            optimizer, hyper["lr"], {name: value for name, value in hyper.items() if name != "lr"}
        )
    given = document["limits"]
    steps, epochs, patience = (
        parse_optional(require_positive_integer, given[name])
        for name in ("steps", "epochs", "patience")
    )
    limits = RunLimits(
        steps, epochs, parse_optional(require_finite_number, given["tolerance"]), patience
    )
    return MinimizationTask(
        require_string(document["text"]),
        start,
        fixed,
        optimizer,
        hyper,
        limits,
        parse_data_settings(document["data"]),
    )


def parse_data_settings(data: Any) -> DataSettings | None:
    if data is None:
        return None
    if data["reads"] not in TABLE_SUFFIXES.values() or data["engine"] not in ("rows", "columns"):
        raise ValueError
    return DataSettings(
        require_string(data["path"]),
        data["reads"],
        data["engine"],
        parse_optional(require_positive_integer, data["batch_size"]),
        parse_optional(require_integer, data["shuffle_seed"]),
        require_positive_integer(data["rows"]),
        require_integer(data["checksum"]),
        parse_optional(require_string, data["test"]),
    )


def parse_run_state(state: Any, task: MinimizationTask) -> RunState:
    parameters, memory = (
        tuple(map(require_finite_number, state[name])) for name in ("parameters", "memory")
    )
    kept = () if task.optimizer == LBFGS else OPTIMIZER_RULES[task.optimizer].state
    if len(parameters) != len(task.start) or len(memory) != len(kept) * len(parameters):
        raise ValueError
    step, since, growing = (require_integer(state[name]) for name in ("step", "since", "growing"))
    if min(step, since, growing) < 0:
        raise ValueError
    first, last, best = (
        parse_optional(require_finite_number, state[name]) for name in ("first", "last", "best")
    )
    return RunState(
        step,
        parameters,
        memory,
        require_integer(state["looked"]),
        first,
        last,
        best,
        since,
        growing,
    )


def parse_optional(parse_value: Callable[[Any], Value], value: Any) -> Value | None:
    return None if value is None else parse_value(value)


def require_integer(value: Any) -> int:
    """A whole number. Raises ValueError for anything else."""
    if type(value) is not int:
        raise ValueError
    return value


def require_positive_integer(value: Any) -> int:
    """A whole number from 1 on. Raises ValueError for anything else."""
    if require_integer(value) < 1:
        raise ValueError
    return require_integer(value)


def require_finite_number(value: Any) -> float:
    """A finite number. Raises ValueError for anything else."""
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError
    return float(value)


def parse_number_map(members: Any) -> dict[str, float]:
    return {require_string(name): require_finite_number(value) for name, value in members.items()}


def require_string(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value
