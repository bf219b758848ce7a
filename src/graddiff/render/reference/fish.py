"""The completion script for fish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import click

from graddiff.render.reference.command_line import (
    ValueKind,
    classify_value,
    has_file_operands,
    list_choices,
    list_operand_words,
    list_options,
    list_spellings,
    summarize_command,
    summarize_option,
)
from graddiff.render.reference.script_template import fill_template

SCRIPT = r"""
function __graddiff_names
    set -l tokens (commandline -opc)
    set -l typed (commandline -ct)
    set -l before (string match -r '^.*,' -- $typed)
    for token in $tokens[2..-1]
        if not string match -q -- '-*' $token
            string match -ra '[\p{L}_][\p{L}\p{N}_]*\s*[(]?' -- $token | string match -rv '[(]$' |
                string trim | sort -u | string match -rv '^(@KNOWN_NAMES@)$' |
                string replace -r '^(.*)$' "$before"'$1='
            return
        end
    end
end

complete -c graddiff -f
@COMPLETIONS@
"""

VALUE_FLAGS: Mapping[ValueKind, str] = {
    "none": "",
    "file": " -r -F",
    "bindings": " -x -a '(__graddiff_names)'",
    "variables": " -x -a '(__graddiff_names | string replace = \"\")'",
    "other": " -x",
}


def render_fish_completion(commands: Mapping[str, click.Command]) -> str:
    """Returns the script; `commands` maps "" to the main command and names to the others."""
    others = {name: command for name, command in commands.items() if name}
    main_condition = f"not __fish_seen_subcommand_from {' '.join(others)}"
    lines = [*render_option_completions(commands[""], main_condition)]
    for name, command in others.items():
        lines += render_option_completions(command, f"__fish_seen_subcommand_from {name}")
    for name, command in others.items():
        lines += render_command_completions(name, command)
    return fill_template(SCRIPT, completions="\n".join(lines))


def render_option_completions(command: click.Command, condition: str) -> Iterator[str]:
    """Yields a line for each option of a command, which is offered where the condition holds."""
    for option in list_options(command):
        names = " ".join(map(format_spelling, list_spellings(option)))
        value, summary = format_value_flags(option), summarize_option(option)
        yield f"complete -c graddiff -n '{condition}' {names}{value} -d '{summary}'"


def format_spelling(spelling: str) -> str:
    """Returns an option as fish names it: `-l help` for --help, `-s h` for -h."""
    if spelling.startswith("--"):
        return f"-l {spelling[2:]}"
    return f"-s {spelling[1:]}"


def format_value_flags(option: click.Option) -> str:
    """Returns the flags of `complete` for what follows an option."""
    kind = classify_value(option)
    if kind == "choice":
        return f" -x -a '{' '.join(list_choices(option))}'"
    return VALUE_FLAGS[kind]


def render_command_completions(name: str, command: click.Command) -> Iterator[str]:
    """Yields a line that offers a command, and one for its operands."""
    summary = summarize_command(command)
    yield f"complete -c graddiff -n '__fish_is_first_token' -a {name} -d '{summary}'"
    operands = f"-a '{list_operand_words(name)}'"
    if has_file_operands(command):
        operands = "-F"
    yield f"complete -c graddiff -n '__fish_seen_subcommand_from {name}' {operands}"
