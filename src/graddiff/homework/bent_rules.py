"""What comes out if a rule is bent: forward mode with another rule, wherever it applies or at one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, reduce
from operator import add
from typing import NamedTuple

from graddiff.homework.mistakes import ROWS, TRIGONOMETRIC
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.numbers.dual import partial_at
from graddiff.numbers.floats import FLOATS
from graddiff.numbers.kind import Function, Kind, NoValue, Number
from graddiff.operations.row import Operation
from graddiff.operations.table import TABLE, WHERE, taken

# An operation, and which of its operands depend on the name; of one with any number of operands, no more than that.
Shape = tuple[Operation, tuple[bool, ...]]


class Rule(NamedTuple):
    """`operands` are the names of the operands in the formula."""

    operands: tuple[str, ...]
    formula: str


def rules(bent: Mapping[str, str]) -> dict[Shape, Rule]:
    """The rules of a row by the operations they are about; the row's own order decides between two."""
    found: dict[Shape, Rule] = {}
    for pattern, formula in bent.items():
        name = pattern.partition("(")[0]
        functions = {"g": unary(), "trig": TRIGONOMETRIC}.get(name, ())
        for text in [f"{function}(u)" for function in functions] or [pattern.replace("...", "")]:
            read = parse(text)
            line = read.output
            names = {place: variable for variable, place in read.variables.items()}
            operands = tuple(names[operand] for operand in read.operands[line])
            shape = shape_of(read.operations[line], [name != "c" for name in operands])
            found.setdefault(shape, Rule(operands, formula))
    return found


def shape_of(operation: Operation, depends: Iterable[object]) -> Shape:
    return operation, () if operation.variadic else tuple(map(bool, depends))


@cache
def unary() -> tuple[str, ...]:
    """The functions of one operand that have a slope."""
    return tuple(
        row.name
        for row in TABLE.values()
        if not row.symbol
        and not row.variadic
        and len(row.parameters) == 1
        and row.partials != ("0",)
    )


@cache
def bent_rules(mistake: str) -> tuple[dict[Shape, Rule], dict[Shape, Rule]]:
    """The rules of a mistake for derivatives and for values."""
    row = next(row for row in ROWS if row.id == mistake)
    return rules(row.rules), rules(row.values)


@cache
def compiled(kind: Kind, formula: str) -> tuple[tuple[str, ...], Function]:
    """The names in a formula, and the function of them that it is."""
    names = tuple(parse(formula, ("p",)).variables)
    return names, kind.compile(formula, names)


def bend(
    expression: Expression,
    values: Sequence[Number],
    seed: int | None,
    mistake: str,
    only: int | None = None,
    kind: Kind = FLOATS,
) -> tuple[Number, Number]:
    """The value of the output and its derivative by the line `seed`, if there is one, a rule being bent wherever it
    applies, or at the line `only`. Raises ArithmeticError or ValueError where something has no value."""
    for_slopes, for_values = bent_rules(mistake)
    values, slopes = [*values], [None] * expression.size
    if seed is not None:
        slopes[seed] = kind.number("1")
    for line, operands in enumerate(expression.operands):
        if not operands or line == seed:
            continue
        operation, inputs, flows = (
            expression.operations[line],
            [values[o] for o in operands],
            [slopes[o] for o in operands],
        )
        if any(isinstance(value, NoValue) for value in inputs):
            continue
        here = only is None or only == line
        if for_values:
            bent = for_values.get((operation, (True,) * len(operands))) if here else None
            values[line] = kind.function(operation)(*inputs)
            if bent is not None:
                values[line] = compiled(kind, bent.formula)[1](*inputs)
        if all(flow is None for flow in flows):
            continue
        rule = (
            for_slopes.get(shape_of(operation, [flow is not None for flow in flows]))
            if here
            else None
        )
        slopes[line] = (
            straight(operation, inputs, flows, values[line], kind)
            if rule is None
            else by_rule(rule, operation, inputs, flows, values[line], values[seed or 0], kind)
        )
    slope = slopes[expression.output]
    return values[expression.output], kind.number("0") if slope is None else slope


def straight(
    operation: Operation,
    inputs: Sequence[Number],
    flows: Sequence[Number | None],
    value: Number,
    kind: Kind,
) -> Number | None:
    """The derivative of an operation as it is: local partial times derivative, summed over its operands."""
    if operation is WHERE:
        return flows[taken(inputs[0])]
    if not operation.differentiable:
        return None
    flowing = [(slot, flow) for slot, flow in enumerate(flows) if flow is not None]
    return reduce(
        add, [partial_at(kind, operation, slot, inputs, value) * flow for slot, flow in flowing]
    )


def by_rule(
    rule: Rule,
    operation: Operation,
    inputs: Sequence[Number],
    flows: Sequence[Number | None],
    value: Number,
    variable: Number,
    kind: Kind,
) -> Number:
    """The derivative of an operation by a bent rule."""
    if operation.variadic:
        names, function = compiled(kind, rule.formula)
        each = [{"u": u, "du": du, "f": value} for u, du in zip(inputs, flows) if du is not None]
        return reduce(add, [function(**{name: one[name] for name in names}) for one in each])
    slot = next(slot for slot, flow in enumerate(flows) if flow is not None)

    def partial(at: Number | None) -> Number:
        if at is None:
            return partial_at(kind, operation, slot, inputs, value)
        moved = [*inputs[:slot], at, *inputs[slot + 1 :]]
        return partial_at(kind, operation, slot, moved, kind.function(operation)(*moved))

    found: dict[str, Callable[[], Number]] = {
        "f": lambda: value,
        "p": lambda: partial(None),
        "p_du": lambda: partial(flows[slot]),
        "p_x": lambda: partial(variable),
    }
    known = dict(zip(rule.operands, inputs)) | {
        f"d{name}": flow for name, flow in zip(rule.operands, flows)
    }
    names, function = compiled(kind, rule.formula)
    return function(**{name: known[name] if name in known else found[name]() for name in names})
