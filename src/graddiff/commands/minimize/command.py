"""graddiff minimize: from a gradient to a minimum."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from graddiff.commands.minimize.run import MinimizationRun
from graddiff.commands.minimize.setup import prepare_run
from graddiff.commands.shared.options import ExpressionCommand, add_picture_options, print_message
from graddiff.commands.shared.output_file import (
    choose_format_by_suffix,
    redirect_into_file,
    refuse_to_overwrite,
)
from graddiff.data.open_table import TABLE_SUFFIXES as TABLES
from graddiff.errors import FileError, PointError, UsageError
from graddiff.minimize.loop import compute_loss_rise
from graddiff.minimize.optimizers import LBFGS, OPTIMIZERS

OUTPUT_OPTIONS = ("output", "save", "plot")
RUN_FORMATS = ("table", "json", "jsonl", "csv")
RUN_SUFFIXES = {
    ".txt": "table",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
}

HELP = """Minimizes EXPRESSION: starts at the point --at and takes steps against the gradient.

With --data, the columns of a table bind the variables of the same names, the names in --at are the
parameters, and the loss is the mean of EXPRESSION over the rows.

\b
Examples:
  graddiff minimize "(x-3)^2 + (y+1)^2" --at x=0,y=0 --lr 0.1 --steps 100
  graddiff minimize "(x-3)^2" --at x=0 --lr 0.1 --explain     the first steps with their numbers
  graddiff minimize "(w*x + b - y)^2" --data points.csv --at w=0,b=0 --lr 0.05
  graddiff minimize "(w*x + b - y)^2" --data points.csv --at w=0,b=0 --batch-size 8 --shuffle-seed 1
"""

EPILOG = """\b
Optimizers, with the rules and defaults of torch.optim: sgd, momentum, nesterov, adagrad, rmsprop,
adam, adamw; lbfgs needs SciPy: pip install 'graddiff[minimize]'.

