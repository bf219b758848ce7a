"""Formulas as a kind of number: both passes run on them and so give derivatives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from graddiff.algebra.node import EXP, HALF, MINUS_ONE, ONE, Formula, FormulaPool
from graddiff.numbers.arithmetic import Arithmetic, Number, NumberFunction
from graddiff.numbers.fractions import EXACT
from graddiff.operations.row import Operation
from graddiff.operations.table import ADD, CONSTANTS, DIV, MUL, NEG, NUMBER, POW, SUB, TABLE, WHERE

SQRT = TABLE["sqrt"]

# Operations that a pool makes as sums, products and powers. There are no quotients, differences and
# roots among formulas, so that the same formula has one form only.
BUILDERS: dict[Operation, Callable[..., Formula]] = {
    ADD: lambda pool, x, y: pool.make_sum([(x, ONE), (y, ONE)]),
    SUB: lambda pool, x, y: pool.make_sum([(x, ONE), (y, MINUS_ONE)]),
    MUL: lambda pool, x, y: pool.make_product([x, y]),
    DIV: lambda pool, x, y: pool.make_product([x, pool.make_power(y, pool.minus_one)]),
    NEG: lambda pool, x: pool.make_multiple(MINUS_ONE, x),
    POW: lambda pool, x, y: pool.make_power(x, y),
    SQRT: lambda pool, x: pool.make_power(x, pool.make_number(HALF)),
    EXP: lambda pool, x: pool.make_power(pool.exponential, x),
}


class FormulaArithmetic(Arithmetic):
    """The arithmetic of the formulas of one pool."""

    syntax: Mapping[str, str] = {"where": "{0}.choose({1}, {2})"}

    def __init__(self, pool: FormulaPool) -> None:
        self.pool = pool
        super().__init__()

    def read_literal(self, text: str) -> Formula:
        """Returns a literal or constant; one that is too long for a fraction keeps its text."""
        if text in CONSTANTS:
            return self.pool.make_constant(text)
        value = EXACT.read_literal(text)
        if isinstance(value, Fraction):
            return self.pool.make_number(value)
        return self.pool.make_constant(text)

    def make_natives(self) -> dict[str, NumberFunction]:
        def make_native(operation: Operation) -> NumberFunction:
            build = BUILDERS.get(operation)
            if build is not None:
                return lambda *operands: build(self.pool, *operands)
            return lambda *operands: self.pool.make_operation(operation, *operands)

        return {name: make_native(row) for name, row in TABLE.items()}

    def is_finite(self, value: Number) -> bool:
        return True  # whether it is can be known only once the variables have values

    def compute_limit(self, operation: Operation, operands: Sequence[Number]) -> Formula:
        return self.pool.undefined

    def bind_rule_variables(
        self, operation: Operation, slot: int, operands: Sequence[Number], value: Number
    ) -> dict[str, Number]:
        """Returns the formulas for the variables of a rule.

        Among the operands of min and max, those that are the same formula are always tied, and
        share what flows. Others are equal at single points only, where the rule decides."""
        if operation.variadic:
            tie_count = [*operands].count(operands[slot])
            return {"x": operands[slot], "f": value, "k": self.pool.make_number(tie_count)}
        return super().bind_rule_variables(operation, slot, operands, value)

    def get_partials(self, operation: Operation) -> NumberFunction:
        """Returns the function from operands and value to all local partials.

        For min and max, it binds `k` for each operand anew; numbers share one count of ties."""
        if not operation.variadic:
            return super().get_partials(operation)
        rule = self.get_partial(operation, 0)

        def compute_partials(*operands_and_value: Number) -> tuple[Number, ...]:
            *operands, value = operands_and_value
            bindings = [
                self.bind_rule_variables(operation, slot, operands, value)
                for slot in range(len(operands))
            ]
            return tuple([rule(**binding) for binding in bindings])

        return compute_partials

    def select_branch(self, condition: Number, x: Number, y: Number) -> Number:
        """Returns a `where` of both branches; one without a value is undefined, not an error."""
        branches = [
            branch if isinstance(branch, Formula) else self.pool.undefined for branch in (x, y)
        ]
        return self.pool.make_operation(WHERE, condition, *branches)

    def get_branch_partials(self, condition: Number) -> tuple[Number | None, Number | None]:
        """Returns the local partials of both branches: gates, unless the condition is a number."""
        if condition.operation is NUMBER:
            return super().get_branch_partials(condition.number)
        one, zero = self.pool.one, self.pool.zero
        first = self.pool.make_operation(WHERE, condition, one, zero)
        second = self.pool.make_operation(WHERE, condition, zero, one)
        return first, second
