"""Files and folders of answers -> submissions.

A student hands in a TOML file (student_file); a class is one table (class_table); a folder holds
any of them. In a folder, a file that cannot be read becomes a submission with the reason in it,
so that the other students are graded all the same."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from graddiff.errors import FileError, HomeworkError
from graddiff.homework.class_table import parse_class_csv, parse_class_jsonl
from graddiff.homework.student_file import parse_student_file
from graddiff.homework.submitted_answers import (
    Submission,
    derive_student,
    make_unreadable_submission,
)
from graddiff.system.files import read_text

CSV_SUFFIXES = (".csv", ".tsv")
JSONL_SUFFIXES = (".jsonl", ".ndjson")
ANSWER_SUFFIXES = (".toml", *CSV_SUFFIXES, *JSONL_SUFFIXES)


def read_submissions(paths: Sequence[str]) -> list[Submission]:
    """Returns the submissions in files and folders, one per student, in their order.

    Raises FileError for a path that cannot be read, HomeworkError for a table without the columns
    that it needs and for a student who hands in twice."""
    submissions: dict[str, Submission] = {}
    for path in paths:
        is_folder = os.path.isdir(path)
        for submission in read_folder(path) if is_folder else read_file(path):
            if submission.student not in submissions:
                submissions[submission.student] = submission
            else:
                resolve_duplicate(submissions, submission, is_folder)
    if not submissions:
        raise HomeworkError(f"there is no answer in {', '.join(paths[:4])}")
    return [*submissions.values()]


def resolve_duplicate(
    submissions: dict[str, Submission], later: Submission, is_folder: bool
) -> None:
    """Keeps one of two submissions of the same student; the other becomes unreadable.

    In a folder, the file that is named after the student wins over one that only claims the name:
    otherwise a student could hand in for another one. Raises HomeworkError outside a folder."""
    earlier = submissions[later.student]
    message = f"{later.student} hands in twice: {earlier.path} and {later.path}"
    if not is_folder:
        raise HomeworkError(message)
    kept, refused = earlier, later
    if is_named_after_student(later) and not is_named_after_student(earlier):
        kept, refused = later, earlier
    submissions[later.student] = kept
    name = derive_student(refused.path)
    key = name if name not in submissions else refused.path
    submissions[key] = make_unreadable_submission(refused.path, refused.path, message)


def is_named_after_student(submission: Submission) -> bool:
    return derive_student(submission.path) == submission.student


def read_folder(path: str) -> Iterator[Submission]:
    """Yields the submissions in the files of a folder, in the order of their names."""
    try:
        names = sorted(os.listdir(path))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileError(f"{path} cannot be read: {reason}") from None
    names = [name for name in names if has_answer_suffix(name) and not name.startswith(".")]
    if not names:
        raise FileError(
            f"no file in {path} holds answers",
            hint=f"their suffixes are {', '.join(ANSWER_SUFFIXES)}",
        )
    for name in names:
        file = os.path.join(path, name)
        try:
            yield from read_file(file)
        except (HomeworkError, FileError) as error:
            yield make_unreadable_submission(derive_student(file), file, error.message)


def has_answer_suffix(path: str) -> bool:
    return path.lower().endswith(ANSWER_SUFFIXES)


def read_file(path: str) -> list[Submission]:
    """Returns the submissions in one file; "-" is the file of a student on standard input."""
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in ANSWER_SUFFIXES and path != "-":
        raise FileError(
            f"{path} is no file of answers",
            hint=f"the suffix has to be one of {', '.join(ANSWER_SUFFIXES)}",
        )
    text = read_text(path)
    if suffix in CSV_SUFFIXES:
        return parse_class_csv(text, path)
    if suffix in JSONL_SUFFIXES:
        return parse_class_jsonl(text, path)
    return [parse_student_file(text, path)]
