"""A descent under way: what is shown of each step, what is kept, and what is written at the end."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

from graddiff.commands.minimize.setup import PreparedRun
from graddiff.commands.shared.line_output import InterruptFlag, LineOutput
from graddiff.commands.shared.options import choose_canvas, print_message
from graddiff.errors import FileError, GraddiffError, Notice, PointError
from graddiff.minimize.history import History
from graddiff.minimize.lbfgs import LineSearchDescent
from graddiff.minimize.loop import Descent, LossFunction, OptimizerStep, RunEnd, RunState
from graddiff.minimize.objectives import MeanObjective, PointObjective
from graddiff.minimize.optimizers import LBFGS
from graddiff.minimize.saved_run import save_run
from graddiff.notation.labels import format_headline
from graddiff.notation.numerals import format_float
from graddiff.render.json.minimize_records import StepRecords, render_run_json
from graddiff.render.terminal.progress import LiveLine
from graddiff.system.files import make_write_error

EXPLAINED_STEPS = 3  # steps that --explain tells
FLUSH_INTERVAL = 0.2  # seconds for which a record may wait to be seen
LIVE_LINE_DELAY = 0.3  # seconds before a live line is shown
SAVE_INTERVAL = 10.0  # seconds between two states that --save keeps while a run goes on
PLOT_ROWS = 2_000  # rows over which the lines of equal loss of --plot are found
SIGNAL_EXIT_OFFSET = 128  # the exit code of a signal is so much larger than its number


class MinimizationRun:
    """A run under way: what is shown of each step, and what is kept."""

    def __init__(self, prepared: PreparedRun, form: str, options: dict[str, Any]) -> None:
        self.prepared, self.form, self.options = prepared, form, options
        self.history = History(prepared.test_objective)
        self.explained_steps: list[tuple[OptimizerStep, RunState]] = []
        self.state = prepared.state
        self._has_shown_step = False
        self._saved_at = self._flushed_at = -math.inf

    def minimize_loss(self) -> RunEnd:
        """Goes down until there is a reason to stop; the state is kept whatever happens."""
        begun, options = self.prepared, self.options
        task = begun.task
        run: Descent | LineSearchDescent
        if task.optimizer == LBFGS:
            run = LineSearchDescent(begun.objective, tuple(task.start.values()), task.limits)
        else:
            run = Descent(begun.objective, task.optimizer, task.hyper, task.limits, begun.batches)
        streamed = self.form in ("jsonl", "csv")
        target = options["output"] if streamed else None
        records = self.make_step_records() if streamed else None
        behind = self.count_kept_bytes(records, target) if records else 0
        on = (
            f": graddiff minimize --resume {options['save']} --save {options['save']} goes on"
            if options["save"] is not None
            else ""
        )
        try:
            with (
                LineOutput(target, False, behind) as out,
                InterruptFlag() as ctrl_c,
                closing(LiveLine(sys.stderr, LIVE_LINE_DELAY)) as live,
            ):
                shown = [
                    self.keep_step,
                    *([self.make_record_writer(records, out, target, behind)] if records else []),
                ]
                shown += [lambda step, state: self.show_progress(live, step)]

                def observe_step(step: OptimizerStep, state: RunState) -> RunEnd | None:
                    for show in shown:
                        show(step, state)
                    return (
                        RunEnd(
                            "interrupted",
                            f"interrupted{on}",
                            SIGNAL_EXIT_OFFSET + ctrl_c.signal_number,
                        )
                        if ctrl_c.signal_number
                        else None
                    )

                self.state, end = run.run(begun.state, observe_step)
        finally:
            if options["save"] is not None and self._has_shown_step:
                save_run(options["save"], task, self.state)
        self._record_last_loss()
        self.explained_steps = [
            (step, before) for step, before in self.explained_steps if step.number < self.state.step
        ]  # that were made
        if streamed and end.code != PointError.exit_code:
            print_message(end.message)
        return end

    def _record_last_loss(self) -> None:
        """Finds the loss over all rows at the end, where that is not known: an interrupt comes within an epoch."""
        last, theta = self.history.last_record, self.state.parameters
        if self._has_shown_step and (last is None or last.step.number != self.state.step):
            with suppress(PointError):
                whole = self.prepared.objective(theta)
                epoch = (
                    self.state.step // self.prepared.batches.per_epoch
                    if self.prepared.batches
                    else self.state.step
                )
                self.history.record_step(
                    OptimizerStep(self.state.step, epoch, whole[0], whole[1:], theta, whole)
                )

    def make_step_records(self) -> StepRecords:
        """How its steps are written."""
        begun = self.prepared
        more = (
            ["epoch", "loss"] if begun.batches is not None and begun.batches.per_epoch > 1 else []
        )
        return StepRecords(
            self.form, [*begun.task.start], [*more, *(["test"] if begun.test_objective else [])]
        )

    def count_kept_bytes(self, records: StepRecords, target: str | None) -> int:
        """How much of a file stays as it is: of a run that goes on, the records before the step where it does. Raises
        FileError where the file holds something else."""
        if target is None or not self.prepared.is_resumed or not os.path.exists(target):
            return 0
        step = self.prepared.state.step
        try:
            with open(target, "rb") as file:
                found = records.find_record_offset(file, step)
        except OSError as error:
            raise make_write_error(target, error) from None
        if found is None:
            told = f"{target} does not hold the records of this run up to step {step:,}"
            raise FileError(told, hint="--output another file begins with that step")
        return found

    def make_record_writer(
        self, records: StepRecords, out: LineOutput, target: str | None, kept_bytes: int
    ) -> Callable[[OptimizerStep, RunState], None]:
        """Writes each step as a record. On standard output the first one of a run that goes on was written before."""
        first = self.prepared.state.step if self.prepared.is_resumed and target is None else -1
        if not kept_bytes and first < 0:
            out.write(records.render_header().encode())

        def write_record(step: OptimizerStep, state: RunState) -> None:
            last = self.history.last_record
            test = last.test if last is not None and last.step.number == step.number else None
            if step.number != first:
                out.write(records.render_record(step, test).encode())
            if time.monotonic() - self._flushed_at > FLUSH_INTERVAL:
                out.flush()
                self._flushed_at = time.monotonic()

        return write_record

    def keep_step(self, step: OptimizerStep, state: RunState) -> None:
        self.state, self._has_shown_step = state, True
        self.history.record_step(step)
        if self.options["explain"] and len(self.explained_steps) < EXPLAINED_STEPS:
            self.explained_steps.append((step, state))
        if self.options["save"] is not None and time.monotonic() - self._saved_at > SAVE_INTERVAL:
            save_run(self.options["save"], self.prepared.task, state)
            self._saved_at = time.monotonic()

    def show_progress(self, live: LiveLine, step: OptimizerStep) -> None:
        spent = live.get_elapsed_if_due()
        if spent is None:
            return
        limits, done = self.prepared.task.limits, step.number - self.prepared.state.step
        text = f"step {step.number:,}" + (f" of {limits.steps:,}" if limits.steps else "")
        if self.prepared.batches is not None:
            text += f", epoch {step.epoch:,}" + (f" of {limits.epochs:,}" if limits.epochs else "")
        live.show_text(
            f"{text}, loss {format_float(step.value, 6)}, |gradient| {format_float(step.gradient_norm, 3)}, {done / spent:,.0f} steps a second"
        )

    def write_result(self, end: RunEnd) -> None:
        """The table of a run, or its end as JSON."""
        looks = self.history.list_loss_records()
        if not looks or self.form in ("jsonl", "csv"):
            return
        task = self.prepared.task
        if self.form == "json":
            sys.stdout.write(
                render_run_json(task, looks[-1], end, [notice for _, notice in self.list_notices()])
            )
            return
        from graddiff.render.terminal.canvas import print_lines
        from graddiff.render.terminal.minimize import render_run_report

        canvas = choose_canvas(self.options["ascii"], self.options["color"], self.options["width"])
        print_lines(
            render_run_report(
                task,
                self.prepared.objective.expression,
                self.explained_steps,
                looks,
                end,
                self.options["digits"] or 7,
                canvas,
            ),
            canvas,
        )

    def list_notices(self) -> Iterator[tuple[int, Notice]]:
        """What there is to say about conventions that were used, and how often."""
        objective = self.prepared.objective
        yield from ((1, notice) for notice in objective.expression.notices)
        yield from objective.notices.values()

    def draw_plot(self, path: str) -> None:
        """Draws the run into a file."""
        from graddiff.render.pictures.plot import render_plot

        task, begun = self.prepared.task, self.prepared
        objective, note = self.choose_surface()

        def evaluate_surface(x: float, y: float) -> float | None:
            try:
                return objective((x, y))[0]
            except GraddiffError:  # no value there, or a parameter too large to be one
                return None

        how = "" if task.optimizer == LBFGS else f", lr = {task.hyper['lr']:g}"
        title = f"{format_headline(begun.objective.expression)}   ({task.optimizer}{how})"
        try:
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.writelines(
                    render_plot(
                        title,
                        [*task.start],
                        self.history.list_loss_records(),
                        self.history.list_points(),
                        evaluate_surface,
                        note,
                    )
                )
        except OSError as error:
            raise make_write_error(path, error) from None

    def choose_surface(self) -> tuple[LossFunction, str]:
        """The loss to draw the lines of, whose notices nobody tells: of many rows some, which is told."""
        objective, task = self.prepared.objective, self.prepared.task
        if isinstance(objective, PointObjective):
            return PointObjective(objective.expression, objective.names, task.fixed), ""
        assert task.data is not None
        samples, many = objective.samples, objective.samples.count > PLOT_ROWS
        some = samples.select_evenly(PLOT_ROWS) if many else samples
        note = f", of {some.count:,} of the rows" if many else ""
        return MeanObjective(
            objective.expression, objective.names, task.fixed, some, task.data.engine
        ), note
