"""Runs the program: inside the process of the tests, or as a process of its own."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import shutil
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

import pytest

from graddiff.commands import run_command_line

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "graddiff"]

# What changes a picture, and what makes every start compile all modules anew.
LEFT_OUT = (
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "PYTHONIOENCODING"),
    "PYTHONDONTWRITEBYTECODE",
)
SILENT = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)

# The package of Debian that a program comes in, where it has another name.
PACKAGES = {"mlr": "miller", "dot": "graphviz", "man": "man-db", "cc": "gcc", "xargs": "findutils"}
PACKAGES |= {"pdflatex": "texlive-latex-base"}


def need(*programs: str) -> str:
    """Returns the path of the first of these programs that is installed. Without any, skips the
    test and says what is missing; with GRADDIFF_TEST_ALL=1, fails it."""
    for program in programs:
        if path := shutil.which(program):
            return path
    package = PACKAGES.get(programs[0], programs[0])
    raise missing(f"{' or '.join(programs)} is missing: apt install {package}")


def need_linux(path: str = "/proc/self/status") -> None:
    """Does for a file of Linux, in /proc or /dev, what `need` does for programs."""
    if not os.path.exists(path):
        raise missing(f"{path} is missing: this test needs Linux")


def need_terminal() -> None:
    """Does for a terminal of the test's own what `need` does for programs."""
    if not os.path.exists("/dev/ptmx"):
        raise missing("/dev/ptmx is missing: this test needs pseudo-terminals")


def missing(message: str) -> BaseException:
    """Returns what skips the test, or what fails it where no test may be skipped."""
    if os.environ.get("GRADDIFF_TEST_ALL", "0") in ("", "0"):
        return pytest.skip.Exception(message)
    return pytest.fail.Exception(message, pytrace=False)


def environment(**more: str) -> dict[str, str]:
    """Returns the environment without what would change a picture."""
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), **more}


def graddiff(
    *arguments: str,
    stdin: str | bytes = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = 60,
    joined: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    """Runs a command line inside this process, which takes no start: streams, environment, folder
    and warnings are those of a process of its own and are put back afterwards. If `joined`,
    standard error goes where standard output goes. What needs a true process calls `spawn`."""
    settings = environment(**(env or {}))
    encoding = settings.get("PYTHONIOENCODING", "utf-8")
    stdin = stdin.encode() if isinstance(stdin, str) else stdin
    out, err = io.BytesIO(), io.BytesIO()
    if joined:
        err = out
    streams = (
        io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin)), encoding),
        io.TextIOWrapper(out, encoding),
        io.TextIOWrapper(err, encoding, "backslashreplace", line_buffering=True),
    )
    with (
        use_streams(*streams),
        use_environment(settings),
        contextlib.chdir(cwd or os.getcwd()),
        print_warnings(),
        stop_after(timeout, arguments),
        leave_garbage(),
    ):
        code = run_command_line(arguments)
        for stream in streams[1:]:
            stream.flush()
    errors = b"" if joined else err.getvalue()
    return subprocess.CompletedProcess([*arguments], code, out.getvalue(), errors)


@contextlib.contextmanager
def use_streams(*streams: io.TextIOWrapper) -> Iterator[None]:
    """Puts three streams in the place of standard input, output and error."""
    names = ("stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__")
    before = {name: getattr(sys, name) for name in names}
    for name, stream in zip(names, 2 * streams):
        setattr(sys, name, stream)
    try:
        yield
    finally:
        for name, stream in before.items():
            setattr(sys, name, stream)


@contextlib.contextmanager
def use_environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Puts an environment in the place of that of the tests."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def print_warnings() -> Iterator[None]:
    """Writes warnings of Python to standard error, as an interpreter does that is started anew."""
    with warnings.catch_warnings(record=True) as raised:
        warnings.resetwarnings()
        for category in SILENT:
            warnings.simplefilter("ignore", category)
        try:
            yield
        finally:
            for warning in raised:
                place = (warning.category, warning.filename, warning.lineno)
                sys.stderr.write(warnings.formatwarning(warning.message, *place))


@contextlib.contextmanager
def stop_after(seconds: float, arguments: Sequence[str]) -> Iterator[None]:
    """Raises TimeoutExpired inside what takes longer, as subprocess.run does."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise subprocess.TimeoutExpired([*arguments], seconds)

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def leave_garbage() -> Iterator[None]:
    """Switches the search for cycles off, as __main__ does."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def spawn(
    *arguments: str,
    stdin: str | bytes = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = 60,
) -> subprocess.CompletedProcess[bytes]:
    """Runs a command line as people do, as a process of its own, which takes longer than
    `graddiff`: for workers, memory, and what Python does before and after a run."""
    return subprocess.run(
        [*COMMAND, *arguments],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        env=environment(**(env or {})),
        cwd=cwd,
        timeout=timeout,
    )


def output(
    *arguments: str, stdin: str | bytes = "", code: int = 0, env: Mapping[str, str] | None = None
) -> str:
    """Standard output of a run that ends with `code`."""
    process = graddiff(*arguments, stdin=stdin, env=env)
    assert process.returncode == code, process.stderr.decode()
    return process.stdout.decode()


def error(
    *arguments: str, stdin: str | bytes = "", code: int, env: Mapping[str, str] | None = None
) -> str:
    """Standard error of a run that ends with `code` and writes nothing else."""
    process = graddiff(*arguments, stdin=stdin, env=env)
    assert process.returncode == code, process.stdout.decode() + process.stderr.decode()
    assert process.stdout == b""
    return process.stderr.decode()


def read_terminal(terminal: int) -> bytes:
    """Reads from our side of a terminal until the other side is closed."""
    text = b""
    try:
        while chunk := os.read(terminal, 65536):
            text += chunk
    except OSError:  # Linux says so when the other side is closed
        pass
    return text
