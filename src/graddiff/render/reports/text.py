"""For people: one line a part, why below it, and for a class what went wrong how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from statistics import median

from graddiff.homework.grading import StudentResult
from graddiff.homework.mistakes import MISTAKES
from graddiff.homework.problems import Homework
from graddiff.render.reports.wording import (
    STATUS_WORDS,
    StudentResults,
    format_answer,
    format_marks,
    format_part_name,
    generate_details,
    list_remarks,
    neutralize_text,
)
from graddiff.render.terminal.canvas import Canvas, Line, Segment
from graddiff.render.terminal.table import Cell, lay_out_table

MAX_BAR_LENGTH = 30  # columns of the longest bar
MAX_SUMMARY_ROWS = 12  # mistakes and parts that the summary shows
STATUS_STYLES = {
    "correct": "right",
    "wrong": "wrong",
    "invalid": "wrong",
    "missing": "notice",
    "undecided": "notice",
}


def render_text_report(
    homework: Homework, students: StudentResults, canvas: Canvas, everything: bool
) -> Iterator[Line]:
    """With `everything`, what is right is shown for a class as it is for one student."""
    yield [Segment(canvas.transliterate(f"{homework.id}  {homework.title}".strip()), "head")]
    for student in students:
        yield []
        yield from render_student(student, canvas, everything or len(students) == 1)
    if len(students) > 1:
        yield []
        yield from render_class_summary(students, canvas)


def render_student(student: StudentResult, canvas: Canvas, everything: bool) -> Iterator[Line]:
    """A student's marks, and the parts."""
    marks = f"{format_marks(student.score)} of {format_marks(student.marks)}"
    yield [
        Segment(marks, "value"),
        Segment(f"  {canvas.transliterate(neutralize_text(student.student))}", "head"),
    ]
    for remark in list_remarks(student):
        yield [Segment(canvas.transliterate(f"  {remark}"), "notice")]
    parts = [part for part in student.parts if everything or part.status != "correct"]
    if not parts:
        return
    rows: list[list[Cell]] = []
    for part in parts:
        status = Segment(STATUS_WORDS[part.status], STATUS_STYLES[part.status])
        told = "" if part.counterexample is not None else part.rule
        marks = f"{format_marks(part.score)}/{format_marks(part.marks)}"
        cells = [
            Segment(f"  {canvas.transliterate(format_part_name(part))}"),
            Segment(canvas.transliterate(format_answer(part)), "node"),
            status,
        ]
        rows.append([[[cell]] for cell in [*cells, Segment(marks), Segment(told, "quiet")]])
    for part, line in zip(parts, lay_out_table(rows, "lllrl", canvas)):
        yield line
        for detail in generate_details(part):
            yield [Segment(f"      {canvas.transliterate(detail)}")]


def render_class_summary(students: StudentResults, canvas: Canvas) -> Iterator[Line]:
    """The class: its marks, which mistakes were made how often, which parts were hard."""
    scores = [student.score for student in students]
    told = f"{len(students):,} students, marks {format_marks(min(scores))} to {format_marks(max(scores))} of "
    mean = round(sum(scores) / len(scores), 2)
    told += f"{format_marks(students[0].marks)}, median {format_marks(median(scores))}, mean {format_marks(mean)}"
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
        yield from render_bars(
            [(MISTAKES[one].title, count) for one, count in mistakes.most_common(MAX_SUMMARY_ROWS)],
            canvas,
        )
    hard = Counter(
        format_part_name(part)
        for student in students
        for part in student.parts
        if part.status != "correct"
    )
    if hard:
        yield []
        yield [Segment("not right", "head")]
        yield from render_bars(hard.most_common(MAX_SUMMARY_ROWS), canvas)


def render_bars(counts: Iterable[tuple[str, int]], canvas: Canvas) -> list[Line]:
    counts = [*counts]
    most = max(count for _, count in counts)
    rows: list[list[Cell]] = [
        [
            [[Segment(f"  {canvas.transliterate(text)}")]],
            [[Segment(f"{count:,}")]],
            [
                [
                    Segment(
                        canvas.transliterate("█" * max(1, round(MAX_BAR_LENGTH * count / most))),
                        "partial",
                    )
                ]
            ],
        ]
        for text, count in counts
    ]
    return lay_out_table(rows, "lrl", canvas)
