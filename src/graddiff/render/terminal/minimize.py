"""The report of a run: its first steps as arithmetic, a table of its steps, the loss as bars."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graddiff.errors import PointError, count_columns
from graddiff.language.expression import Expression
from graddiff.minimize.history import LossRecord
from graddiff.minimize.optimizers import LBFGS, OPTIMIZER_RULES
from graddiff.minimize.run_state import OptimizerStep, RunEnd, RunState
from graddiff.minimize.saved_run import MinimizationTask
from graddiff.minimize.update_code import UpdateStep, explain_update
from graddiff.notation.labels import format_headline
from graddiff.notation.numerals import DEFAULT_DIGITS, format_count, format_float
from graddiff.render.axis_steps import round_up_step
from graddiff.render.terminal.canvas import Canvas, Line, Segment, wrap_text
from graddiff.render.terminal.loss_chart import render_loss_chart
from graddiff.render.terminal.table import Cell, is_too_narrow, lay_out_table

MAX_STEP_ROWS = 12  # rows of the table of steps
MAX_PARAMETER_COLUMNS = 8  # parameters; the table shows no more of them than so many
MIN_TABLE_DIGITS = 3  # significant digits of a number where there is little room


@dataclass(frozen=True, kw_only=True, eq=False)
class RunReport:
    """A finished run, and how to show it."""

    task: MinimizationTask
    loss: Expression
    first_steps: Sequence[tuple[OptimizerStep, RunState]]  # that are explained
    loss_records: Sequence[LossRecord]
    end: RunEnd
    digits: int
    canvas: Canvas

    def render(self) -> Iterator[Line]:
        """Yields the lines of the report."""
        yield from self.render_heading()
        for step, state in self.first_steps:
            yield from self.explain_step(step, state)
        yield from self.render_step_table()
        losses = [record.step.loss for record in self.loss_records]
        if len(losses) > 1:
            yield []
            yield from render_loss_chart([loss for loss in losses if loss is not None], self.canvas)
        yield []
        yield from self.render_result(self.loss_records[-1])

    @property
    def output_name(self) -> str:
        """The name of the loss in a formula."""
        return self.loss.output_name

    @property
    def loss_name(self) -> str:
        """The name of the loss in the table."""
        return "loss" if self.task.data else self.output_name

    def format_number(self, value: float) -> str:
        """Returns a number with the digits of the report."""
        return format_float(value, self.digits)

    def render_heading(self) -> Iterator[Line]:
        """Yields what is minimized, over which rows, and how."""
        yield from wrap_text(format_headline(self.loss), "head", 0, self.canvas)
        task, notes = self.task, []
        if task.data:
            rows = format_count(task.data.rows, "row")
            size = task.data.batch_size
            batches = "" if size is None else f", {size:,} at a time"
            notes.append(f"the loss is its mean over {rows} of {task.data.path}{batches}")
        if task.fixed:
            notes.append(f"with {join_bindings(task.fixed, DEFAULT_DIGITS)}")
        settings = [
            f"{name} = {value:g}" for name, value in task.hyper.items() if value or name == "lr"
        ]
        notes.append(f"{task.optimizer}, {', '.join(settings) or 'by a line search'}")
        for note in notes:
            yield from wrap_text(note, "quiet", 0, self.canvas)
        yield []

    def explain_step(self, step: OptimizerStep, state: RunState) -> Iterator[Line]:
        """Yields a step with its numbers: the loss, and what happens to each parameter."""
        at = join_bindings(dict(zip(self.task.start, step.parameters)), self.digits)
        rows = " over the rows of its batch" if self.task.data and self.task.data.batch_size else ""
        value = f"{self.output_name} = {self.format_number(step.value)}{rows} at {at}"
        yield from wrap_text(f"step {step.number + 1:,}: {value}", "head", 0, self.canvas)
        for place in range(len(self.task.start)):
            for style, text in self.explain_parameter(place, step, state):
                yield from wrap_text(text, style, 2, self.canvas)
        yield []

    def explain_parameter(
        self, place: int, step: OptimizerStep, state: RunState
    ) -> Iterator[tuple[str, str]]:
        """Yields what a step does to a parameter, as texts with their styles."""
        task = self.task
        rule, count, name = OPTIMIZER_RULES[task.optimizer], len(task.start), [*task.start][place]
        derivative = f"∂{self.output_name}/∂{name}"
        yield "adjoint", f"{derivative} = {self.format_number(step.gradient[place])}"
        before = {
            "w": step.parameters[place],
            "g": step.gradient[place],
            "t": float(step.number + 1),
        }
        for row, kept in enumerate(rule.state):  # the memory has `count` numbers for each name
            before[kept] = state.memory[row * count + place]
        names = {"w": name, "g": derivative}
        for update in explain_update(rule, task.hyper, names, before, self.digits):
            yield "", format_update(update)

    def render_step_table(self) -> list[Line]:
        """Returns some of the steps as a table, with the parameters where there is room."""
        records = select_evenly(self.loss_records)
        rows = self.build_step_rows(records, [*self.task.start])
        if len(self.task.start) > MAX_PARAMETER_COLUMNS or is_too_narrow(rows, self.canvas):
            rows = self.build_step_rows(records, [])
        return lay_out_table(rows, "r" * len(rows[0]), self.canvas)

    def build_step_rows(
        self, records: Sequence[LossRecord], names: Sequence[str]
    ) -> list[list[Cell]]:
        """Returns the cells of the table, with the parameters of such names."""
        has_epochs = self.task.data is not None and self.task.data.batch_size is not None
        has_test = any(record.test is not None for record in records)
        headings = ["epoch", "step"] if has_epochs else ["step"]
        headings += [self.loss_name, *(["test loss"] if has_test else [])]
        headings += [f"|∇{self.output_name}|", *names]
        transliterate = self.canvas.transliterate
        rows: list[list[Cell]] = [[[[Segment(transliterate(text), "head")]] for text in headings]]
        for record in records:
            step = record.step
            counts = [step.epoch, step.number] if has_epochs else [step.number]
            numbers = [step.loss, *([record.test] if has_test else []), step.gradient_norm]
            numbers += step.parameters if names else ()
            cells: list[Cell] = [[[Segment(f"{count:,}")]] for count in counts]
            rows.append([*cells, *(make_number_cell(number, self.digits) for number in numbers)])
        return rows

    def render_result(self, last: LossRecord) -> Iterator[Line]:
        """Yields the loss and the parameters at the end, and why the run has stopped."""
        loss = self.format_number(last.step.loss or 0.0)
        yield [Segment(f"{self.loss_name} = {loss}"), Segment(" at", "quiet")]
        yield from self.render_parameters(last.step)
        if last.test is not None:
            yield [Segment(f"test loss = {self.format_number(last.test)}")]
        if self.end.code != PointError.exit_code:  # otherwise the error says it
            yield from wrap_text(f"stopped: {self.end.message}", "quiet", 0, self.canvas)

    def render_parameters(self, step: OptimizerStep) -> Iterator[Line]:
        """Yields the parameters, as many in a line as there is room for."""
        width, indent, gap = self.canvas.width, "  ", "   "
        line = ""
        for name, value in zip(self.task.start, step.parameters):
            text = self.canvas.transliterate(f"{name} = {self.format_number(value)}")
            longer = f"{line}{gap}{text}" if line else f"{indent}{text}"
            if line and width is not None and count_columns(longer) > width:
                yield [Segment(line, "value")]
                longer = f"{indent}{text}"
            line = longer
        yield [Segment(line, "value")]


def join_bindings(values: Mapping[str, float], digits: int) -> str:
    """Returns names with their values, in a row."""
    return ", ".join(f"{name} = {format_float(value, digits)}" for name, value in values.items())


def format_update(update: UpdateStep) -> str:
    """Returns an assignment with its numbers and its value, as one chain of equalities."""
    parts = [f"{update.name} ← {update.formula}", update.substituted, update.value]
    return " = ".join(part for part in parts if part)


def select_evenly(records: Sequence[LossRecord]) -> list[LossRecord]:
    """Returns at most MAX_STEP_ROWS of the records, evenly spaced, with the first and the last.

    Their distance is a round number, so that the steps in the table are easy to read."""
    if len(records) <= MAX_STEP_ROWS:
        return [*records]
    stride = max(1, round(round_up_step((len(records) - 1) / (MAX_STEP_ROWS - 2))))
    # A record that stands close before the last one is left out.
    return [*records[: -max(1, stride // 3) : stride], records[-1]]


def make_number_cell(value: float | None, digits: int) -> Cell:
    """Returns a number as a cell, with its shorter forms for a table with little room."""
    if value is None:
        return [[Segment("")]]
    fewest = min(digits, MIN_TABLE_DIGITS)
    texts = [format_float(value, count) for count in range(digits, fewest - 1, -1)]
    return [[Segment(text, "value")] for text in dict.fromkeys(texts)]


def describe_optimizers() -> Iterator[str]:
    """Yields every optimizer with its rule and the defaults of its hyperparameters."""
    for rule in OPTIMIZER_RULES.values():
        yield f"{rule.name}: {rule.summary}\n"
        for name, formula in rule.assignments:
            yield f"  {name} = {formula}\n"
        defaults = [f"{name} = {value:g}" for name, value in rule.defaults.items()]
        yield f"  {', '.join(defaults)}\n\n"
    yield f"{LBFGS}: steps as long as a line search finds, by SciPy\n"
    yield (
        "\nw is the parameter, g the derivative of the loss by it, "
        "t the number of the step, from 1.\n"
        "Rules and defaults are those of torch.optim; "
        "momentum and nesterov are its SGD with a momentum.\n"
    )
