"""What is known of functions beyond their values: identities by which formulas become shorter.

Each holds wherever the formula that it replaces has a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

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
    FormulaPool,
    Rational,
)
from graddiff.algebra.powers import PowerPool
from graddiff.numbers.arithmetic import Arithmetic, Number, NumberFunction
from graddiff.numbers.fractions import EXACT
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
INVERSE_EXPONENTS = {(g, f"a{g}"): 1 for pair in RECIPROCAL.items() for g in pair}
INVERSE_EXPONENTS |= {
    (g, f"a{h}"): -1 for pair in RECIPROCAL.items() for g, h in (pair, pair[::-1]) if h != "cot"
}
EXTREME_COMPARISONS = {MAX: (TABLE["gt"], TABLE["ge"]), MIN: (TABLE["lt"], TABLE["le"])}
HALF = Fraction(1, 2)

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
    """Formulas that know their functions."""

    def make_operation(self, operation: Operation, *operands: Formula) -> Formula:
        first = operands[0]
        if operation is WHERE:
            if first.operation is NUMBER:
                return operands[1 if first.number else 2]
            if operands[1] is operands[2]:
                return operands[1]
        if operation.parity and first.is_negative:
            inner = self.make_operation(operation, self.make_sum([(first, MINUS_ONE)]))
            return inner if operation.parity == "even" else self.make_multiple(MINUS_ONE, inner)
        return self._apply_identity(operation, operands) or super().make_operation(
            operation, *operands
        )

    def _apply_identity(
        self, operation: Operation, operands: tuple[Formula, ...]
    ) -> Formula | None:
        """What an operation on these operands is as well, and shorter."""
        first = operands[0]
        if (operation.name, first.operation.name) in INVERSE_EXPONENTS:
            return self.make_power(
                first.parts[0],
                self.make_number(INVERSE_EXPONENTS[operation.name, first.operation.name]),
            )
        if operation is LOG:
            return self._simplify_logarithm(first)
        if operation in (ABS, CBRT) and first.operation is MUL:
            return self._distribute_over_factors(operation, first)
        if operation is HYPOT and any(operand.operation is NUMBER for operand in operands):
            return self.make_power(
                self.make_sum([(self.make_power(operand, self.two), ONE) for operand in operands]),
                self.half,
            )
        if operation in EXTREME_COMPARISONS:
            different = tuple(dict.fromkeys(operands))
            return (
                first
                if len(different) == 1
                else self.make_operation(operation, *different)
                if different != operands
                else None
            )
        if operation in COMPARISONS and first is operands[1]:
            return self.make_number(operation.name in ("eq", "le", "ge"))
        if operation is EQ and operands[1].operation in EXTREME_COMPARISONS:
            return self._simplify_extreme_equality(first, operands[1])
        return None

    @property
    def half(self) -> Formula:
        return self.make_number(HALF)

    @property
    def two(self) -> Formula:
        return self.make_number(2)

    def make_power(self, base: Formula, exponent: Formula) -> Formula:
        if is_euler_number(base):
            inner, first = (exponent, self.one)
            if exponent.operation is MUL and len(exponent.parts) == 1:
                (inner, power), first = exponent.parts[0], self.make_number(exponent.number)
                inner = inner if power is self.one else exponent
            if inner.operation is LOG:
                return self.make_power(inner.parts[0], first)
        return super().make_power(base, exponent)

    def _simplify_logarithm(self, formula: Formula) -> Formula | None:
        """log(exp(x)) is x, and so is log(e^x)."""
        base, exponent = formula.split_power()
        return exponent if is_euler_number(base) else None

    def _simplify_extreme_equality(self, formula: Formula, extreme: Formula) -> Formula | None:
        """x == max(x, y) as x > y, and y == max(x, y) as y >= x: one of the two counts where they are equal."""
        if len(extreme.parts) != 2 or formula not in extreme.parts:
            return None
        first, second = extreme.parts
        strict, other = EXTREME_COMPARISONS[extreme.operation]
        return (
            self.make_operation(strict, first, second)
            if formula is first
            else self.make_operation(other, second, first)
        )

    def _distribute_over_factors(self, operation: Operation, product: Formula) -> Formula | None:
        """abs(2*x^3) is 2*abs(x)^3, and cbrt(8*x^5) is 2*cbrt(x)^5: whole powers stand outside."""
        whole = all(e.operation is NUMBER and e.number.denominator == 1 for _, e in product.parts)
        if not whole or (operation is CBRT and len(product.parts) > 1):
            return None
        numbers = [self.make_operation(operation, self.make_number(product.number))]
        return self.make_product(
            numbers
            + [
                self.make_power(self.make_operation(operation, base), e)
                for base, e in product.parts
            ]
        )

    def find_identity(
        self, constant: Rational, parts: Sequence[tuple[Formula, Rational]]
    ) -> Formula | None:
        """1 - sigmoid(x) is sigmoid(-x); sums of two squares such as 1 + tan(x)^2."""
        if len(parts) + bool(constant) != 2:
            return None
        first, coefficient = parts[0]
        if first.operation is SIGMOID and coefficient == -constant:
            return self.make_multiple(
                constant, self.make_operation(SIGMOID, self.make_sum([(first.parts[0], MINUS_ONE)]))
            )
        (base, scale), *other = [(find_square_root(monic), scale) for monic, scale in parts]
        if base is None:
            return None
        if base.operation.name not in SQUARE_IDENTITIES:
            return None
        r, name, s = SQUARE_IDENTITIES[base.operation.name]
        partner = self.make_operation(TABLE[name], *base.parts)
        if constant:
            return (
                self.make_multiple(s * scale, self.make_power(partner, self.two))
                if constant == r * scale
                else None
            )
        return self.make_number(-r * scale) if other[0] == (partner, -s * scale) else None


def is_euler_number(base: Formula) -> bool:
    """Whether a base is e, written as exp(1) or as e."""
    return base is base.home.exponential or base is base.home.make_constant("e")


def find_square_root(formula: Formula) -> Formula | None:
    """What a formula is the square of."""
    base, exponent = formula.split_power()
    return base if exponent is formula.home.make_number(2) else None


class FormulaArithmetic(Arithmetic):
    """The kind of number that the formulas of one home are."""

    syntax: Mapping[str, str] = {"where": "{0}.choose({1}, {2})"}

    def __init__(self, home: FormulaPool) -> None:
        self.home = home
        super().__init__()

    def read_literal(self, text: str) -> Formula:
        return make_literal(self.home, text)

    def make_natives(self) -> dict[str, NumberFunction]:
        def make_native(operation: Operation) -> NumberFunction:
            build = _BUILDERS.get(operation)
            if build is not None:
                return lambda *operands: build(self.home, *operands)
            return lambda *operands: self.home.make_operation(operation, *operands)

        return {name: make_native(row) for name, row in TABLE.items()}

    def is_finite(self, value: Number) -> bool:
        return True  # which is known only once variables have values

    def compute_limit(self, operation: Operation, operands: Sequence[Number]) -> Formula:
        return self.home.undefined

    def bind_rule_variables(
        self, operation: Operation, slot: int, operands: Sequence[Number], value: Number
    ) -> dict[str, Number]:
        """As for numbers; operands that are the same formula share what flows, others are told apart by the rule."""
        if operation.variadic:
            return {
                "x": operands[slot],
                "f": value,
                "k": self.home.make_number([*operands].count(operands[slot])),
            }
        return super().bind_rule_variables(operation, slot, operands, value)

    def get_partials(self, operation: Operation) -> NumberFunction:
        if not operation.variadic:
            return super().get_partials(operation)

        def apply_to_each(*of: Number) -> tuple[Number, ...]:
            *operands, value = of
            rule = self.get_partial(operation, 0)
            return tuple(
                [
                    rule(**self.bind_rule_variables(operation, slot, operands, value))
                    for slot in range(len(operands))
                ]
            )

        return apply_to_each

    def select_branch(self, condition: Number, x: Number, y: Number) -> Number:
        branches = [
            self.home.undefined if is_absent_branch(branch) else branch for branch in (x, y)
        ]
        return self.home.make_operation(WHERE, condition, *branches)

    def get_branch_partials(self, condition: Number) -> tuple[Number | None, Number | None]:
        if condition.operation is NUMBER:
            return super().get_branch_partials(condition.number)
        one, zero = self.home.one, self.home.zero
        return self.home.make_operation(WHERE, condition, one, zero), self.home.make_operation(
            WHERE, condition, zero, one
        )


def is_absent_branch(value: object) -> bool:
    return not isinstance(value, Formula)


def make_literal(home: FormulaPool, text: str) -> Formula:
    """A number as it is written; one that is too long for a fraction, and a constant, stay names."""
    if text in CONSTANTS:
        return home.make_constant(text)
    value = EXACT.read_literal(text)
    return home.make_number(value) if isinstance(value, Fraction) else home.make_constant(text)


_BUILDERS: dict[Operation, Callable[..., Formula]] = {
    ADD: lambda home, x, y: home.make_sum([(x, ONE), (y, ONE)]),
    SUB: lambda home, x, y: home.make_sum([(x, ONE), (y, MINUS_ONE)]),
    MUL: lambda home, x, y: home.make_product([x, y]),
    DIV: lambda home, x, y: home.make_product([x, home.make_power(y, home.minus_one)]),
    NEG: lambda home, x: home.make_multiple(MINUS_ONE, x),
    POW: lambda home, x, y: home.make_power(x, y),
    SQRT: lambda home, x: home.make_power(x, home.make_number(HALF)),
    EXP: lambda home, x: home.make_power(home.exponential, x),
}
