"""A class graded, by one process or several, in the order in which it handed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graddiff.homework.answer_key import AnswerKey
from graddiff.homework.grading import StudentResult, grade_submission
from graddiff.homework.problems import Homework
from graddiff.homework.submitted_answers import Submission
from graddiff.system.processes import map_in_processes

CHUNK_SIZE = 20  # students that a process takes at a time

_worker_keys: list[tuple[AnswerKey, bool]] = []  # of a worker


def grade_class(
    key: AnswerKey, submissions: Sequence[Submission], show: bool, jobs: int
) -> Iterator[StudentResult]:
    """The result of each student."""
    if jobs == 1:
        yield from (grade_submission(key, submission, show) for submission in submissions)
        return
    chunks = split_batches(submissions, CHUNK_SIZE)
    for _, results in map_in_processes(
        jobs, _grade_chunk, chunks, _prepare_grading_worker, key.homework, show
    ):
        yield from results


def split_batches(submissions: Sequence[Submission], size: int) -> Iterator[Sequence[Submission]]:
    yield from (submissions[start : start + size] for start in range(0, len(submissions), size))


def _prepare_grading_worker(homework: Homework, show: bool) -> None:
    _worker_keys.append((AnswerKey(homework), show))


def _grade_chunk(chunk: Sequence[Submission]) -> list[StudentResult]:
    key, show = _worker_keys[0]
    return [grade_submission(key, submission, show) for submission in chunk]
