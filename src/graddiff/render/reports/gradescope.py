"""results.json of a Gradescope autograder, for one student.

Source: gradescope-autograders.readthedocs.io, specifications, output format."""

from __future__ import annotations

import json
from collections.abc import Iterator

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
    tests = [
        {
            "name": format_part_name(part),
            "number": str(number),
            "score": part.score,
            "max_score": part.marks,
            "status": "passed" if part.status == "correct" else "failed",
            "output_format": "text",
            "output": "\n".join(
                [f"{part.status}: {format_answer(part)}".rstrip(": "), *generate_details(part)]
            ),
        }
        for number, part in enumerate(student.parts, 1)
    ]
    content = {
        "score": student.score,
        "output": "\n".join(list_remarks(student)),
        "output_format": "text",
        "tests": tests,
    }
    yield json.dumps(content, allow_nan=False, indent=1) + "\n"
