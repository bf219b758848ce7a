"""TAP 14, the Test Anything Protocol: a point a part, with a YAML block where it is not right.

Source: testanything.org, TAP version 14 specification."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import Students, details, headline, name, quiet, remarks


def report(homework: Homework, students: Students) -> Iterator[str]:
    points = [(student, part) for student in students for part in student.parts]
    yield f"TAP version 14\n1..{len(points)}\n"
    for student in students:
        yield from (f"# {quiet(student.student)}: {remark}\n" for remark in remarks(student))
    for number, (student, part) in enumerate(points, 1):
        verdict = "ok" if part.status == "correct" else "not ok"
        yield f"{verdict} {number} - {description(f'{student.student}: {name(part)}')}\n"
        if part.status != "correct":
            fields = {"message": headline(part), "severity": "fail", "status": part.status}
            told = [f"{key}: {quoted(value)}" for key, value in fields.items()]
            told += (
                ["details: |", *(f"  {line}" for line in details(part))] if [*details(part)] else []
            )
            yield "".join(f"  {line}\n" for line in ("---", *told, "..."))


def quoted(text: str) -> str:
    """A YAML scalar in single quotes, which has no escapes but for the quote itself."""
    return "'" + quiet(text).replace("'", "''") + "'"


def description(text: str) -> str:
    """Escaped, so that it holds no directive."""
    return quiet(text).replace("\\", "\\\\").replace("#", "\\#")
