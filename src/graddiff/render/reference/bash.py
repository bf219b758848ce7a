"""The completion script for bash."""

from __future__ import annotations

from collections.abc import Mapping

import click

from graddiff.render.reference.command_line import (
    classify_value,
    has_file_operands,
    list_choices,
    list_operand_words,
    list_options,
    list_spellings,
)
from graddiff.render.reference.script_template import fill_template

SCRIPT = r"""
@NAMES_FUNCTION@

_graddiff() {
    local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} words='@MAIN_WORDS@'
    local before=${COMP_WORDS[COMP_CWORD-1]} typed quoted='("[^"]*"|'"'[^']*'"')'
    [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD-2]}
    if [[ $line =~ --(at|wrt|gradient|expect)(=|[[:space:]]+)([^[:space:]]*)$ ]]; then
        typed=${BASH_REMATCH[3]}
        local option=${BASH_REMATCH[1]} expression=${COMP_WORDS[1]} bound name
        [[ $COMP_LINE =~ $quoted ]] && expression=${BASH_REMATCH[1]}
        [[ $expression == -* ]] && expression=
        [[ ${typed##*,} == *=* ]] && return
        bound=,${typed%"${typed##*,}"}
        for name in $(_graddiff_names "$expression"); do
            [[ $bound == *",$name"* || $name != "${typed##*,}"* ]] && continue
            [[ $option == wrt || $option == gradient ]] && name=${name%=}
            COMPREPLY+=("${typed%"${typed##*,}"}$name")
        done
        [[ $COMP_WORDBREAKS == *=* && $typed == *=* ]] && COMPREPLY=("${COMPREPLY[@]#"${typed%=*}="}")
        compopt -o nospace 2>/dev/null
        return
    fi
    local command=${COMP_WORDS[1]} files=
    [[ ' @COMMANDS@ ' == *" $command "* ]] || command=
    case "$command $before" in
@OPTION_BRANCHES@
    esac
    case $command in
@COMMAND_BRANCHES@
    esac
    [[ $COMP_CWORD == 1 ]] && words+=' @COMMANDS@'
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    [[ $files && $word != -* ]] && COMPREPLY=($(compgen -f -- "$word"))
    return 0
}

complete -F _graddiff graddiff
"""  # noqa: E501 (bash)


def render_bash_completion(commands: Mapping[str, click.Command]) -> str:
    """Returns the script; `commands` maps "" to the main command and names to the others."""
    others = {name: command for name, command in commands.items() if name}
    return fill_template(
        SCRIPT,
        main_words=list_words("", commands[""]),
        commands=" ".join(others),
        option_branches="\n".join(
            render_option_branches(name, command) for name, command in commands.items()
        ),
        command_branches="\n".join(
            render_command_branch(name, command) for name, command in others.items()
        ),
    )


def list_words(name: str, command: click.Command) -> str:
    """Returns every option and operand of a command, separated by blanks."""
    options = [spelling for option in list_options(command) for spelling in list_spellings(option)]
    return " ".join([*options, list_operand_words(name)]).strip()


def render_command_branch(name: str, command: click.Command) -> str:
    """Returns the branch of a `case` that says what a command accepts."""
    files = "; files=1" if has_file_operands(command) else ""
    return f"        {name}) words='{list_words(name, command)}'{files} ;;"


def render_option_branches(name: str, command: click.Command) -> str:
    """Returns the branches of a `case` that say what may follow each option of a command."""
    lines = []
    for option in list_options(command):
        source = format_completion_source(option)
        patterns = " | ".join(f"'{name} {spelling}'" for spelling in list_spellings(option))
        if source:
            lines.append(
                f'        {patterns}) COMPREPLY=($(compgen {source} -- "$word")); return ;;'
            )
    return "\n".join(lines)


def format_completion_source(option: click.Option) -> str:
    """Returns the arguments of `compgen` for what follows an option, "" if it offers nothing."""
    kind = classify_value(option)
    if kind == "choice":
        return f"-W '{' '.join(list_choices(option))}'"
    return "-f" if kind == "file" else ""
