"""What the click commands accept, as completion scripts and man pages need it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import click

from graddiff.operations.table import FUNCTIONS

# What may follow an option: nothing, one of its choices, a file, bindings (x=1,y=2), names of
# variables (x,y), or anything else.
ValueKind = Literal["none", "choice", "file", "bindings", "variables", "other"]

VALUE_KINDS: Mapping[str, ValueKind] = {
    "at": "bindings",
    "expect": "bindings",
    "wrt": "variables",
    "gradient": "variables",
}


def list_options(command: click.Command) -> list[click.Option]:
    """Returns the options of a command, --help included."""
    context = click.Context(command, **command.context_settings)
    return [option for option in command.get_params(context) if isinstance(option, click.Option)]


def list_spellings(option: click.Option) -> list[str]:
    """Returns the spellings of an option, the short one first: -h, --help."""
    return sorted(option.opts, key=len)


def get_long_name(option: click.Option) -> str:
    """Returns the long spelling of an option without its dashes."""
    return list_spellings(option)[-1].removeprefix("--")


def list_choices(option: click.Option) -> list[str]:
    """Returns the words that an option accepts, empty if it accepts others, too."""
    return [*map(str, option.type.choices)] if isinstance(option.type, click.Choice) else []


def classify_value(option: click.Option) -> ValueKind:
    """Returns what may follow an option."""
    if option.is_flag:
        return "none"
    if list_choices(option):
        return "choice"
    if option.metavar == "FILE":
        return "file"
    return VALUE_KINDS.get(get_long_name(option), "other")


def has_file_operands(command: click.Command) -> bool:
    """Returns whether the operands of a command are files."""
    return any(
        isinstance(parameter, click.Argument) and isinstance(parameter.type, click.Path)
        for parameter in command.params
    )


def list_operand_words(command_name: str) -> str:
    """Returns the words that a command accepts as its operand, separated by blanks."""
    if command_name != "functions":
        return ""
    return " ".join(sorted(name for name in FUNCTIONS if name.isascii()))


def format_operand_metavars(command: click.Command) -> str:
    """Returns the operands of a command as its usage line names them."""
    context = click.Context(command)
    arguments = [item for item in command.params if isinstance(item, click.Argument)]
    return " ".join(argument.make_metavar(context) for argument in arguments)


def summarize_option(option: click.Option) -> str:
    """Returns the first sentence of an option's help, without signs that a shell would act on."""
    text, _, _default = (option.help or "").partition("  [")
    sentence, _, _others = text.partition(". ")
    sentence = sentence.removesuffix(".")
    return sentence.translate(
        {ord("'"): "", ord('"'): "", ord(":"): " -", ord("["): "(", ord("]"): ")"}
    )


def summarize_command(command: click.Command) -> str:
    """Returns the first sentence of a command's help, without signs that a shell would act on."""
    line, _, _others = (command.help or "").partition("\n")
    sentence, _, _details = line.partition(":")
    return sentence.replace("'", "").removesuffix(".")
