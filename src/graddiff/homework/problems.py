"""A homework: its problems, the parts of each, their marks and tolerances."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from graddiff.autodiff.point import add_bindings
from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import Arithmetic, Number
from graddiff.numbers.floats import FLOATS

Interval = tuple[Fraction, Fraction]  # from the lower to the higher end


class AnswerLimits(NamedTuple):
    """The largest answer that is graded: its characters and its operations."""

    length: int = 2_000
    operations: int = 500


class Tolerance(NamedTuple):
    """How near a number has to be to the truth.

    With `rel` or `abs`, the larger of the two differences is allowed. Without them, the rules of
    judging_numbers apply: `digits` is then the least number of significant digits of a typed
    decimal, and `exact` requires the number itself."""

    rel: float | None = None
    abs: float | None = None
    digits: int = 3
    exact: bool = False


class HomeworkPart(NamedTuple):
    """One question of a problem.

    `name` is the name by which a formula is the derivative, "" if the part asks for a number.
    `credit` is mistake -> share of the marks that is left to a student who makes it. `expect` is
    the teacher's own answer, compared with the truth before anything is graded."""

    quantity: str
    name: str
    marks: float
    tolerance: Tolerance
    credit: Mapping[str, float]
    expect: str | None


class Problem(NamedTuple):
    """An expression and the questions about it.

    `at` is its point, with the texts of the values; it may be empty if only formulas are asked for.
    `domain` holds the intervals from which sample points are drawn."""

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


def bind_problem_point(problem: Problem, arithmetic: Arithmetic = FLOATS) -> dict[str, Number]:
    """Returns the point of a problem. Raises PointError if a value is no number of that kind."""
    return add_bindings({}, problem.at.items(), "at", arithmetic)
