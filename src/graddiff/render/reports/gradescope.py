"""results.json of a Gradescope autograder, for one student.

Source: gradescope-autograders.readthedocs.io, specifications, output format."""

from __future__ import annotations

import json
from collections.abc import Iterator

from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import Students, answered, details, name, remarks


def report(homework: Homework, students: Students) -> Iterator[str]:
    (student,) = students
    tests = [
        {
            "name": name(part),
            "number": str(number),
            "score": part.score,
            "max_score": part.marks,
            "status": "passed" if part.status == "correct" else "failed",
            "output_format": "text",
            "output": "\n".join([f"{part.status}: {answered(part)}".rstrip(": "), *details(part)]),
        }
        for number, part in enumerate(student.parts, 1)
    ]
    content = {
        "score": student.score,
        "output": "\n".join(remarks(student)),
        "output_format": "text",
        "tests": tests,
    }
    yield json.dumps(content, allow_nan=False, indent=1) + "\n"
