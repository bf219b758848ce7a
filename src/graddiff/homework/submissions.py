"""What students handed in -> submissions: a TOML file a student, CSV or JSON Lines for a class, a folder of them.

    [q1]                                    student,problem,part,answer       student,q1.value,q1.gradient.x
    value = -12                             ada,q1,value,-12                  ada,-12,-3
    gradient.x = "-3"

A submission that cannot be read is one with a remark: it takes nobody else's away."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from graddiff.autodiff.point import parse_json
from graddiff.checks.expectations import expand_quantity
from graddiff.errors import FileError, HomeworkError
from graddiff.homework.homework_file import flatten_tables, get_typed_text, read_toml
from graddiff.system.files import read_text

ANSWER_SUFFIXES = (".toml", ".csv", ".tsv", ".jsonl", ".ndjson")
LONG_COLUMNS = ("problem", "part", "answer")  # columns of a table with an answer a row


class SubmittedAnswer(NamedTuple):
    """The text of an answer, the line of its file, 0 where that is unknown, and what the student calls the part."""

    text: str
    line: int
    part: str = ""


class Submission(NamedTuple):
    """The answers of a student by problem and quantity; what is wrong with some of them, and with all of them."""

    student: str
    path: str
    answers: Mapping[tuple[str, str], SubmittedAnswer]
    remarks: tuple[str, ...] = ()
    unreadable: str = ""


class AnswerEntry(NamedTuple):
    """One answer of one student, or a remark in its place."""

    student: str
    problem: str
    part: str
    answer: SubmittedAnswer
    remark: str = ""


def read_submissions(paths: Sequence[str]) -> list[Submission]:
    """The submissions in files and folders, a student each, in their order.

    Raises FileError for what cannot be opened, HomeworkError for a table that is none and for a student who hands in
    twice."""
    found: dict[str, Submission] = {}
    for path in paths:
        folder = os.path.isdir(path)
        for submission in read_submission_folder(path) if folder else read_submission_file(path):
            before = found.setdefault(submission.student, submission)
            if before is submission:
                continue
            told = f"{submission.student} hands in twice: {before.path} and {submission.path}"
            if not folder:
                raise HomeworkError(told)
            mine, other = (
                (before, submission)
                if is_named_after_student(before) or not is_named_after_student(submission)
                else (submission, before)
            )
            found[submission.student] = mine
            name = derive_student(other.path)
            found[name if name not in found else other.path] = Submission(
                other.path, other.path, {}, (), told
            )
    if not found:
        raise HomeworkError(f"there is no answer in {', '.join(paths[:4])}")
    return [*found.values()]


def is_named_after_student(submission: Submission) -> bool:
    """Whether the file has the name of the student, and does not only say so."""
    return derive_student(submission.path) == submission.student


def read_submission_folder(path: str) -> Iterator[Submission]:
    """The submissions in the files of a folder. One that cannot be read takes nobody else's away."""
    try:
        names = sorted(
            name
            for name in os.listdir(path)
            if name.lower().endswith(ANSWER_SUFFIXES) and name[0] != "."
        )
    except OSError as error:
        raise FileError(
            f"{path} cannot be read: {(error.strerror or str(error)).lower()}"
        ) from None
    if not names:
        raise FileError(
            f"no file in {path} holds answers",
            hint=f"their suffixes are {', '.join(ANSWER_SUFFIXES)}",
        )
    for name in names:
        file = os.path.join(path, name)
        try:
            yield from read_submission_file(file)
        except (HomeworkError, FileError) as error:
            yield Submission(derive_student(file), file, {}, (), error.message)


def read_submission_file(path: str) -> list[Submission]:
    """The submissions in one file."""
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in ANSWER_SUFFIXES and path != "-":
        raise FileError(
            f"{path} is no file of answers",
            hint=f"its suffix says how: {', '.join(ANSWER_SUFFIXES)}",
        )
    text = read_text(path)
    if suffix in (".csv", ".tsv"):
        return gather_submissions(parse_csv_entries(text, path), path)
    if suffix in (".jsonl", ".ndjson"):
        return gather_submissions(parse_jsonl_entries(text), path)
    try:
        return [parse_toml_submission(text, path)]
    except HomeworkError as error:
        return [Submission(derive_student(path), path, {}, (), error.message)]


def derive_student(path: str) -> str:
    """Who hands in a file of one's own."""
    return "standard input" if path == "-" else os.path.splitext(os.path.basename(path))[0]


def parse_toml_submission(text: str, path: str) -> Submission:
    """A student's own file; `student = "…"` on top names somebody else than the file does."""
    table = read_toml(text, path)
    name = table.pop("student", derive_student(path))
    lines = TomlKeyLines(text)
    answers: dict[tuple[str, str], SubmittedAnswer] = {}
    remarks: list[str] = []
    for problem, section in table.items():
        if not isinstance(section, dict):
            remarks.append(
                f"what is called {problem} is no problem: an answer stands below [q1], as value = -12"
            )
            continue
        for quantity, value in flatten_tables(section).items():
            remarks += record_answer(
                answers,
                problem,
                quantity,
                get_typed_text(value),
                lines.find_line(problem, quantity),
            )
    return Submission(str(name), path, answers, tuple(remarks))


