"""Completion scripts for bash, zsh and fish, static: no Python is started at a TAB.

Made from the click commands and the table; `graddiff --completion SHELL` prints what completions/ holds."""

from __future__ import annotations

from collections.abc import Mapping

import click

from graddiff.operations.table import CONSTANTS, FUNCTIONS

SCRIPT_HEADER = "# Completion of graddiff for {shell}, made by: graddiff --completion {shell}\n"

# Names that are written in an expression, bound ones and known ones left out, one a line with `=` behind it.
NAMES_PIPELINE = r"""    printf '%s\n' "$1" | grep -oE '[[:alpha:]_][[:alnum:]_]*[[:space:]]*[(]?' | grep -v '[(]$' |
        tr -d '[:blank:]' | sort -u | grep -vxE '{known}' | sed 's/$/=/'
"""


def render_completion_script(shell: str, commands: Mapping[str, click.Command]) -> str:
    """The script for a shell; `commands` are the main command under "" and the others under their names."""
    writers = {
        "bash": render_bash_completion,
        "zsh": render_zsh_completion,
        "fish": render_fish_completion,
    }
    first, _, rest = writers[shell](commands).partition(
        "\n"
    )  # zsh looks for #compdef in the first line
    return f"{first}\n{SCRIPT_HEADER.format(shell=shell)}{rest}".lstrip("\n")


def list_options(command: click.Command) -> list[click.Option]:
    context = click.Context(command, **command.context_settings)
    return [option for option in command.get_params(context) if isinstance(option, click.Option)]


def format_known_names() -> str:
    """What is not a variable: functions and constants, as alternatives of a pattern."""
    return "|".join(sorted(name for name in {*FUNCTIONS, *CONSTANTS} if name.isascii()))


def summarize_help(option: click.Option) -> str:
    """The help of an option, its first sentence, fit for any quotes."""
    first = (
        (option.help or "")
        .partition("  [")[0]
        .partition(". ")[0]
        .removesuffix(".")
        .removesuffix(" Repeats")
    )
    return (
        first.replace("'", "")
        .replace('"', "")
        .replace(":", " -")
        .replace("[", "(")
        .replace("]", ")")
    )


def list_spellings(option: click.Option) -> list[str]:
    """-h, --help: the short one first, in whatever order click keeps them."""
    return sorted(option.opts, key=len)


def list_operand_words(command: str) -> str:
    """The words that a command takes, with blanks between them."""
    return (
        " ".join(sorted(name for name in FUNCTIONS if name.isascii()))
        if command == "functions"
        else ""
    )


def has_file_operands(command: click.Command) -> bool:
    """Whether its operands are files."""
    return any(
        isinstance(one, click.Argument) and isinstance(one.type, click.Path)
        for one in command.params
    )


def is_file_option(option: click.Option) -> bool:
    return option.metavar == "FILE"


def list_choices(option: click.Option) -> list[str]:
    return [*map(str, option.type.choices)] if isinstance(option.type, click.Choice) else []


def render_bash_completion(commands: Mapping[str, click.Command]) -> str:
    values = "\n".join(render_bash_values(name, command) for name, command in commands.items())
    words = {
        name: " ".join(
            [
                *(o for option in list_options(command) for o in list_spellings(option)),
                list_operand_words(name),
            ]
        ).strip()
        for name, command in commands.items()
    }
    others = " ".join(name for name in commands if name)
    files = {
        name: "; files=1" if has_file_operands(command) else ""
        for name, command in commands.items()
    }
    branches = "\n".join(
        f"        {name}) words='{words[name]}'{files[name]} ;;" for name in commands if name
    )
    return f"""
_graddiff_names() {{
{NAMES_PIPELINE.format(known=format_known_names())}}}

_graddiff() {{
    local line=${{COMP_LINE:0:COMP_POINT}} word=${{COMP_WORDS[COMP_CWORD]}} words='{words[""]}'
    local before=${{COMP_WORDS[COMP_CWORD-1]}} typed quoted='("[^"]*"|'"'[^']*'"')'
    [[ $before == = ]] && before=${{COMP_WORDS[COMP_CWORD-2]}}
    if [[ $line =~ --(at|wrt|gradient|expect)(=|[[:space:]]+)([^[:space:]]*)$ ]]; then
        typed=${{BASH_REMATCH[3]}}
        local option=${{BASH_REMATCH[1]}} expression=${{COMP_WORDS[1]}} bound name
        [[ $COMP_LINE =~ $quoted ]] && expression=${{BASH_REMATCH[1]}}
        [[ $expression == -* ]] && expression=
        [[ ${{typed##*,}} == *=* ]] && return
        bound=,${{typed%"${{typed##*,}}"}}
        for name in $(_graddiff_names "$expression"); do
            [[ $bound == *",$name"* || $name != "${{typed##*,}}"* ]] && continue
            [[ $option == wrt || $option == gradient ]] && name=${{name%=}}
            COMPREPLY+=("${{typed%"${{typed##*,}}"}}$name")
        done
        [[ $COMP_WORDBREAKS == *=* && $typed == *=* ]] && COMPREPLY=("${{COMPREPLY[@]#"${{typed%=*}}="}}")
        compopt -o nospace 2>/dev/null
        return
    fi
    local command=${{COMP_WORDS[1]}} files=
    [[ ' {others} ' == *" $command "* ]] || command=
    case "$command $before" in
{values}
    esac
    case $command in
{branches}
    esac
    [[ $COMP_CWORD == 1 ]] && words+=' {others}'
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    [[ $files && $word != -* ]] && COMPREPLY=($(compgen -f -- "$word"))
    return 0
}}

complete -F _graddiff graddiff
"""


