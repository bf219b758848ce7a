"""The answer to a part that asks for a formula: a derivative, compared at sample points."""

from __future__ import annotations

from functools import cached_property

from graddiff.algebra.derivatives import derivatives
from graddiff.homework.judging_formulas import judge_formula
from graddiff.homework.mistake_matching import (
    Hypothesis,
    MistakePattern,
    collect_mistake_patterns,
    exclude_correct_patterns,
    match_formula,
)
from graddiff.homework.problems import AnswerLimits, HomeworkPart, Problem
from graddiff.homework.question import Question
from graddiff.homework.rational_witness import Witness, draw_witness
from graddiff.homework.sample_admission import SamplePoint
from graddiff.homework.sample_points import draw_samples
from graddiff.homework.verdict import Verdict
from graddiff.language.expression import Expression


class FormulaKey:
    """The derivative at the sample points, and what the usual mistakes lead to there."""

    def __init__(
        self, homework: str, problem: Problem, part: HomeworkPart, limits: AnswerLimits
    ) -> None:
        self.problem, self.part, self.limits = problem, part, limits
        self._seed = f"{homework}\n{problem.id}\n{problem.expression.text}\n{part.quantity}"

    @cached_property
    def points(self) -> list[SamplePoint]:
        problem = self.problem
        return draw_samples(self._seed, problem.expression, self.part.name, problem.domain)

    @cached_property
    def witness(self) -> Witness | None:
        problem = self.problem
        return draw_witness(self._seed, problem.expression, self.part.name, problem.domain)

    @cached_property
    def allowed_names(self) -> tuple[str, ...]:
        """The names that an answer may contain: those with a value at every point, but not the name
        of the whole expression."""
        expression = self.problem.expression
        names = [
            name
            for name in expression.lines_by_name
            if name != expression.output_name or name in expression.variables
        ]
        return tuple(name for name in names if all(name in point.values for point in self.points))

    @cached_property
    def answer_text(self) -> str:
        """The formula, with its shared parts written out."""
        formulas = derivatives(self.problem.expression, [self.part.name])
        return formulas.written().join_definitions(self.part.name)

    def judge_answer(self, answer: Expression) -> Verdict:
        return judge_formula(answer, self.points, self.witness)

    def find_hypotheses(self, answer: Expression) -> list[Hypothesis]:
        """Returns the mistakes that lead to a wrong answer."""
        return match_formula(answer, self.points, self.patterns)

    @cached_property
    def patterns(self) -> list[MistakePattern]:
        """What each mistake leads to at the sample points, unless it is the derivative itself."""
        expression = self.problem.expression
        line = expression.lines_by_name[self.part.name]
        questions = []
        for sample in self.points:
            at = {name: float(value) for name, value in sample.at.items()}
            questions.append(Question(expression, at, line, "adjoint"))
        truths = [sample.derivative for sample in self.points]
        return exclude_correct_patterns(collect_mistake_patterns(questions), truths)
