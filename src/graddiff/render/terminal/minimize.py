"""A run for whoever reads it: its first steps as arithmetic, a table of its steps, the loss as a row of bars."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from graddiff.errors import PointError, columns
from graddiff.language.expression import Expression
from graddiff.minimize.history import Look
from graddiff.minimize.loop import End, State, Step, plural
from graddiff.minimize.optimizers import LBFGS, RULES
from graddiff.minimize.saved_run import Task
from graddiff.minimize.update_code import shortly, told
from graddiff.notation.labels import headline
from graddiff.render.axis_steps import over_decades, round_step
from graddiff.render.terminal.canvas import Canvas, Line, Segment, broken
from graddiff.render.terminal.table import Cell, lay_out, too_narrow

ROWS = 12  # of the table of steps
WIDE = 8  # parameters that have a column of their own in it
BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = "_.,-=+*#"
LONGEST, SHORTEST = 60, 16  # bars


def report(
    task: Task,
    loss: Expression,
    first: Sequence[tuple[Step, State]],
    looks: Sequence[Look],
    end: End,
    digits: int,
    canvas: Canvas,
) -> Iterator[Line]:
    """All of it."""
    output = loss.output_name
    yield from head(task, loss, canvas)
    yield from explained(task, output, first, digits, canvas)
    yield from table(task, output, looks, digits, canvas)
    if len(looks) > 1:
        yield from ([], *chart(looks, canvas))
    yield []
    yield from result(task, output, looks[-1], end, digits, canvas)


def head(task: Task, loss: Expression, canvas: Canvas) -> Iterator[Line]:
    """What is minimized, and how."""
    yield from broken(headline(loss), "head", 0, canvas)
    if task.data:
        over = f"the loss is its mean over {plural(task.data.rows, 'row')} of {task.data.path}"
        if task.data.batch_size is not None:
            over += f", {task.data.batch_size:,} at a time"
        yield from broken(over, "quiet", 0, canvas)
    if task.fixed:
        kept = ", ".join(f"{name} = {shortly(value, 7)}" for name, value in task.fixed.items())
        yield from broken(f"with {kept}", "quiet", 0, canvas)
    settings = ", ".join(
        f"{name} = {value:g}" for name, value in task.hyper.items() if value or name == "lr"
    )
    yield from broken(f"{task.optimizer}, {settings or 'by a line search'}", "quiet", 0, canvas)
    yield []


def explained(
    task: Task, output: str, steps: Sequence[tuple[Step, State]], digits: int, canvas: Canvas
) -> Iterator[Line]:
    """The first steps, with the numbers put in."""
    for step, state in steps:
        at = ", ".join(
            f"{name} = {shortly(value, digits)}" for name, value in zip(task.start, step.parameters)
        )
        over = " over the rows of its batch" if task.data and task.data.batch_size else ""
        value = f"{output} = {shortly(step.value, digits)}{over} at {at}"
        yield from broken(f"step {step.number + 1:,}: {value}", "head", 0, canvas)
        for style, text in updates(task, output, step, state, digits):
            yield from broken(text, style, 2, canvas)
        yield []


def updates(
    task: Task, output: str, step: Step, state: State, digits: int
) -> Iterator[tuple[str, str]]:
    """What a step does to each parameter, line by line, with styles."""
    rule, count = RULES[task.optimizer], len(task.start)
    for place, name in enumerate(task.start):
        derivative = f"∂{output}/∂{name}"
        yield "adjoint", f"{derivative} = {shortly(step.gradient[place], digits)}"
        kept = {kind: state.memory[row * count + place] for row, kind in enumerate(rule.state)}
        before = {
            "w": step.parameters[place],
            "g": step.gradient[place],
            "t": float(step.number + 1),
            **kept,
        }
        for line in told(rule, task.hyper, {"w": name, "g": derivative}, before, digits):
            yield (
                "",
                " = ".join(
                    filter(None, (f"{line.name} ← {line.formula}", line.numbers, line.value))
                ),
            )


def table(
    task: Task, output: str, looks: Sequence[Look], digits: int, canvas: Canvas
) -> list[Line]:
    """Some of the steps: the loss, the length of the gradient, and the parameters, where there is room for them."""
    kept = thinned(looks)
    wide = rows(task, output, kept, [*task.start], digits, canvas)
    if len(task.start) > WIDE or too_narrow(wide, canvas):
        wide = rows(task, output, kept, [], digits, canvas)
    return lay_out(wide, "r" * len(wide[0]), canvas)


def rows(
    task: Task,
    output: str,
    looks: Sequence[Look],
    names: Sequence[str],
    digits: int,
    canvas: Canvas,
) -> list[list[Cell]]:
    """The cells of the table, with the parameters of such names."""
    epochs = task.data is not None and task.data.batch_size is not None
    tested = any(look.test is not None for look in looks)
    headings = [*(["epoch"] if epochs else []), "step", "loss" if task.data else output]
    headings += [*(["test loss"] if tested else []), f"|∇{output}|", *names]
    cells: list[list[Cell]] = [[[[Segment(canvas.written(text), "head")]] for text in headings]]
    for look in looks:
        step = look.step
        counts = [step.epoch, step.number] if epochs else [step.number]
        numbers = [
            step.loss,
            *([look.test] if tested else []),
            step.norm,
            *(step.parameters if names else ()),
        ]
        cells.append(
            [[[Segment(f"{count:,}")]] for count in counts]
            + [a_cell(number, digits) for number in numbers]
        )
    return cells


def thinned(looks: Sequence[Look]) -> list[Look]:
    """A few of many, evenly spaced, the first and the last among them."""
    if len(looks) <= ROWS:
        return [*looks]
    stride = (len(looks) - 1) / (ROWS - 2)
    whole = max(1, round(round_step(stride)))
    return [*looks[: -max(1, whole // 3) : whole], looks[-1]]


def a_cell(value: float | None, digits: int) -> Cell:
    """A number, with fewer digits where there is little room."""
    if value is None:
        return [[Segment("")]]
    texts = dict.fromkeys(shortly(value, fewer) for fewer in range(digits, min(digits, 3) - 1, -1))
    return [[Segment(text, "value")] for text in texts]


def chart(looks: Sequence[Look], canvas: Canvas) -> Iterator[Line]:
    """The loss as a row of bars, from the first look to the last, by its logarithm where it goes over decades."""
    losses = [look.step.loss for look in looks if look.step.loss is not None]
    heights, scale = scaled(losses)
    largest = max(map(abs, heights)) or 1.0  # so that no difference is too large
    heights = [height / largest for height in heights]
    least, most = min(heights), max(heights)
    ends = f"from {shortly(losses[0], 4)} to {shortly(losses[-1], 4)}{scale}"
    room = LONGEST if canvas.width is None else canvas.width - len("loss ")
    beside = canvas.width is None or room - len(ends) - 2 > SHORTEST
    count = min(
        LONGEST, room if not beside or canvas.width is None else room - len(ends) - 2, len(heights)
    )
    picked = [
        heights[round(place * (len(heights) - 1) / max(1, count - 1))] for place in range(count)
    ]
    signs = ASCII_BARS if canvas.ascii else BARS
    bars = "".join(
        signs[round((height - least) / ((most - least) or 1) * (len(signs) - 1))]
        for height in picked
    )
    yield [Segment("loss "), Segment(bars, "partial"), *([Segment(f"  {ends}")] if beside else [])]
    if not beside:
        yield [Segment(f"     {ends}")]


def scaled(losses: Sequence[float]) -> tuple[list[float], str]:
    """Heights for losses, and what their scale is."""
    if over_decades(losses):
        smallest = min(loss for loss in losses if loss > 0)
        return [math.log10(max(loss, smallest)) for loss in losses], ", logarithmic"
    return [*losses], ""


def result(
    task: Task, output: str, look: Look, end: End, digits: int, canvas: Canvas
) -> Iterator[Line]:
    """Where the run has come to, and why it has stopped."""
    loss = "loss" if task.data else output
    yield [Segment(f"{loss} = {shortly(look.step.loss or 0.0, digits)}"), Segment(" at", "quiet")]
    line = "  "
    for name, value in zip(task.start, look.step.parameters):
        text = canvas.written(f"{name} = {shortly(value, digits)}")
        if (
            columns(line) > 2
            and canvas.width is not None
            and columns(line) + columns(text) + 3 > canvas.width
        ):
            yield [Segment(line, "value")]
            line = "  "
        line += text if line == "  " else f"   {text}"
    yield [Segment(line, "value")]
    if look.test is not None:
        yield [Segment(f"test loss = {shortly(look.test, digits)}")]
    if end.code != PointError.exit_code:  # that is said on standard error
        yield from broken(f"stopped: {end.message}", "quiet", 0, canvas)


def optimizers() -> Iterator[str]:
    """Every optimizer with its rule and the defaults of its hyperparameters."""
    for rule in RULES.values():
        yield f"{rule.name}: {rule.words}\n"
        for name, formula in rule.assignments:
            yield f"  {name} = {formula}\n"
        yield f"  {', '.join(f'{name} = {value:g}' for name, value in rule.defaults.items())}\n\n"
    yield f"{LBFGS}: steps as long as a line search finds, by SciPy\n"
    yield "\nw is the parameter, g the derivative of the loss by it, t the number of the step, from 1.\n"
    yield "Rules and defaults are those of torch.optim; momentum and nesterov are its SGD with a momentum.\n"