def render_bash_values(name: str, command: click.Command) -> str:
    """What stands behind the options of a command: one of its choices, or a file."""
    lines = []
    for option in list_options(command):
        of = (
            f"-W '{' '.join(list_choices(option))}'"
            if list_choices(option)
            else "-f"
            if is_file_option(option)
            else ""
        )
        written = " | ".join(f"'{name} {spelling}'" for spelling in list_spellings(option))
        if of:
            lines.append(f'        {written}) COMPREPLY=($(compgen {of} -- "$word")); return ;;')
    return "\n".join(lines)


def render_zsh_completion(commands: Mapping[str, click.Command]) -> str:
    def format_option_spec(option: click.Option) -> str:
        value = ""
        if not option.is_flag:
            kind = list_spellings(option)[-1].removeprefix("--")
            completer = {
                "at": "_graddiff_bindings",
                "expect": "_graddiff_bindings",
                "wrt": "_graddiff_variables",
            }
            completer |= {"gradient": "_graddiff_variables"}
            what = "_files" if is_file_option(option) else completer.get(kind, "")
            what = f"({' '.join(list_choices(option))})" if list_choices(option) else what
            value = f":{kind}:{what}"
        star = "*" if option.multiple else ""
        return "\n".join(
            f"        '{star}{name}[{summarize_help(option)}]{value}' \\"
            for name in list_spellings(option)
        )

    bodies = {
        name: "\n".join(map(format_option_spec, list_options(command)))
        for name, command in commands.items()
    }
    branches = "\n".join(
        f"    if [[ ${{words[2]}} == {name} ]]; then\n        _arguments \\\n{bodies[name]}\n"
        f"            ':word:({name})' {render_zsh_operands(name, commands[name])}\n        return\n    fi"
        for name in commands
        if name
    )
    return f"""#compdef graddiff

_graddiff_names() {{
{NAMES_PIPELINE.format(known=format_known_names())}}}

_graddiff_expression() {{
    local word
    for word in ${{words[2,-1]}}; do
        [[ $word != -* ]] && print -r -- ${{(Q)word}} && return
    done
}}

_graddiff_bindings() {{
    local -a names
    names=(${{(f)"$(_graddiff_names "$(_graddiff_expression)")"}})
    compset -P '*,'
    compadd -S '' -- $names
}}

_graddiff_variables() {{
    local -a names
    names=(${{(f)"$(_graddiff_names "$(_graddiff_expression)")"}})
    compset -P '*,'
    compadd -S '' -- ${{names%=}}
}}

_graddiff() {{
{branches}
    _arguments \\
{bodies[""]}
        ':expression or command:({" ".join(name for name in commands if name)})'
}}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _graddiff "$@"
else
    compdef _graddiff graddiff
fi
"""


def render_zsh_operands(name: str, command: click.Command) -> str:
    return (
        "'*:file:_files'" if has_file_operands(command) else f"':name:({list_operand_words(name)})'"
    )


def render_fish_completion(commands: Mapping[str, click.Command]) -> str:
    lines = []
    others = " ".join(name for name in commands if name)
    for command_name, command in commands.items():
        seen = f"__fish_seen_subcommand_from {others}"
        when = f"not {seen}" if not command_name else f"__fish_seen_subcommand_from {command_name}"
        for option in list_options(command):
            names = " ".join(
                f"-l {o[2:]}" if o.startswith("--") else f"-s {o[1:]}"
                for o in list_spellings(option)
            )
            value = ""
            if not option.is_flag:
                kind = list_spellings(option)[-1].removeprefix("--")
                value = (
                    f" -x -a '{' '.join(list_choices(option))}'" if list_choices(option) else " -x"
                )
                if kind in ("at", "expect"):
                    value = " -x -a '(__graddiff_names)'"
                elif kind in ("wrt", "gradient"):
                    value = " -x -a '(__graddiff_names | string replace = \"\")'"
                elif is_file_option(option):
                    value = " -r -F"
            lines.append(
                f"complete -c graddiff -n '{when}' {names}{value} -d '{summarize_help(option)}'"
            )
    for name in commands:
        if name:
            about = (
                (commands[name].help or "")
                .partition("\n")[0]
                .partition(":")[0]
                .replace("'", "")
                .removesuffix(".")
            )
            lines.append(f"complete -c graddiff -n '__fish_is_first_token' -a {name} -d '{about}'")
            what = "-F" if has_file_operands(commands[name]) else f"-a '{list_operand_words(name)}'"
            lines.append(f"complete -c graddiff -n '__fish_seen_subcommand_from {name}' {what}")
    return f"""
function __graddiff_names
    set -l tokens (commandline -opc)
    set -l typed (commandline -ct)
    set -l before (string match -r '^.*,' -- $typed)
    for token in $tokens[2..-1]
        if not string match -q -- '-*' $token
            string match -ra '[\\p{{L}}_][\\p{{L}}\\p{{N}}_]*\\s*[(]?' -- $token | string match -rv '[(]$' |
                string trim | sort -u | string match -rv '^({format_known_names()})$' |
                string replace -r '^(.*)$' "$before"'$1='
            return
        end
    end
end

complete -c graddiff -f
{chr(10).join(lines)}
"""
