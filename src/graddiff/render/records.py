"""The steps of a run as records, one a line, and its end as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graddiff.data.csv import joined
from graddiff.descent.history import Look
from graddiff.descent.runs import End, Step
from graddiff.descent.tasks import Task
from graddiff.errors import Notice
from graddiff.render.json import SCHEMA, encoded, notice


class Records:
    """Writes steps as JSON Lines or CSV. `epochs` says whether a step goes by a batch, and not by all rows."""

    def __init__(self, form: str, names: Sequence[str], epochs: bool) -> None:
        self.names, self.epochs, self._as_json = names, epochs, form == "jsonl"

    def head(self) -> str:
        if self._as_json:
            return ""
        gradient = [f"gradient.{name}" for name in self.names]
        more = ["epoch", "loss"] if self.epochs else []
        return joined(["step", "value", *gradient, *self.names, *more]) + "\n"

    def line(self, step: Step) -> str:
        """One step: what it goes by, and, with batches, the loss over all rows where it is known."""
        if self._as_json:
            record: dict[str, Any] = {"step": step.number, "value": step.value}
            record["gradient"] = dict(zip(self.names, step.gradient))
            record["parameters"] = dict(zip(self.names, step.parameters))
            if self.epochs:
                record |= {"epoch": step.epoch, "loss": step.loss}
            return encoded(record) + "\n"
        numbers = [repr(number) for number in (step.value, *step.gradient, *step.parameters)]
        more = [str(step.epoch), "" if step.loss is None else repr(step.loss)] if self.epochs else []
        return ",".join([str(step.number), *numbers, *more]) + "\n"


def document(task: Task, last: Look, end: End, notices: Sequence[Notice]) -> str:
    """What a run has come to."""
    step, names = last.step, [*task.start]
    content = {
        "schema": SCHEMA,
        "expression": task.text,
        "optimizer": {"name": task.optimizer, **task.hyper},
        "start": dict(task.start),
        "parameters": dict(zip(names, step.parameters)),
        "value": step.loss,
        "gradient": dict(zip(names, step.gradient)),
        **({"rows": task.data.rows, "epochs": step.epoch} if task.data else {}),
        **({"test": last.test} if last.test is not None else {}),
        "steps": step.number,
        "stopped": end.why,
        "message": end.message,
        "notices": [*map(notice, notices)],
    }
    return encoded(content) + "\n"
