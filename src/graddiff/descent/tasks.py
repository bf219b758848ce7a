"""What is to be minimized, and how: all that a run is made of, and the file that keeps it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from graddiff.descent.runs import Limits, State
from graddiff.errors import FileError
from graddiff.files import read_text

SCHEMA = "graddiff-minimize/1"


class Data(NamedTuple):
    """The table that the loss is the mean over: where it is, how its rows are answered and divided, and, so that
    another one is noticed, how many rows it has, with a checksum of their numbers."""

    path: str
    reads: str
    engine: str
    batch_size: int | None
    shuffle_seed: int | None
    rows: int
    checksum: int


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
    document = {"schema": SCHEMA, **task._asdict(), "limits": task.limits._asdict(), "state": state._asdict()}
    document["data"] = task.data and task.data._asdict()
    unfinished = f"{path}.{os.getpid()}.unfinished"
    try:
        with open(unfinished, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
            file.write("\n")
        os.replace(unfinished, path)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {(error.strerror or '').lower()}") from None


def load(path: str) -> tuple[Task, State]:
    """The run that a file keeps. Raises FileError where it keeps none."""
    text = read_text(path)
    try:
        document = json.loads(text)
        if document["schema"] != SCHEMA:
            raise ValueError
        data = document["data"]
        state = document["state"]
        for name in ("parameters", "memory"):
            state[name] = tuple(map(float, state[name]))
        members: dict[str, Any] = {name: document[name] for name in Task._fields}
        members["limits"] = Limits(**document["limits"])
        members["data"] = data and Data(**data)
        task, found = Task(**members), State(**state)
        if len(found.parameters) != len(task.start):
            raise ValueError
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise FileError(f"{path} keeps no run of graddiff minimize", hint="--save FILE writes one") from None
    return task, found
