"""For people: one line a part, why below it, and for a class what went wrong how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from statistics import median

from graddiff.homework.grading import StudentResult
from graddiff.homework.mistakes import MISTAKES
from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import (
    STATUS,
    Students,
    answered,
    details,
    name,
    number,
    quiet,
    remarks,
)
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.table import Cell, lay_out

BAR = 30  # columns of the longest bar
COMMON = 12  # mistakes and parts that the summary shows
STYLES = {
    "correct": "right",
    "wrong": "wrong",
    "invalid": "wrong",
    "missing": "notice",
    "undecided": "notice",
}


def report(
    homework: Homework, students: Students, canvas: Canvas, everything: bool
) -> Iterator[Line]:
    """With `everything`, what is right is shown for a class as it is for one student."""
    yield [Segment(canvas.written(f"{homework.id}  {homework.title}".strip()), "head")]
    for student in students:
        yield []
        yield from one(student, canvas, everything or len(students) == 1)
    if len(students) > 1:
        yield []
        yield from summary(students, canvas)


def one(student: StudentResult, canvas: Canvas, everything: bool) -> Iterator[Line]:
    """A student's marks, and the parts."""
    marks = f"{number(student.score)} of {number(student.marks)}"
    yield [Segment(marks, "value"), Segment(f"  {canvas.written(quiet(student.student))}", "head")]
    for remark in remarks(student):
        yield [Segment(canvas.written(f"  {remark}"), "notice")]
    parts = [part for part in student.parts if everything or part.status != "correct"]
    if not parts:
        return
    rows: list[list[Cell]] = []
    for part in parts:
        status = Segment(STATUS[part.status], STYLES[part.status])
        told = "" if part.counterexample is not None else part.rule
        marks = f"{number(part.score)}/{number(part.marks)}"
        cells = [
            Segment(f"  {canvas.written(name(part))}"),
            Segment(canvas.written(answered(part)), "node"),
            status,
        ]
        rows.append([[[cell]] for cell in [*cells, Segment(marks), Segment(told, "quiet")]])
    for part, line in zip(parts, lay_out(rows, "lllrl", canvas)):
        yield line
        for detail in details(part):
            yield [Segment(f"      {canvas.written(detail)}")]


def summary(students: Students, canvas: Canvas) -> Iterator[Line]:
    """The class: its marks, which mistakes were made how often, which parts were hard."""
    scores = [student.score for student in students]
    told = f"{len(students):,} students, marks {number(min(scores))} to {number(max(scores))} of "
    mean = round(sum(scores) / len(scores), 2)
    told += f"{number(students[0].marks)}, median {number(median(scores))}, mean {number(mean)}"
    yield [Segment(told, "head")]
    mistakes = Counter(
        hypothesis.id
        for student in students
        for part in student.parts
        for hypothesis in part.hypotheses
    )
    if mistakes:
        yield []
        yield [Segment("answers that are consistent with", "head")]
        yield from bars(
            [(MISTAKES[one].title, count) for one, count in mistakes.most_common(COMMON)], canvas
        )
    hard = Counter(
        name(part) for student in students for part in student.parts if part.status != "correct"
    )
    if hard:
        yield []
        yield [Segment("not right", "head")]
        yield from bars(hard.most_common(COMMON), canvas)


def bars(counts: Iterable[tuple[str, int]], canvas: Canvas) -> list[Line]:
    counts = [*counts]
    most = max(count for _, count in counts)
    rows: list[list[Cell]] = [
        [
            [[Segment(f"  {canvas.written(text)}")]],
            [[Segment(f"{count:,}")]],
            [[Segment(canvas.written("█" * max(1, round(BAR * count / most))), "partial")]],
        ]
        for text, count in counts
    ]
    return lay_out(rows, "lrl", canvas)
