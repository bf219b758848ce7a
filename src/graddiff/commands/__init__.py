"""One file a command, and how a command line finds its command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from graddiff.errors import FileError, GraddiffError, UsageError

# The module of each command. A first word that is exactly one of these names is that command; anything else is an
# expression, which the main command, "", answers. A module is imported when its command is called for.
COMMANDS = {
    "": "main.command",
    "functions": "functions",
    "check": "check",
    "lint": "lint",
    "key": "key",
    "repl": "repl",
    "minimize": "minimize.command",
}


def load_command(name: str) -> click.Command:
    """Returns the command of a name."""
    command: click.Command = import_module(f"graddiff.commands.{COMMANDS[name]}").command
    return command


def run_command_line(arguments: Sequence[str]) -> int:
    """Runs a command line and returns its exit code."""
    if sys.stderr is None:  # closed by who called
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, it stays open to the end
    if sys.stdout is None:
        return report_error(FileError("the output cannot be written: standard output is closed"))
    first = arguments[0] if arguments and arguments[0] in COMMANDS else ""
    command = load_command(first)
    name = f"graddiff {first}" if first else "graddiff"
    try:
        # Not command.main(): it has its own ideas of a closed pipe and of Ctrl-C, and expands x*y on Windows.
        with command.make_context(name, [*arguments[bool(first) :]]) as context:
            code = command.invoke(context)
        sys.stdout.flush()
        return int(code or 0)
    except click.exceptions.Exit as end:  # --help, --version
        return end.exit_code
    except GraddiffError as error:
        return report_error(error)
    except click.UsageError as error:
        return report_error(
            UsageError(
                format_click_message(error.format_message()),
                hint=f"{name} --help shows the options",
            )
        )
    except BrokenPipeError:
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # nothing is left to flush at exit
        return 141
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return report_error(
            FileError(f"the output cannot be written: {(error.strerror or str(error)).lower()}")
        )


def report_error(error: GraddiffError) -> int:
    """Says what is wrong, behind what was written before, below the traceback where GRADDIFF_DEBUG is set."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
        if os.environ.get("GRADDIFF_DEBUG"):
            import traceback  # not on the way to an answer

            traceback.print_exception(error, file=sys.stderr)
        print(error.format_block(), file=sys.stderr)
    except OSError:
        pass  # nobody listens any more: the exit code still says it
    return error.exit_code


def format_click_message(message: str) -> str:
    """click's message in the house style: lower case, no full stop."""
    return message[:1].lower() + message[1:].rstrip(".")
