"""The report for GitHub Classroom's autograding reporter: one runner's result, in base64.

Source: github-education-resources/autograding-grading-reporter, src/main.js and
src/notify-classroom.js."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

from graddiff.homework.grading import PartResult, StudentResult
from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import (
    StudentResults,
    format_part_message,
    format_part_name,
    get_answer_line,
    list_remarks,
)

CLASSROOM_STATUS = {"correct": "pass", "invalid": "error"}  # any other status is "fail"
STATUSES_BY_WEIGHT = ("error", "fail", "pass")  # the first one that occurs is that of the runner


def render_classroom_report(homework: Homework, students: StudentResults) -> Iterator[str]:
    (student,) = students
    tests = [*encode_remarks(student), *(encode_test(student, part) for part in student.parts)]
    statuses = {test["status"] for test in tests}
    content = {
        "version": 1,
        "status": next((status for status in STATUSES_BY_WEIGHT if status in statuses), "pass"),
        "max_score": student.marks,
        "tests": tests,
    }
    yield base64.b64encode(json.dumps(content, allow_nan=False).encode()).decode() + "\n"


def encode_remarks(student: StudentResult) -> Iterator[dict[str, object]]:
    """Yields a failed test for what is wrong with the submission itself."""
    if student.remarks:
        yield {
            "name": "submission",
            "status": "error",
            "score": 0,
            "message": "\n".join(list_remarks(student)),
            "test_code": "",
            "filename": student.path,
            "line_no": 0,
            "execution_time": "0s",
        }


def encode_test(student: StudentResult, part: PartResult) -> dict[str, object]:
    status = CLASSROOM_STATUS.get(part.status, "fail")
    return {
        "name": format_part_name(part),
        "status": status,
        "score": part.score,
        "message": "" if status == "pass" else format_part_message(part),
        "test_code": "",
        "filename": student.path,
        "line_no": get_answer_line(part),
        "execution_time": "0s",
    }
