"""A class graded, by one process or several, in the order in which it handed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graddiff.homework.answer_key import Key
from graddiff.homework.grading import StudentResult, grade
from graddiff.homework.problems import Homework
from graddiff.homework.submissions import Submission
from graddiff.system.processes import by_processes

CHUNK = 20  # students that a process takes at a time

_own: list[tuple[Key, bool]] = []  # of a worker


def graded(
    key: Key, handed_in: Sequence[Submission], show: bool, jobs: int
) -> Iterator[StudentResult]:
    """The result of each student."""
    if jobs == 1:
        yield from (grade(key, submission, show) for submission in handed_in)
        return
    chunks = batched(handed_in, CHUNK)
    for _, results in by_processes(jobs, _grade, chunks, _begin, key.homework, show):
        yield from results


def batched(handed_in: Sequence[Submission], size: int) -> Iterator[Sequence[Submission]]:
    yield from (handed_in[start : start + size] for start in range(0, len(handed_in), size))


def _begin(homework: Homework, show: bool) -> None:
    _own.append((Key(homework), show))


def _grade(chunk: Sequence[Submission]) -> list[StudentResult]:
    key, show = _own[0]
    return [grade(key, submission, show) for submission in chunk]
