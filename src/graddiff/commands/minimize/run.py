"""A descent under way: its listeners see each step, and its end is written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, suppress

from graddiff.commands.minimize.listeners import (
    HistoryRecorder,
    ListenerGroup,
    ProgressLine,
    RecordWriter,
    RunSaver,
)
from graddiff.commands.minimize.options import RECORD_FORMATS, MinimizeOptions
from graddiff.commands.minimize.setup import PreparedRun
from graddiff.commands.shared.line_output import InterruptFlag, LineOutput
from graddiff.errors import FileError, Notice, PointError
from graddiff.minimize.history import History
from graddiff.minimize.lbfgs import LineSearchDescent
from graddiff.minimize.loop import Descent
from graddiff.minimize.optimizers import LBFGS
from graddiff.minimize.run_state import OptimizerStep, RunEnd, RunState
from graddiff.render.json.minimize_records import StepRecords
from graddiff.system.files import make_write_error

SIGNAL_EXIT_OFFSET = 128  # the exit code of a signal is so much larger than its number


class MinimizationRun:
    """A run under way. `state` is the one to go on from, `history` what led to it."""

    def __init__(self, prepared: PreparedRun, form: str, options: MinimizeOptions) -> None:
        self.prepared, self.form, self.options = prepared, form, options
        self.history = History(prepared.test_objective)
        self.recorder = HistoryRecorder(self.history, options.explain)
        self.state = prepared.state

    def minimize_loss(self) -> RunEnd:
        """Goes downhill until there is a reason to stop, and returns it."""
        descent = make_descent(self.prepared)
        with ExitStack() as stack:
            listeners = ListenerGroup(stack, self.state)
            self._add_listeners(listeners, stack)
            interrupt = stack.enter_context(InterruptFlag())
            listeners.add(ProgressLine(self.prepared))

            def observe_step(step: OptimizerStep, state: RunState) -> RunEnd | None:
                listeners.observe_step(step, state)
                return self._end_by_signal(interrupt.signal_number)

            self.state, end = descent.run(self.prepared.state, observe_step)
            listeners.state = self.state
        self._record_last_loss()
        return end

    def _add_listeners(self, listeners: ListenerGroup, stack: ExitStack) -> None:
        """Adds the listeners that keep something, the history first: others read it."""
        listeners.add(self.recorder)
        # The saver sees the end after the output of records is closed: a saved state promises that
        # the records before it are in the file.
        if self.options.save is not None:
            listeners.add(RunSaver(self.options.save, self.prepared.task))
        if self.form in RECORD_FORMATS:
            listeners.add(self._open_record_writer(stack))

    def _end_by_signal(self, signal_number: int) -> RunEnd | None:
        """Returns the end of a run that a signal has interrupted, 0 for none."""
        if not signal_number:
            return None
        message, saved = "interrupted", self.options.save
        if saved is not None:
            message += f": graddiff minimize --resume {saved} --save {saved} continues it"
        return RunEnd("interrupted", message, SIGNAL_EXIT_OFFSET + signal_number)

    def _record_last_loss(self) -> None:
        """Computes the loss over all rows at the end, if a signal came within an epoch."""
        state, last = self.state, self.history.last_record
        is_known = last is not None and last.step.number == state.step
        if not self.recorder.has_steps or is_known:
            return
        with suppress(PointError):
            full_batch = self.prepared.objective(state.parameters)
            batches = self.prepared.batches
            step = OptimizerStep(
                number=state.step,
                epoch=state.step // batches.per_epoch if batches else state.step,
                value=full_batch[0],
                gradient=full_batch[1:],
                parameters=state.parameters,
                full_batch=full_batch,
            )
            self.history.record_step(step)

    def _open_record_writer(self, stack: ExitStack) -> RecordWriter:
        """Returns the writer of the records, whose output is closed with the stack."""
        prepared, target = self.prepared, self.options.output
        records = make_step_records(prepared, self.form)
        kept_bytes = count_kept_bytes(prepared, records, target)
        out = stack.enter_context(LineOutput(target, False, kept_bytes))
        # On standard output, a run that goes on has written its first record and a header before.
        goes_on = prepared.is_resumed and target is None
        if not kept_bytes and not goes_on:
            out.write(records.render_header().encode())
        return RecordWriter(records, out, self.history, prepared.state.step if goes_on else None)

    def list_notices(self) -> Iterator[tuple[int, Notice]]:
        """Yields the notices of the run, each with how often it occurred."""
        objective = self.prepared.objective
        yield from ((1, notice) for notice in objective.expression.notices)
        yield from objective.notices.values()


def make_descent(prepared: PreparedRun) -> Descent | LineSearchDescent:
    """Returns the steps of the task's optimizer."""
    task, objective = prepared.task, prepared.objective
    if task.optimizer == LBFGS:
        return LineSearchDescent(objective, tuple(task.start.values()), task.limits)
    return Descent(objective, task.optimizer, task.hyper, task.limits, prepared.batches)


def make_step_records(prepared: PreparedRun, form: str) -> StepRecords:
    """Returns the form of the records, with the columns that the run has numbers for."""
    extra_names = []
    if prepared.batches is not None and prepared.batches.per_epoch > 1:
        extra_names += ["epoch", "loss"]
    if prepared.test_objective is not None:
        extra_names.append("test")
    return StepRecords(form, [*prepared.task.start], extra_names)


def count_kept_bytes(prepared: PreparedRun, records: StepRecords, target: str | None) -> int:
    """Returns how many bytes of the output stay: the records before the step where a run goes on.

    Raises FileError where the file holds something else."""
    if target is None or not prepared.is_resumed or not os.path.exists(target):
        return 0
    step = prepared.state.step
    try:
        with open(target, "rb") as file:
            offset = records.find_record_offset(file, step)
    except OSError as error:
        raise make_write_error(target, error) from None
    if offset is None:
        raise FileError(
            f"{target} does not hold the records of this run up to step {step:,}",
            hint="--output another file begins with that step",
        )
    return offset
