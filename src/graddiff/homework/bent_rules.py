"""The bent rules of the table of mistakes, found by the operations that they are about."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from graddiff.homework.mistakes import MISTAKES, TRIGONOMETRIC
from graddiff.language.parser import parse
from graddiff.operations.row import Operation
from graddiff.operations.table import TABLE

# An operation, and for each of its operands whether it depends on the variable. Operations with any
# number of operands have one rule for all of them: their second member is empty.
RuleShape = tuple[Operation, tuple[bool, ...]]


class BentRule(NamedTuple):
    """What takes the place of a rule; `operands` are the names of the operands in the formula."""

    operands: tuple[str, ...]
    formula: str


class BentRules(NamedTuple):
    """The bent rules of a mistake: those for derivatives, and those for values."""

    derivatives: Mapping[RuleShape, BentRule]
    values: Mapping[RuleShape, BentRule]


@cache
def find_bent_rules(mistake: str) -> BentRules:
    row = MISTAKES[mistake]
    return BentRules(parse_bent_rules(row.rules), parse_bent_rules(row.values))


def parse_bent_rules(formulas: Mapping[str, str]) -> dict[RuleShape, BentRule]:
    """Returns the rules of a row by their shapes. If two have the same shape, the first one counts,
    so that a rule for sin(u) may stand before one for all trigonometric functions."""
    rules: dict[RuleShape, BentRule] = {}
    for pattern, formula in formulas.items():
        for text in expand_pattern(pattern):
            expression = parse(text)
            names = {line: name for name, line in expression.variables.items()}
            operands = tuple(names[line] for line in expression.operands[expression.output])
            operation = expression.operations[expression.output]
            shape = make_rule_shape(operation, [name != "c" for name in operands])
            rules.setdefault(shape, BentRule(operands, formula))
    return rules


def expand_pattern(pattern: str) -> Iterator[str]:
    """Yields the expressions that a pattern stands for: g(u) and trig(u) for one per function."""
    name = pattern.partition("(")[0]
    if name == "g":
        yield from (f"{function}(u)" for function in list_unary_functions())
    elif name == "trig":
        yield from (f"{function}(u)" for function in TRIGONOMETRIC)
    else:
        yield pattern.replace("...", "")


def make_rule_shape(operation: Operation, depends: Iterable[object]) -> RuleShape:
    return operation, () if operation.variadic else tuple(map(bool, depends))


@cache
def list_unary_functions() -> tuple[str, ...]:
    """Returns the functions of one operand whose derivative is not 0 everywhere."""
    return tuple(
        row.name
        for row in TABLE.values()
        if not row.symbol
        and not row.variadic
        and len(row.parameters) == 1
        and row.partials != ("0",)
    )
