"""Powers in normal form: computed as far as this is right wherever the power has a value."""

from __future__ import annotations

from fractions import Fraction

from graddiff.algebra.node import (
    ABS,
    MAX_MERGED_PARTS,
    Formula,
    count_bits,
    is_positive_constant,
    strip_sign,
)
from graddiff.algebra.products import ProductPool, is_reducible_power
from graddiff.operations.neutral import find_neutral_row
from graddiff.operations.table import MUL, NUMBER, POW

MAX_POWER_BITS = 64  # bits of a power that is computed; 2^1000 stays as it is


class PowerPool(ProductPool):
    """A pool that makes powers, too."""

    def make_power(self, base: Formula, exponent: Formula) -> Formula:
        """Returns the base to the power of the exponent.

        Raises ZeroDivisionError for a negative power of 0."""
        if exponent.operation is NUMBER:
            power = self._make_numeric_power(base, exponent)
            if power is not None:
                return power
        elif base.operation is NUMBER and base.number == 1:
            # 1^x is 1, which only this simplifier knows: elsewhere, x may have no value.
            return self.one
        if base.operation is MUL and len(base.parts) == 1 and base.number == 1:
            inner, first = base.parts[0]
            # (a^x)^y is a^(x*y) for a positive a only: (x^2)^(1/2) is abs(x), not x.
            if is_positive_constant(inner):
                return self.make_power(inner, self.make_product([first, exponent]))
        return self._intern_product(1, ((base, exponent),))

    def _make_numeric_power(self, base: Formula, exponent: Formula) -> Formula | None:
        """Returns a power with a number as its exponent, None where it stays a power."""
        row = find_neutral_row(POW, (None, exponent.number))
        if row is not None:
            return base if row.result is None else self.make_number(row.result)
        if base.operation is NUMBER:
            return self._raise_number(base, exponent)
        if base.operation is MUL and exponent.number.denominator == 1:
            return self._raise_product(base, exponent)
        if is_reducible_power(base, exponent):
            return self._reduce_power(base, int(exponent.number))
        return None

    def _reduce_power(self, base: Formula, exponent: int) -> Formula:
        """Returns a power of cbrt(x) or abs(x) as one of x, for cbrt(x) with the rest of it."""
        if base.operation is ABS:
            return self.make_power(base.parts[0], self.make_number(exponent))
        thirds, rest = divmod(abs(exponent), 3)
        sign = 1 if exponent > 0 else -1
        inner = self.make_power(base.parts[0], self.make_number(sign * thirds))
        return self.make_product([inner, self.make_power(base, self.make_number(sign * rest))])

    def _raise_product(self, base: Formula, exponent: Formula) -> Formula:
        """Returns a whole power of a product, factor by factor: (2*x*y)^2 is 4*x^2*y^2."""
        bits = strip_sign(exponent.number) * count_bits(base.number)
        is_long = bits > MAX_POWER_BITS and strip_sign(base.number) != 1
        if is_long or len(base.parts) > MAX_MERGED_PARTS:
            return self._intern_product(1, ((base, exponent),))
        coefficient = self.make_number(Fraction(base.number) ** int(exponent.number))
        powers = [
            self.make_power(inner, self.make_product([first, exponent]))
            for inner, first in base.parts
        ]
        return self.make_product([coefficient, *powers])

    def _raise_number(self, base: Formula, exponent: Formula) -> Formula:
        """Returns a power of a number: a number where it is rational and short."""
        x, y = base.number, exponent.number
        if x == 0 and y < 0:
            raise ZeroDivisionError
        is_short = abs(y.numerator) * count_bits(x) <= MAX_POWER_BITS
        if is_short or (strip_sign(x) <= 1 and x.denominator == 1):  # powers of -1, 0, 1 are short
            value = self._fold_constants(POW, [x, y])
            if value is not None:
                return self.make_number(value)
        if y == -1:
            return self.make_number(Fraction(1) / x)
        return self._intern_product(1, ((base, exponent),))
