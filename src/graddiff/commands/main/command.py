"""graddiff EXPRESSION: one expression at one point."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from graddiff import __version__
from graddiff.autodiff.point import parse_bindings, parse_names
from graddiff.autodiff.result import Result
from graddiff.checks.expectations import (
    ComparedExpectation,
    choose_exit_code,
    differentiate_and_compare,
)
from graddiff.commands.main.options import (
    DATA_FORMATS,
    PICTURE_FORMATS,
    PROGRAM_FORMATS,
    TEXT_FORMATS,
    choose_arithmetic,
    choose_output_format,
    list_requested_names,
    read_expression,
    validate_options,
)
from graddiff.commands.shared.options import (
    ExpressionCommand,
    add_picture_options,
    choose_canvas,
    choose_view,
    format_single_number,
    list_number_remarks,
    print_message,
)
from graddiff.commands.shared.output_file import redirect_into_file, refuse_to_overwrite
from graddiff.errors import UsageError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.numbers.arithmetic import Arithmetic, Number
from graddiff.numbers.floats import FLOATS

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
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.argument("expression", required=False)
@click.option(
    "--at",
    multiple=True,
    metavar="X=1,Y=pi/2",
    help="Bind variables; @FILE reads a JSON object. May be repeated.",
)
@click.option(
    "--file", "path", metavar="FILE", help="Read the expression from a file; - is standard input."
)
@click.option("--wrt", multiple=True, metavar="X,Y", help="Differentiate only by these names.")
@click.option(
    "--format",
    "format_",
    type=click.Choice([*TEXT_FORMATS, *PICTURE_FORMATS, *PROGRAM_FORMATS, *DATA_FORMATS]),
    metavar="FORMAT",
    help="The output format: tree, json, latex, markdown; dot, mermaid, svg, html; python, numpy, "
    "c, pytorch, jax; for --data csv, jsonl, parquet, arrow.  [default: tree]",
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
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
@click.option("--value", "only_value", is_flag=True, help="Write the value alone, one bare number.")
@click.option(
    "--gradient",
    "only_gradient",
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
@click.option("--all", "everything", is_flag=True, help="Draw everything, however large.")
@add_picture_options
@click.option("--schema", is_flag=True, help="Write the JSON Schema of the JSON output.")
@click.option(
    "--completion", type=click.Choice(SHELLS), help="Write the completion script for a shell."
)
@click.version_option(__version__, message="graddiff %(version)s", help="Write the version.")
def command(expression: str | None, **options: Any) -> int:
    if options["schema"] or options["completion"]:
        write_reference(options["completion"])
        return 0
    form, view, kind = (
        choose_output_format(options),
        choose_view(options),
        choose_arithmetic(options),
    )
    validate_options(options, view, kind)
    at, expected = (
        parse_bindings(options["at"], "--at", kind),
        parse_bindings(options["expect"], "--expect", kind),
    )
    if options["data"] is not None:
        return answer_data(expression, at, options)
    if options["each"]:
        return answer_each_line(expression, at, expected, form, options)
    refuse_to_overwrite(options["output"], [options["path"]])
    with redirect_into_file(options["output"]):
        return answer_expression(expression, at, expected, form, kind, options)


def answer_expression(
    expression: str | None,
    at: dict[str, Number],
    expected: dict[str, Number],
    form: str,
    arithmetic: Arithmetic,
    options: dict[str, Any],
) -> int:
    """One expression, at a point or without one, in the view that is asked for."""
    view = choose_view(options)
    read = parse(read_expression(expression, options["path"]), at)
    nowhere = bool(read.variables) and not options["at"]
    if nowhere and arithmetic is not FLOATS:
        raise UsageError(
            "there is no point to compute at: formulas are exact", hint="--at x=1/3 gives one"
        )
    if view not in (None, "explain"):
        from graddiff.commands.main.views import ViewRequest, write_view

        wrt = tuple(parse_names(options["wrt"], "--wrt")) or None
        return write_view(
            view, ViewRequest(read, None if nowhere else at, wrt, arithmetic, options), form
        )
    at_a_point = (
        view == "explain"
        or options["mode"]
        or form in ("value", "markdown", *PICTURE_FORMATS, *PROGRAM_FORMATS)
    )
    if nowhere and not at_a_point:
        from graddiff.commands.main.formulas import write_formulas

        return write_formulas(read, list_requested_names(options), form, options)
    return answer_point(read, at, expected, form, arithmetic, options)


def answer_point(
    read: Expression,
    at: dict[str, Number],
    expected: dict[str, Number],
    form: str,
    arithmetic: Arithmetic,
    options: dict[str, Any],
) -> int:
    """The main job: value and gradient at a point, with the graph."""
    result, checks = differentiate_and_compare(
        read,
        at,
        list_requested_names(options),
        expected,
        options["rtol"],
        options["atol"],
        arithmetic,
    )
    if options["explain"] or form in ("latex", "markdown"):
        from graddiff.commands.main.explain import write_explanation

        write_explanation(result, form, options)
    elif form == "json":
        from graddiff.render.json.result import render_result_json

        found = compute_requested_tangents(result, options)
        sys.stdout.writelines(
            render_result_json(
                result, not options["no_graph"], checks, found.by_variable if found else None
            )
        )
    elif form in PICTURE_FORMATS + PROGRAM_FORMATS:
        from graddiff.commands.main.draw import write_graph

        write_graph(result, form, options["digits"] or 7)
    elif form == "tree":
        draw_tree(result, checks, options)
    else:
        write_single_number(result, form, options["digits"], checks)
    return choose_exit_code(result, checks)


def answer_data(expression: str | None, at: dict[str, float], options: dict[str, Any]) -> int:
    if options["digits"] is not None:
        raise UsageError(
            "--digits is for readers, and --data writes every number in full", hint="leave it away"
        )
    if options["expect"]:
        raise UsageError("--expect compares one answer, and --data has many")
    if options["each"]:
        raise UsageError(
            "--each has lines with points of their own, and --data has one expression",
            hint="give one",
        )
    if options["format_"] in ("tree", "json", "latex"):
        raise UsageError(
            f"--data has rows, which are no {options['format_']}", hint="--format csv or jsonl"
        )
    if options["data"] == "-" and (
        expression == "-" or (expression is None and options["path"] in (None, "-"))
    ):
        raise UsageError("standard input holds the data, so the expression cannot come from there")
    from graddiff.commands.main.data import answer_rows

    return answer_rows(
        read_expression(expression, options["path"]), at, list_requested_names(options), options
    )


def answer_each_line(
    expression: str | None,
    at: dict[str, float],
    expected: dict[str, float],
    form: str,
    options: dict[str, Any],
) -> int:
    if expression not in (None, "-"):
        raise UsageError(
            "--each reads its expressions from standard input or --file",
            hint="leave the operand away",
        )
    if options["format_"] not in (None, "json"):
        raise UsageError(
            f"--each writes JSON, no {options['format_']}", hint="or --value, or --gradient x"
        )
    from graddiff.commands.main.each import LineRequest, answer_lines

    return answer_lines(LineRequest(at, expected, list_requested_names(options), form, options))


def write_reference(shell: str | None) -> None:
    """The schema or a completion script."""
    if shell is None:
        from graddiff.render.json.schema import render_result_schema

        sys.stdout.write(render_result_schema())
    else:
        from graddiff.commands.generate import build_completion_script

        sys.stdout.write(build_completion_script(shell))


def write_single_number(
    result: Result, form: str, digits: int | None, checks: Sequence[ComparedExpectation]
) -> None:
    """One bare number on standard output; what there is to say about it on standard error."""
    click.echo(format_single_number(result, form, digits))
    for remark in list_number_remarks(result, checks):
        print_message(remark)


def compute_requested_tangents(result: Result, options: dict[str, Any]) -> Any:
    """The tangents, if they are asked for."""
    if options["mode"] not in ("forward", "both"):
        return None
    from graddiff.autodiff.forward_mode import compute_tangents

    return compute_tangents(result, result.requested)


def draw_tree(
    result: Result, checks: Sequence[ComparedExpectation], options: dict[str, Any]
) -> None:
    """The tree and, below it, the comparison."""
    from graddiff.render.terminal.canvas import print_lines
    from graddiff.render.terminal.expectations import render_comparison
    from graddiff.render.terminal.tree import Tree

    canvas = choose_canvas(options["ascii"], options["color"], options["width"])
    digits = options["digits"] or 7
    how = canvas, digits, options["depth"], options["everything"]
    found = compute_requested_tangents(result, options)
    if found is None:
        tree = Tree(result, *how)
    else:
        from graddiff.render.terminal.tangent_tree import TangentTree

        tree = TangentTree(result, found, options["mode"] == "both", *how)
    print_lines(tree.render_lines(), canvas)
    if checks:
        print_lines([[], *render_comparison(checks, digits, canvas)], canvas)
