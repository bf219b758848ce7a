"""What GitHub Classroom's autograding reporter reads, in base64: the result of one runner, for one student.

Source: github-education-resources/autograding-grading-reporter, src/main.js and src/notify-classroom.js."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import (
    StudentResults,
    format_part_message,
    format_part_name,
    list_remarks,
)

CLASSROOM_STATUS = {"correct": "pass", "invalid": "error"}


def render_classroom_report(homework: Homework, students: StudentResults) -> Iterator[str]:
    (student,) = students
    statuses = [CLASSROOM_STATUS.get(part.status, "fail") for part in student.parts]
    tests = [
        {
            "name": format_part_name(part),
            "status": status,
            "score": part.score,
            "message": "" if status == "pass" else format_part_message(part),
            "test_code": "",
            "filename": student.path,
            "line_no": part.answer.line if part.answer is not None else 0,
            "execution_time": "0s",
        }
        for part, status in zip(student.parts, statuses)
    ]
    if student.remarks:
        told = "\n".join(list_remarks(student))
        whole = {
            "name": "submission",
            "status": "error",
            "score": 0,
            "message": told,
            "test_code": "",
        }
        tests.insert(0, {**whole, "filename": student.path, "line_no": 0, "execution_time": "0s"})
    worst = (
        "error"
        if "error" in statuses or student.remarks
        else "fail"
        if "fail" in statuses
        else "pass"
    )
    content = {"version": 1, "status": worst, "max_score": student.marks, "tests": tests}
    yield base64.b64encode(json.dumps(content, allow_nan=False).encode()).decode() + "\n"
