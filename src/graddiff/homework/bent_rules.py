"""What comes out if a rule is bent: forward mode with another rule, wherever it applies or at one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, reduce
from operator import add
from typing import NamedTuple

from graddiff.homework.mistakes import MISTAKE_ROWS, TRIGONOMETRIC
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.numbers.arithmetic import Arithmetic, NoValue, Number, NumberFunction
from graddiff.numbers.dual import compute_local_partial
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import TABLE, WHERE, get_branch_slot

# An operation, and which of its operands depend on the name; of one with any number of operands, no more than that.
RuleShape = tuple[Operation, tuple[bool, ...]]


class BentRule(NamedTuple):
    """`operands` are the names of the operands in the formula."""

    operands: tuple[str, ...]
    formula: str


def parse_bent_rules(bent: Mapping[str, str]) -> dict[RuleShape, BentRule]:
    """The rules of a row by the operations they are about; the row's own order decides between two."""
    found: dict[RuleShape, BentRule] = {}
    for pattern, formula in bent.items():
        name = pattern.partition("(")[0]
        functions = {"g": list_unary_functions(), "trig": TRIGONOMETRIC}.get(name, ())
        for text in [f"{function}(u)" for function in functions] or [pattern.replace("...", "")]:
            read = parse(text)
            line = read.output
            names = {place: variable for variable, place in read.variables.items()}
            operands = tuple(names[operand] for operand in read.operands[line])
            shape = make_rule_shape(read.operations[line], [name != "c" for name in operands])
            found.setdefault(shape, BentRule(operands, formula))
    return found


def make_rule_shape(operation: Operation, depends: Iterable[object]) -> RuleShape:
    return operation, () if operation.variadic else tuple(map(bool, depends))


@cache
def list_unary_functions() -> tuple[str, ...]:
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
def find_bent_rules(mistake: str) -> tuple[dict[RuleShape, BentRule], dict[RuleShape, BentRule]]:
    """The rules of a mistake for derivatives and for values."""
    row = next(row for row in MISTAKE_ROWS if row.id == mistake)
    return parse_bent_rules(row.rules), parse_bent_rules(row.values)


@cache
def compile_bent_formula(kind: Arithmetic, formula: str) -> tuple[tuple[str, ...], NumberFunction]:
    """The names in a formula, and the function of them that it is."""
    names = tuple(parse(formula, ("p",)).variables)
    return names, kind.compile_formula(formula, names)


def differentiate_bent(
    expression: Expression,
    values: Sequence[Number],
    seed: int | None,
    mistake: str,
    only: int | None = None,
    kind: Arithmetic = FLOATS,
) -> tuple[Number, Number]:
    """The value of the output and its derivative by the line `seed`, if there is one, a rule being bent wherever it
    applies, or at the line `only`. Raises ArithmeticError or ValueError where something has no value."""
    for_slopes, for_values = find_bent_rules(mistake)
    values, slopes = [*values], [None] * expression.size
    if seed is not None:
        slopes[seed] = kind.read_literal("1")
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
            values[line] = kind.get_function(operation)(*inputs)
            if bent is not None:
                values[line] = compile_bent_formula(kind, bent.formula)[1](*inputs)
        if all(flow is None for flow in flows):
            continue
        rule = (
            for_slopes.get(make_rule_shape(operation, [flow is not None for flow in flows]))
            if here
            else None
        )
        slopes[line] = (
            apply_true_rule(operation, inputs, flows, values[line], kind)
            if rule is None
            else apply_bent_rule(
                rule, operation, inputs, flows, values[line], values[seed or 0], kind
            )
        )
    slope = slopes[expression.output]
    return values[expression.output], kind.read_literal("0") if slope is None else slope


def apply_true_rule(
    operation: Operation,
    inputs: Sequence[Number],
    flows: Sequence[Number | None],
    value: Number,
    kind: Arithmetic,
) -> Number | None:
    """The derivative of an operation as it is: local partial times derivative, summed over its operands."""
    if operation is WHERE:
        return flows[get_branch_slot(inputs[0])]
    if not operation.has_partials:
        return None
    flowing = [(slot, flow) for slot, flow in enumerate(flows) if flow is not None]
    return reduce(
        add,
        [
            compute_local_partial(kind, operation, slot, inputs, value) * flow
            for slot, flow in flowing
        ],
    )


def apply_bent_rule(
    rule: BentRule,
    operation: Operation,
    inputs: Sequence[Number],
    flows: Sequence[Number | None],
    value: Number,
    variable: Number,
    kind: Arithmetic,
) -> Number:
    """The derivative of an operation by a bent rule."""
    if operation.variadic:
        names, function = compile_bent_formula(kind, rule.formula)
        each = [{"u": u, "du": du, "f": value} for u, du in zip(inputs, flows) if du is not None]
        return reduce(add, [function(**{name: one[name] for name in names}) for one in each])
    slot = next(slot for slot, flow in enumerate(flows) if flow is not None)

    def compute_partial(at: Number | None) -> Number:
        if at is None:
            return compute_local_partial(kind, operation, slot, inputs, value)
        moved = [*inputs[:slot], at, *inputs[slot + 1 :]]
        return compute_local_partial(
            kind, operation, slot, moved, kind.get_function(operation)(*moved)
        )

    found: dict[str, Callable[[], Number]] = {
        "f": lambda: value,
        "p": lambda: compute_partial(None),
        "p_du": lambda: compute_partial(flows[slot]),
        "p_x": lambda: compute_partial(variable),
    }
    known = dict(zip(rule.operands, inputs)) | {
        f"d{name}": flow for name, flow in zip(rule.operands, flows)
    }
    names, function = compile_bent_formula(kind, rule.formula)
    return function(**{name: known[name] if name in known else found[name]() for name in names})
