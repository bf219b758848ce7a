"""Annotations of GitHub Actions: an error beside the line of each answer that is not right.

Escaped as actions/toolkit does (packages/core/src/command.ts)."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import (
    STATUS_WORDS,
    StudentResults,
    format_part_headline,
    format_part_name,
    generate_details,
    list_remarks,
)

DATA_ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}
PROPERTY_ESCAPES = {**DATA_ESCAPES, ":": "%3A", ",": "%2C"}


def render_github_report(homework: Homework, students: StudentResults) -> Iterator[str]:
    for student in students:
        for remark in list_remarks(student):
            yield format_annotation(student.path, 0, student.student, remark)
        for part in student.parts:
            if part.status != "correct":
                title = f"{student.student}: {format_part_name(part)} {STATUS_WORDS[part.status]}"
                line = part.answer.line if part.answer is not None else 0
                yield format_annotation(
                    student.path,
                    line,
                    title,
                    "\n".join([format_part_headline(part), *generate_details(part)]),
                )


def format_annotation(file: str, line: int, title: str, message: str) -> str:
    properties = {"file": file, **({"line": str(line)} if line else {}), "title": title}
    told = ",".join(
        f"{key}={escape_annotation(value, PROPERTY_ESCAPES)}" for key, value in properties.items()
    )
    return f"::error {told}::{escape_annotation(message, DATA_ESCAPES)}\n"


def escape_annotation(text: str, signs: dict[str, str]) -> str:
    for sign, written in signs.items():
        text = text.replace(sign, written)
    return "".join(c if c.isprintable() else "?" for c in text)
