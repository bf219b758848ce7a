"""The commands, one file or folder each, and how a command line finds its command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from graddiff.errors import FileError, GraddiffError, UsageError

# The module of each command. A first word that is exactly one of these names is that command;
# anything else is an expression, which the main command, "", answers. A module is imported only
# when its command runs.
COMMANDS = {
    "": "main.command",
    "functions": "functions",
    "check": "check",
    "lint": "lint",
    "key": "key",
    "repl": "repl",
    "minimize": "minimize.command",
}

CLOSED_PIPE_EXIT_CODE = 141  # that of a process which SIGPIPE ends


def load_command(name: str) -> click.Command:
    """Returns the command with a name of COMMANDS."""
    command: click.Command = import_module(f"graddiff.commands.{COMMANDS[name]}").command
    return command


def run_command_line(arguments: Sequence[str]) -> int:
    """Runs a command line and returns its exit code. An error is one block on standard error."""
    if sys.stderr is None:  # the caller has closed it
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, it stays open to the end
    if sys.stdout is None:
        return report_error(FileError("the output cannot be written: standard output is closed"))
    name = arguments[0] if arguments and arguments[0] in COMMANDS else ""
    try:
        code = invoke_command(name, arguments[bool(name) :])
        sys.stdout.flush()
        return code
    except GraddiffError as error:
        return report_error(error)
    except BrokenPipeError:
        discard_output()
        return CLOSED_PIPE_EXIT_CODE
    except OSError as error:
        discard_output()
        reason = (error.strerror or str(error)).lower()
        return report_error(FileError(f"the output cannot be written: {reason}"))


def invoke_command(name: str, arguments: Sequence[str]) -> int:
    """Runs one command and returns its exit code. Raises GraddiffError, UsageError included where
    click refuses an argument, and OSError where the output cannot be written."""
    command = load_command(name)
    path = f"graddiff {name}" if name else "graddiff"
    try:
        # Not command.main(): it would end the process at a closed pipe or at Ctrl-C in its own way,
        # and expand x*y to file names on Windows.
        with command.make_context(path, [*arguments]) as context:
            return int(command.invoke(context) or 0)
    except click.exceptions.Exit as end:  # after --help or --version
        return end.exit_code
    except click.UsageError as error:
        message = format_click_message(error.format_message())
        raise UsageError(message, hint=f"{path} --help shows the options") from None


def discard_output() -> None:
    """Sends to nowhere what is still to be flushed, so that Python does not fail again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def report_error(error: GraddiffError) -> int:
    """Writes an error to standard error, behind the output so far, and returns its exit code. If
    GRADDIFF_DEBUG is set, the traceback stands above it."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
        if os.environ.get("GRADDIFF_DEBUG"):
            import traceback  # not on the way to an answer

            traceback.print_exception(error, file=sys.stderr)
        print(error.format_block(), file=sys.stderr)
    except OSError:
        pass  # standard error is closed: the exit code still says that there was an error
    return error.exit_code


def format_click_message(message: str) -> str:
    """Returns a message of click in the style of graddiff: in lower case, without a full stop."""
    return message[:1].lower() + message[1:].rstrip(".")
