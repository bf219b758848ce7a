"""What the main command is asked about one expression, read from its options."""

from collections.abc import Mapping
from typing import NamedTuple

from graddiff.commands.main.options import MainOptions
from graddiff.language.expression import Expression
from graddiff.numbers.arithmetic import Arithmetic, Number
from graddiff.numbers.floats import FLOATS


class ExpressionRequest(NamedTuple):
    """An expression, what is bound, what is expected, and the kind of numbers to compute with."""

    expression: Expression
    at: Mapping[str, Number]
    expected: Mapping[str, Number]
    arithmetic: Arithmetic
    options: MainOptions

    @property
    def has_point(self) -> bool:
        """Whether there is a point to compute at; otherwise the answer is a formula."""
        return not self.expression.variables or bool(self.options.at)


def choose_arithmetic(options: MainOptions) -> Arithmetic:
    """Returns the kind of numbers that --exact and --precision ask for. Raises UsageError where
    the library of --precision is not installed."""
    if options.exact:
        from graddiff.numbers.fractions import EXACT  # not on the way to a single answer

        return EXACT
    if options.precision is not None:
        from graddiff.numbers.multiprecision import MultiprecisionArithmetic

        return MultiprecisionArithmetic(options.precision)
    return FLOATS
