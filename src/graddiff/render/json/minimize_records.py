"""The steps of a run as records, one a line, and its end as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from graddiff.data.formats.csv import join_fields
from graddiff.errors import Notice, UsageError
from graddiff.minimize.history import LossRecord
from graddiff.minimize.loop import OptimizerStep, RunEnd
from graddiff.minimize.saved_run import MinimizationTask
from graddiff.render.json.result import RESULT_SCHEMA_ID, encode_json, encode_notice


class StepRecords:
    """Writes steps as JSON Lines or CSV, with `more` of: epoch, loss (over all rows, where it is known), test."""

    def __init__(self, form: str, names: Sequence[str], extra_names: Sequence[str]) -> None:
        self.names, self.extra_names, self._as_json = names, extra_names, form == "jsonl"
        for name in names:
            if form == "csv" and name in ("step", "value", *extra_names):
                told = f"a parameter is called {name}, and so is another column of --format csv"
                raise UsageError(told, hint="--format jsonl keeps them apart")

    def render_header(self) -> str:
        if self._as_json:
            return ""
        return (
            join_fields(
                [
                    "step",
                    "value",
                    *(f"gradient.{name}" for name in self.names),
                    *self.names,
                    *self.extra_names,
                ]
            )
            + "\n"
        )

    def find_record_offset(self, lines: Iterable[bytes], step: int) -> int | None:
        """How many bytes of a file of such records stand before the record of a step, or where it would stand; None if
        it is no such file, or does not come that far."""
        length, head = 0, self.render_header().encode()
        for line in lines:
            if head and not length:
                if line != head:
                    return None
            elif not line.endswith(b"\n") or self.parse_step_number(line) is None:
                return None
            elif self.parse_step_number(line) == step:
                return length
            length += len(line)
        return None

    def parse_step_number(self, line: bytes) -> int | None:
        """The step that a line is the record of."""
        try:
            return int(json.loads(line)["step"] if self._as_json else line.partition(b",")[0])
        except (ValueError, LookupError, TypeError, RecursionError):
            return None

    def render_record(self, step: OptimizerStep, test: float | None) -> str:
        """One step: what it goes by, which with batches are some rows, but for the last one, and what more there is."""
        known = {"epoch": step.epoch, "loss": step.loss, "test": test}
        if self._as_json:
            record: dict[str, Any] = {"step": step.number, "value": step.value}
            record["gradient"] = dict(zip(self.names, step.gradient))
            record["parameters"] = dict(zip(self.names, step.parameters))
            return (
                encode_json({**record, **{name: known[name] for name in self.extra_names}}) + "\n"
            )
        numbers = [
            step.number,
            step.value,
            *step.gradient,
            *step.parameters,
            *(known[name] for name in self.extra_names),
        ]
        return ",".join(["" if number is None else repr(number) for number in numbers]) + "\n"


def render_run_json(
    task: MinimizationTask, last: LossRecord, end: RunEnd, notices: Sequence[Notice]
) -> str:
    """What a run has come to."""
    step, names = last.step, [*task.start]
    assert step.full_batch is not None
    content = {
        "schema": RESULT_SCHEMA_ID,
        "expression": task.text,
        "optimizer": {"name": task.optimizer, **task.hyper},
        "start": dict(task.start),
        **({"fixed": dict(task.fixed)} if task.fixed else {}),
        "parameters": dict(zip(names, step.parameters)),
        "value": step.full_batch[0],
        "gradient": dict(zip(names, step.full_batch[1:])),
        **({"rows": task.data.rows, "epochs": step.epoch} if task.data else {}),
        **({"test": last.test} if last.test is not None else {}),
        "steps": step.number,
        "stopped": end.reason,
        "message": end.message,
        "notices": [*map(encode_notice, notices)],
    }
    return encode_json(content) + "\n"
