"""A point of random fractions at which two rational functions are compared exactly.

Source: J. T. Schwartz, Fast probabilistic algorithms for verification of polynomial identities,
Journal of the ACM 27 (1980), pages 701 to 717. Two different rational functions agree at such a
point with a probability of less than their degree over 2^61."""

import random
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.autodiff.reverse_pass import run_reverse_pass
from graddiff.errors import PointError
from graddiff.homework.problems import Interval
from graddiff.language.expression import Expression
from graddiff.numbers.floats import FLOAT_CONSTANTS
from graddiff.numbers.fractions import EXACT
from graddiff.operations.table import NEG, NUMBER, POW, TABLE, VARIABLE

WITNESS_BITS = 61  # of each coordinate's fraction
DEFAULT_INTERVAL = (Fraction(-3), Fraction(3))
RATIONAL_OPERATIONS = (
    NUMBER,
    VARIABLE,
    NEG,
    *(TABLE[name] for name in ("add", "sub", "mul", "div")),
)


class Witness(NamedTuple):
    """The exact derivative at a point of fractions, and the values of all names there."""

    values: Mapping[str, Fraction]
    derivative: Fraction


def draw_witness(
    seed: str, expression: Expression, name: str, domain: Mapping[str, Interval]
) -> Witness | None:
    """Returns the witness for the derivative by `name`, which depends on the seed alone.

    None if the expression is no rational function, or has no value at the point."""
    if not is_rational_function(expression):
        return None
    at = draw_fractions(seed, expression, domain)
    line = expression.lines_by_name[name]
    try:
        values = run_forward_pass(expression, at, EXACT)
        derivative = run_reverse_pass(expression, values, {line}, EXACT).adjoints[line]
    except PointError:
        return None
    known = {name: values[line] for name, line in expression.lines_by_name.items()}
    return Witness(known, Fraction(0) if derivative is None else derivative)


def draw_fractions(
    seed: str, expression: Expression, domain: Mapping[str, Interval]
) -> dict[str, Fraction]:
    """Returns a random fraction for each variable, inside its interval."""
    generator = random.Random(f"{seed} witness")
    at = {}
    for variable in expression.variables:
        low, high = domain.get(variable, DEFAULT_INTERVAL)
        share = Fraction(generator.randrange(1, 2**WITNESS_BITS), 2**WITNESS_BITS)
        at[variable] = low + (high - low) * share
    return at


def is_rational_function(expression: Expression) -> bool:
    """Whether an expression is a rational function of its variables: a polynomial over another."""
    for line, operation in enumerate(expression.operations):
        if operation is POW:
            if not has_integer_exponent(expression, line):
                return False
        elif operation not in RATIONAL_OPERATIONS:
            return False
    return not any(text in FLOAT_CONSTANTS for text in expression.literals.values())


def has_integer_exponent(expression: Expression, line: int) -> bool:
    """Whether the exponent of a power is typed as an integer, perhaps with signs before it."""
    exponent = expression.operands[line][1]
    while expression.operations[exponent] is NEG:
        exponent = expression.operands[exponent][0]
    return expression.literals.get(exponent, "").isdigit()
