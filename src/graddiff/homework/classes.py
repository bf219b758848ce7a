"""A class graded, by one process or several, in the order in which it handed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graddiff.homework.grading import StudentResult, grade
from graddiff.homework.key import Key
from graddiff.homework.problems import Homework
from graddiff.homework.submissions import Submission

CHUNK = 20  # students that a process takes at a time

_own: list[tuple[Key, bool]] = []  # of a worker


def graded(key: Key, handed_in: Sequence[Submission], show: bool, jobs: int) -> Iterator[StudentResult]:
    """The result of each student."""
    if jobs == 1:
        yield from (grade(key, submission, show) for submission in handed_in)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(jobs, initializer=_begin, initargs=(key.homework, show)) as pool:
        yield from pool.map(_grade, handed_in, chunksize=CHUNK)


def _begin(homework: Homework, show: bool) -> None:
    _own.append((Key(homework), show))


def _grade(submission: Submission) -> StudentResult:
    key, show = _own[0]
    return grade(key, submission, show)
