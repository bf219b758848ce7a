"""TAP 14, the Test Anything Protocol: one test point per part, with reasons in a YAML block.

Source: testanything.org, TAP version 14 specification."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.homework.grading import PartResult
from graddiff.homework.problems import Homework
from graddiff.render.markup import quote_yaml
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
        for remark in list_remarks(student):
            yield f"# {neutralize_text(student.student)}: {remark}\n"
    for number, (student, part) in enumerate(points, 1):
        verdict = "ok" if part.status == "correct" else "not ok"
        description = escape_tap_description(f"{student.student}: {format_part_name(part)}")
        yield f"{verdict} {number} - {description}\n"
        if part.status != "correct":
            yield "".join(f"  {line}\n" for line in generate_yaml_block(part))


def generate_yaml_block(part: PartResult) -> Iterator[str]:
    """Yields the lines of the block that says why a part is not right."""
    yield "---"
    yield f"message: {quote_yaml(format_part_headline(part))}"
    yield "severity: 'fail'"
    yield f"status: {quote_yaml(part.status)}"
    details = [*generate_details(part)]
    if details:
        yield "details: |"
        yield from (f"  {line}" for line in details)
    yield "..."


def escape_tap_description(text: str) -> str:
    """Returns a description without a directive such as # TODO."""
    return neutralize_text(text).replace("\\", "\\\\").replace("#", "\\#")
