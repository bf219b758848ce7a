"""graddiff EXPRESSION: one expression at one point."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from graddiff import __version__
from graddiff.autodiff.point import bindings, names
from graddiff.autodiff.result import Result
from graddiff.checks.expectations import Check, answer, exit_code
from graddiff.commands.main.options import (
    DATA_FORMATS,
    PICTURES,
    PROGRAMS,
    TEXTS,
    check_options,
    form_of,
    kind_of,
    read_expression,
    requested,
)
from graddiff.commands.shared.options import (
    ExpressionCommand,
    bare,
    canvas_for,
    picture,
    remarks,
    tell,
    view_of,
)
from graddiff.commands.shared.output_file import into_file, refuse_to_overwrite
from graddiff.errors import UsageError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.kind import Kind, Number

EXAMPLES = """\b
Examples:
  graddiff "(x+y)*z" --at x=1,y=3,z=-3         the graph, with the chain rule on it
  graddiff "p = x+y; p*z" --at x=1,y=3,z=-3    a part with a name of its own
  graddiff "h(x) = x^2; h(3x)" --at x=2        a function of one's own
  graddiff "x^2*sin(x)"                        the derivatives as formulas
  graddiff "x*sin(x)" --at x=2 --explain       both passes, told line by line
  graddiff "x^2*y" --hessian --at x=1,y=2      second derivatives
  graddiff "x/y" --at x=1,y=3 --exact          fractions
  graddiff "x*y" --at x=2,y=3 --verify         compared with three others
  graddiff "x^2" --at x=pi/2 --gradient x      one number, for $(…)
  graddiff "x*y" --at x=2,y=3 --json           all of it, for other programs
  graddiff "x*y" --at x=2,y=3 --expect x=3     exit code 1 if it is wrong
  echo "sin(x)" | graddiff --at x=0            the expression from a pipe
  graddiff "w*x^2" --at w=3 --data points.csv  every row of a table
"""

ENGINES = ("auto", "rows", "columns", "dask")
MODES = ("reverse", "forward", "both")
SHELLS = ("bash", "zsh", "fish")

EPILOG = """\b
Commands:
  graddiff functions [NAME]             what can stand in an expression, with its rules
  graddiff check HOMEWORK ANSWERS...    answers to homework graded, with reasons
  graddiff lint HOMEWORK                what is unwise in a homework
  graddiff key HOMEWORK                 the answers to it
  graddiff repl                         a prompt
  graddiff minimize EXPRESSION          against the gradient, step by step, to a minimum

