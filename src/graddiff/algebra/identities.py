"""Identities of functions, by which formulas become shorter while they are made.

Each holds wherever the formula that it replaces has a value."""

from __future__ import annotations

from collections.abc import Sequence

from graddiff.algebra.node import ABS, CBRT, EQ, HALF, MINUS_ONE, ONE, Formula, Rational, SumTerm
from graddiff.algebra.powers import PowerPool
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, MUL, NUMBER, TABLE, WHERE

LOG, HYPOT, MIN, MAX, SIGMOID = (TABLE[name] for name in ("log", "hypot", "min", "max", "sigmoid"))
RECIPROCAL = {
    "sin": "csc",
    "cos": "sec",
    "tan": "cot",
    "sinh": "csch",
    "cosh": "sech",
    "tanh": "coth",
}
RECIPROCAL_PAIRS = [pair for names in RECIPROCAL.items() for pair in (names, names[::-1])]
# (g, h) -> n with g(h(x)) = x^n: tan(atan(x)) is x, and cot(atan(x)) is x^-1. But tan(acot(x)) is
# left out: at 0, where x^-1 has no value, floats give tan(pi/2) one.
INVERSE_EXPONENTS = {(g, f"a{g}"): 1 for pair in RECIPROCAL.items() for g in pair} | {
    (g, f"a{h}"): -1 for g, h in RECIPROCAL_PAIRS if h != "cot"
}

# How x == max(x, y) and y == max(x, y) are written where x and y are not equal.
EXTREME_COMPARISONS = {MAX: (TABLE["gt"], TABLE["ge"]), MIN: (TABLE["lt"], TABLE["le"])}

# g -> (r, h, s) with g^2 + r = s*h^2, such as tan(x)^2 + 1 = sec(x)^2.
SQUARE_IDENTITIES = {
    "tan": (1, "sec", 1),
    "cot": (1, "csc", 1),
    "sinh": (1, "cosh", 1),
    "csch": (1, "coth", 1),
    "sin": (-1, "cos", -1),
    "cos": (-1, "sin", -1),
    "tanh": (-1, "sech", -1),
    "sech": (-1, "tanh", -1),
    "sec": (-1, "tan", 1),
    "csc": (-1, "cot", 1),
    "cosh": (-1, "sinh", 1),
    "coth": (-1, "csch", 1),
}


