"""pytest hw3.toml --answers ada.toml: homework graded by pytest, with one test per part.

pytest finds this module by its entry point where both are installed. It does nothing unless there
are --answers or a homework on the command line; only then the rest of graddiff is imported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("graddiff").addoption(
        "--answers",
        action="append",
        default=[],
        metavar="FILE",
        help="answers to a homework: a file or a folder, as for graddiff check; may be repeated",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> HomeworkFile | None:
    """Collects a homework if there are answers to one, or if it is named on the command line."""
    if file_path.suffix != ".toml":
        return None
    arguments = parent.config.invocation_params.args
    is_named = any(Path(str(argument)).absolute() == file_path for argument in arguments)
    if not is_named and not parent.config.getoption("--answers"):
        return None
    text = file_path.read_bytes()
    if b"[[problem" not in text and b"[homework" not in text:
        return None
    return HomeworkFile.from_parent(parent, path=file_path)


class HomeworkFile(pytest.File):
    """A homework, with one test per part of each student, and one per remark on a submission."""

    def collect(self) -> Iterator[PartItem]:
        """Yields the tests. Raises CollectError if the homework or the answers cannot be read."""
        from graddiff.errors import GraddiffError, make_printable
        from graddiff.homework.answer_key import AnswerKey
        from graddiff.homework.grading import grade_submission
        from graddiff.homework.homework_file import read_homework
        from graddiff.homework.submissions import read_submissions
        from graddiff.render.reports.wording import list_remarks

        paths = self.config.getoption("--answers")
        if not paths:
            name = self.path.name
            raise self.CollectError(f"{name} is a homework: pytest {name} --answers ada.toml")
        try:
            key = AnswerKey(read_homework(str(self.path)))
            key.compare_expectations()
            submissions = read_submissions(paths)
        except GraddiffError as error:
            raise self.CollectError(error.format_block()) from None
        for submission in submissions:
            result = grade_submission(key, submission, show_answers=False)
            student = make_printable(result.student)
            for remark in list_remarks(result):
                yield PartItem.from_parent(self, name=f"{student}.remark", failure=remark)
            for part in result.parts:
                name = make_printable(f"{part.problem}.{part.part}")
                if len(submissions) > 1:
                    name = f"{student}.{name}"
                yield PartItem.from_parent(self, name=name, failure=describe_failure(part))


def describe_failure(part: Any) -> str:
    """Returns what graddiff check says of a PartResult that is not correct, "" otherwise."""
    from graddiff.render.reports.wording import format_part_message

    return "" if part.status == "correct" else format_part_message(part)


class IncorrectAnswer(Exception):
    """An answer that is not right."""


class PartItem(pytest.Item):
    """The test of a part, which passes unless there is a failure to report."""

    def __init__(self, *, failure: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.failure = failure

    def runtest(self) -> None:
        if self.failure:
            raise IncorrectAnswer(self.failure)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        if isinstance(excinfo.value, IncorrectAnswer):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, style))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name
