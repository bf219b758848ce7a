"""Grades a class, by one process or several, in the order of its submissions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graddiff.homework.answer_key import AnswerKey
from graddiff.homework.grading import StudentResult, grade_submission
from graddiff.homework.problems import Homework
from graddiff.homework.submitted_answers import Submission
from graddiff.system.processes import map_in_processes

CHUNK_SIZE = 20  # students that a process takes at a time

# The key of a worker process, and whether answers are shown. Each worker makes the key once:
# sending it with every chunk would take longer than grading.
_worker_keys: list[tuple[AnswerKey, bool]] = []


def grade_class(
    key: AnswerKey, submissions: Sequence[Submission], show_answers: bool, jobs: int
) -> Iterator[StudentResult]:
    """Yields the result of each student."""
    if jobs == 1:
        for submission in submissions:
            yield grade_submission(key, submission, show_answers)
        return
    chunks = split_submissions(submissions, CHUNK_SIZE)
    for _, results in map_in_processes(
        jobs, _grade_chunk, chunks, _prepare_grading_worker, key.homework, show_answers
    ):
        yield from results


def split_submissions(
    submissions: Sequence[Submission], size: int
) -> Iterator[Sequence[Submission]]:
    for start in range(0, len(submissions), size):
        yield submissions[start : start + size]


def _prepare_grading_worker(homework: Homework, show_answers: bool) -> None:
    _worker_keys.append((AnswerKey(homework), show_answers))


def _grade_chunk(chunk: Sequence[Submission]) -> list[StudentResult]:
    key, show_answers = _worker_keys[0]
    return [grade_submission(key, submission, show_answers) for submission in chunk]
