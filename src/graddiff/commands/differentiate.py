"""graddiff EXPRESSION: one expression at one point."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from graddiff import __version__
from graddiff.bindings import bindings, names
from graddiff.commands.options import ExpressionCommand, canvas_for, picture
from graddiff.differentiation import Result, differentiate
from graddiff.errors import UsageError, printable
from graddiff.expectations import Check, asked_for, check
from graddiff.files import read_text
from graddiff.parser import parse

EXAMPLES = """\b
Examples:
  graddiff "(x+y)*z" --at x=1,y=3,z=-3         the graph, with the chain rule on it
  graddiff "p = x+y; p*z" --at x=1,y=3,z=-3    a part with a name of its own
  graddiff "h(x) = x^2; h(3x)" --at x=2        a function of one's own
  graddiff "x^2" --at x=pi/2 --gradient x      one number, for $(…)
  graddiff "x*y" --at x=2,y=3 --json           all of it, for other programs
  graddiff "x*y" --at x=2,y=3 --expect x=3     exit code 1 if it is wrong
  echo "sin(x)" | graddiff --at x=0            the expression from a pipe
"""

SHELLS = ("bash", "zsh", "fish")

EPILOG = """\b
Commands:
  graddiff functions [NAME]    what can stand in an expression, with its rules

\b
Exit codes: 0 done, 1 --expect found something else, 2 usage, 3 the expression
cannot be read, 4 no value or no derivative at that point, 5 a file cannot be
read or written.
"""


@click.command(
    cls=ExpressionCommand,
    epilog=EPILOG,
    help=f"Differentiates EXPRESSION at a point and shows its computational graph.\n\n{EXAMPLES}",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.argument("expression", required=False)
@click.option("--at", multiple=True, metavar="X=1,Y=pi/2", help="Bind variables; @FILE reads a JSON object. Repeats.")
@click.option("--file", "path", metavar="FILE", help="Read the expression from a file; - is standard input.")
@click.option("--wrt", multiple=True, metavar="X,Y", help="Differentiate by these names only.")
@click.option(
    "--format", "format_", type=click.Choice(["tree", "json"]), default="tree", help="What to write.  [default: tree]"
)
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@click.option("--no-graph", is_flag=True, help="Leave nodes and edges out of the JSON.")
@click.option("--value", "only_value", is_flag=True, help="Write the value alone, one bare number.")
@click.option("--gradient", "only_gradient", metavar="X", help="Write the derivative by X alone, one bare number.")
@click.option(
    "--expect",
    multiple=True,
    metavar="X=-3,value=-12",
    help="Compare: value, x or gradient.x, p.value, p.adjoint. Repeats.",
)
@click.option("--rtol", type=float, default=1e-6, help="Relative tolerance of --expect.  [default: 1e-6]")
@click.option("--atol", type=float, default=1e-9, help="Absolute tolerance of --expect.  [default: 1e-9]")
@click.option("--digits", type=click.IntRange(1, 17), default=None, help="Significant digits.  [default: 7]")
@click.option("--depth", type=click.IntRange(0), help="Draw so many levels of the tree.")
@click.option("--all", "everything", is_flag=True, help="Draw everything, however large.")
@picture
@click.option("--schema", is_flag=True, help="Write the JSON Schema of the JSON output.")
@click.option("--completion", type=click.Choice(SHELLS), help="Write the completion script for a shell.")
@click.version_option(__version__, message="graddiff %(version)s", help="Write the version.")
def command(expression: str | None, **options: Any) -> int:
    if options["schema"] or options["completion"]:
        write_reference(options["completion"])
        return 0
    only = [name for name in ("only_value", "only_gradient") if options[name] not in (None, False)]
    only += ["json"] * (options["as_json"] or options["format_"] == "json")
    if len(only) > 1:
        raise UsageError("--value, --gradient and --json each want standard output for themselves", hint="give one")
    for name in ("rtol", "atol"):
        if not 0 <= options[name] < math.inf:
            raise UsageError(f"--{name} is {options[name]}, which is no tolerance", hint="a tolerance is 0 or more")
    at = bindings(options["at"])
    expected = bindings(options["expect"], "--expect")
    parsed = parse(read_expression(expression, options["path"]), at)
    asked = [name for name in (asked_for(parsed, quantity) for quantity in expected) if name]
    result = differentiate(parsed, at, requested(options), asked)
    checks = check(result, expected, options["rtol"], options["atol"])
    if only == ["json"]:
        from graddiff.render.json import document

        sys.stdout.writelines(document(result, not options["no_graph"], checks))
    elif only:
        write_number(result, options, checks)
    else:
        draw(result, checks, options)
    return 1 if not all(check.ok for check in checks) else 0 if result.complete else 4


def read_expression(expression: str | None, path: str | None) -> str:
    """The text of the expression: the operand, a file, or a pipe."""
    if expression is not None and path is not None:
        raise UsageError("there is an expression and a --file", hint="give one of them")
    if path is not None or expression == "-":
        return read_text(path or "-").rstrip("\n")
    if expression is not None:
        return expression
    if sys.stdin is None or sys.stdin.isatty():
        raise UsageError("there is no expression", hint='graddiff "(x+y)*z" --at x=1,y=3,z=-3')
    return read_text("-").rstrip("\n")


def requested(options: dict[str, Any]) -> Iterable[str] | None:
    """The names to differentiate by, None for all variables."""
    if options["only_value"]:
        return ()
    if options["only_gradient"] is not None:
        wanted = names([options["only_gradient"]], "--gradient")
        if len(wanted) > 1:
            raise UsageError(
                "--gradient writes one number, so it takes one name", hint="--wrt x,y --json writes several"
            )
        return wanted
    return names(options["wrt"], "--wrt") or None


def write_reference(shell: str | None) -> None:
    """The schema or a completion script."""
    if shell is None:
        from graddiff.render.schema import schema_text

        sys.stdout.write(schema_text())
    else:
        from graddiff.commands.reference import completion_script

        sys.stdout.write(completion_script(shell))


def write_number(result: Result, options: dict[str, Any], checks: Sequence[Check]) -> None:
    """One bare number on standard output; what there is to say about it on standard error."""
    (value,) = result.gradient.values() if options["only_gradient"] else (result.value,)
    shortest = repr(value).removesuffix(".0") if options["digits"] is None else format(value, f".{options['digits']}g")
    click.echo("undefined" if value != value else shortest)
    for notice in result.notices:
        tell(f"{notice.kind}: {notice.message}")
    for wrong in (compared for compared in checks if not compared.ok):
        tell(f"{wrong.quantity} is {wrong.found!r}, expected {wrong.expected!r}")


def tell(message: str) -> None:
    print(f"graddiff: {printable(message)}", file=sys.stderr)


def draw(result: Result, checks: Sequence[Check], options: dict[str, Any]) -> None:
    """The tree and, below it, the comparison."""
    from graddiff.render.checks import comparison
    from graddiff.render.terminal import show
    from graddiff.render.tree import Tree

    canvas = canvas_for(options["ascii"], options["color"], options["width"])
    digits = options["digits"] or 7
    show(Tree(result, canvas, digits, options["depth"], options["everything"]).lines(), canvas)
    if checks:
        show([[], *comparison(checks, digits, canvas)], canvas)
