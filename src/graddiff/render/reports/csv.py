"""For gradebooks: CSV, an answer a row. A cell that a spreadsheet would take for a formula has a ' before it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import Students, answered, number, quiet, remarks

HEADER = ("student", "problem", "part", "status", "score", "marks", "answer", "hypotheses")
ACTING = "=+-@＝＋－＠:"  # as the first sign of a cell, or of a line in the log of a CI


def report(homework: Homework, students: Students) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for student in students:
        for remark in remarks(student):
            writer.writerow(
                [harmless(student.student), "", "", "remark", "", "", harmless(remark), ""]
            )
        for part in student.parts:
            told = " ".join(hypothesis.id for hypothesis in part.hypotheses)
            texts = [harmless(text) for text in (student.student, part.problem, part.part)]
            marks = [part.status, number(part.score), number(part.marks)]
            writer.writerow([*texts, *marks, harmless(answered(part)), told])
    yield out.getvalue()


def harmless(text: str) -> str:
    text = quiet(text)
    return f"'{text}" if text.lstrip()[:1] in (*ACTING, "'") and not is_number(text) else text


def is_number(text: str) -> bool:
    digits = text.lstrip("+-").replace(".", "", 1)
    return digits.isascii() and digits.isdecimal()