\b
Exit codes: 0 done, 1 --expect, --verify or check found something else, 2 usage,
3 the expression cannot be read, 4 no value or no derivative at that point, 5 a file cannot be
read or written.
"""


@click.command(
    cls=ExpressionCommand,
    epilog=EPILOG,
    help="Differentiates EXPRESSION: at a point with its computational graph, without one as formulas.\n\n"
    + EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.argument("expression", required=False)
@click.option(
    "--at",
    multiple=True,
    metavar="X=1,Y=pi/2",
    help="Bind variables; @FILE reads a JSON object. Repeats.",
)
@click.option(
    "--file", "path", metavar="FILE", help="Read the expression from a file; - is standard input."
)
@click.option("--wrt", multiple=True, metavar="X,Y", help="Differentiate by these names only.")
@click.option(
    "--format",
    "format_",
    type=click.Choice([*TEXTS, *PICTURES, *PROGRAMS, *DATA_FORMATS]),
    metavar="FORMAT",
    help="What to write: tree, json, latex, markdown; dot, mermaid, svg, html; python, numpy, c, pytorch, jax; "
    "csv, jsonl, parquet, arrow for --data.  [default: tree]",
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("--no-graph", is_flag=True, help="Leave nodes and edges out of the JSON.")
@click.option(
    "--mode", type=click.Choice(MODES), help="Show adjoints, tangents or both.  [default: reverse]"
)
@click.option(
    "--explain", is_flag=True, help="Tell both passes line by line, with the numbers put in."
)
@click.option(
    "--paths", metavar="X", multiple=True, help="Every path from X to the output, and their sum."
)
@click.option("--hessian", is_flag=True, help="All second derivatives.")
@click.option("--jacobian", is_flag=True, help="The derivatives of several outputs: x*y; x+sin(y)")
@click.option(
    "--along",
    multiple=True,
    metavar="X=1,Y=-2",
    help="The slope in a direction, the Hessian times it.",
)
@click.option(
    "--order",
    metavar="N",
    type=click.IntRange(1, 100),
    help="Derivatives in one variable up to order N.",
)
@click.option(
    "--verify",
    is_flag=True,
    help="Compare each derivative with three others; exit code 1 if one differs.",
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
    help="Compare: value, x or gradient.x, p.value, p.adjoint. Repeats.",
)
@click.option(
    "--rtol", type=float, default=1e-6, help="Relative tolerance of --expect.  [default: 1e-6]"
)
@click.option(
    "--atol", type=float, default=1e-9, help="Absolute tolerance of --expect.  [default: 1e-9]"
)
@click.option("--exact", is_flag=True, help="Compute with fractions.")
@click.option(
    "--precision",
    metavar="N",
    type=click.IntRange(1, 10_000),
    help="Compute with N digits; needs an extra.",
)
@click.option(
    "--each",
    is_flag=True,
    help="Answer every line of standard input or --file: expressions, JSON records.",
)
@click.option(
    "--data",
    metavar="FILE",
    help="Answer every row of a table, or of a folder of them; - is a pipe.",
)
@click.option(
    "--data-format",
    type=click.Choice(DATA_FORMATS),
    help="What --data is, where no suffix says it.",
)
@click.option("--output", metavar="FILE", help="Write into a file; its suffix says its format.")
@click.option(
    "--jobs",
    metavar="N",
    type=click.IntRange(1, 256),
    help="Processes for --data.  [default: 1; dask: one a core]",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    help="How --data is answered: columns and dask need extras.  [default: auto]",
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="Of a Dask cluster that runs already, for --engine dask."
)
@click.option("--no-input", is_flag=True, help="Leave the columns of --data out of the output.")
@click.option("--fail-fast", is_flag=True, help="Stop at the first row or line that fails.")
@click.option(
    "--line-buffered", is_flag=True, help="Write each row or line as soon as it is answered."
)
@click.option(
    "--digits", type=click.IntRange(1, 17), default=None, help="Significant digits.  [default: 7]"
)
@click.option("--depth", type=click.IntRange(0), help="Draw so many levels of the tree.")
@click.option("--all", "everything", is_flag=True, help="Draw everything, however large.")
@picture
@click.option("--schema", is_flag=True, help="Write the JSON Schema of the JSON output.")
@click.option(
    "--completion", type=click.Choice(SHELLS), help="Write the completion script for a shell."
)
@click.version_option(__version__, message="graddiff %(version)s", help="Write the version.")
def command(expression: str | None, **options: Any) -> int:
    if options["schema"] or options["completion"]:
        write_reference(options["completion"])
        return 0
    form, view, kind = form_of(options), view_of(options), kind_of(options)
    check_options(options, view, kind)
    at, expected = (
        bindings(options["at"], "--at", kind),
        bindings(options["expect"], "--expect", kind),
    )
    if options["data"] is not None:
        return many_points(expression, at, options)
    if options["each"]:
        return many_expressions(expression, at, expected, form, options)
    refuse_to_overwrite(options["output"], [options["path"]])
    with into_file(options["output"]):
        return one_expression(expression, at, expected, form, kind, options)


def one_expression(
    expression: str | None,
    at: dict[str, Number],
    expected: dict[str, Number],
    form: str,
    kind: Kind,
    options: dict[str, Any],
) -> int:
    """One expression, at a point or without one, in the view that is asked for."""
    view = view_of(options)
    read = parse(read_expression(expression, options["path"]), at)
    nowhere = bool(read.variables) and not options["at"]
    if nowhere and kind is not FLOATS:
        raise UsageError(
            "there is no point to compute at: formulas are exact", hint="--at x=1/3 gives one"
        )
    if view not in (None, "explain"):
        from graddiff.commands.main.views import Asked, write_higher

        wrt = tuple(names(options["wrt"], "--wrt")) or None
        return write_higher(view, Asked(read, None if nowhere else at, wrt, kind, options), form)
    at_a_point = (
        view == "explain" or options["mode"] or form in ("value", "markdown", *PICTURES, *PROGRAMS)
    )
    if nowhere and not at_a_point:
        from graddiff.commands.main.formulas import write_formulas

        return write_formulas(read, requested(options), form, options)
    return one_point(read, at, expected, form, kind, options)


def one_point(
    read: Expression,
    at: dict[str, Number],
    expected: dict[str, Number],
    form: str,
    kind: Kind,
    options: dict[str, Any],
) -> int:
    """The main job: value and gradient at a point, with the graph."""
    result, checks = answer(
        read, at, requested(options), expected, options["rtol"], options["atol"], kind
    )
    if options["explain"] or form in ("latex", "markdown"):
        from graddiff.commands.main.explain import write_explanation

        write_explanation(result, form, options)
    elif form == "json":
        from graddiff.render.json.result import document

        found = tangents_of(result, options)
        sys.stdout.writelines(
            document(result, not options["no_graph"], checks, found.by if found else None)
        )
    elif form in PICTURES + PROGRAMS:
        from graddiff.commands.main.draw import write

        write(result, form, options["digits"] or 7)
    elif form == "tree":
        draw(result, checks, options)
    else:
        write_number(result, form, options["digits"], checks)
    return exit_code(result, checks)


def many_points(expression: str | None, at: dict[str, float], options: dict[str, Any]) -> int:
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
        read_expression(expression, options["path"]), at, requested(options), options
    )


def many_expressions(
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
    from graddiff.commands.main.each import Asked, answer_lines

    return answer_lines(Asked(at, expected, requested(options), form, options))


def write_reference(shell: str | None) -> None:
    """The schema or a completion script."""
    if shell is None:
        from graddiff.render.json.schema import schema_text

        sys.stdout.write(schema_text())
    else:
        from graddiff.commands.generate import completion_script

        sys.stdout.write(completion_script(shell))


def write_number(result: Result, form: str, digits: int | None, checks: Sequence[Check]) -> None:
    """One bare number on standard output; what there is to say about it on standard error."""
    click.echo(bare(result, form, digits))
    for remark in remarks(result, checks):
        tell(remark)


def tangents_of(result: Result, options: dict[str, Any]) -> Any:
    """The tangents, if they are asked for."""
    if options["mode"] not in ("forward", "both"):
        return None
    from graddiff.autodiff.forward_mode import tangents

    return tangents(result, result.requested)


def draw(result: Result, checks: Sequence[Check], options: dict[str, Any]) -> None:
    """The tree and, below it, the comparison."""
    from graddiff.render.terminal.canvas import show
    from graddiff.render.terminal.expectations import comparison
    from graddiff.render.terminal.tree import Tree

    canvas = canvas_for(options["ascii"], options["color"], options["width"])
    digits = options["digits"] or 7
    how = canvas, digits, options["depth"], options["everything"]
    found = tangents_of(result, options)
    if found is None:
        tree = Tree(result, *how)
    else:
        from graddiff.render.terminal.tangent_tree import ForwardTree

        tree = ForwardTree(result, found, options["mode"] == "both", *how)
    show(tree.lines(), canvas)
    if checks:
        show([[], *comparison(checks, digits, canvas)], canvas)
