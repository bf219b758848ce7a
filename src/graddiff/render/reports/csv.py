"""CSV for gradebooks: one answer per row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from graddiff.homework.grading import PartResult, StudentResult
from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import (
    StudentResults,
    format_answer,
    format_marks,
    list_remarks,
    neutralize_text,
)

CSV_HEADER = ("student", "problem", "part", "status", "score", "marks", "answer", "hypotheses")
# The first signs of a cell that a spreadsheet computes, or of a line that the log of a CI obeys.
FORMULA_SIGNS = "=+-@＝＋－＠:"


def render_csv_report(homework: Homework, students: StudentResults) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for student in students:
        for remark in list_remarks(student):
            writer.writerow(make_remark_row(student, remark))
        for part in student.parts:
            writer.writerow(make_part_row(student, part))
    yield out.getvalue()


def make_remark_row(student: StudentResult, remark: str) -> list[str]:
    """Returns the row of a remark, which stands in the column of the answer."""
    name = neutralize_cell(student.student)
    return [name, "", "", "remark", "", "", neutralize_cell(remark), ""]


def make_part_row(student: StudentResult, part: PartResult) -> list[str]:
    """Returns the row of an answer."""
    return [
        neutralize_cell(student.student),
        neutralize_cell(part.problem),
        neutralize_cell(part.part),
        part.status,
        format_marks(part.score),
        format_marks(part.marks),
        neutralize_cell(format_answer(part)),
        " ".join(hypothesis.id for hypothesis in part.hypotheses),
    ]


def neutralize_cell(text: str) -> str:
    """Returns a text that no spreadsheet takes for a formula: one that looks so begins with '."""
    text = neutralize_text(text)
    looks_active = text.lstrip()[:1] in (*FORMULA_SIGNS, "'")
    return f"'{text}" if looks_active and not is_numeric_cell(text) else text


def is_numeric_cell(text: str) -> bool:
    digits = text.lstrip("+-").replace(".", "", 1)
    return digits.isascii() and digits.isdecimal()
