"""pytest hw3.toml --answers ada.toml: homework graded by pytest, one test a part.

pytest finds this by its entry point, wherever both are installed; without --answers it does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    told = (
        "answers to the homework that is tested: a file or a folder, as for graddiff check; repeats"
    )
    parser.getgroup("graddiff").addoption(
        "--answers", action="append", default=[], metavar="FILE", help=told
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> HomeworkFile | None:
    """A homework, where there are answers to one, or where it is named on the command line."""
    if file_path.suffix != ".toml":
        return None
    named = any(
        Path(argument) == file_path
        for argument in map(make_absolute, parent.config.invocation_params.args)
    )
    if not named and not parent.config.getoption("--answers"):
        return None
    text = file_path.read_bytes()
    return (
        HomeworkFile.from_parent(parent, path=file_path)
        if b"[[problem" in text or b"[homework" in text
        else None
    )


def make_absolute(argument: object) -> str:
    return str(Path(str(argument)).absolute())


class HomeworkFile(pytest.File):
    """A homework, with a test for each part of each student."""

    def collect(self) -> Iterator[PartItem]:
        from graddiff.errors import GraddiffError, make_printable
        from graddiff.homework.answer_key import AnswerKey
        from graddiff.homework.grading import grade_submission
        from graddiff.homework.homework_file import read_homework
        from graddiff.homework.submissions import read_submissions
        from graddiff.render.reports.wording import list_remarks

        if not self.config.getoption("--answers"):
            raise self.CollectError(
                f"{self.path.name} is a homework: pytest {self.path.name} --answers ada.toml"
            )
        try:
            key = AnswerKey(read_homework(str(self.path)))
            key.compare_expectations()
            handed_in = read_submissions(self.config.getoption("--answers"))
        except GraddiffError as error:
            raise self.CollectError(error.format_block()) from None
        for submission in handed_in:
            result = grade_submission(key, submission, show_answers=False)
            student = make_printable(result.student)
            for remark in list_remarks(result):
                yield PartItem.from_parent(self, name=f"{student}.remark", told=remark)
            for part in result.parts:
                name = make_printable(f"{part.problem}.{part.part}")
                yield PartItem.from_parent(
                    self, name=f"{student}.{name}" if len(handed_in) > 1 else name, part=part
                )


class IncorrectAnswer(Exception):
    """An answer that is not right."""


class PartItem(pytest.Item):
    """One part; it fails with what graddiff check says of it."""

    def __init__(self, *, part: Any = None, told: str = "", **more: Any) -> None:
        super().__init__(**more)
        self.part, self.remark = part, told

    def runtest(self) -> None:
        from graddiff.render.reports.wording import format_part_message

        if self.remark:
            raise IncorrectAnswer(self.remark)
        if self.part.status != "correct":
            raise IncorrectAnswer(format_part_message(self.part))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        if isinstance(excinfo.value, IncorrectAnswer):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, style))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, None, self.name
