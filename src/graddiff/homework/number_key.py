"""The answer to a part that asks for a number: the value or the adjoint of a name at the point."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.point import evaluate_constant
from graddiff.autodiff.result import differentiate
from graddiff.autodiff.reverse_pass import run_reverse_pass
from graddiff.checks.expectations import split_quantity
from graddiff.errors import SMOOTH, HomeworkError, PointError
from graddiff.homework.answer_text import read_numeric_answer
from graddiff.homework.conditioning import compute_adjoint_scale, compute_value_scale
from graddiff.homework.judging_numbers import Truth, judge_number
from graddiff.homework.mistake_matching import (
    Hypothesis,
    MistakePattern,
    collect_mistake_patterns,
    exclude_correct_patterns,
    match_number,
)
from graddiff.homework.problems import AnswerLimits, HomeworkPart, Problem, bind_problem_point
from graddiff.homework.question import Question
from graddiff.homework.verdict import Verdict
from graddiff.language.expression import Expression
from graddiff.notation.numerals import format_exact_number
from graddiff.numbers.arithmetic import Arithmetic, Number
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.fractions import EXACT

MAX_SHORT_DENOMINATOR = 1000  # of a fraction that is taken for a slope known as a float


class NumberKey:
    """The right number, and the numbers that the usual mistakes lead to.

    Raises HomeworkError if the quantity has no value at the point."""

    allowed_names: tuple[str, ...] = ()  # the names that an answer may contain

    def __init__(self, problem: Problem, part: HomeworkPart, limits: AnswerLimits) -> None:
        self.problem, self.part, self.limits = problem, part, limits
        name, self.aspect = split_quantity(part.quantity)
        expression = problem.expression
        self.line = expression.lines_by_name[name] if name else expression.output
        self.at = bind_problem_point(problem)
        try:
            self.truth = self._compute_truth()
        except PointError as error:
            raise HomeworkError(
                f"problem {problem.id}: {part.quantity} has no value at its point: {error.message}",
                text=error.text,
                span=error.span,
            ) from None

    @property
    def answer_text(self) -> str:
        """The answer: exact if it is a fraction, otherwise with all digits of a float."""
        if self.truth.fraction is not None:
            return format_exact_number(self.truth.fraction)
        return repr(self.truth.value)

    def judge_answer(self, answer: Expression) -> Verdict:
        """Returns the verdict on an answer: correct if it is the truth, or at a kink the slope that
        both sides have in common."""
        try:
            number = read_numeric_answer(answer)
        except PointError as error:
            return Verdict("invalid", message=error.message)
        verdict = judge_number(number, self.truth, self.part.tolerance)
        if verdict.status == "correct" or self._two_sided_slope is None:
            return verdict
        by_slope = judge_number(number, self._two_sided_slope, self.part.tolerance)
        if by_slope.status != "correct":
            return verdict
        return by_slope._replace(rule=f"{by_slope.rule}, with the slope on both sides")

    def find_hypotheses(self, answer: Expression) -> list[Hypothesis]:
        """Returns the mistakes that lead to a wrong answer."""
        return match_number(read_numeric_answer(answer), self._wrong_patterns)

    @cached_property
    def patterns(self) -> list[MistakePattern]:
        """What each mistake leads to at the point, the truth included."""
        question = Question(self.problem.expression, self.at, self.line, self.aspect)
        return collect_mistake_patterns([question])

    @cached_property
    def _wrong_patterns(self) -> list[MistakePattern]:
        return exclude_correct_patterns(self.patterns, [self.truth.value])

    def _compute_truth(self) -> Truth:
        """Returns the right number. Raises PointError if the quantity has no finite value."""
        value = float(self._compute_number(FLOATS))
        if not abs(value) < math.inf:
            raise PointError("it is infinite" if value == value else "it is undefined")
        expression, at = self.problem.expression, self.at
        if self.aspect == "value":
            scale = compute_value_scale(expression, at, self.line)
        else:
            rounded = find_rounded_names(self.problem)
            scale = compute_adjoint_scale(expression, at, self.line, rounded)
        return Truth(self._compute_fraction(), value, scale)

    def _compute_fraction(self) -> Fraction | None:
        try:
            number = self._compute_number(EXACT)
        except PointError:
            return None
        return number if isinstance(number, Fraction) else None

    def _compute_number(self, arithmetic: Arithmetic) -> Number:
        """Returns the value or the adjoint of the line, computed with a kind of number."""
        expression = self.problem.expression
        at = bind_problem_point(self.problem, arithmetic)
        if self.aspect == "value":
            part = expression._replace(output=self.line)  # what is above it need not have a value
            return run_forward_pass(part, at, arithmetic)[self.line]
        values = run_forward_pass(expression, at, arithmetic)
        adjoint = run_reverse_pass(expression, values, {self.line}, arithmetic).adjoints[self.line]
        return arithmetic.read_literal("0") if adjoint is None else adjoint

    @cached_property
    def _two_sided_slope(self) -> Truth | None:
        """The slope on both sides, if the whole expression is smooth at the point but an operation
        inside has a kink, so that the reverse pass follows a convention; otherwise None."""
        name = self.part.quantity.rpartition(".")[2]
        if self.aspect != "adjoint" or name not in self.problem.expression.variables:
            return None
        for notice in differentiate(self.problem.expression, self.at, [name]).notices:
            right_slope = notice.slopes[1] if notice.slopes is not None else None
            if notice.kind == SMOOTH.name and right_slope is not None:
                slope = float(right_slope)
                fraction = Fraction(slope).limit_denominator(MAX_SHORT_DENOMINATOR)
                is_short = float(fraction) == slope
                return Truth(fraction if is_short else None, slope, self.truth.scale)
        return None


def find_rounded_names(problem: Problem) -> list[str]:
    """Returns the names whose values at the point are no fractions, such as pi/3."""
    names = []
    for name, text in problem.at.items():
        try:
            evaluate_constant(name, text, "at", EXACT)
        except PointError:
            names.append(name)
    return names
