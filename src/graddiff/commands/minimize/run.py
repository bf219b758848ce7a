"""A descent under way: what is shown of each step, what is kept, and what is written at the end."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

from graddiff.commands.minimize.setup import Beginning
from graddiff.commands.shared.options import canvas_for, tell
from graddiff.commands.shared.whole_lines import CtrlC, WholeLines
from graddiff.errors import FileError, GraddiffError, Notice, PointError
from graddiff.minimize.history import History
from graddiff.minimize.lbfgs import LineSearch
from graddiff.minimize.loop import Descent, End, Objective, State, Step
from graddiff.minimize.objectives import AtPoint, OverRows
from graddiff.minimize.optimizers import LBFGS
from graddiff.minimize.saved_run import save
from graddiff.notation.labels import headline
from graddiff.render.json.minimize_records import Records, document
from graddiff.render.terminal.progress import LiveLine
from graddiff.system.files import unwritable

TOLD = 3  # steps that --explain tells
PAUSE = 0.2  # seconds for which a record may wait to be seen
AT_ONCE = 0.3  # seconds before a live line is shown
NOW_AND_THEN = 10.0  # seconds between two states that --save keeps while a run goes on
SAMPLED = 2_000  # rows over which the lines of equal loss of --plot are found
SIGNALLED = 128  # the exit code of a signal is so much larger than its number


class Run:
    """A run under way: what is shown of each step, and what is kept."""

    def __init__(self, begun: Beginning, form: str, options: dict[str, Any]) -> None:
        self.begun, self.form, self.options = begun, form, options
        self.history = History(begun.test)
        self.told: list[tuple[Step, State]] = []
        self.state = begun.state
        self._shown = False
        self._saved = self._flushed = -math.inf

    def go(self) -> End:
        """Goes down until there is a reason to stop; the state is kept whatever happens."""
        begun, options = self.begun, self.options
        task = begun.task
        run: Descent | LineSearch
        if task.optimizer == LBFGS:
            run = LineSearch(begun.objective, tuple(task.start.values()), task.limits)
        else:
            run = Descent(begun.objective, task.optimizer, task.hyper, task.limits, begun.batches)
        streamed = self.form in ("jsonl", "csv")
        target = options["output"] if streamed else None
        records = self.records() if streamed else None
        behind = self.behind(records, target) if records else 0
        on = (
            f": graddiff minimize --resume {options['save']} --save {options['save']} goes on"
            if options["save"] is not None
            else ""
        )
        try:
            with (
                WholeLines(target, False, behind) as out,
                CtrlC() as ctrl_c,
                closing(LiveLine(sys.stderr, AT_ONCE)) as live,
            ):
                shown = [
                    self.keep,
                    *([self.record(records, out, target, behind)] if records else []),
                ]
                shown += [lambda step, state: self.tell_live(live, step)]

                def look(step: Step, state: State) -> End | None:
                    for show in shown:
                        show(step, state)
                    return (
                        End("interrupted", f"interrupted{on}", SIGNALLED + ctrl_c.asked)
                        if ctrl_c.asked
                        else None
                    )

                self.state, end = run.run(begun.state, look)
        finally:
            if options["save"] is not None and self._shown:
                save(options["save"], task, self.state)
        self._arrive()
        self.told = [
            (step, before) for step, before in self.told if step.number < self.state.step
        ]  # that were made
        if streamed and end.code != PointError.exit_code:
            tell(end.message)
        return end

    def _arrive(self) -> None:
        """Finds the loss over all rows at the end, where that is not known: an interrupt comes within an epoch."""
        last, theta = self.history.last, self.state.parameters
        if self._shown and (last is None or last.step.number != self.state.step):
            with suppress(PointError):
                whole = self.begun.objective(theta)
                epoch = (
                    self.state.step // self.begun.batches.per_epoch
                    if self.begun.batches
                    else self.state.step
                )
                self.history.add(Step(self.state.step, epoch, whole[0], whole[1:], theta, whole))

    def records(self) -> Records:
        """How its steps are written."""
        begun = self.begun
        more = (
            ["epoch", "loss"] if begun.batches is not None and begun.batches.per_epoch > 1 else []
        )
        return Records(self.form, [*begun.task.start], [*more, *(["test"] if begun.test else [])])

    def behind(self, records: Records, target: str | None) -> int:
        """How much of a file stays as it is: of a run that goes on, the records before the step where it does. Raises
        FileError where the file holds something else."""
        if target is None or not self.begun.resumed or not os.path.exists(target):
            return 0
        step = self.begun.state.step
        try:
            with open(target, "rb") as file:
                found = records.found_in(file, step)
        except OSError as error:
            raise unwritable(target, error) from None
        if found is None:
            told = f"{target} does not hold the records of this run up to step {step:,}"
            raise FileError(told, hint="--output another file begins with that step")
        return found

    def record(
        self, records: Records, out: WholeLines, target: str | None, behind: int
    ) -> Callable[[Step, State], None]:
        """Writes each step as a record. On standard output the first one of a run that goes on was written before."""
        first = self.begun.state.step if self.begun.resumed and target is None else -1
        if not behind and first < 0:
            out.write(records.head().encode())

        def write(step: Step, state: State) -> None:
            last = self.history.last
            test = last.test if last is not None and last.step.number == step.number else None
            if step.number != first:
                out.write(records.line(step, test).encode())
            if time.monotonic() - self._flushed > PAUSE:
                out.flush()
                self._flushed = time.monotonic()

        return write

    def keep(self, step: Step, state: State) -> None:
        self.state, self._shown = state, True
        self.history.add(step)
        if self.options["explain"] and len(self.told) < TOLD:
            self.told.append((step, state))
        if self.options["save"] is not None and time.monotonic() - self._saved > NOW_AND_THEN:
            save(self.options["save"], self.begun.task, state)
            self._saved = time.monotonic()

    def tell_live(self, live: LiveLine, step: Step) -> None:
        spent = live.due()
        if spent is None:
            return
        limits, done = self.begun.task.limits, step.number - self.begun.state.step
        text = f"step {step.number:,}" + (f" of {limits.steps:,}" if limits.steps else "")
        if self.begun.batches is not None:
            text += f", epoch {step.epoch:,}" + (f" of {limits.epochs:,}" if limits.epochs else "")
        live.show(
            f"{text}, loss {step.value:.6g}, |gradient| {step.norm:.3g}, {done / spent:,.0f} steps a second"
        )

    def write_result(self, end: End) -> None:
        """The table of a run, or its end as JSON."""
        looks = self.history.looks()
        if not looks or self.form in ("jsonl", "csv"):
            return
        task = self.begun.task
        if self.form == "json":
            sys.stdout.write(
                document(task, looks[-1], end, [notice for _, notice in self.notices()])
            )
            return
        from graddiff.render.terminal.canvas import show
        from graddiff.render.terminal.minimize import report

        canvas = canvas_for(self.options["ascii"], self.options["color"], self.options["width"])
        show(
            report(
                task,
                self.begun.objective.expression,
                self.told,
                looks,
                end,
                self.options["digits"] or 7,
                canvas,
            ),
            canvas,
        )

    def notices(self) -> Iterator[tuple[int, Notice]]:
        """What there is to say about conventions that were used, and how often."""
        objective = self.begun.objective
        yield from ((1, notice) for notice in objective.expression.notices)
        yield from objective.notices.values()

    def draw(self, path: str) -> None:
        """Draws the run into a file."""
        from graddiff.render.pictures.plot import write

        task, begun = self.begun.task, self.begun
        objective, note = self.surface()

        def surface(x: float, y: float) -> float | None:
            try:
                return objective((x, y))[0]
            except GraddiffError:  # no value there, or a parameter too large to be one
                return None

        how = "" if task.optimizer == LBFGS else f", lr = {task.hyper['lr']:g}"
        title = f"{headline(begun.objective.expression)}   ({task.optimizer}{how})"
        try:
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.writelines(
                    write(
                        title,
                        [*task.start],
                        self.history.looks(),
                        self.history.path(),
                        surface,
                        note,
                    )
                )
        except OSError as error:
            raise unwritable(path, error) from None

    def surface(self) -> tuple[Objective, str]:
        """The loss to draw the lines of, whose notices nobody tells: of many rows some, which is told."""
        objective, task = self.begun.objective, self.begun.task
        if isinstance(objective, AtPoint):
            return AtPoint(objective.expression, objective.names, task.fixed), ""
        assert task.data is not None
        samples, many = objective.samples, objective.samples.count > SAMPLED
        some = samples.thinned(SAMPLED) if many else samples
        note = f", of {some.count:,} of the rows" if many else ""
        return OverRows(
            objective.expression, objective.names, task.fixed, some, task.data.engine
        ), note
