"""Kinds of number: what a literal means and what each operation does to values of that kind.

A kind knows some operations natively; for the others, and for every local partial, it compiles the formula of the
table, once. Only formulas of the table are compiled, never the text of a user."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from graddiff.errors import PointError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.operations.row import Operation
from graddiff.operations.table import get_branch_slot

Number = Any  # a value of the kind at hand
NumberFunction = Callable[..., Number]

INEXACT_HINT = (
    "leave --exact away for floats, or compute with --precision 50"  # where a value is no fraction
)

# How an operation is written in compiled text, {0} and {1} being its operands; every other one is called by its name.
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


class Arithmetic:
    """A kind of number.

    `number` reads a literal or the name of a constant, `natives` are the operations it knows by itself, `finite` tells
    whether a value is one that can be worked with, and `limit` gives the value of an operation where Python raises an
    ArithmeticError or a ValueError inside a formula: an infinity, or not a number. `syntax` says how operations are
    written in compiled text, where they are not called by their names. `reach` tells how large a number may be."""

    def __init__(
        self,
        read_literal: Callable[[str], Number],
        natives: dict[str, NumberFunction],
        is_finite: Callable[[Number], bool],
        compute_limit: Callable[[Operation, Sequence[Number]], Number],
        syntax: Mapping[str, str] = SCALAR_SYNTAX,
        range_hint: str = "a float ends at 1.8e308",
    ) -> None:
        self.read_literal, self.natives, self.is_finite, self.compute_limit = (
            read_literal,
            natives,
            is_finite,
            compute_limit,
        )
        self.range_hint = range_hint
        self.syntax = syntax
        self._functions: dict[Operation, NumberFunction] = {}
        self._all_partials: dict[Operation, NumberFunction] = {}
        self._partials_by_slot: dict[tuple[Operation, int], NumberFunction] = {}
        self._conditions: dict[tuple[Operation, str], NumberFunction] = {}

    def get_function(self, operation: Operation) -> NumberFunction:
        """The operation on values of this kind."""
        if operation not in self._functions:
            native = self.natives.get(operation.name)
            if native is None and not operation.value:
                raise PointError(f"{operation.name} has no value among these numbers")
            self._functions[operation] = native or self.compile_formula(
                operation.value, operation.parameters
            )
        return self._functions[operation]

    def get_partials(self, operation: Operation) -> NumberFunction:
        """All local partials at once: a function of the operands and the operation's value that gives a tuple."""
        if operation not in self._all_partials:
            scope: dict[str, Any] = {}
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
        """The rule of a variadic operation for each of its operands in turn."""

        def compute_partials(*operands_and_value: Number) -> tuple[Number, ...]:
            *operands, value = operands_and_value
            tied = self.count_ties(operands, value)
            return tuple([rule(operand, value, tied)[0] for operand in operands])

        return compute_partials

    def count_ties(self, operands: Sequence[Number], value: Number) -> Number:
        """The number of operands that are equal to the operation's value."""
        return sum(operand == value for operand in operands)

    def select_branch(self, condition: Number, x: Number, y: Number) -> Number:
        """The value of a `where`, of whose branches the untaken one may have none."""
        return (x, y)[get_branch_slot(condition) - 1]

    def get_branch_partials(self, condition: Number) -> tuple[Number | None, Number | None]:
        """The partials of a `where` by its two branches: an untaken one is no edge at all."""
        one = self.read_literal("1")
        return (one, None) if get_branch_slot(condition) == 1 else (None, one)

    def bind_rule_variables(
        self, operation: Operation, slot: int, operands: Sequence[Number], value: Number
    ) -> dict[str, Number]:
        """What the rule of a slot may speak of, by name: the operands and `f`; of a variadic operation its own operand
        as `x`, `f`, and `k`, the number of operands that are equal to `f`."""
        if operation.variadic:
            return {"x": operands[slot], "f": value, "k": self.count_ties(operands, value)}
        return dict(zip(operation.rule_variables, [*operands, value]))

    def get_partial(self, operation: Operation, slot: int) -> NumberFunction:
        """The local partial for the operand in a slot: a function of what is `known`."""
        key = (operation, 0 if operation.variadic else slot)
        if key not in self._partials_by_slot:
            self._partials_by_slot[key] = self.compile_formula(
                operation.get_partial_rule(slot), operation.rule_variables
            )
        return self._partials_by_slot[key]

    def compute_partial_limit(
        self, operation: Operation, slot: int, rule_values: dict[str, Number]
    ) -> Number:
        """The local partial at a point where its formula may have no value: an infinity, or not a number."""
        rule = parse_partial_rule(operation, slot)
        return self.evaluate_with_limits(rule, rule_values)[rule.output]

    def is_condition_met(
        self, operation: Operation, condition: str, rule_values: dict[str, Number]
    ) -> bool:
        """Whether a condition of a row, such as "x == 0", holds for what is `known`."""
        if (operation, condition) not in self._conditions:
            needed, _, where = condition.partition(" if ")
            text = (
                f"where({where}, where({needed}, 1, 0), 1)" if where else f"where({needed}, 1, 0)"
            )
            self._conditions[operation, condition] = self.compile_formula(
                text, operation.rule_variables
            )
        try:
            return bool(
                self._conditions[operation, condition](**rule_values) == self.read_literal("1")
            )
        except (ArithmeticError, ValueError):
            return False

    def compile_formula(self, formula: str, parameters: Sequence[str]) -> NumberFunction:
        """A Python function from a formula of the table."""
        scope: dict[str, Any] = {}
        return _make_lambda(parameters, self._translate_formula(formula, parameters, scope), scope)

    def _translate_formula(
        self, formula: str, parameters: Sequence[str], scope: dict[str, Any]
    ) -> str:
        """A formula of the table as Python text. Numbers and functions are put into `scope`."""

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
        """The value of every line of a formula, with `limit` where one has none."""

        def apply_operation(operation: Operation, operands: list[Number]) -> Number:
            try:
                return self.get_function(operation)(*operands)
            except (ArithmeticError, ValueError):
                return self.compute_limit(operation, operands)

        return rule.fold(
            variable=rule_values.__getitem__, number=self.read_literal, apply=apply_operation
        )


def _make_lambda(parameters: Sequence[str], text: str, scope: dict[str, Any]) -> NumberFunction:
    function: NumberFunction = eval(f"lambda {', '.join(parameters)}: {text}", scope)
    return function


@cache
def parse_partial_rule(operation: Operation, slot: int) -> Expression:
    """The formula of a local partial, read."""
    return parse(operation.get_partial_rule(slot), operation.rule_variables)


# Floats: Python's own, IEEE 754 binary64.


class NoValue(NamedTuple):
    """Stands for the value of a line that has none, because the operation at line `origin` has none here."""

    origin: int
    overflow: bool