class SimplifyingFormulaPool(PowerPool):
    """A pool that applies identities of functions."""

    def make_operation(self, operation: Operation, *operands: Formula) -> Formula:
        """Returns an operation, or a shorter formula that it equals."""
        first = operands[0]
        if operation is WHERE:
            if first.operation is NUMBER:
                return operands[1 if first.number else 2]
            if operands[1] is operands[2]:
                return operands[1]
        if operation.parity and first.is_negative:
            # sin(-x) is -sin(x), and cos(-x) is cos(x).
            positive = self.make_operation(operation, self.make_sum([(first, MINUS_ONE)]))
            if operation.parity == "even":
                return positive
            return self.make_multiple(MINUS_ONE, positive)
        known = self._apply_identity(operation, operands)
        return known or super().make_operation(operation, *operands)

    def _apply_identity(
        self, operation: Operation, operands: tuple[Formula, ...]
    ) -> Formula | None:
        """Returns a shorter formula that an operation equals, None where no identity applies."""
        first = operands[0]
        exponent = INVERSE_EXPONENTS.get((operation.name, first.operation.name))
        if exponent is not None:
            return self.make_power(first.parts[0], self.make_number(exponent))
        if operation is LOG:
            return self._simplify_logarithm(first)
        if operation in (ABS, CBRT) and first.operation is MUL:
            return self._distribute_over_factors(operation, first)
        if operation is HYPOT and any(operand.operation is NUMBER for operand in operands):
            # hypot(x, 1) is sqrt(x^2 + 1), as textbooks have it.
            squares = [(self.make_power(operand, self.two), ONE) for operand in operands]
            return self.make_power(self.make_sum(squares), self.half)
        if operation in EXTREME_COMPARISONS:
            return self._drop_equal_operands(operation, operands)
        return self._simplify_comparison(operation, operands)

    def _simplify_comparison(
        self, operation: Operation, operands: tuple[Formula, ...]
    ) -> Formula | None:
        """Returns a shorter formula that a comparison equals, None for other operations too."""
        if operation in COMPARISONS and operands[0] is operands[1]:
            return self.make_number(operation.name in ("eq", "le", "ge"))
        if operation is EQ and operands[1].operation in EXTREME_COMPARISONS:
            return self._simplify_extreme_equality(*operands)
        return None

    def _drop_equal_operands(
        self, operation: Operation, operands: tuple[Formula, ...]
    ) -> Formula | None:
        """Returns max(x, x, y) as max(x, y) and max(x, x) as x, None where operands differ."""
        different = tuple(dict.fromkeys(operands))
        if len(different) == 1:
            return different[0]
        return self.make_operation(operation, *different) if different != operands else None

    @property
    def half(self) -> Formula:
        return self.make_number(HALF)

    @property
    def two(self) -> Formula:
        return self.make_number(2)

    def make_power(self, base: Formula, exponent: Formula) -> Formula:
        """Returns a power; exp(a*log(x)) is x^a for a number a."""
        if is_euler_number(base):
            inner, factor = exponent, self.one
            if exponent.operation is MUL and len(exponent.parts) == 1:
                only, power = exponent.parts[0]
                factor = self.make_number(exponent.number)
                inner = only if power is self.one else exponent
            if inner.operation is LOG:
                return self.make_power(inner.parts[0], factor)
        return super().make_power(base, exponent)

    def _simplify_logarithm(self, formula: Formula) -> Formula | None:
        """Returns log(exp(x)) and log(e^x) as x."""
        base, exponent = formula.split_power()
        return exponent if is_euler_number(base) else None

    def _simplify_extreme_equality(self, formula: Formula, extreme: Formula) -> Formula | None:
        """Returns x == max(x, y) as x > y, and y == max(x, y) as y >= x.

        Both hold where x and y are equal; as one comparison is strict, only one of the operands
        counts as the maximum there."""
        if len(extreme.parts) != 2 or formula not in extreme.parts:
            return None
        first, second = extreme.parts
        strict, weak = EXTREME_COMPARISONS[extreme.operation]
        if formula is first:
            return self.make_operation(strict, first, second)
        return self.make_operation(weak, second, first)

    def _distribute_over_factors(self, operation: Operation, product: Formula) -> Formula | None:
        """Returns abs(2*x^3) as 2*abs(x)^3, and cbrt(8*x^5) as 2*cbrt(x)^5.

        Returns None where an exponent is not whole, and for a cube root of several bases."""
        are_integers = all(
            exponent.operation is NUMBER and exponent.number.denominator == 1
            for _, exponent in product.parts
        )
        if not are_integers or (operation is CBRT and len(product.parts) > 1):
            return None
        coefficient = self.make_operation(operation, self.make_number(product.number))
        powers = [
            self.make_power(self.make_operation(operation, base), exponent)
            for base, exponent in product.parts
        ]
        return self.make_product([coefficient, *powers])

    def find_identity(self, constant: Rational, parts: Sequence[SumTerm]) -> Formula | None:
        """Returns 1 - sigmoid(x) as sigmoid(-x), and 1 + tan(x)^2 and similar sums as a square."""
        if len(parts) + bool(constant) != 2:
            return None
        first, scale = parts[0]
        if first.operation is SIGMOID and scale == -constant:
            opposite = self.make_sum([(first.parts[0], MINUS_ONE)])
            return self.make_multiple(constant, self.make_operation(SIGMOID, opposite))
        base = find_square_root(first)
        if base is None or base.operation.name not in SQUARE_IDENTITIES:
            return None
        r, name, s = SQUARE_IDENTITIES[base.operation.name]
        partner = self.make_operation(TABLE[name], *base.parts)
        if constant:
            # scale*(g^2 + r) is scale*s*h^2.
            if constant != r * scale:
                return None
            return self.make_multiple(s * scale, self.make_power(partner, self.two))
        # scale*(g^2 - s*h^2) is -scale*r.
        second, second_scale = parts[1]
        if find_square_root(second) is partner and second_scale == -s * scale:
            return self.make_number(-r * scale)
        return None


def is_euler_number(base: Formula) -> bool:
    """Whether a base is e, as exp(1) or by its name."""
    return base is base.pool.exponential or base is base.pool.make_constant("e")


def find_square_root(formula: Formula) -> Formula | None:
    """Returns the formula whose square this one is, None if it is no square."""
    base, exponent = formula.split_power()
    return base if exponent is formula.pool.make_number(2) else None
