"""For gradebooks: CSV, an answer a row. A cell that a spreadsheet would take for a formula has a ' before it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import (
    StudentResults,
    format_answer,
    format_marks,
    list_remarks,
    neutralize_text,
)

CSV_HEADER = ("student", "problem", "part", "status", "score", "marks", "answer", "hypotheses")
FORMULA_SIGNS = "=+-@＝＋－＠:"  # as the first sign of a cell, or of a line in the log of a CI


def render_csv_report(homework: Homework, students: StudentResults) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for student in students:
        for remark in list_remarks(student):
            writer.writerow(
                [
                    neutralize_cell(student.student),
                    "",
                    "",
                    "remark",
                    "",
                    "",
                    neutralize_cell(remark),
                    "",
                ]
            )
        for part in student.parts:
            told = " ".join(hypothesis.id for hypothesis in part.hypotheses)
            texts = [neutralize_cell(text) for text in (student.student, part.problem, part.part)]
            marks = [part.status, format_marks(part.score), format_marks(part.marks)]
            writer.writerow([*texts, *marks, neutralize_cell(format_answer(part)), told])
    yield out.getvalue()


def neutralize_cell(text: str) -> str:
    text = neutralize_text(text)
    return (
        f"'{text}"
        if text.lstrip()[:1] in (*FORMULA_SIGNS, "'") and not is_numeric_cell(text)
        else text
    )


def is_numeric_cell(text: str) -> bool:
    digits = text.lstrip("+-").replace(".", "", 1)
    return digits.isascii() and digits.isdecimal()
