"""JUnit XML, which every CI reads: a suite a student, a case a part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from graddiff.homework.grading import PartResult, StudentResult
from graddiff.homework.problems import Homework
from graddiff.render.markup import escape_xml
from graddiff.render.reports.wording import (
    StudentResults,
    format_part_headline,
    format_part_name,
    generate_details,
    list_remarks,
    neutralize_text,
)


def render_junit_report(homework: Homework, students: StudentResults) -> Iterator[str]:
    counts = sum(map(count_statuses, students), Counter[str]())
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites name={quote_attribute(homework.id)} {format_totals(counts)}>\n"
    for student in students:
        yield from render_suite(homework, student)
    yield "</testsuites>\n"


def classify_status(status: str) -> str:
    return {"correct": "passed", "invalid": "errors"}.get(status, "failures")


def format_totals(counts: Counter[str]) -> str:
    return f'tests="{counts.total()}" failures="{counts["failures"]}" errors="{counts["errors"]}" time="0"'


def count_statuses(student: StudentResult) -> Counter[str]:
    return Counter(
        [
            *(classify_status(part.status) for part in student.parts),
            *(["errors"] * bool(student.remarks)),
        ]
    )


def render_suite(homework: Homework, student: StudentResult) -> Iterator[str]:
    """The parts of a student, and a case for what is wrong with all of them."""
    group = f"{homework.id}.{student.student}"
    yield f"  <testsuite name={quote_attribute(student.student)} {format_totals(count_statuses(student))}>\n"
    if student.remarks:
        told = "\n".join(list_remarks(student))
        yield f'    <testcase name="submission" classname={quote_attribute(group)} time="0" file={quote_attribute(student.path)}>\n'
        yield f'      <error message={quote_attribute(told)} type="remark">{escape_xml(told)}</error>\n    </testcase>\n'
    for part in student.parts:
        yield from render_case(group, student, part)
    yield "  </testsuite>\n"


def render_case(group: str, student: StudentResult, part: PartResult) -> Iterator[str]:
    place = f" file={quote_attribute(student.path)}"
    if part.answer is not None and part.answer.line:
        place += f' line="{part.answer.line}"'
    head = f'    <testcase name={quote_attribute(format_part_name(part))} classname={quote_attribute(group)} time="0"{place}'
    if part.status == "correct":
        yield f"{head}/>\n"
        return
    tag = "error" if part.status == "invalid" else "failure"
    told = escape_xml("\n".join(generate_details(part)))
    yield f"{head}>\n      <{tag} message={quote_attribute(format_part_headline(part))} type={quote_attribute(part.status)}>{told}</{tag}>\n"
    yield "    </testcase>\n"


def quote_attribute(content: str) -> str:
    return f'"{escape_xml(neutralize_text(content))}"'
