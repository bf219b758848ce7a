"""Grades submissions: how many marks each part of each student's homework gets, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from graddiff.errors import GraddiffError, HomeworkError
from graddiff.homework.answer_key import AnswerKey
from graddiff.homework.mistake_matching import Hypothesis
from graddiff.homework.problems import HomeworkPart, Problem
from graddiff.homework.submitted_answers import Submission, SubmittedAnswer
from graddiff.language.suggestions import suggest_name

STATUSES = ("correct", "wrong", "missing", "invalid", "undecided")


@dataclass(frozen=True, kw_only=True, eq=False)
class PartResult:
    """The marks of a part and the reasons for them.

    `error_block` is the full message about an answer that cannot be read; `expected` is the right
    answer, where a report may show it. The other members are those of the verdict."""

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


@dataclass(frozen=True, kw_only=True, eq=False)
class StudentResult:
    """The results of a student. `remarks` say what is wrong with the submission itself."""

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
        """3 if something cannot be read, otherwise 1 if an answer is not correct."""
        if self.remarks or any(part.status == "invalid" for part in self.parts):
            return HomeworkError.exit_code
        return int(any(part.status != "correct" for part in self.parts))


def grade_submission(key: AnswerKey, submission: Submission, show_answers: bool) -> StudentResult:
    """Returns the result of a student, with the right answers in it if they may be shown."""
    parts = [
        grade_part(key, problem, part, submission, show_answers)
        for problem in key.homework.problems
        for part in problem.parts
    ]
    remarks = [submission.unreadable] if submission.unreadable else [*submission.remarks]
    remarks += describe_unknown_answers(key, submission)
    return StudentResult(
        student=submission.student,
        path=submission.path,
        parts=tuple(parts),
        remarks=tuple(remarks),
    )


def grade_part(
    key: AnswerKey,
    problem: Problem,
    part: HomeworkPart,
    submission: Submission,
    show_answers: bool,
) -> PartResult:
    """Returns the result of one part. A blank answer is missing, not wrong."""
    expected = key.parts[problem.id, part.quantity].answer_text if show_answers else None
    answer = submission.answers.get((problem.id, part.quantity))
    if submission.unreadable:
        return make_unanswered_result(problem, part, "invalid", None, expected)
    if answer is None or not answer.text.strip():
        return make_unanswered_result(problem, part, "missing", answer, expected)
    verdict, hypotheses, error = key.judge_answer(problem.id, part.quantity, answer.text)
    return PartResult(
        problem=problem.id,
        part=part.quantity,
        status=verdict.status,
        score=compute_score(part, verdict.status, hypotheses),
        marks=part.marks,
        answer=answer,
        rule=verdict.rule,
        error=verdict.error,
        message=verdict.message,
        error_block=format_answer_error(error),
        counterexample=verdict.counterexample,
        hypotheses=hypotheses,
        expected=expected,
    )


def make_unanswered_result(
    problem: Problem,
    part: HomeworkPart,
    status: str,
    answer: SubmittedAnswer | None,
    expected: str | None,
) -> PartResult:
    """Returns the result of a part without an answer that can be judged."""
    return PartResult(
        problem=problem.id,
        part=part.quantity,
        status=status,
        score=0,
        marks=part.marks,
        answer=answer,
        expected=expected,
    )


def compute_score(part: HomeworkPart, status: str, hypotheses: tuple[Hypothesis, ...]) -> float:
    """Returns all marks for a correct answer, and for a wrong one the largest credit that one of
    its mistakes leaves."""
    if status == "correct":
        return part.marks
    share = max([part.credit.get(hypothesis.id, 0.0) for hypothesis in hypotheses], default=0.0)
    return part.marks if share == 1 else part.marks * share  # whole marks stay integers


def format_answer_error(error: GraddiffError | None) -> str:
    return "" if error is None else error.format_block().removeprefix("graddiff: ")


def describe_unknown_answers(key: AnswerKey, submission: Submission) -> Iterator[str]:
    """Yields a remark for each answer to a problem or part that the homework does not have."""
    quantities = {
        problem.id: [part.quantity for part in problem.parts] for problem in key.homework.problems
    }
    for (problem, quantity), answer in submission.answers.items():
        if problem not in quantities:
            remark, hint = f"there is no problem {problem}", suggest_name(problem, quantities)
        elif quantity not in quantities[problem]:
            remark = f"problem {problem} does not ask for {answer.part or 'this'}"
            hint = suggest_name(answer.part, quantities[problem])
        else:
            continue
        place = f" (line {answer.line})" if answer.line else ""
        yield f"{remark}{place}; {hint}" if hint else f"{remark}{place}"
