"""Completion scripts for bash, zsh and fish, static: pressing TAB starts no Python.

They are made from the click commands and the table of operations; `graddiff --completion SHELL`
prints what the folder completions/ holds."""

from __future__ import annotations

from collections.abc import Mapping

import click

from graddiff.render.reference.bash import render_bash_completion
from graddiff.render.reference.fish import render_fish_completion
from graddiff.render.reference.zsh import render_zsh_completion

SCRIPT_HEADER = "# Completion of graddiff for {shell}, made by: graddiff --completion {shell}\n"

SHELLS = {
    "bash": render_bash_completion,
    "zsh": render_zsh_completion,
    "fish": render_fish_completion,
}


def render_completion_script(shell: str, commands: Mapping[str, click.Command]) -> str:
    """Returns the script for a shell.

    `commands` maps "" to the main command and each other command's name to that command.
    """
    header = SCRIPT_HEADER.format(shell=shell)
    # zsh reads only the first line for #compdef, so the header comes second.
    first_line, _, rest = SHELLS[shell](commands).partition("\n")
    return f"{first_line}\n{header}{rest}".lstrip("\n")
