"""Annotations of GitHub Actions: an error beside the line of each answer that is not right.

Escaped as actions/toolkit does (packages/core/src/command.ts)."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import STATUS, Students, details, headline, name, remarks

DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
PROPERTY = {**DATA, ":": "%3A", ",": "%2C"}


def report(homework: Homework, students: Students) -> Iterator[str]:
    for student in students:
        for remark in remarks(student):
            yield command(student.path, 0, student.student, remark)
        for part in student.parts:
            if part.status != "correct":
                title = f"{student.student}: {name(part)} {STATUS[part.status]}"
                line = part.answer.line if part.answer is not None else 0
                yield command(
                    student.path, line, title, "\n".join([headline(part), *details(part)])
                )


def command(file: str, line: int, title: str, message: str) -> str:
    properties = {"file": file, **({"line": str(line)} if line else {}), "title": title}
    told = ",".join(f"{key}={escaped(value, PROPERTY)}" for key, value in properties.items())
    return f"::error {told}::{escaped(message, DATA)}\n"


def escaped(text: str, signs: dict[str, str]) -> str:
    for sign, written in signs.items():
        text = text.replace(sign, written)
    return "".join(c if c.isprintable() else "?" for c in text)
