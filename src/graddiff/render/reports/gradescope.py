"""results.json of a Gradescope autograder, for one student.

Source: gradescope-autograders.readthedocs.io, specifications, output format."""

from __future__ import annotations

import json
from collections.abc import Iterator

from graddiff.homework.grading import PartResult
from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import (
    StudentResults,
    format_answer,
    format_part_name,
    generate_details,
    list_remarks,
)


def render_gradescope_report(homework: Homework, students: StudentResults) -> Iterator[str]:
    (student,) = students
    content = {
        "score": student.score,
        "output": "\n".join(list_remarks(student)),
        "output_format": "text",
        "tests": [encode_test(number, part) for number, part in enumerate(student.parts, 1)],
    }
    yield json.dumps(content, allow_nan=False, indent=1) + "\n"


def encode_test(number: int, part: PartResult) -> dict[str, object]:
    answer = format_answer(part)
    headline = f"{part.status}: {answer}" if answer else part.status
    return {
        "name": format_part_name(part),
        "number": str(number),
        "score": part.score,
        "max_score": part.marks,
        "status": "passed" if part.status == "correct" else "failed",
        "output_format": "text",
        "output": "\n".join([headline, *generate_details(part)]),
    }
