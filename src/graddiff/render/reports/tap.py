"""TAP 14, the Test Anything Protocol: a point a part, with a YAML block where it is not right.

Source: testanything.org, TAP version 14 specification."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import (
    StudentResults,
    format_part_headline,
    format_part_name,
    generate_details,
    list_remarks,
    neutralize_text,
)


def render_tap_report(homework: Homework, students: StudentResults) -> Iterator[str]:
    points = [(student, part) for student in students for part in student.parts]
    yield f"TAP version 14\n1..{len(points)}\n"
    for student in students:
        yield from (
            f"# {neutralize_text(student.student)}: {remark}\n" for remark in list_remarks(student)
        )
    for number, (student, part) in enumerate(points, 1):
        verdict = "ok" if part.status == "correct" else "not ok"
        yield f"{verdict} {number} - {escape_tap_description(f'{student.student}: {format_part_name(part)}')}\n"
        if part.status != "correct":
            fields = {
                "message": format_part_headline(part),
                "severity": "fail",
                "status": part.status,
            }
            told = [f"{key}: {quote_yaml_scalar(value)}" for key, value in fields.items()]
            told += (
                ["details: |", *(f"  {line}" for line in generate_details(part))]
                if [*generate_details(part)]
                else []
            )
            yield "".join(f"  {line}\n" for line in ("---", *told, "..."))


def quote_yaml_scalar(text: str) -> str:
    """A YAML scalar in single quotes, which has no escapes but for the quote itself."""
    return "'" + neutralize_text(text).replace("'", "''") + "'"


def escape_tap_description(text: str) -> str:
    """Escaped, so that it holds no directive."""
    return neutralize_text(text).replace("\\", "\\\\").replace("#", "\\#")
