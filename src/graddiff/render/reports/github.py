"""Annotations of GitHub Actions: an error beside the line of each answer that is not right.

Source of the escapes: actions/toolkit, packages/core/src/command.ts."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import (
    STATUS_WORDS,
    StudentResults,
    format_part_message,
    format_part_name,
    get_answer_line,
    list_remarks,
)

DATA_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}  # % first: the others contain it
PROPERTY_ESCAPES = {**DATA_ESCAPES, ":": "%3A", ",": "%2C"}


def render_github_report(homework: Homework, students: StudentResults) -> Iterator[str]:
    for student in students:
        for remark in list_remarks(student):
            yield format_annotation(student.path, 0, student.student, remark)
        for part in student.parts:
            if part.status != "correct":
                title = f"{student.student}: {format_part_name(part)} {STATUS_WORDS[part.status]}"
                line, message = get_answer_line(part), format_part_message(part)
                yield format_annotation(student.path, line, title, message)


def format_annotation(file: str, line: int, title: str, message: str) -> str:
    """Returns an annotation of a line of a file, or of the file if the line is 0."""
    properties = {"file": file, "line": str(line), "title": title}
    if not line:
        del properties["line"]
    settings = ",".join(
        f"{key}={escape_annotation(value, PROPERTY_ESCAPES)}" for key, value in properties.items()
    )
    return f"::error {settings}::{escape_annotation(message, DATA_ESCAPES)}\n"


def escape_annotation(text: str, escapes: dict[str, str]) -> str:
    for sign, escape in escapes.items():
        text = text.replace(sign, escape)
    return "".join(sign if sign.isprintable() else "?" for sign in text)
