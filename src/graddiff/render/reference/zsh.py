"""The completion script for zsh."""

from __future__ import annotations

from collections.abc import Mapping

import click

from graddiff.render.reference.command_line import (
    classify_value,
    get_long_name,
    has_file_operands,
    list_choices,
    list_operand_words,
    list_options,
    list_spellings,
    summarize_option,
)
from graddiff.render.reference.script_template import fill_template

SCRIPT = r"""#compdef graddiff

@NAMES_FUNCTION@

_graddiff_expression() {
    local word
    for word in ${words[2,-1]}; do
        [[ $word != -* ]] && print -r -- ${(Q)word} && return
    done
}

_graddiff_bindings() {
    local -a names
    names=(${(f)"$(_graddiff_names "$(_graddiff_expression)")"})
    compset -P '*,'
    compadd -S '' -- $names
}

_graddiff_variables() {
    local -a names
    names=(${(f)"$(_graddiff_names "$(_graddiff_expression)")"})
    compset -P '*,'
    compadd -S '' -- ${names%=}
}

_graddiff() {
@COMMAND_BRANCHES@
    _arguments \
@MAIN_OPTIONS@
        ':expression or command:(@COMMANDS@)'
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _graddiff "$@"
else
    compdef _graddiff graddiff
fi
"""

COMMAND_BRANCH = r"""    if [[ ${words[2]} == @NAME@ ]]; then
        _arguments \
@OPTIONS@
            ':word:(@NAME@)' @OPERANDS@
        return
    fi"""

VALUE_COMPLETERS = {
    "file": "_files",
    "bindings": "_graddiff_bindings",
    "variables": "_graddiff_variables",
}


def render_zsh_completion(commands: Mapping[str, click.Command]) -> str:
    """Returns the script; `commands` maps "" to the main command and names to the others."""
    others = {name: command for name, command in commands.items() if name}
    branches = [render_command_branch(name, command) for name, command in others.items()]
    return fill_template(
        SCRIPT,
        command_branches="\n".join(branches),
        main_options=render_option_specs(commands[""]),
        commands=" ".join(others),
    )


def render_command_branch(name: str, command: click.Command) -> str:
    """Returns the lines that complete the options and operands of one command."""
    operands = f"':name:({list_operand_words(name)})'"
    if has_file_operands(command):
        operands = "'*:file:_files'"
    options = render_option_specs(command)
    return fill_template(COMMAND_BRANCH, name=name, options=options, operands=operands)


def render_option_specs(command: click.Command) -> str:
    """Returns the options of a command as operands of `_arguments`, one a line."""
    lines = []
    for option in list_options(command):
        repeats = "*" if option.multiple else ""
        summary, value = summarize_option(option), format_value_spec(option)
        for spelling in list_spellings(option):
            lines.append(f"        '{repeats}{spelling}[{summary}]{value}' \\")
    return "\n".join(lines)


def format_value_spec(option: click.Option) -> str:
    """Returns what follows an option, as `_arguments` wants it: `:name:completer`."""
    kind = classify_value(option)
    if kind == "none":
        return ""
    completer = VALUE_COMPLETERS.get(kind, "")
    if kind == "choice":
        completer = f"({' '.join(list_choices(option))})"
    return f":{get_long_name(option)}:{completer}"
