"""A run for whoever reads it: its first steps as arithmetic, a table of its steps, the loss as a row of bars."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from graddiff.errors import PointError, count_columns
from graddiff.language.expression import Expression
from graddiff.minimize.history import LossRecord
from graddiff.minimize.loop import OptimizerStep, RunEnd, RunState, format_count
from graddiff.minimize.optimizers import LBFGS, OPTIMIZER_RULES
from graddiff.minimize.saved_run import MinimizationTask
from graddiff.minimize.update_code import explain_update
from graddiff.notation.labels import format_headline
from graddiff.notation.numerals import format_float
from graddiff.render.axis_steps import is_over_decades, round_up_step
from graddiff.render.terminal.canvas import Canvas, Line, Segment, wrap_text
from graddiff.render.terminal.table import Cell, is_too_narrow, lay_out_table

MAX_STEP_ROWS = 12  # of the table of steps
MAX_PARAMETER_COLUMNS = 8  # parameters that have a column of their own in it
UNICODE_BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = "_.,-=+*#"
MAX_BARS, MIN_BARS = 60, 16  # bars


def render_run_report(
    task: MinimizationTask,
    loss: Expression,
    first: Sequence[tuple[OptimizerStep, RunState]],
    loss_records: Sequence[LossRecord],
    end: RunEnd,
    digits: int,
    canvas: Canvas,
) -> Iterator[Line]:
    """All of it."""
    output = loss.output_name
    yield from render_run_heading(task, loss, canvas)
    yield from explain_first_steps(task, output, first, digits, canvas)
    yield from render_step_table(task, output, loss_records, digits, canvas)
    if len(loss_records) > 1:
        yield from ([], *render_loss_chart(loss_records, canvas))
    yield []
    yield from render_run_result(task, output, loss_records[-1], end, digits, canvas)


def render_run_heading(task: MinimizationTask, loss: Expression, canvas: Canvas) -> Iterator[Line]:
    """What is minimized, and how."""
    yield from wrap_text(format_headline(loss), "head", 0, canvas)
    if task.data:
        over = (
            f"the loss is its mean over {format_count(task.data.rows, 'row')} of {task.data.path}"
        )
        if task.data.batch_size is not None:
            over += f", {task.data.batch_size:,} at a time"
        yield from wrap_text(over, "quiet", 0, canvas)
    if task.fixed:
        kept = ", ".join(f"{name} = {format_float(value, 7)}" for name, value in task.fixed.items())
        yield from wrap_text(f"with {kept}", "quiet", 0, canvas)
    settings = ", ".join(
        f"{name} = {value:g}" for name, value in task.hyper.items() if value or name == "lr"
    )
    yield from wrap_text(f"{task.optimizer}, {settings or 'by a line search'}", "quiet", 0, canvas)
    yield []


def explain_first_steps(
    task: MinimizationTask,
    output: str,
    steps: Sequence[tuple[OptimizerStep, RunState]],
    digits: int,
    canvas: Canvas,
) -> Iterator[Line]:
    """The first steps, with the numbers put in."""
    for step, state in steps:
        at = ", ".join(
            f"{name} = {format_float(value, digits)}"
            for name, value in zip(task.start, step.parameters)
        )
        over = " over the rows of its batch" if task.data and task.data.batch_size else ""
        value = f"{output} = {format_float(step.value, digits)}{over} at {at}"
        yield from wrap_text(f"step {step.number + 1:,}: {value}", "head", 0, canvas)
        for style, text in explain_updates(task, output, step, state, digits):
            yield from wrap_text(text, style, 2, canvas)
        yield []


def explain_updates(
    task: MinimizationTask, output: str, step: OptimizerStep, state: RunState, digits: int
) -> Iterator[tuple[str, str]]:
    """What a step does to each parameter, line by line, with styles."""
    rule, count = OPTIMIZER_RULES[task.optimizer], len(task.start)
    for place, name in enumerate(task.start):
        derivative = f"∂{output}/∂{name}"
        yield "adjoint", f"{derivative} = {format_float(step.gradient[place], digits)}"
        kept = {kind: state.memory[row * count + place] for row, kind in enumerate(rule.state)}
        before = {
            "w": step.parameters[place],
            "g": step.gradient[place],
            "t": float(step.number + 1),
            **kept,
        }
        for line in explain_update(rule, task.hyper, {"w": name, "g": derivative}, before, digits):
            yield (
                "",
                " = ".join(
                    filter(None, (f"{line.name} ← {line.formula}", line.substituted, line.value))
                ),
            )


def render_step_table(
    task: MinimizationTask,
    output: str,
    loss_records: Sequence[LossRecord],
    digits: int,
    canvas: Canvas,
) -> list[Line]:
    """Some of the steps: the loss, the length of the gradient, and the parameters, where there is room for them."""
    kept = select_evenly(loss_records)
    wide = build_step_rows(task, output, kept, [*task.start], digits, canvas)
    if len(task.start) > MAX_PARAMETER_COLUMNS or is_too_narrow(wide, canvas):
        wide = build_step_rows(task, output, kept, [], digits, canvas)
    return lay_out_table(wide, "r" * len(wide[0]), canvas)


def build_step_rows(
    task: MinimizationTask,
    output: str,
    loss_records: Sequence[LossRecord],
    names: Sequence[str],
    digits: int,
    canvas: Canvas,
) -> list[list[Cell]]:
    """The cells of the table, with the parameters of such names."""
    epochs = task.data is not None and task.data.batch_size is not None
    tested = any(look.test is not None for look in loss_records)
    headings = [*(["epoch"] if epochs else []), "step", "loss" if task.data else output]
    headings += [*(["test loss"] if tested else []), f"|∇{output}|", *names]
    cells: list[list[Cell]] = [
        [[[Segment(canvas.transliterate(text), "head")]] for text in headings]
    ]
    for look in loss_records:
        step = look.step
        counts = [step.epoch, step.number] if epochs else [step.number]
        numbers = [
            step.loss,
            *([look.test] if tested else []),
            step.gradient_norm,
            *(step.parameters if names else ()),
        ]
        cells.append(
            [[[Segment(f"{count:,}")]] for count in counts]
            + [make_number_cell(number, digits) for number in numbers]
        )
    return cells


def select_evenly(loss_records: Sequence[LossRecord]) -> list[LossRecord]:
    """A few of many, evenly spaced, the first and the last among them."""
    if len(loss_records) <= MAX_STEP_ROWS:
        return [*loss_records]
    stride = (len(loss_records) - 1) / (MAX_STEP_ROWS - 2)
    whole = max(1, round(round_up_step(stride)))
    return [*loss_records[: -max(1, whole // 3) : whole], loss_records[-1]]


def make_number_cell(value: float | None, digits: int) -> Cell:
    """A number, with fewer digits where there is little room."""
    if value is None:
        return [[Segment("")]]
    texts = dict.fromkeys(
        format_float(value, fewer) for fewer in range(digits, min(digits, 3) - 1, -1)
    )
    return [[Segment(text, "value")] for text in texts]


def render_loss_chart(loss_records: Sequence[LossRecord], canvas: Canvas) -> Iterator[Line]:
    """The loss as a row of bars, from the first look to the last, by its logarithm where it goes over decades."""
    losses = [look.step.loss for look in loss_records if look.step.loss is not None]
    heights, scale = scale_losses(losses)
    largest = max(map(abs, heights)) or 1.0  # so that no difference is too large
    heights = [height / largest for height in heights]
    least, most = min(heights), max(heights)
    ends = f"from {format_float(losses[0], 4)} to {format_float(losses[-1], 4)}{scale}"
    room = MAX_BARS if canvas.width is None else canvas.width - len("loss ")
    beside = canvas.width is None or room - len(ends) - 2 > MIN_BARS
    count = min(
        MAX_BARS, room if not beside or canvas.width is None else room - len(ends) - 2, len(heights)
    )
    picked = [
        heights[round(place * (len(heights) - 1) / max(1, count - 1))] for place in range(count)
    ]
    signs = ASCII_BARS if canvas.ascii else UNICODE_BARS
    bars = "".join(
        signs[round((height - least) / ((most - least) or 1) * (len(signs) - 1))]
        for height in picked
    )
    yield [Segment("loss "), Segment(bars, "partial"), *([Segment(f"  {ends}")] if beside else [])]
    if not beside:
        yield [Segment(f"     {ends}")]


def scale_losses(losses: Sequence[float]) -> tuple[list[float], str]:
    """Heights for losses, and what their scale is."""
    if is_over_decades(losses):
        smallest = min(loss for loss in losses if loss > 0)
        return [math.log10(max(loss, smallest)) for loss in losses], ", logarithmic"
    return [*losses], ""


def render_run_result(
    task: MinimizationTask,
    output: str,
    loss_record: LossRecord,
    end: RunEnd,
    digits: int,
    canvas: Canvas,
) -> Iterator[Line]:
    """Where the run has come to, and why it has stopped."""
    loss = "loss" if task.data else output
    yield [
        Segment(f"{loss} = {format_float(loss_record.step.loss or 0.0, digits)}"),
        Segment(" at", "quiet"),
    ]
    line = "  "
    for name, value in zip(task.start, loss_record.step.parameters):
        text = canvas.transliterate(f"{name} = {format_float(value, digits)}")
        if (
            count_columns(line) > 2
            and canvas.width is not None
            and count_columns(line) + count_columns(text) + 3 > canvas.width
        ):
            yield [Segment(line, "value")]
            line = "  "
        line += text if line == "  " else f"   {text}"
    yield [Segment(line, "value")]
    if loss_record.test is not None:
        yield [Segment(f"test loss = {format_float(loss_record.test, digits)}")]
    if end.code != PointError.exit_code:  # that is said on standard error
        yield from wrap_text(f"stopped: {end.message}", "quiet", 0, canvas)


def describe_optimizers() -> Iterator[str]:
    """Every optimizer with its rule and the defaults of its hyperparameters."""
    for rule in OPTIMIZER_RULES.values():
        yield f"{rule.name}: {rule.summary}\n"
        for name, formula in rule.assignments:
            yield f"  {name} = {formula}\n"
        yield f"  {', '.join(f'{name} = {value:g}' for name, value in rule.defaults.items())}\n\n"
    yield f"{LBFGS}: steps as long as a line search finds, by SciPy\n"
    yield "\nw is the parameter, g the derivative of the loss by it, t the number of the step, from 1.\n"
    yield "Rules and defaults are those of torch.optim; momentum and nesterov are its SGD with a momentum.\n"
