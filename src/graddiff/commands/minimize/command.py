"""graddiff minimize: from a gradient to a minimum."""

from __future__ import annotations

import sys
from typing import Any

import click

from graddiff.commands.minimize.options import RECORD_FORMATS, RUN_FORMATS, MinimizeOptions
from graddiff.commands.minimize.outcome import (
    draw_plot,
    finish_command,
    print_notices,
    write_result,
)
from graddiff.commands.minimize.resume import prepare_run
from graddiff.commands.minimize.run import MinimizationRun
from graddiff.commands.shared.options import (
    CONTEXT_SETTINGS,
    ExpressionCommand,
    add_picture_options,
    print_message,
)
from graddiff.commands.shared.output_file import redirect_into_file
from graddiff.data.open_table import TABLE_SUFFIXES
from graddiff.errors import PointError, UsageError
from graddiff.minimize.optimizers import LBFGS, OPTIMIZERS

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
    """Lists the optimizers for --optimizers, and ends the program."""
    if is_requested:
        from graddiff.render.terminal.minimize import describe_optimizers

        sys.stdout.writelines(describe_optimizers())
        context.exit()


@click.command(
    cls=ExpressionCommand,
    help=HELP,
    epilog=EPILOG,
    context_settings=CONTEXT_SETTINGS,
)
@click.argument("expression", required=False)
@click.option(
    "--at",
    multiple=True,
    metavar="X=0,Y=0",
    help="Where the parameters start; @FILE reads a JSON object. May be repeated.",
)
@click.option(
    "--file", metavar="FILE", help="Read the expression from a file; - is standard input."
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
    help="The rule that computes the steps.  [default: sgd]",
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
    type=click.Choice(sorted({*TABLE_SUFFIXES.values()})),
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
    type=click.Choice(RUN_FORMATS),
    help="The output format.  [default: table]",
)
@click.option("--json", is_flag=True, help="Short for --format json.")
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
def command(**arguments: Any) -> int:
    """Minimizes a loss, writes how that went, and returns the exit code."""
    options = MinimizeOptions(**arguments)
    options.validate()
    form = options.choose_format()
    prepared = prepare_run(options)
    task = prepared.task
    if task.data is not None:  # a run that goes on knows files that no option names
        options.refuse_overwriting([task.data.path, task.data.test])
    if options.explain and task.optimizer == LBFGS:
        raise UsageError(
            "the steps of lbfgs are made by SciPy, so --explain has nothing to show",
            hint="sgd, adam, …",
        )
    run = MinimizationRun(prepared, form, options)
    end = run.minimize_loss()
    streams = form in RECORD_FORMATS
    if streams and end.code != PointError.exit_code:  # a result says it itself
        print_message(end.message)
    if end.reason == "start":
        raise PointError(f"the run cannot begin there: {end.message}", hint=end.hint)
    with redirect_into_file(None if streams else options.output):
        write_result(run, end, options)
    if options.plot is not None and run.history.last_record is not None:
        draw_plot(run, options.plot)
    print_notices(run)
    return finish_command(run, end)
