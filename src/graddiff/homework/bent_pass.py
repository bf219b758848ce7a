"""Forward mode in which a rule is bent: what a student computes who makes one mistake.

Values and tangents are computed line by line. Where the bent rule applies, its formula takes the
place of the true rule; all other lines follow the true rules, with the numbers that the mistake led
to."""

from collections.abc import Sequence
from functools import cache, reduce
from operator import add
from typing import NamedTuple

from graddiff.homework.bent_rules import BentRule, find_bent_rules, make_rule_shape
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.numbers.arithmetic import Arithmetic, NoValue, Number, NumberFunction
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import WHERE, get_branch_slot


class ActiveLine(NamedTuple):
    """An operation with its value, and the values and tangents of its operands.

    A tangent is None where an operand does not depend on the variable."""

    operation: Operation
    inputs: Sequence[Number]
    tangents: Sequence[Number | None]
    value: Number

    @property
    def first_moving_slot(self) -> int:
        """The first operand that depends on the variable."""
        return next(slot for slot, tangent in enumerate(self.tangents) if tangent is not None)


def differentiate_bent(
    expression: Expression,
    values: Sequence[Number],
    seed: int | None,
    mistake: str,
    only: int | None = None,
    arithmetic: Arithmetic = FLOATS,
) -> tuple[Number, Number]:
    """Returns the value of the output and its derivative by the line `seed`, 0 without one.

    `values` are those of a true forward pass. The rule of the mistake is bent at every line where
    it applies, or only at the line `only`. Raises ArithmeticError or ValueError where the mistake
    leads to no number."""
    bent_pass = BentPass(expression, values, seed, mistake, only, arithmetic)
    for line, operands in enumerate(expression.operands):
        if operands and line != seed:
            bent_pass.compute_line(line)
    output = expression.output
    tangent = bent_pass.tangents[output]
    return bent_pass.values[output], arithmetic.read_literal("0") if tangent is None else tangent


class BentPass:
    """The values and tangents of the lines, and the rules that are bent."""

    def __init__(
        self,
        expression: Expression,
        values: Sequence[Number],
        seed: int | None,
        mistake: str,
        only: int | None,
        arithmetic: Arithmetic,
    ) -> None:
        self.values: list[Number] = [*values]
        self.tangents: list[Number | None] = [None] * expression.size
        self._variable: Number = values[seed or 0]
        if seed is not None:
            self.tangents[seed] = arithmetic.read_literal("1")
        self._expression, self._arithmetic = expression, arithmetic
        self._rules, self._only = find_bent_rules(mistake), only

    def compute_line(self, line: int) -> None:
        """Computes the value and the tangent of an operation from those of its operands."""
        operation, operands = self._expression.operations[line], self._expression.operands[line]
        inputs = [self.values[operand] for operand in operands]
        if any(isinstance(value, NoValue) for value in inputs):
            return
        is_bent_here = self._only is None or self._only == line
        # Values are computed again only if one of them can differ from the forward pass.
        if self._rules.values:
            self.values[line] = self._compute_value(operation, inputs, is_bent_here)
        tangents = [self.tangents[operand] for operand in operands]
        if all(tangent is None for tangent in tangents):
            return
        active = ActiveLine(operation, inputs, tangents, self.values[line])
        shape = make_rule_shape(operation, [tangent is not None for tangent in tangents])
        rule = self._rules.derivatives.get(shape) if is_bent_here else None
        if rule is None:
            self.tangents[line] = apply_true_rule(active, self._arithmetic)
        else:
            self.tangents[line] = apply_bent_rule(rule, active, self._variable, self._arithmetic)

    def _compute_value(
        self, operation: Operation, inputs: Sequence[Number], is_bent_here: bool
    ) -> Number:
        """Returns the value of an operation, by the bent rule for values if it applies."""
        # The true value comes first: the mistake is made only where there is one.
        value = self._arithmetic.get_function(operation)(*inputs)
        rule = self._rules.values.get((operation, (True,) * len(inputs)))
        if rule is None or not is_bent_here:
            return value
        return compile_bent_formula(self._arithmetic, rule.formula)[1](*inputs)


@cache
def compile_bent_formula(
    arithmetic: Arithmetic, formula: str
) -> tuple[tuple[str, ...], NumberFunction]:
    """Returns the names in a formula, and the function of them."""
    names = tuple(parse(formula, ("p",)).variables)
    return names, arithmetic.compile_formula(formula, names)


def apply_true_rule(line: ActiveLine, arithmetic: Arithmetic) -> Number | None:
    """Returns the tangent by the chain rule: local partial times tangent, summed over operands."""
    operation = line.operation
    if operation is WHERE:
        return line.tangents[get_branch_slot(line.inputs[0])]
    if not operation.has_partials:
        return None
    terms = [
        arithmetic.compute_local_partial(operation, slot, line.inputs, line.value) * tangent
        for slot, tangent in enumerate(line.tangents)
        if tangent is not None
    ]
    return reduce(add, terms)


def apply_bent_rule(
    rule: BentRule, line: ActiveLine, variable: Number, arithmetic: Arithmetic
) -> Number:
    """Returns the tangent by a bent rule; `variable` is the value of what is differentiated by."""
    names, function = compile_bent_formula(arithmetic, rule.formula)
    if line.operation.variadic:
        terms = []
        for u, du in zip(line.inputs, line.tangents):
            if du is not None:
                numbers = {"u": u, "du": du, "f": line.value}
                terms.append(function(**{name: numbers[name] for name in names}))
        return reduce(add, terms)
    # Only the names that occur are computed: another one may have no value here.
    return function(
        **{name: compute_named_number(name, rule, line, variable, arithmetic) for name in names}
    )


def compute_named_number(
    name: str, rule: BentRule, line: ActiveLine, variable: Number, arithmetic: Arithmetic
) -> Number:
    """Returns the number that a name in a bent formula stands for (see mistakes)."""
    if name in rule.operands:
        return line.inputs[rule.operands.index(name)]
    if name.startswith("d") and name[1:] in rule.operands:
        return line.tangents[rule.operands.index(name[1:])]
    if name == "f":
        return line.value
    slot = line.first_moving_slot
    if name == "p":
        return arithmetic.compute_local_partial(line.operation, slot, line.inputs, line.value)
    # p_du and p_x: the local partial, taken at another number than the operand.
    moved = [*line.inputs]
    moved[slot] = {"p_du": line.tangents[slot], "p_x": variable}[name]
    value = arithmetic.get_function(line.operation)(*moved)
    return arithmetic.compute_local_partial(line.operation, slot, moved, value)
