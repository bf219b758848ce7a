"""A homework: problems, the parts that are asked about each, and what they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from graddiff.autodiff.point import add_bindings
from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import Arithmetic, Number
from graddiff.numbers.floats import FLOATS

Interval = tuple[Fraction, Fraction]


class AnswerLimits(NamedTuple):
    """The largest answer that is graded: its characters and its operations."""

    length: int = 2_000
    operations: int = 500


class Tolerance(NamedTuple):
    """How near a number has to be. Without `rel` and `abs`, the rules of `verdicts`; `digits` are those that a decimal
    has to have at least; `exact` asks for the number itself, whatever is written."""

    rel: float | None = None
    abs: float | None = None
    digits: int = 3
    exact: bool = False


class HomeworkPart(NamedTuple):
    """One thing that is asked for. `name` is what a formula is the derivative by, "" for a number; `credit` is the
    share of the marks that a mistake is left with."""

    quantity: str
    name: str
    marks: float
    tolerance: Tolerance
    credit: Mapping[str, float]
    expect: str | None


class Problem(NamedTuple):
    """An expression, perhaps a point with the texts of its values, and what is asked about it."""

    id: str
    title: str
    expression: Expression
    at: Mapping[str, str]
    domain: Mapping[str, Interval]
    parts: tuple[HomeworkPart, ...]


class Homework(NamedTuple):
    id: str
    title: str
    problems: tuple[Problem, ...]
    limits: AnswerLimits

    @property
    def marks(self) -> float:
        return sum(part.marks for problem in self.problems for part in problem.parts)


def bind_problem_point(problem: Problem, kind: Arithmetic = FLOATS) -> dict[str, Number]:
    """The point of a problem. Raises PointError where a value is no number of that kind."""
    return add_bindings({}, problem.at.items(), "at", kind)
