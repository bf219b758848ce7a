"""The report for people: one line per part with reasons below, and for a class a summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from statistics import median

from graddiff.homework.grading import PartResult, StudentResult
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
    """Yields the lines of the report. For a class, parts that are right are listed only with
    `everything`; for one student, they always are."""
    yield [Segment(canvas.transliterate(f"{homework.id}  {homework.title}".strip()), "head")]
    for student in students:
        yield []
        yield from render_student(student, canvas, everything or len(students) == 1)
    if len(students) > 1:
        yield []
        yield from render_class_summary(students, canvas)


def render_student(student: StudentResult, canvas: Canvas, everything: bool) -> Iterator[Line]:
    """Yields the marks of a student, the remarks, and the table of the parts with reasons."""
    marks = f"{format_marks(student.score)} of {format_marks(student.marks)}"
    name = canvas.transliterate(neutralize_text(student.student))
    yield [Segment(marks, "value"), Segment(f"  {name}", "head")]
    for remark in list_remarks(student):
        yield [Segment(canvas.transliterate(f"  {remark}"), "notice")]
    parts = [part for part in student.parts if everything or part.status != "correct"]
    if not parts:
        return
    table = lay_out_table([make_part_row(part, canvas) for part in parts], "lllrl", canvas)
    for part, line in zip(parts, table):
        yield line
        for detail in generate_details(part):
            yield [Segment(f"      {canvas.transliterate(detail)}")]


def make_part_row(part: PartResult, canvas: Canvas) -> list[Cell]:
    """Returns the name, answer, status, marks and rule of a part."""
    # A counterexample says more than the rule: it stands in the line below.
    rule = "" if part.counterexample is not None else part.rule
    segments = (
        Segment(f"  {canvas.transliterate(format_part_name(part))}"),
        Segment(canvas.transliterate(format_answer(part)), "node"),
        Segment(STATUS_WORDS[part.status], STATUS_STYLES[part.status]),
        Segment(f"{format_marks(part.score)}/{format_marks(part.marks)}"),
        Segment(rule, "quiet"),
    )
    return [[[segment]] for segment in segments]


def render_class_summary(students: StudentResults, canvas: Canvas) -> Iterator[Line]:
    """Yields the marks of the class, the most frequent mistakes, and the hardest parts."""
    yield [Segment(summarize_marks(students), "head")]
    parts = [part for student in students for part in student.parts]
    mistakes = Counter(hypothesis.id for part in parts for hypothesis in part.hypotheses)
    titles = {MISTAKES[mistake].title: count for mistake, count in mistakes.most_common()}
    yield from render_counts("answers that are consistent with", Counter(titles), canvas)
    missed = Counter(format_part_name(part) for part in parts if part.status != "correct")
    yield from render_counts("not right", missed, canvas)


def summarize_marks(students: StudentResults) -> str:
    """Returns `3 students, marks 2 to 10 of 10, median 5, mean 5.67`."""
    scores = [student.score for student in students]
    mean = round(sum(scores) / len(scores), 2)
    return (
        f"{len(students):,} students, marks {format_marks(min(scores))} to "
        f"{format_marks(max(scores))} of {format_marks(students[0].marks)}, "
        f"median {format_marks(median(scores))}, mean {format_marks(mean)}"
    )


def render_counts(title: str, counts: Counter[str], canvas: Canvas) -> Iterator[Line]:
    """Yields the most frequent texts with bars, below a title; nothing if there are none."""
    if not counts:
        return
    yield []
    yield [Segment(title, "head")]
    highest = max(counts.values())
    rows = [
        make_bar_row(text, count, highest, canvas)
        for text, count in counts.most_common(MAX_SUMMARY_ROWS)
    ]
    yield from lay_out_table(rows, "lrl", canvas)


def make_bar_row(text: str, count: int, highest: int, canvas: Canvas) -> list[Cell]:
    """Returns a text, its count, and a bar as long as the count is high."""
    length = max(1, round(MAX_BAR_LENGTH * count / highest))
    segments = (
        Segment(f"  {canvas.transliterate(text)}"),
        Segment(f"{count:,}"),
        Segment(canvas.transliterate("█" * length), "partial"),
    )
    return [[[segment]] for segment in segments]
