"""The TOML file of one student -> a submission.

student = "ada"      # optional: the name of the file by default

[q1]
value = -12
gradient.x = "-3"
"""

from __future__ import annotations

from graddiff.errors import HomeworkError
from graddiff.homework.submitted_answers import (
    AnswerTable,
    Submission,
    derive_student,
    make_unreadable_submission,
    record_answer,
)
from graddiff.homework.toml_values import flatten_tables, get_typed_text, read_toml


def parse_student_file(text: str, path: str) -> Submission:
    """Returns the submission in a file; it has the reason in it if the file cannot be read."""
    try:
        return parse_student_toml(text, path)
    except HomeworkError as error:
        return make_unreadable_submission(derive_student(path), path, error.message)


def parse_student_toml(text: str, path: str) -> Submission:
    """Returns the submission in a TOML text. Raises HomeworkError if it is not TOML."""
    table = read_toml(text, path)
    student = str(table.pop("student", derive_student(path)))
    lines_by_key = locate_toml_keys(text)
    answers: AnswerTable = {}
    remarks: list[str] = []
    for problem, section in table.items():
        if not isinstance(section, dict):
            # A remark never begins with a text of the student: the log of a CI could obey it.
            remarks.append(
                f"the key {problem} is not a problem: write an answer below the name "
                "of its problem, such as value = -12 below [q1]"
            )
            continue
        for quantity, value in flatten_tables(section).items():
            line = lines_by_key.get(f"{problem}.{quantity}", 0)
            remarks += record_answer(answers, problem, quantity, get_typed_text(value), line)
    return Submission(student, path, answers, tuple(remarks))


def locate_toml_keys(text: str) -> dict[str, int]:
    """Returns key -> number of its line, for the keys of a TOML text as they are usually written.

    tomllib tells no positions. Keys inside inline tables and texts of several lines are missing."""
    lines_by_key: dict[str, int] = {}
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        key, sign, _ = line.strip().partition("=")
        if key.startswith("[") and not sign:
            section = normalize_key(key.partition("]")[0].strip("["))
        elif sign:
            lines_by_key.setdefault(f"{section}.{normalize_key(key)}".lstrip("."), number)
    return lines_by_key


def normalize_key(key: str) -> str:
    """Returns a dotted key without its quotes and blanks."""
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
