"""The table of a class, CSV or JSON Lines -> submissions.

    student,problem,part,answer          student,q1.value,q1.gradient.x
    ada,q1,value,-12                     ada,-12,-3

    {"student": "ada", "q1": {"value": "-12"}}

A row that cannot be read becomes the remark of its own submission; all other rows count."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from graddiff.autodiff.point import parse_json
from graddiff.errors import HomeworkError
from graddiff.homework.submitted_answers import (
    AnswerTable,
    Submission,
    describe_wrong_type,
    record_answer,
)
from graddiff.homework.toml_values import flatten_tables

LONG_COLUMNS = ("problem", "part", "answer")  # columns of a table with one answer per row
MAX_FIELD_SIZE = 2**31 - 1  # characters, the most that the csv module allows everywhere


class AnswerEntry(NamedTuple):
    """One answer of one student; with a remark, the remark takes its place."""

    student: str
    line: int
    problem: str = ""
    part: str = ""
    text: str = ""
    remark: str = ""


def parse_class_csv(text: str, path: str) -> list[Submission]:
    """Returns the submissions in a CSV or TSV text. Raises HomeworkError if it is no such table."""
    return gather_submissions(parse_csv_entries(text, path), path)


def parse_class_jsonl(text: str, path: str) -> list[Submission]:
    """Returns the submissions in JSON Lines."""
    return gather_submissions(parse_jsonl_entries(text), path)


def gather_submissions(entries: Iterator[AnswerEntry], path: str) -> list[Submission]:
    """Returns one submission per student, in the order in which the students appear first."""
    answers: dict[str, AnswerTable] = {}
    remarks: dict[str, list[str]] = {}
    for entry in entries:
        own = answers.setdefault(entry.student, {})
        own_remarks = remarks.setdefault(entry.student, [])
        if entry.remark:
            own_remarks.append(entry.remark)
        else:
            own_remarks += record_answer(own, entry.problem, entry.part, entry.text, entry.line)
    return [
        Submission(student, path, own, tuple(remarks[student])) for student, own in answers.items()
    ]


def make_bad_row(student: str, line: int, reason: str) -> AnswerEntry:
    """Returns the entry of a row that cannot be read; its line stands for an unknown student."""
    return AnswerEntry(student or f"line {line}", line, remark=f"line {line}: {reason}")


# CSV


def parse_csv_entries(text: str, path: str) -> Iterator[AnswerEntry]:
    """Yields the answers in all rows that are not blank."""
    csv.field_size_limit(MAX_FIELD_SIZE)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=detect_delimiter(text))
    try:
        header = read_header([name.strip() for name in next(reader, [])], path)
        for row in reader:
            if any(cell.strip() for cell in row):
                yield from parse_csv_row(header, row, reader.line_num)
    except csv.Error as error:
        raise HomeworkError(f"{path}, line {reader.line_num}: {error}") from None


def detect_delimiter(text: str) -> str:
    """Returns the tabulator or the semicolon if the header has it and no comma, else the comma."""
    header = text.partition("\n")[0]
    if "," in header:
        return ","
    return next((sign for sign in "\t;" if sign in header), ",")


def read_header(names: list[str], path: str) -> list[str]:
    """Returns the columns. Raises HomeworkError if they do not say who answers what."""
    known = ("student", *LONG_COLUMNS)
    header = [name.lower() if name.lower() in known else name for name in names]
    if "student" not in header:
        raise HomeworkError(
            f"{path} has no column student", hint="a first line such as student,problem,part,answer"
        )
    for name in header:
        if name and header.count(name) > 1:
            raise HomeworkError(f"{path} has two columns {name}")
    missing = [name for name in LONG_COLUMNS if name not in header]
    if missing and not any("." in name for name in header):
        raise HomeworkError(
            f"{path} has no column {missing[0]}",
            hint="student,problem,part,answer, or one column per quantity: student,q1.value",
        )
    return header


def parse_csv_row(header: list[str], row: list[str], line: int) -> Iterator[AnswerEntry]:
    """Yields the answers of a row: one, or one for each column of a quantity."""
    cells = dict(zip(header, row))
    student = cells.get("student", "").strip()
    if not student:
        yield make_bad_row("", line, "there is no student")
    elif len(row) > len(header):
        reason = f"there are {len(row)} fields, and {len(header)} in the header"
        yield make_bad_row(student, line, reason)
    elif all(name in header for name in LONG_COLUMNS):
        problem, part, answer = (cells.get(name, "") for name in LONG_COLUMNS)
        yield AnswerEntry(student, line, problem.strip(), part.strip(), answer)
    else:
        yield from parse_wide_row(student, cells, line)


def parse_wide_row(student: str, cells: Mapping[str, str], line: int) -> Iterator[AnswerEntry]:
    """Yields an answer for each column such as q1.value; other columns are ignored."""
    for name, text in cells.items():
        problem, _, quantity = name.partition(".")
        if quantity:
            yield AnswerEntry(student, line, problem, quantity, text)


# JSON Lines


def parse_jsonl_entries(text: str) -> Iterator[AnswerEntry]:
    """Yields the answers in all lines that are not blank."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield from parse_json_line(line, number)


def parse_json_line(line: str, number: int) -> Iterator[AnswerEntry]:
    """Yields the answers in an object: {"q1": {"value": "-12"}}, {"q1.value": "-12"}, or the
    members problem, part and answer."""
    try:
        record = parse_json(line)
    except (ValueError, RecursionError) as error:
        yield make_bad_row("", number, f"it is not JSON: {error}")
        return
    if not isinstance(record, dict) or not isinstance(record.get("student"), str):
        yield make_bad_row("", number, "there is no student")
        return
    student = record.pop("student")
    if all(name in record for name in LONG_COLUMNS):
        record = {str(record["problem"]): {str(record["part"]): record["answer"]}}
    for name, value in flatten_tables(record).items():
        problem, _, quantity = name.partition(".")
        if value is None or isinstance(value, str):
            yield AnswerEntry(student, number, problem, quantity, value or "")
        else:
            remark = describe_wrong_type(name, number)
            yield AnswerEntry(student, number, remark=remark)
