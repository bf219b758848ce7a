"""Times tasks in turn, in one run: medians of several rounds after one that is not counted."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

PYTHON = sys.executable
GRADDIFF = [os.path.join(os.path.dirname(PYTHON), "graddiff")]  # the installed command
ENVIRONMENT = {
    k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")
}


def seconds(command: list[str], stdin: bytes = b"", stdout: str = os.devnull) -> float:
    """Of a whole process."""
    with open(stdout, "wb") as out:
        start = time.perf_counter()
        subprocess.run(command, input=stdin, stdout=out, env=ENVIRONMENT, check=True)
        return time.perf_counter() - start


def spent(task: Callable[[], object]) -> Callable[[], float]:
    """A task that tells its seconds."""

    def run() -> float:
        start = time.perf_counter()
        task()
        return time.perf_counter() - start

    return run


def in_turn(tasks: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Returns the median of each task's seconds. All tasks run once per round, each round begins
    with another task, and a first round is not counted."""
    found: dict[str, list[float]] = {name: [] for name in tasks}
    names = [*tasks]
    for count in range(rounds + 1):
        first = count % len(names)
        for name in names[first:] + names[:first]:
            elapsed = tasks[name]()
            if count:
                found[name].append(elapsed)
    return {name: statistics.median(times) for name, times in found.items()}


def report(
    title: str, medians: Mapping[str, float], base: str, unit: float = 1.0, digits: int = 2
) -> None:
    """A table of medians, divided by `unit` seconds, and their ratio to one of them."""
    print(f"\n| {title} | against {base} |\n|---|---|---|")
    for name, median in medians.items():
        print(f"| {name} | {median / unit:.{digits}f} | {median / medians[base]:.2f} |", flush=True)
