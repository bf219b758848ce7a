"""The answers to a homework, found by the reverse pass: numbers at the point, formulas at points."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from graddiff.algebra.derivatives import derivatives
from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.point import evaluate_constant
from graddiff.autodiff.result import differentiate
from graddiff.autodiff.reverse_pass import run_reverse_pass
from graddiff.checks.expectations import split_quantity
from graddiff.errors import SMOOTH, GraddiffError, HomeworkError, PointError
from graddiff.homework.answer_text import describe_reading, read_answer, read_numeric_answer
from graddiff.homework.conditioning import compute_adjoint_scale, compute_value_scale
from graddiff.homework.judging import Truth, Verdict, judge_formula, judge_number
from graddiff.homework.misreadings import QuestionContext
from graddiff.homework.mistake_matching import (
    Hypothesis,
    MistakePattern,
    collect_mistake_patterns,
    exclude_correct_patterns,
    match_formula,
    match_number,
)
from graddiff.homework.problems import (
    AnswerLimits,
    Homework,
    HomeworkPart,
    Problem,
    bind_problem_point,
)
from graddiff.homework.sample_points import SamplePoint, Witness, draw_samples, draw_witness
from graddiff.language.expression import Expression
from graddiff.notation.numerals import format_exact_number
from graddiff.numbers.arithmetic import Arithmetic, Number
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.fractions import EXACT


class NumberKey:
    """The answer to a part that asks for a number. Raises HomeworkError where there is none."""

    def __init__(self, problem: Problem, part: HomeworkPart, limits: AnswerLimits) -> None:
        self.problem, self.part, self.limits = problem, part, limits
        name, self.aspect = split_quantity(part.quantity)
        lines = problem.expression.lines_by_name
        self.line = lines[name] if name else problem.expression.output
        self.at = bind_problem_point(problem)
        try:
            self.truth = self._compute_truth()
        except PointError as error:
            told = (
                f"problem {problem.id}: {part.quantity} has no value at its point: {error.message}"
            )
            raise HomeworkError(told, text=error.text, span=error.span) from None

    def _compute_truth(self) -> Truth:
        value = float(self._compute_number(FLOATS))
        if not abs(value) < math.inf:
            raise PointError("it is infinite" if value == value else "it is undefined")
        expression, at = self.problem.expression, self.at
        if self.aspect == "value":
            scale = compute_value_scale(expression, at, self.line)
        else:
            scale = compute_adjoint_scale(
                expression, at, self.line, find_rounded_names(self.problem)
            )
        return Truth(self._compute_fraction(), value, scale)

    def _compute_fraction(self) -> Fraction | None:
        try:
            found = self._compute_number(EXACT)
        except PointError:
            return None
        return found if isinstance(found, Fraction) else None

    def _compute_number(self, kind: Arithmetic) -> Number:
        expression, at = self.problem.expression, bind_problem_point(self.problem, kind)
        if self.aspect == "value":
            return run_forward_pass(expression._replace(output=self.line), at, kind)[self.line]
        values = run_forward_pass(expression, at, kind)
        adjoint = run_reverse_pass(expression, values, {self.line}, kind).adjoints[self.line]
        return kind.read_literal("0") if adjoint is None else adjoint

    @property
    def allowed_names(self) -> tuple[str, ...]:
        """What an answer may speak of."""
        return ()

    @property
    def answer_text(self) -> str:
        """The answer, as short as it is exact."""
        if self.truth.fraction is not None:
            return format_exact_number(self.truth.fraction)
        return repr(self.truth.value)

    def judge_answer(self, answer: Expression) -> Verdict:
        try:
            found = read_numeric_answer(answer)
        except PointError as error:
            return Verdict("invalid", "", None, error.message)
        verdict = judge_number(found, self.truth, self.part.tolerance)
        if verdict.status == "correct" or self._two_sided_slope is None:
            return verdict
        other = judge_number(found, self._two_sided_slope, self.part.tolerance)
        return (
            other._replace(rule=f"{other.rule}, the slope on both sides")
            if other.status == "correct"
            else verdict
        )

    @cached_property
    def _two_sided_slope(self) -> Truth | None:
        """The slope on both sides of the point, where the reverse pass goes by a convention at a kink but the whole
        expression has none."""
        name = self.part.quantity.rpartition(".")[2]
        if self.aspect != "adjoint" or name not in self.problem.expression.variables:
            return None
        for notice in differentiate(self.problem.expression, self.at, [name]).notices:
            if (
                notice.kind == SMOOTH.name
                and notice.slopes is not None
                and notice.slopes[1] is not None
            ):
                slope = float(notice.slopes[1])
                short = Fraction(slope).limit_denominator(1000)
                return Truth(short if float(short) == slope else None, slope, self.truth.scale)
        return None

    @cached_property
    def patterns(self) -> list[MistakePattern]:
        return collect_mistake_patterns(
            [QuestionContext(self.problem.expression, self.at, self.line, self.aspect)]
        )

    @cached_property
    def _wrong_patterns(self) -> list[MistakePattern]:
        return exclude_correct_patterns(self.patterns, [self.truth.value])

    def find_hypotheses(self, answer: Expression) -> list[Hypothesis]:
        return match_number(read_numeric_answer(answer), self._wrong_patterns)


def find_rounded_names(problem: Problem) -> list[str]:
    """The names whose values at the point are no fractions, such as pi/3."""
    found = []
    for name, text in problem.at.items():
        try:
            evaluate_constant(name, text, "at", EXACT)
        except PointError:
            found.append(name)
    return found


class FormulaKey:
    """The answer to a part that asks for a formula: the derivative at points."""

    def __init__(
        self, homework: str, problem: Problem, part: HomeworkPart, limits: AnswerLimits
    ) -> None:
        self.problem, self.part, self.limits = problem, part, limits
        self._seed = f"{homework}\n{problem.id}\n{problem.expression.text}\n{part.quantity}"

    @cached_property
    def points(self) -> list[SamplePoint]:
        return draw_samples(
            self._seed, self.problem.expression, self.part.name, self.problem.domain
        )

    @cached_property
    def witness(self) -> Witness | None:
        return draw_witness(
            self._seed, self.problem.expression, self.part.name, self.problem.domain
        )

    @cached_property
    def allowed_names(self) -> tuple[str, ...]:
        """What an answer may speak of: whatever has a value at every point."""
        lines = self.problem.expression.lines_by_name
        own = self.problem.expression.output_name
        names = [name for name in lines if name != own or name in self.problem.expression.variables]
        return tuple(name for name in names if all(name in sample.values for sample in self.points))

    @cached_property
    def answer_text(self) -> str:
        """The formula, what is shared in it written out."""
        found = derivatives(self.problem.expression, [self.part.name])
        return found.written().join_definitions(self.part.name)

    def judge_answer(self, answer: Expression) -> Verdict:
        return judge_formula(answer, self.points, self.witness)

    @cached_property
    def patterns(self) -> list[MistakePattern]:
        line = self.problem.expression.lines_by_name[self.part.name]
        points = [
            {name: float(value) for name, value in sample.at.items()} for sample in self.points
        ]
        found = collect_mistake_patterns(
            [QuestionContext(self.problem.expression, at, line, "adjoint") for at in points]
        )
        return exclude_correct_patterns(found, [sample.derivative for sample in self.points])

    def find_hypotheses(self, answer: Expression) -> list[Hypothesis]:
        return match_formula(answer, self.points, self.patterns)


class JudgedAnswer(NamedTuple):
    """A verdict on one answer, and what a wrong one is consistent with."""

    verdict: Verdict
    hypotheses: tuple[Hypothesis, ...] = ()
    error: GraddiffError | None = None


class AnswerKey:
    """All answers to a homework. Raises HomeworkError where one is missing, or `expect` says something else."""

    def __init__(self, homework: Homework) -> None:
        self.homework = homework
        self.parts: dict[tuple[str, str], NumberKey | FormulaKey] = {}
        self._judged_answers: dict[tuple[str, str, str], JudgedAnswer] = {}
        for problem in homework.problems:
            for part in problem.parts:
                if part.name:
                    self.parts[problem.id, part.quantity] = FormulaKey(
                        homework.id, problem, part, homework.limits
                    )
                else:
                    self.parts[problem.id, part.quantity] = NumberKey(
                        problem, part, homework.limits
                    )

    def compare_expectations(self) -> None:
        """Raises HomeworkError where the homework states an answer that is wrong."""
        for (problem, quantity), key in self.parts.items():
            if key.part.expect is not None:
                found = self.judge_answer(problem, quantity, key.part.expect)
                if found.verdict.status != "correct":
                    told = f"problem {problem} expects {quantity} = {key.part.expect}, but it is {key.answer_text}"
                    raise HomeworkError(told)

    def judge_answer(self, problem: str, quantity: str, text: str) -> JudgedAnswer:
        """The verdict on an answer. The same answer is judged once."""
        place = (problem, quantity, text)
        if place not in self._judged_answers:
            self._judged_answers[place] = judge_text(self.parts[problem, quantity], text)
        return self._judged_answers[place]


def judge_text(key: NumberKey | FormulaKey, text: str) -> JudgedAnswer:
    try:
        answer = read_answer(text, key.allowed_names, key.limits)
    except GraddiffError as error:
        return JudgedAnswer(Verdict("invalid", "", None, error.message), (), error)
    verdict = key.judge_answer(answer)
    if verdict.status == "wrong" and describe_reading(answer):
        verdict = verdict._replace(
            message="; ".join(filter(None, (verdict.message, describe_reading(answer))))
        )
    return JudgedAnswer(
        verdict, tuple(key.find_hypotheses(answer)) if verdict.status == "wrong" else ()
    )
