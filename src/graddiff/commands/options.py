"""What several commands share: how an expression is told from an option, and the options of a picture."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import click

from graddiff.diagnosis import did_you_mean
from graddiff.errors import UsageError
from graddiff.render.terminal import Canvas, canvas

Function = Callable[..., Any]


class ExpressionCommand(click.Command):
    """A command whose operand may begin with `-`: a token is an option only if it is exactly a declared one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        takes_value = {name: not option.is_flag for option in options for name in option.opts}
        before: list[str] = []
        operands: list[str] = []
        waiting = iter(args)
        for token in waiting:
            if token == "--":
                operands += waiting
            elif token in takes_value:
                before.append(token)
                if takes_value[token]:
                    value = next(waiting, None)
                    if value is None:
                        raise UsageError(f"{token} needs a value", hint="graddiff --help shows the options")
                    before.append(value)
            elif token.startswith("--") and token.partition("=")[0] in takes_value:
                before.append(token)
            else:
                operands.append(token)
        if len(operands) > 1:
            raise too_many(operands, [*takes_value])
        return super().parse_args(ctx, [*before, "--", *operands] if operands else before)


def too_many(operands: list[str], options: list[str]) -> UsageError:
    """The error for more than one operand: an option that does not exist, or an expression without quotes."""
    for operand in operands:
        if operand.startswith("--") and operand[2:3].isalpha():
            name = operand.partition("=")[0]
            hint = did_you_mean(name, options) or "graddiff --help shows the options"
            return UsageError(f"there is no option {name}", hint=hint)
    return UsageError(
        f"one expression is expected, but there are {len(operands)}: {', '.join(operands[:4])}",
        hint="put the expression in quotes, so that the shell leaves it alone",
    )


def picture(function: Function) -> Function:
    """The options of whatever draws."""
    for option in reversed(
        (
            click.option("--ascii", is_flag=True, help="Draw with ASCII characters only."),
            click.option(
                "--color",
                type=click.Choice(["auto", "always", "never"]),
                default="auto",
                help="When to use colour; NO_COLOR and FORCE_COLOR are obeyed.  [default: auto]",
            ),
            click.option(
                "--width", type=click.IntRange(40, 10_000), help="Columns to draw in, instead of the terminal's."
            ),
        )
    ):
        function = option(function)
    return function


def canvas_for(ascii: bool, color: str, width: int | None) -> Canvas:
    """The canvas that the options and the surroundings ask for."""
    return canvas(sys.stdout, color, width, ascii, os.environ)
