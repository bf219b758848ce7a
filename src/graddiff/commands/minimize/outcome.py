"""The output of a finished run: its result, its picture, its messages."""

from __future__ import annotations

import sys

from graddiff.commands.minimize.options import RECORD_FORMATS, MinimizeOptions
from graddiff.commands.minimize.run import MinimizationRun
from graddiff.commands.shared.canvas import choose_canvas
from graddiff.commands.shared.options import print_message
from graddiff.errors import GraddiffError, PointError
from graddiff.minimize.objectives import LossFunction, MeanObjective, PointObjective
from graddiff.minimize.optimizers import LBFGS
from graddiff.minimize.run_state import RunEnd
from graddiff.minimize.stopping import compute_loss_rise
from graddiff.notation.labels import format_headline
from graddiff.notation.numerals import DEFAULT_DIGITS
from graddiff.render.json.minimize_records import render_run_json
from graddiff.system.files import write_text_or_nothing

PLOT_ROWS = 2_000  # rows over which the contour lines of --plot are computed


def write_result(run: MinimizationRun, end: RunEnd, options: MinimizeOptions) -> None:
    """Writes the table of a run, or its end as JSON; records of steps are written already."""
    loss_records = run.history.list_loss_records()
    if not loss_records or run.form in RECORD_FORMATS:
        return
    task = run.prepared.task
    if run.form == "json":
        notices = [notice for _, notice in run.list_notices()]
        sys.stdout.write(render_run_json(task, loss_records[-1], end, notices))
        return
    # Imported late: JSON needs no terminal.
    from graddiff.render.terminal.canvas import print_lines
    from graddiff.render.terminal.minimize import RunReport

    canvas = choose_canvas(options.ascii, options.color, options.width)
    report = RunReport(
        task=task,
        loss=run.prepared.objective.expression,
        first_steps=run.recorder.first_steps,
        loss_records=loss_records,
        end=end,
        digits=options.digits or DEFAULT_DIGITS,
        canvas=canvas,
    )
    print_lines(report.render(), canvas)


def draw_plot(run: MinimizationRun, path: str) -> None:
    """Draws the loss of a run, and its path if there are two parameters. Raises FileError."""
    from graddiff.render.pictures.plot import render_plot

    task = run.prepared.task
    objective, note = choose_surface(run)

    def evaluate_surface(x: float, y: float) -> float | None:
        try:
            return objective((x, y))[0]
        except GraddiffError:  # no loss there, or a parameter that no float can hold
            return None

    rate = "" if task.optimizer == LBFGS else f", lr = {task.hyper['lr']:g}"
    headline = format_headline(run.prepared.objective.expression)
    lines = render_plot(
        f"{headline}   ({task.optimizer}{rate})",
        [*task.start],
        run.history.list_loss_records(),
        run.history.list_points(),
        evaluate_surface,
        note,
    )
    write_text_or_nothing(path, "".join(lines))


def choose_surface(run: MinimizationRun) -> tuple[LossFunction, str]:
    """Returns the loss whose contour lines are drawn, and a note if it is over some rows only.

    It is an objective of its own: the notices at its points are none of the run's."""
    objective, task = run.prepared.objective, run.prepared.task
    if isinstance(objective, PointObjective):
        return PointObjective(objective.expression, objective.names, task.fixed), ""
    assert task.data is not None
    samples, note = objective.samples, ""
    if samples.count > PLOT_ROWS:
        samples, note = samples.select_evenly(PLOT_ROWS), f", of {PLOT_ROWS:,} of the rows"
    surface = MeanObjective(
        objective.expression, objective.names, task.fixed, samples, task.data.engine
    )
    return surface, note


def print_notices(run: MinimizationRun) -> None:
    """Prints the conventions that the run has used, and an error of the test data."""
    for count, notice in run.list_notices():
        more = f" (and {count - 1:,} more times)" if count > 1 else ""
        print_message(f"{notice.kind}: {notice.message}{more}")
    if run.history.test_error:
        print_message(f"there is no loss on the test data: {run.history.test_error}")


def finish_command(run: MinimizationRun, end: RunEnd) -> int:
    """Prints what is unexpected about the end of a run, and returns the exit code.

    Raises PointError where the loss has diverged."""
    if end.code == PointError.exit_code:
        raise PointError(end.message, hint=end.hint)
    prepared = run.prepared
    has_stood_still = prepared.is_resumed and run.state.step == prepared.state.step
    if has_stood_still and end.reason in ("steps", "epochs"):
        print_message(
            f"nothing was left to do: {end.message}; "
            "--steps and --epochs count from the start of the run"
        )
    elif compute_loss_rise(run.state):
        print_message("the loss is larger than at the start: a smaller --lr takes smaller steps")
    return end.code
