"""What graddiff writes about itself: completion scripts and man pages.

`python -m graddiff.commands.generate` writes completions/ and man/ anew, below the folder that it
is run in."""

from __future__ import annotations

from pathlib import Path

import click

from graddiff import __version__
from graddiff.commands import COMMANDS, load_command
from graddiff.render.reference.completion import render_completion_script
from graddiff.render.reference.manual import render_command_page, render_language_page

SCRIPT_PATHS = {
    "bash": "completions/graddiff.bash",
    "zsh": "completions/_graddiff",
    "fish": "completions/graddiff.fish",
}


def load_commands() -> dict[str, click.Command]:
    """Returns every command by its name, the main one by ""."""
    return {name: load_command(name) for name in COMMANDS}


def build_completion_script(shell: str) -> str:
    """Returns the completion script for a shell of SCRIPT_PATHS."""
    return render_completion_script(shell, load_commands())


def render_shipped_files() -> dict[str, str]:
    """Returns the text of every file that is generated and shipped, by its path."""
    files = {path: build_completion_script(shell) for shell, path in SCRIPT_PATHS.items()}
    files["man/graddiff.1"] = render_command_page(load_commands(), __version__)
    files["man/graddiff-language.7"] = render_language_page(__version__)
    return files


if __name__ == "__main__":
    for path, text in render_shipped_files().items():
        Path(path).write_text(text, encoding="utf-8")
