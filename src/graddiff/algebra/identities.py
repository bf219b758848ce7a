"""What is known of functions beyond their values: identities by which formulas become shorter.

Each holds wherever the formula that it replaces has a value."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from graddiff.algebra.node import (
    ABS,
    ADD,
    CBRT,
    EQ,
    EXP,
    MINUS_ONE,
    MUL,
    ONE,
    POW,
    Formula,
    Rational,
)
from graddiff.algebra.normal_form import Formulas
from graddiff.numbers.fractions import EXACT
from graddiff.numbers.kind import Kind, Number
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, CONSTANTS, NUMBER, TABLE, WHERE

SUB, DIV, NEG, SQRT, LOG, HYPOT, MIN, MAX, SIGMOID = (
    TABLE[name] for name in ("sub", "div", "neg", "sqrt", "log", "hypot", "min", "max", "sigmoid")
)
# tan(atan(x)) is x to the power of 1, cot(atan(x)) that of -1.
RECIPROCAL = {
    "sin": "csc",
    "cos": "sec",
    "tan": "cot",
    "sinh": "csch",
    "cosh": "sech",
    "tanh": "coth",
}
INVERSE = {(g, f"a{g}"): 1 for pair in RECIPROCAL.items() for g in pair}
INVERSE |= {
    (g, f"a{h}"): -1 for pair in RECIPROCAL.items() for g, h in (pair, pair[::-1]) if h != "cot"
}
LARGER = {MAX: (TABLE["gt"], TABLE["ge"]), MIN: (TABLE["lt"], TABLE["le"])}
HALF = Fraction(1, 2)

# g -> (r, h, s) with g^2 + r = s*h^2, such as tan(x)^2 + 1 = sec(x)^2.
SQUARES = {
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


class Identities(Formulas):
    """Formulas that know their functions."""

    def call(self, operation: Operation, *operands: Formula) -> Formula:
        first = operands[0]
        if operation is WHERE:
            if first.operation is NUMBER:
                return operands[1 if first.number else 2]
            if operands[1] is operands[2]:
                return operands[1]
        if operation.parity and first.negative:
            inner = self.call(operation, self.sum([(first, MINUS_ONE)]))
            return inner if operation.parity == "even" else self.scaled(MINUS_ONE, inner)
        return self._identical(operation, operands) or super().call(operation, *operands)

    def _identical(self, operation: Operation, operands: tuple[Formula, ...]) -> Formula | None:
        """What an operation on these operands is as well, and shorter."""
        first = operands[0]
        if (operation.name, first.operation.name) in INVERSE:
            return self.power(
                first.parts[0], self.number(INVERSE[operation.name, first.operation.name])
            )
        if operation is LOG:
            return self._logarithm(first)
        if operation in (ABS, CBRT) and first.operation is MUL:
            return self._factor_by_factor(operation, first)
        if operation is HYPOT and any(operand.operation is NUMBER for operand in operands):
            return self.power(
                self.sum([(self.power(operand, self.two), ONE) for operand in operands]), self.half
            )
        if operation in LARGER:
            different = tuple(dict.fromkeys(operands))
            return (
                first
                if len(different) == 1
                else self.call(operation, *different)
                if different != operands
                else None
            )
        if operation in COMPARISONS and first is operands[1]:
            return self.number(operation.name in ("eq", "le", "ge"))
        if operation is EQ and operands[1].operation in LARGER:
            return self._largest(first, operands[1])
        return None

    @property
    def half(self) -> Formula:
        return self.number(HALF)

    @property
    def two(self) -> Formula:
        return self.number(2)

    def power(self, base: Formula, exponent: Formula) -> Formula:
        if natural(base):
            inner, first = (exponent, self.one)
            if exponent.operation is MUL and len(exponent.parts) == 1:
                (inner, power), first = exponent.parts[0], self.number(exponent.number)
                inner = inner if power is self.one else exponent
            if inner.operation is LOG:
                return self.power(inner.parts[0], first)
        return super().power(base, exponent)

    def _logarithm(self, formula: Formula) -> Formula | None:
        """log(exp(x)) is x, and so is log(e^x)."""
        base, exponent = formula.as_power()
        return exponent if natural(base) else None

    def _largest(self, formula: Formula, extreme: Formula) -> Formula | None:
        """x == max(x, y) as x > y, and y == max(x, y) as y >= x: one of the two counts where they are equal."""
        if len(extreme.parts) != 2 or formula not in extreme.parts:
            return None
        first, second = extreme.parts
        strict, other = LARGER[extreme.operation]
        return (
            self.call(strict, first, second)
            if formula is first
            else self.call(other, second, first)
        )

    def _factor_by_factor(self, operation: Operation, product: Formula) -> Formula | None:
        """abs(2*x^3) is 2*abs(x)^3, and cbrt(8*x^5) is 2*cbrt(x)^5: whole powers stand outside."""
        whole = all(e.operation is NUMBER and e.number.denominator == 1 for _, e in product.parts)
        if not whole or (operation is CBRT and len(product.parts) > 1):
            return None
        numbers = [self.call(operation, self.number(product.number))]
        return self.product(
            numbers + [self.power(self.call(operation, base), e) for base, e in product.parts]
        )

    def identity(
        self, constant: Rational, parts: Sequence[tuple[Formula, Rational]]
    ) -> Formula | None:
        """1 - sigmoid(x) is sigmoid(-x); sums of two squares such as 1 + tan(x)^2."""
        if len(parts) + bool(constant) != 2:
            return None
        first, coefficient = parts[0]
        if first.operation is SIGMOID and coefficient == -constant:
            return self.scaled(
                constant, self.call(SIGMOID, self.sum([(first.parts[0], MINUS_ONE)]))
            )
        (base, scale), *other = [(square_root(monic), scale) for monic, scale in parts]
        if base is None:
            return None
        if base.operation.name not in SQUARES:
            return None
        r, name, s = SQUARES[base.operation.name]
        partner = self.call(TABLE[name], *base.parts)
        if constant:
            return (
                self.scaled(s * scale, self.power(partner, self.two))
                if constant == r * scale
                else None
            )
        return self.number(-r * scale) if other[0] == (partner, -s * scale) else None


def natural(base: Formula) -> bool:
    """Whether a base is e, written as exp(1) or as e."""
    return base is base.home.exponential or base is base.home.constant("e")


def square_root(formula: Formula) -> Formula | None:
    """What a formula is the square of."""
    base, exponent = formula.as_power()
    return base if exponent is formula.home.number(2) else None


class FormulaKind(Kind):
    """The kind of number that the formulas of one home are."""

    def __init__(self, home: Formulas) -> None:
        def native(operation: Operation) -> Any:
            build = _BUILT.get(operation)
            if build is not None:
                return lambda *operands: build(home, *operands)
            return lambda *operands: home.call(operation, *operands)

        super().__init__(
            number=lambda text: literal(home, text),
            natives={name: native(row) for name, row in TABLE.items()},
            finite=lambda formula: True,
            limit=lambda operation, operands: home.undefined,
            syntax={"where": "{0}.choose({1}, {2})"},
        )
        self.home = home

    def known(
        self, operation: Operation, slot: int, operands: Sequence[Number], value: Number
    ) -> dict[str, Number]:
        """As for numbers; operands that are the same formula share what flows, others are told apart by the rule."""
        if operation.variadic:
            return {
                "x": operands[slot],
                "f": value,
                "k": self.home.number([*operands].count(operands[slot])),
            }
        return super().known(operation, slot, operands, value)

    def partials(self, operation: Operation) -> Any:
        if not operation.variadic:
            return super().partials(operation)

        def each(*of: Number) -> tuple[Number, ...]:
            *operands, value = of
            rule = self.partial(operation, 0)
            return tuple(
                [
                    rule(**self.known(operation, slot, operands, value))
                    for slot in range(len(operands))
                ]
            )

        return each

    def either(self, condition: Number, x: Number, y: Number) -> Number:
        branches = [self.home.undefined if missing(branch) else branch for branch in (x, y)]
        return self.home.call(WHERE, condition, *branches)

    def branches(self, condition: Number) -> tuple[Number | None, Number | None]:
        if condition.operation is NUMBER:
            return super().branches(condition.number)
        one, zero = self.home.one, self.home.zero
        return self.home.call(WHERE, condition, one, zero), self.home.call(
            WHERE, condition, zero, one
        )


def missing(value: object) -> bool:
    return not isinstance(value, Formula)


def literal(home: Formulas, text: str) -> Formula:
    """A number as it is written; one that is too long for a fraction, and a constant, stay names."""
    if text in CONSTANTS:
        return home.constant(text)
    value = EXACT.number(text)
    return home.number(value) if EXACT.finite(value) else home.constant(text)


_BUILT: dict[Operation, Any] = {
    ADD: lambda home, x, y: home.sum([(x, ONE), (y, ONE)]),
    SUB: lambda home, x, y: home.sum([(x, ONE), (y, MINUS_ONE)]),
    MUL: lambda home, x, y: home.product([x, y]),
    DIV: lambda home, x, y: home.product([x, home.power(y, home.minus_one)]),
    NEG: lambda home, x: home.scaled(MINUS_ONE, x),
    POW: lambda home, x, y: home.power(x, y),
    SQRT: lambda home, x: home.power(x, home.number(HALF)),
    EXP: lambda home, x: home.power(home.exponential, x),
}
