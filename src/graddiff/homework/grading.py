"""Submissions -> results: what each part of each student's homework is worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from graddiff.homework.answer_key import AnswerKey
from graddiff.homework.mistake_matching import Hypothesis
from graddiff.homework.problems import HomeworkPart, Problem
from graddiff.homework.submitted_answers import Submission, SubmittedAnswer
from graddiff.language.suggestions import suggest_name

STATUSES = ("correct", "wrong", "missing", "invalid", "undecided")


class PartResult(NamedTuple):
    """`picture` is the error block of an invalid answer; `expected` the right answer, where it may be shown."""

    problem: str
    part: str
    status: str
    score: float
    marks: float
    answer: SubmittedAnswer | None = None
    rule: str = ""
    error: float | None = None
    message: str = ""
    error_block: str = ""
    counterexample: Mapping[str, Fraction] | None = None
    hypotheses: tuple[Hypothesis, ...] = ()
    expected: str | None = None


class StudentResult(NamedTuple):
    """`remarks` are what is wrong with the submission as a whole, which counts as unreadable."""

    student: str
    path: str
    parts: tuple[PartResult, ...]
    remarks: tuple[str, ...]

    @property
    def score(self) -> float:
        return sum(part.score for part in self.parts)

    @property
    def marks(self) -> float:
        return sum(part.marks for part in self.parts)

    @property
    def exit_code(self) -> int:
        """3 if something cannot be read, 1 if something is not right."""
        if self.remarks or any(part.status == "invalid" for part in self.parts):
            return 3
        return int(any(part.status != "correct" for part in self.parts))


def grade_submission(key: AnswerKey, submission: Submission, show: bool) -> StudentResult:
    """The result of a student; with `show`, the right answers are in it."""
    parts = [
        grade_part(key, problem, part, submission, show)
        for problem in key.homework.problems
        for part in problem.parts
    ]
    remarks = [
        *([submission.unreadable] if submission.unreadable else submission.remarks),
        *describe_unknown_answers(key, submission),
    ]
    return StudentResult(submission.student, submission.path, tuple(parts), tuple(remarks))


def grade_part(
    key: AnswerKey, problem: Problem, part: HomeworkPart, submission: Submission, show: bool
) -> PartResult:
    expected = key.parts[problem.id, part.quantity].answer_text if show else None
    answer = submission.answers.get((problem.id, part.quantity))
    if submission.unreadable:
        return PartResult(problem.id, part.quantity, "invalid", 0, part.marks, expected=expected)
    if answer is None or not answer.text.strip():
        return PartResult(
            problem.id, part.quantity, "missing", 0, part.marks, answer, expected=expected
        )
    verdict, hypotheses, error = key.judge_answer(problem.id, part.quantity, answer.text)
    share = (
        1.0
        if verdict.status == "correct"
        else max([part.credit.get(h.id, 0.0) for h in hypotheses], default=0.0)
    )
    score = part.marks if share == 1 else part.marks * share
    return PartResult(
        problem.id,
        part.quantity,
        verdict.status,
        score,
        part.marks,
        answer,
        verdict.rule,
        verdict.error,
        verdict.message,
        "" if error is None else error.format_block().removeprefix("graddiff: "),
        verdict.counterexample,
        hypotheses,
        expected,
    )


def describe_unknown_answers(key: AnswerKey, submission: Submission) -> Iterator[str]:
    """Answers to what was not asked."""
    problems = {
        problem.id: [part.quantity for part in problem.parts] for problem in key.homework.problems
    }
    for (problem, quantity), answer in submission.answers.items():
        where = f" (line {answer.line})" if answer.line else ""
        if problem not in problems:
            hint = suggest_name(problem, problems)
            yield f"there is no problem {problem}{where}{hint and f'; {hint}'}"
        elif quantity not in problems[problem]:
            hint = suggest_name(answer.part, problems[problem])
            yield f"problem {problem} does not ask for {answer.part or 'this'}{where}{hint and f'; {hint}'}"
