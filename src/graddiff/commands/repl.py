"""graddiff repl: a prompt where expression, bindings and options are changed one at a time."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import NamedTuple

import click

from graddiff.autodiff.point import add_bindings, split_at_commas
from graddiff.errors import FileError, GraddiffError, UsageError, make_printable
from graddiff.language.parser import parse

HELP = """Starts a prompt that keeps an expression, its bindings and options.

It answers again whenever one of them changes.

\b
  (x+y)*z                 a line is an expression
  :at x=1,y=3,z=-3        binds; :at x=2 changes one binding, :at alone removes all
  :with --explain         sets options of graddiff; :with alone removes them
  :show                   answers again; :help, :quit

Lines can be edited, and the next session remembers them."""

PROMPT = "graddiff> "
MAX_HISTORY_LINES = 1_000  # lines


class SessionState(NamedTuple):
    """What is asked: a command line in three parts."""

    expression: str = ""
    at: tuple[tuple[str, str], ...] = ()
    options: tuple[str, ...] = ()

    @property
    def variables(self) -> Collection[str]:
        """Those of the expression: bindings of others wait until they are needed."""
        try:
            return parse(self.expression, dict(self.at)).variables
        except GraddiffError:
            return dict(self.at)

    @property
    def arguments(self) -> list[str]:
        variables = self.variables
        bound = [f"{name}={value}" for name, value in self.at if name in variables]
        return [*self.options, *(["--at", ",".join(bound)] if bound else []), "--", self.expression]


@click.command(
    help=HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
def command() -> int:
    if sys.stdin is None:
        raise FileError("standard input is closed")
    state, worst = SessionState(), 0
    history = load_history() if sys.stdin.isatty() else ""
    for line in read_input_lines():
        try:
            changed = apply_line(state, line)
        except UsageError as error:
            print(error.format_block(), file=sys.stderr)
            worst = max(worst, error.exit_code)
            continue
        if changed is None:
            break
        if changed.expression and (changed != state or line.strip() == ":show"):
            code = run_session(changed)
            worst = max(worst, code)
            if code == UsageError.exit_code or not is_readable(changed):
                continue  # what cannot be read leaves everything as it was
        state = changed
    save_history(history)
    return 0 if sys.stdin.isatty() else worst


def read_input_lines() -> Iterator[str]:
    """What is typed, line by line, or what stands in a pipe."""
    while True:
        try:
            yield input(PROMPT if sys.stdin.isatty() else "")
        except EOFError:
            return
        except KeyboardInterrupt:  # gives up a line, not the session
            print()


def apply_line(state: SessionState, line: str) -> SessionState | None:
    """What is asked after a line; None at the end. Raises UsageError for what means nothing."""
    word, _, rest = line.strip().partition(" ")
    if not word or word == ":show":
        return state
    if word == ":quit":
        return None
    if word == ":help":
        print(HELP.replace("\b\n", ""))
        return state
    if word == ":at":
        return state._replace(at=update_bindings(state.at, rest) if rest.strip() else ())
    if word == ":with":
        try:
            return state._replace(options=tuple(shlex.split(rest)))
        except ValueError as error:
            raise UsageError(f"the options cannot be read: {error}") from None
    if word.startswith(":"):
        raise UsageError(f"there is no {make_printable(word)}", hint=":help shows what there is")
    return state._replace(expression=line.strip())


def update_bindings(
    bindings: tuple[tuple[str, str], ...], text: str
) -> tuple[tuple[str, str], ...]:
    """The bindings with those of a text added or changed; `x=` takes one away."""
    found = dict(bindings)
    for part in split_at_commas(text):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or not name:
            raise UsageError(
                f"{make_printable(part.strip()) or 'nothing'} is no binding", hint=":at x=1,y=pi/2"
            )
        found[name] = value
    return tuple((name, value) for name, value in found.items() if value)


def run_session(state: SessionState) -> int:
    """Answers as the command line would, and gives its exit code; what is wrong is said, and the prompt comes back."""
    from graddiff.commands import run_command_line

    try:
        return run_command_line(state.arguments)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130


def is_readable(state: SessionState) -> bool:
    """Whether the expression and the bindings can be read, whatever they come to."""
    try:
        parse(state.expression, dict(state.at))
        add_bindings({}, state.at, "--at")
    except GraddiffError:
        return False
    return True


def locate_history_file() -> str:
    home = os.environ.get("XDG_STATE_HOME") or os.path.join(
        os.path.expanduser("~"), ".local", "state"
    )
    return os.path.join(home, "graddiff", "history")


def load_history() -> str:
    """Line editing, and the lines of earlier sessions; the file to keep them in, "" where there is no readline."""
    try:
        import readline
    except ImportError:
        return ""
    with suppress(OSError):
        readline.read_history_file(locate_history_file())
    readline.set_history_length(MAX_HISTORY_LINES)
    return locate_history_file()


def save_history(path: str) -> None:
    if not path:
        return
    import readline

    with suppress(OSError):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        readline.write_history_file(path)
