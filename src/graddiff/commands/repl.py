"""graddiff repl: a prompt where expression, bindings and options are changed one at a time."""

import os
import shlex
import sys
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import NamedTuple

import click

from graddiff.autodiff.point import add_bindings, split_at_commas
from graddiff.commands import run_command_line
from graddiff.commands.shared.options import CONTEXT_SETTINGS
from graddiff.errors import FileError, GraddiffError, UsageError, make_printable
from graddiff.language.parser import parse

HELP = """Starts a prompt that keeps an expression, its bindings and options.

It answers again whenever one of them changes.

\b
  (x+y)*z                 a line is an expression
  :at x=1,y=3,z=-3        binds; :at x=2 changes one, :at alone removes all
  :with --explain         sets options of graddiff; :with alone removes them
  :show                   answers again; :help, :quit

Lines can be edited, and the next session remembers them."""

PROMPT = "graddiff> "
MAX_HISTORY_LINES = 1_000
INTERRUPTED_EXIT_CODE = 130  # that of a process which Ctrl-C ends


class SessionState(NamedTuple):
    """What the session holds: a command line in three parts."""

    expression: str = ""
    at: tuple[tuple[str, str], ...] = ()  # names and values, as they were typed
    options: tuple[str, ...] = ()

    @property
    def variables(self) -> Collection[str]:
        """The variables of the expression, or all bound names where it cannot be read."""
        try:
            return parse(self.expression, dict(self.at)).variables
        except GraddiffError:
            return dict(self.at)

    @property
    def arguments(self) -> list[str]:
        """The command line. Bindings of other expressions' variables wait until they are
        needed."""
        variables = self.variables
        bindings = [f"{name}={value}" for name, value in self.at if name in variables]
        at = ["--at", ",".join(bindings)] if bindings else []
        return [*self.options, *at, "--", self.expression]


@click.command(help=HELP, context_settings=CONTEXT_SETTINGS)
def command() -> int:
    if sys.stdin is None:
        raise FileError("standard input is closed")
    history = load_history() if sys.stdin.isatty() else ""
    worst = run_session()
    save_history(history)
    return 0 if sys.stdin.isatty() else worst


def run_session() -> int:
    """Answers line by line until the end and returns the worst exit code."""
    state, worst = SessionState(), 0
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
            code = answer_state(changed)
            worst = max(worst, code)
            if code == UsageError.exit_code or not is_readable(changed):
                continue  # what cannot be read leaves the state as it was
        state = changed
    return worst


def read_input_lines() -> Iterator[str]:
    """Yields lines as they are typed, or as they stand in a pipe."""
    while True:
        try:
            yield input(PROMPT if sys.stdin.isatty() else "")
        except EOFError:
            return
        except KeyboardInterrupt:  # Ctrl-C gives up the line, not the session
            print()


def apply_line(state: SessionState, line: str) -> SessionState | None:
    """Returns the state after a line, None where the session ends. Raises UsageError for a line
    that means nothing."""
    word, _, rest = line.strip().partition(" ")
    if not word or word == ":show":
        return state
    if word == ":quit":
        return None
    if word == ":help":
        print(HELP.replace("\b\n", ""))
        return state
    if word == ":at":
        bindings = update_bindings(state.at, rest) if rest.strip() else ()
        return state._replace(at=bindings)
    if word == ":with":
        return state._replace(options=split_options(rest))
    if word.startswith(":"):
        raise UsageError(f"there is no {make_printable(word)}", hint=":help shows what there is")
    return state._replace(expression=line.strip())


def update_bindings(
    bindings: tuple[tuple[str, str], ...], text: str
) -> tuple[tuple[str, str], ...]:
    """Returns the bindings with those of a text added or changed; `x=` takes one away. Raises
    UsageError for a text that is no binding."""
    updated = dict(bindings)
    for part in split_at_commas(text):
        name, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or not name:
            shown = make_printable(part.strip()) or "nothing"
            raise UsageError(f"{shown} is no binding", hint=":at x=1,y=pi/2")
        updated[name] = value
    return tuple((name, value) for name, value in updated.items() if value)


def split_options(text: str) -> tuple[str, ...]:
    """Returns the words of a text, as a shell reads them. Raises UsageError where a quote is not
    closed."""
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise UsageError(f"the options cannot be read: {error}") from None


def answer_state(state: SessionState) -> int:
    """Answers as the command line does and returns its exit code. Errors are printed, and the
    session goes on."""
    try:
        return run_command_line(state.arguments)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return INTERRUPTED_EXIT_CODE


def is_readable(state: SessionState) -> bool:
    """Whether expression and bindings can be read, whatever their values are."""
    try:
        parse(state.expression, dict(state.at))
        add_bindings({}, state.at, "--at")
    except GraddiffError:
        return False
    return True


def locate_history_file() -> str:
    folder = os.environ.get("XDG_STATE_HOME")
    if not folder:
        folder = os.path.join(os.path.expanduser("~"), ".local", "state")
    return os.path.join(folder, "graddiff", "history")


def load_history() -> str:
    """Switches line editing on, with the lines of earlier sessions. Returns the file to keep them
    in, "" where Python has no readline."""
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
