"""graddiff EXPRESSION: what the command line of the main command takes."""

from __future__ import annotations

from typing import Any

import click

from graddiff import __version__
from graddiff.commands.main.formats import (
    DATA_FORMATS,
    PICTURE_FORMATS,
    PROGRAM_FORMATS,
    TEXT_FORMATS,
)
from graddiff.commands.main.options import MainOptions
from graddiff.commands.main.run import run_main_command
from graddiff.commands.shared.options import (
    CONTEXT_SETTINGS,
    ExpressionCommand,
    add_picture_options,
)

EXAMPLES = """\b
Examples:
  graddiff "(x+y)*z" --at x=1,y=3,z=-3         the graph: values and derivatives
  graddiff "p = x+y; p*z" --at x=1,y=3,z=-3    a part that has a name
  graddiff "h(x) = x^2; h(3x)" --at x=2        a function of your own
  graddiff "x^2*sin(x)"                        the derivatives as formulas
  graddiff "x*sin(x)" --at x=2 --explain       both passes, line by line
  graddiff "x^2*y" --hessian --at x=1,y=2      second derivatives
  graddiff "x/y" --at x=1,y=3 --exact          exact fractions
  graddiff "x*y" --at x=2,y=3 --verify         compared with three other methods
  graddiff "x^2" --at x=pi/2 --gradient x      one number, for scripts
  graddiff "x*y" --at x=2,y=3 --json           everything, for other programs
  graddiff "x*y" --at x=2,y=3 --expect x=3     exit code 1 if 3 is wrong
  echo "sin(x)" | graddiff --at x=0            the expression from a pipe
  graddiff "w*x^2" --at w=3 --data points.csv  every row of a table
"""

ENGINES = ("auto", "rows", "columns", "dask")
MODES = ("reverse", "forward", "both")
SHELLS = ("bash", "zsh", "fish")

EPILOG = """\b
Commands:
  graddiff functions [NAME]             all operations with their rules
  graddiff check HOMEWORK ANSWERS...    grade answers to a homework, with reasons
  graddiff lint HOMEWORK                find weak points of a homework
  graddiff key HOMEWORK                 write the answers to a homework
  graddiff repl                         start an interactive prompt
  graddiff minimize EXPRESSION          take steps against the gradient to a minimum

\b
Exit codes: 0 success, 1 --expect, --verify or check found a difference, 2 wrong usage,
3 the expression cannot be read, 4 no value or no derivative at that point, 5 a file cannot be
read or written.
"""


@click.command(
    cls=ExpressionCommand,
    epilog=EPILOG,
    help="Differentiates EXPRESSION. With --at it shows the computational graph at that point, "
    "without --at the derivatives as formulas.\n\n" + EXAMPLES,
    context_settings=CONTEXT_SETTINGS,
)
@click.argument("expression", required=False)
@click.option(
    "--at",
    multiple=True,
    metavar="X=1,Y=pi/2",
    help="Bind variables; @FILE reads a JSON object. May be repeated.",
)
@click.option(
    "--file", metavar="FILE", help="Read the expression from a file; - is standard input."
)
@click.option("--wrt", multiple=True, metavar="X,Y", help="Differentiate only by these names.")
@click.option(
    "--format",
    type=click.Choice([*TEXT_FORMATS, *PICTURE_FORMATS, *PROGRAM_FORMATS, *DATA_FORMATS]),
    metavar="FORMAT",
    help=f"The output format: {', '.join(TEXT_FORMATS)}; {', '.join(PICTURE_FORMATS)}; "
    f"{', '.join(PROGRAM_FORMATS)}; for --data {', '.join(DATA_FORMATS)}.  [default: tree]",
)
@click.option("--json", is_flag=True, help="Short for --format json.")
@click.option("--no-graph", is_flag=True, help="Leave nodes and edges out of the JSON.")
@click.option(
    "--mode",
    type=click.Choice(MODES),
    help="Show adjoints (reverse), tangents (forward) or both.  [default: reverse]",
)
@click.option("--explain", is_flag=True, help="Explain both passes line by line, with numbers.")
@click.option(
    "--paths",
    metavar="X",
    multiple=True,
    help="Show every path from X to the output, and the sum of their products.",
)
@click.option("--hessian", is_flag=True, help="Compute all second derivatives.")
@click.option(
    "--jacobian",
    is_flag=True,
    help="Compute the derivatives of several outputs, such as x*y; x+sin(y).",
)
@click.option(
    "--along",
    multiple=True,
    metavar="X=1,Y=-2",
    help="Compute the slope in a direction, and the Hessian times that direction.",
)
@click.option(
    "--order",
    metavar="N",
    type=click.IntRange(1, 100),
    help="Compute the derivatives by one variable up to order N.",
)
@click.option(
    "--verify",
    is_flag=True,
    help="Compute each derivative by three other methods, too; exit code 1 if one differs.",
)
@click.option("--value", is_flag=True, help="Write the value alone, one bare number.")
@click.option(
    "--gradient",
    metavar="X",
    help="Write the derivative by X alone, one bare number.",
)
@click.option(
    "--expect",
    multiple=True,
    metavar="X=-3,value=-12",
    help="Compare value, x or gradient.x, p.value or p.adjoint with a number; exit code 1 if one "
    "differs. May be repeated.",
)
@click.option(
    "--rtol", type=float, default=1e-6, help="Relative tolerance of --expect.  [default: 1e-6]"
)
@click.option(
    "--atol", type=float, default=1e-9, help="Absolute tolerance of --expect.  [default: 1e-9]"
)
@click.option("--exact", is_flag=True, help="Compute with exact fractions.")
@click.option(
    "--precision",
    metavar="N",
    type=click.IntRange(1, 10_000),
    help="Compute with N digits; needs the extra precision.",
)
@click.option(
    "--each",
    is_flag=True,
    help="Answer each line of standard input or --file: an expression or a JSON record.",
)
@click.option(
    "--data",
    metavar="FILE",
    help="Answer each row of a table, or of all tables in a folder; - is standard input.",
)
@click.option(
    "--data-format",
    type=click.Choice(DATA_FORMATS),
    help="The format of --data, if its suffix does not tell it.",
)
@click.option("--output", metavar="FILE", help="Write to FILE; its suffix selects the format.")
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, 256),
    help="The number of processes for --data.  [default: 1; dask: one per core]",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    help="How the rows of --data are computed; columns and dask need extras.  [default: auto]",
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="Address of a running Dask cluster, for --engine dask."
)
@click.option("--no-input", is_flag=True, help="Leave the columns of the input out of the output.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first row or line that fails.")
@click.option(
    "--line-buffered", is_flag=True, help="Write each row or line as soon as it is answered."
)
@click.option(
    "--digits", type=click.IntRange(1, 17), default=None, help="Significant digits.  [default: 7]"
)
@click.option("--depth", type=click.IntRange(0), help="Draw so many levels of the tree.")
@click.option("--all", is_flag=True, help="Draw everything, however large.")
@add_picture_options
@click.option("--schema", is_flag=True, help="Write the JSON Schema of the JSON output.")
@click.option(
    "--completion", type=click.Choice(SHELLS), help="Write the completion script for a shell."
)
@click.version_option(__version__, message="graddiff %(version)s", help="Write the version.")
def command(expression: str | None, **parameters: Any) -> int:
    return run_main_command(MainOptions(expression=expression, **parameters))
