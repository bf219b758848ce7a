"""Kinds of number: what a literal means and what each operation does to values of that kind.

A kind of number computes some operations by itself, its natives. For the others, and for every
local partial, it compiles the formula of the table, once. Only formulas of the table are compiled,
never the text of a user."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from graddiff.errors import PointError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse, parse_partial_rule
from graddiff.numbers.order import ORDER_FUNCTIONS
from graddiff.operations.row import Operation
from graddiff.operations.table import get_branch_slot

Number = Any  # a value of the kind of number that is computed with
NumberFunction = Callable[..., Number]
FormulaScope = dict[str, object]  # the numbers and functions that a compiled formula names

# The hint where a value is not a fraction.
INEXACT_HINT = "leave --exact out for floats, or compute with --precision 50"

# Python text for operations, {0} and {1} being operands; other operations are called by name.
SCALAR_SYNTAX = {
    "add": "({0} + {1})",
    "sub": "({0} - {1})",
    "mul": "({0}*{1})",
    "div": "({0}/{1})",
    "neg": "(-{0})",
    "lt": "({0} < {1})",
    "le": "({0} <= {1})",
    "gt": "({0} > {1})",
    "ge": "({0} >= {1})",
    "eq": "({0} == {1})",
    "ne": "({0} != {1})",
    "where": "({1} if {0} else {2})",
}


class NoValue(NamedTuple):
    """Stands for the value of a line that has none, because the operation at line `origin` has
    none at this point; `overflow` says that the value exists and is too large."""

    origin: int
    overflow: bool


class Arithmetic(ABC):
    """A kind of number.

    A subclass defines what a literal means (`read_literal`), which operations it computes by itself
    (`make_natives`), which values can be worked with (`is_finite`), and the value of an operation
    inside a formula at a point where it has none (`compute_limit`).

    `syntax` gives the text of operations in compiled formulas, where these are not called by name.
    `range_hint` says in an error message how large a number may be."""

    syntax: Mapping[str, str] = SCALAR_SYNTAX
    range_hint = "a float ends at 1.8e308"

    def __init__(self) -> None:
        self.natives = self.make_natives()
        self._functions: dict[Operation, NumberFunction] = {}
        self._all_partials: dict[Operation, NumberFunction] = {}
        self._partials_by_slot: dict[tuple[Operation, int], NumberFunction] = {}
        self._conditions: dict[tuple[Operation, str], NumberFunction] = {}

    # what a subclass defines

    @abstractmethod
    def read_literal(self, text: str) -> Number:
        """Returns the number that a literal, or the name of a constant, stands for."""

    def make_natives(self) -> dict[str, NumberFunction]:
        """Returns the operations that are computed without a formula, by name.

        Those of this class only compare and choose; a subclass adds its own."""
        return {**ORDER_FUNCTIONS}

    @abstractmethod
    def is_finite(self, value: Number) -> bool:
        """Whether a value can be worked with: neither infinite nor undefined."""

    @abstractmethod
    def compute_limit(self, operation: Operation, operands: Sequence[Number]) -> Number:
        """Returns an infinity, or not a number, for an operation that raised an ArithmeticError
        or a ValueError inside a formula."""

    # functions

    def get_function(self, operation: Operation) -> NumberFunction:
        """Returns the operation on values of this kind.

        Raises PointError if this kind of number does not know it."""
        if operation not in self._functions:
            native = self.natives.get(operation.name)
            if native is None and not operation.value:
                raise PointError(f"{operation.name} has no value among these numbers")
            self._functions[operation] = native or self.compile_formula(
                operation.value, operation.parameters
            )
        return self._functions[operation]

    def get_partials(self, operation: Operation) -> NumberFunction:
        """Returns all local partials at once: a function of the operands and the operation's value
        that returns a tuple, one item per operand."""
        if operation not in self._all_partials:
            scope: FormulaScope = {}
            texts = [
                self._translate_formula(formula, operation.rule_variables, scope)
                for formula in operation.partials
            ]
            rule = _make_lambda(operation.rule_variables, f"({', '.join(texts)},)", scope)
            self._all_partials[operation] = (
                self._map_over_operands(rule) if operation.variadic else rule
            )
        return self._all_partials[operation]

    def _map_over_operands(self, rule: NumberFunction) -> NumberFunction:
        """Returns a function that applies the rule of a variadic operation to each operand."""

        def compute_partials(*operands_and_value: Number) -> tuple[Number, ...]:
            *operands, value = operands_and_value
            tie_count = self.count_ties(operands, value)
            return tuple([rule(operand, value, tie_count)[0] for operand in operands])

        return compute_partials

    def count_ties(self, operands: Sequence[Number], value: Number) -> Number:
        """Returns the number of operands that are equal to the operation's value."""
        return sum(operand == value for operand in operands)

    def select_branch(self, condition: Number, x: Number, y: Number) -> Number:
        """Returns the value of a `where`; the branch that is not taken may have no value."""
        return (x, y)[get_branch_slot(condition) - 1]

    def get_branch_partials(self, condition: Number) -> tuple[Number | None, Number | None]:
        """Returns the partials of a `where` by its two branches, None for the one not taken: it
        has no edge at all."""
        partial = self.read_literal("1")
        return (partial, None) if get_branch_slot(condition) == 1 else (None, partial)

    # rules and conditions of the table

    def bind_rule_variables(
        self, operation: Operation, slot: int, operands: Sequence[Number], value: Number
    ) -> dict[str, Number]:
        """Returns the values of the names in the rule of a slot: the operands and `f`, the value.

        The rule of a variadic operation knows its own operand as `x`, the value as `f`, and as `k`
        the number of operands that are equal to `f`."""
        if operation.variadic:
            return {"x": operands[slot], "f": value, "k": self.count_ties(operands, value)}
        return dict(zip(operation.rule_variables, [*operands, value]))

    def get_partial(self, operation: Operation, slot: int) -> NumberFunction:
        """Returns the local partial for the operand in a slot, a function of the variables that
        `bind_rule_variables` gives, as keywords."""
        key = (operation, 0 if operation.variadic else slot)
        if key not in self._partials_by_slot:
            self._partials_by_slot[key] = self.compile_formula(
                operation.get_partial_rule(slot), operation.rule_variables
            )
        return self._partials_by_slot[key]

    def compute_local_partial(
        self, operation: Operation, slot: int, operands: Sequence[Number], value: Number
    ) -> Number:
        """Returns the local partial by its formula, or its limit where the formula has no value."""
        rule_values = self.bind_rule_variables(operation, slot, operands, value)
        try:
            return self.get_partial(operation, slot)(**rule_values)
        except (ArithmeticError, ValueError):
            return self.compute_partial_limit(operation, slot, rule_values)

    def compute_partial_limit(
        self, operation: Operation, slot: int, rule_values: dict[str, Number]
    ) -> Number:
        """Returns the local partial where its formula may have no value: an infinity, or not a
        number, if that is so."""
        rule = parse_partial_rule(operation, slot)
        return self.evaluate_with_limits(rule, rule_values)[rule.output]

    def is_condition_met(
        self, operation: Operation, condition: str, rule_values: dict[str, Number]
    ) -> bool:
        """Whether a condition of a row, such as "x == 0", holds for the variables of its rule."""
        key = (operation, condition)
        if key not in self._conditions:
            needed, _, premise = condition.partition(" if ")
            text = f"where({needed}, 1, 0)"
            if premise:  # what a row asks for only where its premise holds is met elsewhere
                text = f"where({premise}, {text}, 1)"
            self._conditions[key] = self.compile_formula(text, operation.rule_variables)
        try:
            return bool(self._conditions[key](**rule_values) == self.read_literal("1"))
        except (ArithmeticError, ValueError):
            return False

    # formulas

    def compile_formula(self, formula: str, parameters: Sequence[str]) -> NumberFunction:
        """Returns the Python function that a formula of the table stands for."""
        scope: FormulaScope = {}
        return _make_lambda(parameters, self._translate_formula(formula, parameters, scope), scope)

    def _translate_formula(
        self, formula: str, parameters: Sequence[str], scope: FormulaScope
    ) -> str:
        """Returns Python text for a formula, whose numbers and functions are put into `scope`."""

        def name_number(text: str) -> str:
            name = f"c{len(scope)}"
            scope[name] = self.read_literal(text)
            return name

        def write_operation(operation: Operation, operands: list[str]) -> str:
            if operation.name in self.syntax:
                return self.syntax[operation.name].format(*operands)
            scope[operation.name] = self.get_function(operation)
            return f"{operation.name}({', '.join(operands)})"

        rule = parse(formula, parameters)
        texts = rule.fold(variable=str, number=name_number, apply=write_operation)
        return texts[rule.output]

    def evaluate_with_limits(
        self, rule: Expression, rule_values: dict[str, Number]
    ) -> list[Number]:
        """Returns the value of every line of a formula, its limit where a line has no value."""

        def apply_operation(operation: Operation, operands: list[Number]) -> Number:
            try:
                return self.get_function(operation)(*operands)
            except (ArithmeticError, ValueError):
                return self.compute_limit(operation, operands)

        return rule.fold(
            variable=rule_values.__getitem__, number=self.read_literal, apply=apply_operation
        )


def _make_lambda(parameters: Sequence[str], text: str, scope: FormulaScope) -> NumberFunction:
    function: NumberFunction = eval(f"lambda {', '.join(parameters)}: {text}", scope)
    return function