def record_answer(
    answers: dict[tuple[str, str], SubmittedAnswer],
    problem: str,
    quantity: str,
    text: str | None,
    line: int,
) -> Iterator[str]:
    """Takes an answer down; yields what is wrong with it."""
    place = (problem, expand_quantity(quantity) if quantity else "")
    if place in answers:
        lines = f"lines {answers[place].line} and {line}"
        yield f"the part {problem}.{quantity} is answered twice ({lines}); the first one counts"
    elif text is None:
        yield f"the answer to {problem}.{quantity} is neither a number nor a text (line {line})"
    else:
        answers[place] = SubmittedAnswer(text, line, quantity)


class TomlKeyLines:
    """Where the keys of a TOML text stand; 0 for what is not found."""

    def __init__(self, text: str) -> None:
        self._lines_by_key: dict[str, int] = {}
        section = ""
        for number, line in enumerate(text.split("\n"), 1):
            key, sign, _ = line.strip().partition("=")
            if key.startswith("[") and not sign:
                section = normalize_key(key.partition("]")[0].strip("["))
            elif sign:
                self._lines_by_key.setdefault(f"{section}.{normalize_key(key)}".lstrip("."), number)

    def find_line(self, problem: str, quantity: str) -> int:
        return self._lines_by_key.get(f"{problem}.{quantity}", 0)


def normalize_key(key: str) -> str:
    """A key without its quotes and blanks."""
    return ".".join(part.strip().strip("\"'") for part in key.split("."))


def parse_csv_entries(text: str, path: str) -> Iterator[AnswerEntry]:
    """A table with a column `student` and either problem, part and answer, or a column a quantity, such as q1.value."""
    csv.field_size_limit(2**31 - 1)
    first = text.partition("\n")[0]
    sign = next((sign for sign in "\t;" if sign in first and "," not in first), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    try:
        header = read_submission_header([name.strip() for name in next(reader, [])], path)
        long = all(name in header for name in LONG_COLUMNS)
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            cells = dict(zip(header, row))
            student, line = cells.get("student", "").strip(), reader.line_num
            if not student or len(row) > len(header):
                told = (
                    f"there are {len(row)} fields, and {len(header)} in the header"
                    if student
                    else "there is no student"
                )
                yield AnswerEntry(
                    student or f"line {line}",
                    "",
                    "",
                    SubmittedAnswer("", line),
                    f"line {line}: {told}",
                )
            else:
                yield from parse_row_entries(student, cells, long, line)
    except csv.Error as error:
        raise HomeworkError(f"{path}, line {reader.line_num}: {error}") from None


def read_submission_header(names: list[str], path: str) -> list[str]:
    """The columns of a table; raises HomeworkError unless they say who answers what."""
    header = [
        name.lower() if name.lower() in ("student", *LONG_COLUMNS) else name for name in names
    ]
    if "student" not in header:
        raise HomeworkError(
            f"{path} has no column student", hint="a first line such as student,problem,part,answer"
        )
    for name in header:
        if name and header.count(name) > 1:
            raise HomeworkError(f"{path} has two columns {name}")
    missing = [name for name in LONG_COLUMNS if name not in header]
    if not any("." in name for name in header) and missing:
        hint = "student,problem,part,answer, or a column a quantity: student,q1.value"
        raise HomeworkError(f"{path} has no column {missing[0]}", hint=hint)
    return header


def parse_row_entries(
    student: str, cells: Mapping[str, str], long: bool, line: int
) -> Iterator[AnswerEntry]:
    if long:
        problem, part, answer = (cells.get(name, "") for name in LONG_COLUMNS)
        yield AnswerEntry(student, problem.strip(), part.strip(), SubmittedAnswer(answer, line))
        return
    for name, text in cells.items():
        problem, _, quantity = name.partition(".")
        if quantity:
            yield AnswerEntry(student, problem, quantity, SubmittedAnswer(text, line))


def parse_jsonl_entries(text: str) -> Iterator[AnswerEntry]:
    """An object a line: {"student": "ada", "q1": {"value": "-12"}}, "q1.value", or problem, part and answer."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = parse_json(line)
            told = (
                ""
                if isinstance(record, dict) and isinstance(record.get("student"), str)
                else "there is no student"
            )
        except (ValueError, RecursionError) as error:
            told = f"it is not JSON: {error}"
        if told:
            yield AnswerEntry(
                f"line {number}", "", "", SubmittedAnswer("", number), f"line {number}: {told}"
            )
            continue
        student = record.pop("student")
        if all(name in record for name in LONG_COLUMNS):
            record = {str(record["problem"]): {str(record["part"]): record["answer"]}}
        for name, value in flatten_tables(record).items():
            problem, _, quantity = name.partition(".")
            text_found = "" if value is None else value if isinstance(value, str) else None
            remark = (
                ""
                if text_found is not None
                else f"the answer to {name} is neither a number nor a text (line {number})"
            )
            yield AnswerEntry(
                student, problem, quantity, SubmittedAnswer(text_found or "", number), remark
            )


def gather_submissions(entries: Iterator[AnswerEntry], path: str) -> list[Submission]:
    """Entries -> submissions, in the order in which the students come first."""
    answers: dict[str, dict[tuple[str, str], SubmittedAnswer]] = {}
    remarks: dict[str, list[str]] = {}
    for student, problem, part, answer, remark in entries:
        own, told = answers.setdefault(student, {}), remarks.setdefault(student, [])
        told += [remark] if remark else record_answer(own, problem, part, answer.text, answer.line)
    return [
        Submission(student, path, own, tuple(remarks[student])) for student, own in answers.items()
    ]
