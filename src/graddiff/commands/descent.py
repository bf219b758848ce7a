"""A descent under way: what is shown of each step, what is kept, and what is written at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from graddiff.commands.beginning import Beginning
from graddiff.commands.options import canvas_for, tell
from graddiff.commands.output import CtrlC, WholeLines
from graddiff.descent.history import History
from graddiff.descent.line_search import LineSearch
from graddiff.descent.objectives import AtPoint, OverRows
from graddiff.descent.optimizers import LBFGS
from graddiff.descent.runs import Descent, End, State, Step
from graddiff.descent.tasks import save
from graddiff.errors import FileError, Notice, PointError
from graddiff.notation import headline
from graddiff.render.progress import LiveLine

TOLD = 3  # steps that --explain tells
AT_ONCE = 0.3  # seconds before a live line is shown
NOW_AND_THEN = 10.0  # seconds between two states that --save keeps while a run goes on
SAMPLED = 2_000  # rows over which the lines of equal loss of --plot are found
INTERRUPTED = 130


class Run:
    """A run under way: what is shown of each step, and what is kept."""

    def __init__(self, begun: Beginning, form: str, options: dict[str, Any]) -> None:
        self.begun, self.form, self.options = begun, form, options
        test = begun.test
        self.history = History(None if test is None else lambda theta: test(theta)[0])
        self.told: list[tuple[Step, State]] = []
        self.state = begun.state
        self._saved = time.monotonic()

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
        on = f": graddiff minimize --resume {options['save']} goes on" if options["save"] is not None else ""
        interrupted = End("interrupted", f"interrupted{on}", INTERRUPTED)
        try:
            with WholeLines(target, False) as out, CtrlC() as ctrl_c, closing(LiveLine(sys.stderr, AT_ONCE)) as live:
                shown = [self.record(out)] if streamed else []
                shown += [self.keep, lambda step, state: self.tell_live(live, step)]

                def look(step: Step, state: State) -> End | None:
                    for show in shown:
                        show(step, state)
                    return interrupted if ctrl_c.asked else None

                self.state, end = run.run(begun.state, look)
        finally:
            if options["save"] is not None and self.history.last is not None:
                save(options["save"], task, self.state)
        if streamed:
            tell(end.message)
        return end

    def record(self, out: WholeLines) -> Callable[[Step, State], object]:
        """Writes each step as a record; the first one of a run that goes on was written before."""
        from graddiff.render.records import Records

        begun = self.begun
        epochs = begun.batches is not None and begun.batches.per_epoch > 1
        records = Records(self.form, [*begun.task.start], epochs)
        first = begun.state.step if begun.resumed else -1
        if not begun.resumed:
            out.write(records.head().encode())
        return lambda step, state: None if step.number == first else out.write(records.line(step).encode())

    def keep(self, step: Step, state: State) -> None:
        self.state = state
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
        live.show(f"{text}, loss {step.value:.6g}, |gradient| {step.norm:.3g}, {done / spent:,.0f} steps a second")

    def write_result(self, end: End) -> None:
        """The table of a run, or its end as JSON."""
        looks = self.history.all()
        if not looks or self.form in ("jsonl", "csv"):
            return
        task = self.begun.task
        if self.form == "json":
            from graddiff.render.records import document

            sys.stdout.write(document(task, looks[-1], end, [notice for _, notice in self.notices()]))
            return
        from graddiff.render.descent import report
        from graddiff.render.terminal import show

        canvas = canvas_for(self.options["ascii"], self.options["color"], self.options["width"])
        output = self.begun.objective.expression.output_name
        show(report(task, output, self.told, looks, end, self.options["digits"] or 7, canvas), canvas)

    def notices(self) -> Iterator[tuple[int, Notice]]:
        """What there is to say about conventions that were used, and how often."""
        objective = self.begun.objective
        yield from ((1, notice) for notice in objective.expression.notices)
        yield from objective.notices.values()

    def draw(self, path: str) -> None:
        """Draws the run into a file."""
        from graddiff.render.pictures.plot import write

        names = [*self.begun.task.start]
        objective, note = self.surface()

        def surface(x: float, y: float) -> float | None:
            try:
                return objective((x, y))[0]
            except PointError:
                return None

        title = headline(self.begun.objective.expression)
        try:
            with open(path, "w", encoding="utf-8", newline="\n") as file:
                file.writelines(write(title, names, self.history.all(), surface, note))
        except OSError as error:
            raise FileError(f"{path} cannot be written: {(error.strerror or '').lower()}") from None

    def surface(self) -> tuple[AtPoint | OverRows, str]:
        """The loss to draw the lines of: of many rows some, which is told."""
        objective, task = self.begun.objective, self.begun.task
        if isinstance(objective, OverRows) and objective.samples.count > SAMPLED:
            some = objective.samples.thinned(SAMPLED)
            assert task.data is not None
            thin = OverRows(objective.expression, objective.names, task.fixed, some, task.data.engine)
            return thin, f" of {some.count:,} of the rows"
        return objective, ""
