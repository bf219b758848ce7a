"""For programs: one JSON document, or one line a student."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from graddiff.homework.grading import STATUSES, PartResult, StudentResult
from graddiff.homework.problems import Homework
from graddiff.notation.numerals import format_float
from graddiff.render.json import Json
from graddiff.render.json.schema_file import load_schema
from graddiff.render.reports.wording import StudentResults, format_answer

HOMEWORK_SCHEMA_ID = "graddiff-homework/1"


def render_homework_json(homework: Homework, students: StudentResults) -> Iterator[str]:
    content = {
        "schema": HOMEWORK_SCHEMA_ID,
        "homework": homework.id,
        "students": [encode_student(student) for student in students],
    }
    yield encode_report_json(content, 1)


def render_homework_jsonl(homework: Homework, students: StudentResults) -> Iterator[str]:
    for student in students:
        content = {"schema": HOMEWORK_SCHEMA_ID, "homework": homework.id, **encode_student(student)}
        yield encode_report_json(content, None)


def encode_report_json(content: dict[str, Any], indent: int | None) -> str:
    """JSON in which nothing acts in the log of a CI: a sign is written by its number."""
    return json.dumps(content, allow_nan=False, indent=indent).replace("##[", "#\\u0023[") + "\n"


def encode_student(student: StudentResult) -> dict[str, Any]:
    problems: dict[str, list[dict[str, Any]]] = {}
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


def encode_part(result: PartResult) -> dict[str, Any]:
    at = result.counterexample
    content: dict[str, Any] = {
        "part": result.part,
        "status": result.status,
        "score": result.score,
        "marks": result.marks,
        "answer": format_answer(result),
        "line": result.answer.line if result.answer else 0,
        "rule": result.rule,
        "error": round_error(result.error),
        "message": result.message,
        "counterexample": None
        if at is None
        else {name: float(value) for name, value in at.items()},
        "hypotheses": [{"id": one.id, "message": one.message} for one in result.hypotheses],
    }
    return content if result.expected is None else content | {"expected": result.expected}


def round_error(error: float | None) -> float | None:
    """An error to two digits: how far off an answer is, which should not tell the right one."""
    return None if error is None or not error < float("inf") else float(format_float(error, 2))


def build_homework_schema() -> dict[str, Json]:
    """Returns the JSON Schema of both formats, from the file schema.json beside this module."""
    return load_schema("graddiff.render.reports", {"statuses": STATUSES})
