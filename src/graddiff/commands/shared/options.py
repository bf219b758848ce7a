"""What several commands share: how options and expressions are told apart, the options of a
picture, messages."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

import click

from graddiff.commands import COMMANDS
from graddiff.errors import UsageError, make_printable
from graddiff.language.suggestions import suggest_name

CommandFunction = TypeVar("CommandFunction", bound=Callable[..., object])

# How click finds and prints the help of each command.
CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

# Options whose second value would silently take the place of the first one, and what to do instead.
SINGLE_USE_OPTIONS = {
    "--data": "a folder of tables is answered file by file",
    "--file": "leave one of them out",
    "--gradient": "--wrt x,y --json writes several derivatives",
    "--output": "leave one of them out",
}


class ExpressionCommand(click.Command):
    """A command whose operand may begin with `-`: a token is an option only if it is exactly a
    declared one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Hands the arguments to click with the operand behind `--`. Raises UsageError for more
        than one operand, or an option that stands twice."""
        parameters = self.get_params(ctx)
        options = [option for option in parameters if isinstance(option, click.Option)]
        takes_value = {name: not option.is_flag for option in options for name in option.opts}
        options_in_order, operands = divide_arguments(args, takes_value, ctx.command_path)
        if len(operands) > 1:
            raise make_operand_error(ctx.command_path, operands, [*takes_value])
        names = [tokens[0].partition("=")[0] for tokens in options_in_order]
        for name, hint in SINGLE_USE_OPTIONS.items():
            if names.count(name) > 1:
                raise UsageError(f"{name} is given twice", hint=hint)
        before = [token for tokens in options_in_order for token in tokens]
        return super().parse_args(ctx, [*before, "--", *operands] if operands else before)


def divide_arguments(
    arguments: Iterable[str], takes_value: Mapping[str, bool], command: str
) -> tuple[list[tuple[str, ...]], list[str]]:
    """Returns the options, each with the value that it takes, and the operands. Raises UsageError
    where the last option lacks its value."""
    options: list[tuple[str, ...]] = []
    operands: list[str] = []
    tokens = iter(arguments)
    for token in tokens:
        name, equals, _ = token.partition("=")
        if token == "--":
            operands += tokens
        elif takes_value.get(token):
            value = next(tokens, None)
            if value is None:
                hint = f"{command} --help shows the options"
                raise UsageError(f"{token} needs a value", hint=hint)
            options.append((token, value))
        elif token in takes_value or (equals and name.startswith("--") and name in takes_value):
            options.append((token,))
        else:
            operands.append(token)
    return options, operands


def make_operand_error(command: str, operands: list[str], options: list[str]) -> UsageError:
    """Returns the error for more than one operand: an option that does not exist or comes too late,
    a command that does not come first, or an expression without quotes."""
    for operand in operands:
        name = operand.partition("=")[0]
        if name in options:
            return UsageError(
                f"{name} comes after --, where everything is an expression",
                hint="options go before it: graddiff --at x=1 -- -x",
            )
        if operand and operand in COMMANDS:
            return UsageError(
                f"{operand} is a command, but it does not come first",
                hint=f"write graddiff {operand} first",
            )
        if looks_like_option(operand):
            suggestion = suggest_name(f"--{name.lstrip('-')}", options)
            hint = suggestion or f"{command} --help shows the options"
            return UsageError(f"there is no option {name}", hint=hint)
    hint = f"{command} --help shows its use"
    if command == "graddiff":
        hint = (
            "an expression with blanks or brackets in it needs quotes, "
            "so that the shell leaves it alone"
        )
    shown = ", ".join(operands[:4])
    return UsageError(f"one operand is expected, but there are {len(operands)}: {shown}", hint=hint)


def looks_like_option(operand: str) -> bool:
    """Whether an operand reads as an option that does not exist: `--word` or `-word`, but not -x,
    which is an expression."""
    name = operand.partition("=")[0]
    return operand.startswith("-") and operand.lstrip("-")[:1].isalpha() and len(name) > 2


def add_picture_options(function: CommandFunction) -> CommandFunction:
    """Declares --ascii, --color and --width."""
    options = (
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
    for option in reversed(options):  # the last decorator comes first in --help
        function = option(function)
    return function


def print_message(message: str) -> None:
    """Writes a message to standard error."""
    print(f"graddiff: {make_printable(message)}", file=sys.stderr)
