"""The steps of a run as records, one per line, and its end as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from graddiff.data.formats.csv import join_fields
from graddiff.errors import Notice, UsageError
from graddiff.minimize.history import LossRecord
from graddiff.minimize.run_state import OptimizerStep, RunEnd
from graddiff.minimize.saved_run import MinimizationTask
from graddiff.render.json.result import RESULT_SCHEMA_ID, encode_json, encode_notice


class StepRecords:
    """The form of the records of a run, JSON Lines or CSV.

    `names` are the parameters; `extra_names` are some of epoch, loss (over all rows) and test.
    Raises UsageError where two columns of a CSV would have the same name."""

    def __init__(self, form: str, names: Sequence[str], extra_names: Sequence[str]) -> None:
        self.names, self.extra_names, self._is_json = names, extra_names, form == "jsonl"
        for name in names:
            if form == "csv" and name in ("step", "value", *extra_names):
                raise UsageError(
                    f"a parameter is called {name}, and so is another column of --format csv",
                    hint="--format jsonl keeps them apart",
                )

    def render_header(self) -> str:
        """Returns the first line of a CSV; JSON Lines have no header."""
        if self._is_json:
            return ""
        gradient = [f"gradient.{name}" for name in self.names]
        return join_fields(["step", "value", *gradient, *self.names, *self.extra_names]) + "\n"

    def find_record_offset(self, lines: Iterable[bytes], step: int) -> int | None:
        """Returns how many bytes stand before the record of a step in the lines of a file.

        Returns None if they are no such records, or end before that step."""
        length, header = 0, self.render_header().encode()
        for line in lines:
            if header and not length:
                if line != header:
                    return None
            else:
                number = self.parse_step_number(line)
                if number is None or not line.endswith(b"\n"):
                    return None
                if number == step:
                    return length
            length += len(line)
        return None

    def parse_step_number(self, line: bytes) -> int | None:
        """Returns the number of the step in a record; None if the line is no record."""
        try:
            return int(json.loads(line)["step"] if self._is_json else line.partition(b",")[0])
        except (ValueError, LookupError, TypeError, RecursionError):
            return None

    def render_record(self, step: OptimizerStep, test: float | None) -> str:
        """Returns the line of a step. `test` is its loss on test data, where that is known.

        With batches, `value` and `gradient` are those over the rows of the step's batch."""
        known = {"epoch": step.epoch, "loss": step.loss, "test": test}
        extra = {name: known[name] for name in self.extra_names}
        if self._is_json:
            record = {
                "step": step.number,
                "value": step.value,
                "gradient": dict(zip(self.names, step.gradient)),
                "parameters": dict(zip(self.names, step.parameters)),
                **extra,
            }
            return encode_json(record) + "\n"
        fields = [step.number, step.value, *step.gradient, *step.parameters, *extra.values()]
        return ",".join(["" if field is None else repr(field) for field in fields]) + "\n"


def render_run_json(
    task: MinimizationTask, last: LossRecord, end: RunEnd, notices: Sequence[Notice]
) -> str:
    """Returns the end of a run as a JSON document."""
    step, names = last.step, [*task.start]
    assert step.full_batch is not None
    loss, *gradient = step.full_batch
    content = {
        "schema": RESULT_SCHEMA_ID,
        "expression": task.text,
        "optimizer": {"name": task.optimizer, **task.hyper},
        "start": dict(task.start),
        **({"fixed": dict(task.fixed)} if task.fixed else {}),
        "parameters": dict(zip(names, step.parameters)),
        "value": loss,
        "gradient": dict(zip(names, gradient)),
        **({"rows": task.data.rows, "epochs": step.epoch} if task.data else {}),
        **({"test": last.test} if last.test is not None else {}),
        "steps": step.number,
        "stopped": end.reason,
        "message": end.message,
        "notices": [encode_notice(notice) for notice in notices],
    }
    return encode_json(content) + "\n"
