"""JUnit XML, which every CI reads: a suite a student, a case a part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from graddiff.homework.grading import PartResult, StudentResult
from graddiff.homework.problems import Homework
from graddiff.render.markup import xml_text
from graddiff.render.reports.wording import Students, details, headline, name, quiet, remarks


def report(homework: Homework, students: Students) -> Iterator[str]:
    counts = sum(map(counted, students), Counter[str]())
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f"<testsuites name={attribute(homework.id)} {totals(counts)}>\n"
    for student in students:
        yield from suite(homework, student)
    yield "</testsuites>\n"


def kind(status: str) -> str:
    return {"correct": "passed", "invalid": "errors"}.get(status, "failures")


def totals(counts: Counter[str]) -> str:
    return f'tests="{counts.total()}" failures="{counts["failures"]}" errors="{counts["errors"]}" time="0"'


def counted(student: StudentResult) -> Counter[str]:
    return Counter(
        [*(kind(part.status) for part in student.parts), *(["errors"] * bool(student.remarks))]
    )


def suite(homework: Homework, student: StudentResult) -> Iterator[str]:
    """The parts of a student, and a case for what is wrong with all of them."""
    group = f"{homework.id}.{student.student}"
    yield f"  <testsuite name={attribute(student.student)} {totals(counted(student))}>\n"
    if student.remarks:
        told = "\n".join(remarks(student))
        yield f'    <testcase name="submission" classname={attribute(group)} time="0" file={attribute(student.path)}>\n'
        yield f'      <error message={attribute(told)} type="remark">{xml_text(told)}</error>\n    </testcase>\n'
    for part in student.parts:
        yield from case(group, student, part)
    yield "  </testsuite>\n"


def case(group: str, student: StudentResult, part: PartResult) -> Iterator[str]:
    place = f" file={attribute(student.path)}"
    if part.answer is not None and part.answer.line:
        place += f' line="{part.answer.line}"'
    head = (
        f'    <testcase name={attribute(name(part))} classname={attribute(group)} time="0"{place}'
    )
    if part.status == "correct":
        yield f"{head}/>\n"
        return
    tag = "error" if part.status == "invalid" else "failure"
    told = xml_text("\n".join(details(part)))
    yield f"{head}>\n      <{tag} message={attribute(headline(part))} type={attribute(part.status)}>{told}</{tag}>\n"
    yield "    </testcase>\n"


def attribute(content: str) -> str:
    return f'"{xml_text(quiet(content))}"'
