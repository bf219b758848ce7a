"""What several commands share: how an expression is told from an option, and the options of a picture."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click

from graddiff.commands import COMMANDS
from graddiff.errors import UsageError, make_printable
from graddiff.language.suggestions import suggest_name

CommandFunction = Callable[..., Any]


class ExpressionCommand(click.Command):
    """A command whose operand may begin with `-`: a token is an option only if it is exactly a declared one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options = [
            parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)
        ]
        takes_value = {name: not option.is_flag for option in options for name in option.opts}
        given, operands = divide_arguments(args, takes_value, ctx.command_path)
        if len(operands) > 1:
            raise make_operand_error(ctx.command_path, operands, [*takes_value])
        names = [token.partition("=")[0] for token, *_ in given]
        for name, hint in SINGLE_USE_OPTIONS.items():
            if names.count(name) > 1:
                raise UsageError(f"{name} stands twice on the command line", hint=hint)
        before = [token for tokens in given for token in tokens]
        return super().parse_args(ctx, [*before, "--", *operands] if operands else before)


# Options whose second value would take the place of the first one without a word, and what to do instead.
SINGLE_USE_OPTIONS = {
    "--data": "a folder of tables is answered file by file",
    "--file": "take one of them away",
    "--gradient": "--wrt x,y --json writes several derivatives",
    "--output": "take one of them away",
}


def divide_arguments(
    args: Iterable[str], takes_value: Mapping[str, bool], command: str
) -> tuple[list[tuple[str, ...]], list[str]]:
    """The options, each with the value that it takes, and the operands."""
    given: list[tuple[str, ...]] = []
    operands: list[str] = []
    waiting = iter(args)
    for token in waiting:
        if token == "--":
            operands += waiting
        elif takes_value.get(token):
            value = next(waiting, None)
            if value is None:
                raise UsageError(
                    f"{token} needs a value", hint=f"{command} --help shows the options"
                )
            given.append((token, value))
        elif token in takes_value or (
            token.startswith("--") and token.partition("=")[0] in takes_value
        ):
            given.append((token,))
        else:
            operands.append(token)
    return given, operands


def make_operand_error(command: str, operands: list[str], options: list[str]) -> UsageError:
    """The error for more than one operand: an option that does not exist or comes too late, a command that does, or an
    expression without quotes."""
    for operand in operands:
        name = operand.partition("=")[0]
        if name in options:
            hint = "options go before it: graddiff --at x=1 -- -x"
            return UsageError(
                f"{name} stands behind --, where everything is an expression", hint=hint
            )
        if operand and operand in COMMANDS:
            hint = f"write graddiff {operand} first"
            return UsageError(f"{operand} is a command, but it does not come first", hint=hint)
        if operand.startswith("-") and operand.lstrip("-")[:1].isalpha() and len(name) > 2:
            hint = (
                suggest_name(f"--{name.lstrip('-')}", options)
                or f"{command} --help shows the options"
            )
            return UsageError(f"there is no option {name}", hint=hint)
    hint = f"{command} --help shows its use"
    if command == "graddiff":
        hint = "an expression with blanks or brackets in it needs quotes, so that the shell leaves it alone"
    return UsageError(
        f"one operand is expected, but there are {len(operands)}: {', '.join(operands[:4])}",
        hint=hint,
    )


def print_message(message: str) -> None:
    print(f"graddiff: {make_printable(message)}", file=sys.stderr)


def add_picture_options(function: CommandFunction) -> CommandFunction:
    """The options of whatever draws."""
    for option in reversed(
        (
            click.option("--ascii", is_flag=True, help="Draw with ASCII characters only."),
            click.option(
                "--color",
                type=click.Choice(["auto", "always", "never"]),
                default="auto",
                help="When to use colour; auto obeys NO_COLOR and FORCE_COLOR.  [default: auto]",
            ),
            click.option(
                "--width",
                type=click.IntRange(40, 10_000),
                help="Draw in this many columns, instead of the width of the terminal.",
            ),
        )
    ):
        function = option(function)
    return function
