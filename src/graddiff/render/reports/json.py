"""JSON for programs: one document for the class, or one line per student."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction

from graddiff.homework.grading import STATUSES, PartResult, StudentResult
from graddiff.homework.problems import Homework
from graddiff.notation.numerals import format_float
from graddiff.render.json import Json
from graddiff.render.json.schema_file import load_schema
from graddiff.render.reports.wording import StudentResults, format_answer, get_answer_line

HOMEWORK_SCHEMA_ID = "graddiff-homework/1"


def render_homework_json(homework: Homework, students: StudentResults) -> Iterator[str]:
    content: dict[str, Json] = {
        "schema": HOMEWORK_SCHEMA_ID,
        "homework": homework.id,
        "students": [encode_student(student) for student in students],
    }
    yield encode_report_json(content, 1)


def render_homework_jsonl(homework: Homework, students: StudentResults) -> Iterator[str]:
    for student in students:
        content = {"schema": HOMEWORK_SCHEMA_ID, "homework": homework.id, **encode_student(student)}
        yield encode_report_json(content, None)


def encode_report_json(content: dict[str, Json], indent: int | None) -> str:
    """Returns JSON that the log of a CI does not obey: in its command ##[, a sign is escaped."""
    text = json.dumps(content, allow_nan=False, indent=indent)
    return text.replace("##[", "#\\u0023[") + "\n"


def encode_student(student: StudentResult) -> dict[str, Json]:
    problems: dict[str, list[Json]] = {}
    for result in student.parts:
        problems.setdefault(result.problem, []).append(encode_part(result))
    return {
        "student": student.student,
        "file": student.path,
        "score": student.score,
        "marks": student.marks,
        "remarks": [*student.remarks],
        "problems": [{"id": problem, "parts": parts} for problem, parts in problems.items()],
    }


def encode_part(result: PartResult) -> dict[str, Json]:
    content: dict[str, Json] = {
        "part": result.part,
        "status": result.status,
        "score": result.score,
        "marks": result.marks,
        "answer": format_answer(result),
        "line": get_answer_line(result),
        "rule": result.rule,
        "error": round_error(result.error),
        "message": result.message,
        "counterexample": encode_point(result.counterexample),
        "hypotheses": [hypothesis._asdict() for hypothesis in result.hypotheses],
    }
    if result.expected is not None:
        content["expected"] = result.expected
    return content


def encode_point(at: Mapping[str, Fraction] | None) -> dict[str, Json] | None:
    return None if at is None else {name: float(value) for name, value in at.items()}


def round_error(error: float | None) -> float | None:
    """Returns an error to two digits, so that it does not give the right answer away."""
    return None if error is None or not error < float("inf") else float(format_float(error, 2))


def build_homework_schema() -> dict[str, Json]:
    """Returns the JSON Schema of both formats, from the file schema.json beside this module."""
    return load_schema("graddiff.render.reports", {"statuses": STATUSES})
