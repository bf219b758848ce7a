"""The listeners of a run: each sees every step, and the end, and does one thing with them."""

from __future__ import annotations

import math
import sys
import time
from contextlib import ExitStack
from typing import Protocol

from graddiff.commands.minimize.setup import PreparedRun
from graddiff.commands.shared.line_output import LineOutput
from graddiff.minimize.history import History
from graddiff.minimize.run_state import OptimizerStep, RunState
from graddiff.minimize.saved_run import MinimizationTask, save_run
from graddiff.notation.numerals import format_float
from graddiff.render.json.minimize_records import StepRecords
from graddiff.render.terminal.progress import LiveLine

EXPLAINED_STEPS = 3  # steps that --explain shows as arithmetic
FLUSH_INTERVAL = 0.2  # seconds for which a record may wait before it is visible
LIVE_LINE_DELAY = 0.3  # seconds before the live line appears
SAVE_INTERVAL = 10.0  # seconds between two states that --save keeps while a run goes on


class RunListener(Protocol):
    """Follows a run."""

    def observe_step(self, step: OptimizerStep, state: RunState) -> None:
        """Sees a step before it is taken, and the state to go on from."""

    def finish_run(self, state: RunState) -> None:
        """Sees the last state of the run, also where an error or Ctrl-C ends it."""


class ListenerGroup:
    """The listeners of a run, and the last state that they have seen.

    When the stack is left, for whatever reason, they see the end of the run, the last one first."""

    def __init__(self, stack: ExitStack, state: RunState) -> None:
        self.state = state
        self._stack = stack
        self._listeners: list[RunListener] = []

    def add(self, listener: RunListener) -> None:
        """Adds a listener."""
        self._listeners.append(listener)
        self._stack.callback(lambda: listener.finish_run(self.state))

    def observe_step(self, step: OptimizerStep, state: RunState) -> None:
        """Shows a step to every listener."""
        self.state = state
        for listener in self._listeners:
            listener.observe_step(step, state)


class HistoryRecorder:
    """Records the history, and the first steps for --explain."""

    def __init__(self, history: History, explains: bool) -> None:
        self.history = history
        self.first_steps: list[tuple[OptimizerStep, RunState]] = []
        self.has_steps = False
        self._explained_count = EXPLAINED_STEPS if explains else 0

    def observe_step(self, step: OptimizerStep, state: RunState) -> None:
        """Adds a step to the history."""
        self.has_steps = True
        self.history.record_step(step)
        if len(self.first_steps) < self._explained_count:
            self.first_steps.append((step, state))

    def finish_run(self, state: RunState) -> None:
        """Removes the step at which the run has ended: it was not taken."""
        self.first_steps = [pair for pair in self.first_steps if pair[0].number < state.step]


class RunSaver:
    """Saves the run into a file, now and then and at its end."""

    def __init__(self, path: str, task: MinimizationTask) -> None:
        self.path, self.task = path, task
        self._saved_at = -math.inf
        self._has_steps = False

    def observe_step(self, step: OptimizerStep, state: RunState) -> None:
        """Saves the state where the last save is long ago; the first step is saved at once."""
        self._has_steps = True
        if time.monotonic() - self._saved_at > SAVE_INTERVAL:
            save_run(self.path, self.task, state)
            self._saved_at = time.monotonic()

    def finish_run(self, state: RunState) -> None:
        """Saves the last state. A run that fails before its first step leaves the file alone."""
        if self._has_steps:
            save_run(self.path, self.task, state)


class RecordWriter:
    """Writes each step as a record, in JSON Lines or CSV."""

    def __init__(
        self, records: StepRecords, out: LineOutput, history: History, skipped_step: int | None
    ) -> None:
        self.records, self.out, self.history = records, out, history
        self._skipped_step = skipped_step  # the run before has written it already
        self._flushed_at = -math.inf

    def observe_step(self, step: OptimizerStep, state: RunState) -> None:
        """Writes a step, with the loss on test data where the history has it."""
        last = self.history.last_record
        has_test = last is not None and last.step.number == step.number
        test = last.test if last is not None and has_test else None
        if step.number != self._skipped_step:
            self.out.write(self.records.render_record(step, test).encode())
        if time.monotonic() - self._flushed_at > FLUSH_INTERVAL:
            self.out.flush()
            self._flushed_at = time.monotonic()

    def finish_run(self, state: RunState) -> None:
        """Leaves the rest to the output, which flushes when it is closed."""


class ProgressLine:
    """Shows on a terminal how far the run has come."""

    def __init__(self, prepared: PreparedRun) -> None:
        self.prepared = prepared
        self._live = LiveLine(sys.stderr, LIVE_LINE_DELAY)

    def observe_step(self, step: OptimizerStep, state: RunState) -> None:
        """Rewrites the line if that is due."""
        elapsed = self._live.get_elapsed_if_due()
        if elapsed is None:
            return
        limits = self.prepared.task.limits
        text = f"step {step.number:,}" + (f" of {limits.steps:,}" if limits.steps else "")
        if self.prepared.batches is not None:
            text += f", epoch {step.epoch:,}" + (f" of {limits.epochs:,}" if limits.epochs else "")
        rate = (step.number - self.prepared.state.step) / elapsed
        self._live.show_text(
            f"{text}, loss {format_float(step.value, 6)}, "
            f"|gradient| {format_float(step.gradient_norm, 3)}, "
            f"{rate:,.0f} steps a second"
        )

    def finish_run(self, state: RunState) -> None:
        """Removes the line."""
        self._live.close()
