"""JUnit XML, which every CI reads: one suite per student, one case per part."""

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
    get_answer_line,
    list_remarks,
    neutralize_text,
)

OUTCOMES = {"correct": "passed", "invalid": "errors"}  # any other status counts as a failure


def render_junit_report(homework: Homework, students: StudentResults) -> Iterator[str]:
    counts = sum(map(count_outcomes, students), Counter[str]())
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites {format_attributes(name=homework.id)} {format_totals(counts)}>\n"
    for student in students:
        yield from render_suite(homework, student)
    yield "</testsuites>\n"


def count_outcomes(student: StudentResult) -> Counter[str]:
    """Returns how many parts of a student passed or failed; remarks count as one error."""
    counts = Counter(OUTCOMES.get(part.status, "failures") for part in student.parts)
    if student.remarks:
        counts["errors"] += 1
    return counts


def format_totals(counts: Counter[str]) -> str:
    failures, errors = counts["failures"], counts["errors"]
    return f'tests="{counts.total()}" failures="{failures}" errors="{errors}" time="0"'


def render_suite(homework: Homework, student: StudentResult) -> Iterator[str]:
    """Yields the parts of a student, after a case for what is wrong with the submission itself."""
    totals = format_totals(count_outcomes(student))
    yield f"  <testsuite {format_attributes(name=student.student)} {totals}>\n"
    group = f"{homework.id}.{student.student}"
    if student.remarks:
        yield from render_remarks(group, student)
    for part in student.parts:
        yield from render_case(group, student, part)
    yield "  </testsuite>\n"


def render_remarks(group: str, student: StudentResult) -> Iterator[str]:
    text = "\n".join(list_remarks(student))
    error = f'<error {format_attributes(message=text)} type="remark">{escape_xml(text)}</error>'
    yield (
        f'    <testcase name="submission" {format_attributes(classname=group)} time="0" '
        f"{format_attributes(file=student.path)}>\n      {error}\n    </testcase>\n"
    )


def render_case(group: str, student: StudentResult, part: PartResult) -> Iterator[str]:
    names = format_attributes(name=format_part_name(part), classname=group)
    head = f'    <testcase {names} time="0" {format_attributes(file=student.path)}'
    line = get_answer_line(part)
    if line:
        head += f' line="{line}"'
    if part.status == "correct":
        yield f"{head}/>\n"
        return
    tag = "error" if part.status == "invalid" else "failure"
    reason = format_attributes(message=format_part_headline(part), type=part.status)
    details = escape_xml("\n".join(generate_details(part)))
    yield f"{head}>\n      <{tag} {reason}>{details}</{tag}>\n    </testcase>\n"


def format_attributes(**attributes: str) -> str:
    """Returns XML attributes, quoted, without anything that acts in the log of a CI."""
    return " ".join(
        f'{name}="{escape_xml(neutralize_text(text))}"' for name, text in attributes.items()
    )
