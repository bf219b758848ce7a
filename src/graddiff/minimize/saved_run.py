"""What is to be minimized, and how: all that a run is made of, and the file that keeps it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple, TypeVar

from graddiff.data.open_table import SUFFIXES
from graddiff.errors import FileError, UsageError
from graddiff.minimize.loop import Limits, State
from graddiff.minimize.optimizers import LBFGS, RULES, hyperparameters
from graddiff.system.files import read_text, unwritable

SCHEMA = "graddiff-minimize/1"

Value = TypeVar("Value")


class Data(NamedTuple):
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


class Task(NamedTuple):
    """The loss as a text, the parameters where they start, what else is bound, the optimizer, when to stop, and the
    data."""

    text: str
    start: Mapping[str, float]
    fixed: Mapping[str, float]
    optimizer: str
    hyper: Mapping[str, float]
    limits: Limits
    data: Data | None


def save(path: str, task: Task, state: State) -> None:
    """Writes a run so that it can go on, every number to the bit: all of the file, or nothing. Raises FileError."""
    document = {
        "schema": SCHEMA,
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
        raise unwritable(path, error) from None


def load(path: str) -> tuple[Task, State]:
    """The run that a file keeps. Raises FileError where it keeps none."""
    text = read_text(path)
    try:
        document = json.loads(text)
        if document["schema"] != SCHEMA:
            raise ValueError
        task = a_task(document)
        return task, a_state(document["state"], task)
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


def a_task(document: Any) -> Task:
    """The task in a document. Raises ValueError, UsageError or what else is raised where it is none."""
    start, fixed = (numbers_of(document[name]) for name in ("start", "fixed"))
    optimizer, hyper = document["optimizer"], numbers_of(document["hyper"])
    wanted = {} if optimizer == LBFGS else RULES[optimizer].defaults
    if not start or {*hyper} != {*wanted}:
        raise ValueError
    if wanted:
        hyperparameters(
            optimizer, hyper["lr"], {name: value for name, value in hyper.items() if name != "lr"}
        )
    given = document["limits"]
    steps, epochs, patience = (
        maybe(positive, given[name]) for name in ("steps", "epochs", "patience")
    )
    limits = Limits(steps, epochs, maybe(number, given["tolerance"]), patience)
    return Task(
        a_text(document["text"]), start, fixed, optimizer, hyper, limits, a_table(document["data"])
    )


def a_table(data: Any) -> Data | None:
    if data is None:
        return None
    if data["reads"] not in SUFFIXES.values() or data["engine"] not in ("rows", "columns"):
        raise ValueError
    return Data(
        a_text(data["path"]),
        data["reads"],
        data["engine"],
        maybe(positive, data["batch_size"]),
        maybe(whole, data["shuffle_seed"]),
        positive(data["rows"]),
        whole(data["checksum"]),
        maybe(a_text, data["test"]),
    )


def a_state(state: Any, task: Task) -> State:
    parameters, memory = (tuple(map(number, state[name])) for name in ("parameters", "memory"))
    kept = () if task.optimizer == LBFGS else RULES[task.optimizer].state
    if len(parameters) != len(task.start) or len(memory) != len(kept) * len(parameters):
        raise ValueError
    step, since, growing = (whole(state[name]) for name in ("step", "since", "growing"))
    if min(step, since, growing) < 0:
        raise ValueError
    first, last, best = (maybe(number, state[name]) for name in ("first", "last", "best"))
    return State(
        step, parameters, memory, whole(state["looked"]), first, last, best, since, growing
    )


def maybe(kind: Callable[[Any], Value], value: Any) -> Value | None:
    return None if value is None else kind(value)


def whole(value: Any) -> int:
    """A whole number. Raises ValueError for anything else."""
    if type(value) is not int:
        raise ValueError
    return value


def positive(value: Any) -> int:
    """A whole number from 1 on. Raises ValueError for anything else."""
    if whole(value) < 1:
        raise ValueError
    return whole(value)


def number(value: Any) -> float:
    """A finite number. Raises ValueError for anything else."""
    if type(value) not in (int, float) or not math.isfinite(value):
        raise ValueError
    return float(value)


def numbers_of(members: Any) -> dict[str, float]:
    return {a_text(name): number(value) for name, value in members.items()}


def a_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value
