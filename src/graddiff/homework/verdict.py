"""A verdict on an answer, and how near two numbers are that two computations give."""

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

RELATIVE_ERROR = 1e-9  # the relative difference up to which two computed numbers count as equal
SCALE_ERROR = 1e-12  # the same, relative to the natural scale (see conditioning)
CLOSE_ERROR = 0.01  # the relative difference up to which a wrong number is called close


class Verdict(NamedTuple):
    """`status` is correct, wrong, invalid or undecided; `rule` says how the answer was compared;
    `error` is the difference that the rule measured. `counterexample` is a point at which a formula
    is wrong."""

    status: str
    rule: str = ""
    error: float | None = None
    message: str = ""
    counterexample: Mapping[str, Fraction] | None = None


def is_near(left: float, right: float, scale: float = 0.0) -> bool:
    """Whether two numbers differ only as much as two ways to compute the same number do."""
    size = max(abs(left), abs(right))
    return abs(left - right) <= RELATIVE_ERROR * size + SCALE_ERROR * scale
