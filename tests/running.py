"""Runs the program as people do: as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMMAND = [sys.executable, "-m", "graddiff"]
COLOURS = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "PYTHONIOENCODING")


def environment(**more: str) -> dict[str, str]:
    """The environment without what would change a picture."""
    kept = {name: value for name, value in os.environ.items() if name not in COLOURS}
    return {**kept, "PYTHONPATH": str(ROOT / "src"), **more}


def graddiff(
    *arguments: str,
    stdin: str | bytes = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    timeout: float = 60,
) -> subprocess.CompletedProcess[bytes]:
    """The finished process."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    return subprocess.run(
        [*COMMAND, *arguments],
        input=data,
        capture_output=True,
        env=environment(**(env or {})),
        cwd=cwd,
        timeout=timeout,
    )


def output(*arguments: str, stdin: str | bytes = "", code: int = 0, env: Mapping[str, str] | None = None) -> str:
    """Standard output of a run that ends with `code`."""
    process = graddiff(*arguments, stdin=stdin, env=env)
    assert process.returncode == code, process.stderr.decode()
    return process.stdout.decode()


def error(*arguments: str, stdin: str | bytes = "", code: int, env: Mapping[str, str] | None = None) -> str:
    """Standard error of a run that ends with `code` and writes nothing else."""
    process = graddiff(*arguments, stdin=stdin, env=env)
    assert process.returncode == code, process.stdout.decode() + process.stderr.decode()
    assert process.stdout == b""
    return process.stderr.decode()


def told_to(terminal: int) -> bytes:
    """All that is written to a terminal, of which this is our side, until the other side is closed."""
    told = b""
    try:
        while chunk := os.read(terminal, 65536):
            told += chunk
    except OSError:  # Linux says so when the other side is closed
        pass
    return told