\b
Exit codes: 0 success, 2 wrong usage, 3 the expression cannot be read, 4 there is no value or the
loss grows, 5 a file cannot be read or written, 130 interrupted.
"""


def write_optimizers(context: click.Context, option: click.Parameter, is_requested: bool) -> None:
    if is_requested:
        from graddiff.render.terminal.minimize import describe_optimizers

        sys.stdout.writelines(describe_optimizers())
        context.exit()


@click.command(
    cls=ExpressionCommand,
    help=HELP,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.argument("expression", required=False)
@click.option(
    "--at",
    multiple=True,
    metavar="X=0,Y=0",
    help="Where the parameters start; @FILE reads a JSON object. May be repeated.",
)
@click.option(
    "--file", "path", metavar="FILE", help="Read the expression from a file; - is standard input."
)
@click.option("--wrt", multiple=True, metavar="X,Y", help="Change only these parameters.")
@click.option(
    "--random",
    multiple=True,
    metavar="V,W",
    help="More parameters, which start at random between -1 and 1.",
)
@click.option("--random-seed", type=int, metavar="N", help="The seed of --random.  [default: 0]")
@click.option(
    "--optimizer",
    type=click.Choice(OPTIMIZERS),
    help="The rule by which steps are made.  [default: sgd]",
)
@click.option("--lr", metavar="NUMBER", help="The learning rate.  [default: that of torch.optim]")
@click.option(
    "--set",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set other hyperparameters: momentum=0.9, eps=1e-6, …",
)
@click.option(
    "--steps",
    type=click.IntRange(1),
    metavar="N",
    help="Stop after N steps.  [default: 1,000 without --data]",
)
@click.option(
    "--tolerance",
    metavar="NUMBER",
    help="Stop when the length of the gradient, over all rows, is at most this.",
)
@click.option(
    "--patience",
    type=click.IntRange(1),
    metavar="N",
    help="Stop after N steps without a smaller loss; with batches, after N epochs.",
)
@click.option(
    "--data",
    metavar="FILE",
    help="Minimize the mean over the rows of a table; - is standard input.",
)
@click.option(
    "--data-format",
    type=click.Choice(sorted({*TABLES.values()})),
    help="The format of --data, if its suffix does not tell it.",
)
@click.option(
    "--epochs",
    type=click.IntRange(1),
    metavar="N",
    help="Stop after N passes over the rows.  [default: 100, unless --steps is given]",
)
@click.option(
    "--batch-size",
    type=click.IntRange(1),
    metavar="N",
    help="The number of rows for each step.  [default: all]",
)
@click.option(
    "--shuffle-seed", type=int, metavar="N", help="Shuffle the rows in each epoch; N is the seed."
)
@click.option("--test-data", metavar="FILE", help="Report the loss on another table, too.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "rows", "columns"]),
    help="How the rows are computed; columns needs an extra.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(RUN_FORMATS),
    help="The output format.  [default: table]",
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("--explain", is_flag=True, help="Show the first steps with their numbers.")
@click.option(
    "--plot", metavar="FILE", help="Draw the loss as SVG and, for two parameters, the path."
)
@click.option(
    "--save",
    metavar="FILE",
    help="Save the run to FILE every 10 s, after Ctrl-C, and at the end.",
)
@click.option(
    "--resume",
    metavar="FILE",
    help="Continue a saved run, bit for bit; --steps and --epochs count from its start.",
)
@click.option("--output", metavar="FILE", help="Write to FILE; its suffix selects the format.")
@click.option(
    "--digits", type=click.IntRange(1, 17), default=None, help="Significant digits.  [default: 7]"
)
@add_picture_options
@click.option(
    "--optimizers",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=write_optimizers,
    help="List the optimizers with their rules.",
)
def command(expression: str | None, **options: Any) -> int:
    form = choose_run_format(options)
    validate_output_files(options)
    begun = prepare_run(expression, options)
    if begun.task.data is not None:
        refuse_overwriting_inputs(options, [begun.task.data.path, begun.task.data.test])
    if options["explain"] and begun.task.optimizer == LBFGS:
        raise UsageError(
            "the steps of lbfgs are made by SciPy, so there is nothing to tell", hint="sgd, adam, …"
        )
    run = MinimizationRun(begun, form, options)
    end = run.minimize_loss()
    if end.reason == "start":
        raise PointError(f"it cannot begin there: {end.message}", hint=end.hint)
    with redirect_into_file(options["output"] if form in ("table", "json") else None):
        run.write_result(end)
    if options["plot"] is not None and run.history.last_record is not None:
        run.draw_plot(options["plot"])
    for count, notice in run.list_notices():
        more = f" (and {count - 1:,} more times)" if count > 1 else ""
        print_message(f"{notice.kind}: {notice.message}{more}")
    if run.history.test_error:
        print_message(f"there is no loss on the test data: {run.history.test_error}")
    if end.code == PointError.exit_code:
        raise PointError(end.message, hint=end.hint)
    if (
        begun.is_resumed
        and run.state.step == begun.state.step
        and end.reason in ("steps", "epochs")
    ):
        print_message(
            f"nothing was left to do: {end.message}; --steps and --epochs count from the start of the run"
        )
    elif compute_loss_rise(run.state):
        print_message("the loss is larger than at the start: a smaller --lr takes smaller steps")
    return end.code


def choose_run_format(options: dict[str, Any]) -> str:
    """The one format that is asked for."""
    if options["as_json"] and options["format_"] not in (None, "json"):
        raise UsageError("--json and --format each want the output for themselves", hint="give one")
    form = "json" if options["as_json"] else options["format_"]
    if form is None:
        form = (
            choose_format_by_suffix(options["output"], RUN_SUFFIXES)
            if options["output"]
            else "table"
        )
    if options["explain"] and form != "table":
        raise UsageError(f"--explain is for readers, and no {form}", hint="leave one of them away")
    return str(form)


def validate_output_files(options: dict[str, Any]) -> None:
    """Raises UsageError if something that is written would take the place of something that is read, or written, and
    FileError where it cannot be."""
    refuse_overwriting_inputs(options, [options[name] for name in ("path", "data", "test_data")])
    refuse_to_overwrite(options["output"], [options["resume"]])
    refuse_to_overwrite(options["plot"], [options["resume"]], "--plot")
    if options["plot"] is not None and not options["plot"].lower().endswith(".svg"):
        raise UsageError(
            f"--plot draws SVG, and {options['plot']} is called otherwise", hint="--plot loss.svg"
        )
    written = [options[name] for name in OUTPUT_OPTIONS if options[name] is not None]
    if len(written) > len({*map(os.path.realpath, written)}):
        raise UsageError("two outputs would go into one file", hint="take another name")
    for path in written:
        folder = os.path.dirname(path) or "."
        if not os.access(folder, os.W_OK):
            raise FileError(f"{path} cannot be written: {folder} is no folder to write in")


def refuse_overwriting_inputs(options: dict[str, Any], inputs: Sequence[str | None]) -> None:
    """Raises UsageError if something that is written would take the place of something that is read."""
    for name in OUTPUT_OPTIONS:
        refuse_to_overwrite(options[name], inputs, f"--{name}")
