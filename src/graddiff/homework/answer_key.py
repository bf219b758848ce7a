"""The answers to a homework, found by the reverse pass: numbers at the point, formulas at points."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from graddiff.algebra.derivatives import derivatives
from graddiff.autodiff.forward_pass import evaluate
from graddiff.autodiff.point import constant
from graddiff.autodiff.result import differentiate
from graddiff.autodiff.reverse_pass import differentiate_backwards
from graddiff.checks.expectations import meant
from graddiff.errors import GraddiffError, HomeworkError, PointError
from graddiff.homework.answer_text import given, read_answer, read_as
from graddiff.homework.conditioning import scale_of_adjoint, scale_of_value
from graddiff.homework.judging import Truth, Verdict, judge_formula, judge_number
from graddiff.homework.misreadings import Spot
from graddiff.homework.mistake_matching import (
    Hypothesis,
    Pattern,
    mistaken,
    of_formula,
    of_number,
    patterns,
)
from graddiff.homework.problems import Homework, Limits, Part, Problem, values_at
from graddiff.homework.sample_points import Sample, Witness, samples, witness
from graddiff.language.expression import Expression
from graddiff.notation.numerals import exactly
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.fractions import EXACT
from graddiff.numbers.kind import Kind, Number


class NumberKey:
    """The answer to a part that asks for a number. Raises HomeworkError where there is none."""

    def __init__(self, problem: Problem, part: Part, limits: Limits) -> None:
        self.problem, self.part, self.limits = problem, part, limits
        name, self.what = meant(part.quantity)
        lines = problem.expression.lines
        self.line = lines[name] if name else problem.expression.output
        self.at = values_at(problem)
        try:
            self.truth = self._truth()
        except PointError as error:
            told = (
                f"problem {problem.id}: {part.quantity} has no value at its point: {error.message}"
            )
            raise HomeworkError(told, text=error.text, span=error.span) from None

    def _truth(self) -> Truth:
        value = float(self._number(FLOATS))
        if not abs(value) < math.inf:
            raise PointError("it is infinite" if value == value else "it is undefined")
        expression, at = self.problem.expression, self.at
        if self.what == "value":
            scale = scale_of_value(expression, at, self.line)
        else:
            scale = scale_of_adjoint(expression, at, self.line, rounded_values(self.problem))
        return Truth(self._fraction(), value, scale)

    def _fraction(self) -> Fraction | None:
        try:
            found = self._number(EXACT)
        except PointError:
            return None
        return found if isinstance(found, Fraction) else None

    def _number(self, kind: Kind) -> Number:
        expression, at = self.problem.expression, values_at(self.problem, kind)
        if self.what == "value":
            return evaluate(expression._replace(output=self.line), at, kind)[self.line]
        values = evaluate(expression, at, kind)
        adjoint = differentiate_backwards(expression, values, {self.line}, kind).adjoints[self.line]
        return kind.number("0") if adjoint is None else adjoint

    @property
    def names(self) -> tuple[str, ...]:
        """What an answer may speak of."""
        return ()

    @property
    def written(self) -> str:
        """The answer, as short as it is exact."""
        if self.truth.fraction is not None:
            return exactly(self.truth.fraction)
        return repr(self.truth.value)

    def judge(self, answer: Expression) -> Verdict:
        try:
            found = given(answer)
        except PointError as error:
            return Verdict("invalid", "", None, error.message)
        verdict = judge_number(found, self.truth, self.part.tolerance)
        if verdict.status == "correct" or self._slope is None:
            return verdict
        other = judge_number(found, self._slope, self.part.tolerance)
        return (
            other._replace(rule=f"{other.rule}, the slope on both sides")
            if other.status == "correct"
            else verdict
        )

    @cached_property
    def _slope(self) -> Truth | None:
        """The slope on both sides of the point, where the reverse pass goes by a convention at a kink but the whole
        expression has none."""
        name = self.part.quantity.rpartition(".")[2]
        if self.what != "adjoint" or name not in self.problem.expression.variables:
            return None
        for notice in differentiate(self.problem.expression, self.at, [name]).notices:
            if (
                notice.kind == "smooth"
                and notice.slopes is not None
                and notice.slopes[1] is not None
            ):
                slope = float(notice.slopes[1])
                short = Fraction(slope).limit_denominator(1000)
                return Truth(short if float(short) == slope else None, slope, self.truth.scale)
        return None

    @cached_property
    def patterns(self) -> list[Pattern]:
        return patterns([Spot(self.problem.expression, self.at, self.line, self.what)])

    @cached_property
    def _mistaken(self) -> list[Pattern]:
        return mistaken(self.patterns, [self.truth.value])

    def hypotheses(self, answer: Expression) -> list[Hypothesis]:
        return of_number(given(answer), self._mistaken)


def rounded_values(problem: Problem) -> list[str]:
    """The names whose values at the point are no fractions, such as pi/3."""
    found = []
    for name, text in problem.at.items():
        try:
            constant(name, text, "at", EXACT)
        except PointError:
            found.append(name)
    return found


class FormulaKey:
    """The answer to a part that asks for a formula: the derivative at points."""

    def __init__(self, homework: str, problem: Problem, part: Part, limits: Limits) -> None:
        self.problem, self.part, self.limits = problem, part, limits
        self._seed = f"{homework}\n{problem.id}\n{problem.expression.text}\n{part.quantity}"

    @cached_property
    def points(self) -> list[Sample]:
        return samples(self._seed, self.problem.expression, self.part.name, self.problem.domain)

    @cached_property
    def witness(self) -> Witness | None:
        return witness(self._seed, self.problem.expression, self.part.name, self.problem.domain)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """What an answer may speak of: whatever has a value at every point."""
        lines = self.problem.expression.lines
        own = self.problem.expression.output_name
        names = [name for name in lines if name != own or name in self.problem.expression.variables]
        return tuple(name for name in names if all(name in sample.known for sample in self.points))

    @cached_property
    def written(self) -> str:
        """The formula, what is shared in it written out."""
        found = derivatives(self.problem.expression, [self.part.name])
        return found.written().text(self.part.name)

    def judge(self, answer: Expression) -> Verdict:
        return judge_formula(answer, self.points, self.witness, self.limits)

    @cached_property
    def patterns(self) -> list[Pattern]:
        line = self.problem.expression.lines[self.part.name]
        points = [
            {name: float(value) for name, value in sample.at.items()} for sample in self.points
        ]
        found = patterns([Spot(self.problem.expression, at, line, "adjoint") for at in points])
        return mistaken(found, [sample.derivative for sample in self.points])

    def hypotheses(self, answer: Expression) -> list[Hypothesis]:
        return of_formula(answer, self.points, self.patterns)


class Judged(NamedTuple):
    """A verdict on one answer, and what a wrong one is consistent with."""

    verdict: Verdict
    hypotheses: tuple[Hypothesis, ...] = ()
    error: GraddiffError | None = None


class Key:
    """All answers to a homework. Raises HomeworkError where one is missing, or `expect` says something else."""

    def __init__(self, homework: Homework) -> None:
        self.homework = homework
        self.parts: dict[tuple[str, str], NumberKey | FormulaKey] = {}
        self._judged: dict[tuple[str, str, str], Judged] = {}
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

    def check_expected(self) -> None:
        """Raises HomeworkError where the homework states an answer that is wrong."""
        for (problem, quantity), key in self.parts.items():
            if key.part.expect is not None:
                found = self.judge(problem, quantity, key.part.expect)
                if found.verdict.status != "correct":
                    told = f"problem {problem} expects {quantity} = {key.part.expect}, but it is {key.written}"
                    raise HomeworkError(told)

    def judge(self, problem: str, quantity: str, text: str) -> Judged:
        """The verdict on an answer. The same answer is judged once."""
        place = (problem, quantity, text)
        if place not in self._judged:
            self._judged[place] = judged(self.parts[problem, quantity], text)
        return self._judged[place]


def judged(key: NumberKey | FormulaKey, text: str) -> Judged:
    try:
        answer = read_answer(text, key.names, key.limits)
    except GraddiffError as error:
        return Judged(Verdict("invalid", "", None, error.message), (), error)
    verdict = key.judge(answer)
    if verdict.status == "wrong" and read_as(answer):
        verdict = verdict._replace(
            message="; ".join(filter(None, (verdict.message, read_as(answer))))
        )
    return Judged(verdict, tuple(key.hypotheses(answer)) if verdict.status == "wrong" else ())
