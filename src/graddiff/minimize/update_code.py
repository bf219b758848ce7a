"""A rule for all parameters at once as straight-line code, and the same told with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from graddiff.autodiff.forward_pass import evaluate
from graddiff.kernel.instructions import Lines, Symbol, Symbols
from graddiff.kernel.program import living
from graddiff.kernel.scalar import NATIVES, by_rows
from graddiff.language.parser import parse
from graddiff.minimize.optimizers import Rule
from graddiff.notation.style import ATOM, PRECEDENCE, SPACED, Pattern, Term
from graddiff.notation.terms import constant, written
from graddiff.numbers.floats import FLOATS

# t, the parameters, their gradient, the state -> the new parameters, the new state; raises ArithmeticError where one of
# them is not finite.
Update = Callable[..., tuple[float, ...]]

DOTTED = SPACED._replace(
    patterns={**SPACED.patterns, "mul": Pattern("{0}·{1}", *SPACED.patterns["mul"][1:])}
)


def memory(rule: Rule, hyper: Mapping[str, float], count: int) -> tuple[float, ...]:
    """The state before the first step: for each of its names the numbers of all parameters."""
    first = [float(value_of(formula, hyper)) for formula in rule.state.values()]
    return tuple(number for number in first for _ in range(count))


def value_of(formula: str, at: Mapping[str, float]) -> float:
    expression = parse(formula, at)
    return float(evaluate(expression, at, FLOATS)[expression.output])


def update(rule: Rule, hyper: Mapping[str, float], count: int) -> Update:
    """The step of `count` parameters."""
    lines = Lines()
    kind = Symbols(lines, NATIVES)
    known = {name: lines.number(value) for name, value in hyper.items()} | {"t": lines.input("t")}
    w, g = ([lines.input(f"{name}{index}") for index in range(count)] for name in "wg")
    state = {name: [lines.input(f"{name}{index}") for index in range(count)] for name in rule.state}
    rules = [
        (name, parse(formula, {"w", "g", *state, *known})) for name, formula in rule.assignments
    ]
    found: list[dict[str, Symbol]] = []
    for index in range(count):
        at = {
            **known,
            "w": w[index],
            "g": g[index],
            **{name: column[index] for name, column in state.items()},
        }
        for name, formula in rules:
            needed = {variable: at[variable] for variable in formula.variables}
            at[name] = evaluate(formula, needed, kind)[formula.output]
        found.append(at)
    outputs = [at[name].line for name in ("w", *state) for at in found]
    inputs = ["t", *(f"{name}{index}" for name in ("w", "g", *state) for index in range(count))]
    program = living(lines, outputs, [], [])
    used = [name for name in inputs if name in program.inputs]
    compiled = by_rows(program._replace(inputs={name: program.inputs[name] for name in used}))
    if used == inputs:
        return compiled
    places = [inputs.index(name) for name in used]
    return lambda *numbers: compiled(*[numbers[place] for place in places])


class Told(NamedTuple):
    """An assignment of a step: `w ← w - lr·∂f/∂w = 0 - 0.1·(-6) = 0.6`. `numbers` is empty where it is the value."""

    name: str
    formula: str
    numbers: str
    value: str


def told(
    rule: Rule,
    hyper: Mapping[str, float],
    names: Mapping[str, str],
    before: Mapping[str, float],
    digits: int,
) -> list[Told]:
    """What a rule does to a parameter. `names` are how w and g are called; `before` their values, t and the state.
    What changes nothing is left out, and so is what a hyperparameter of 0 is a factor of."""
    at = {**hyper, **before}
    off = {name: constant(0.0) for name, value in hyper.items() if value == 0}
    own = {*at, *(assigned for assigned, _ in rule.assignments)}
    called = {name: Term(f"{name}_" if name == names["w"] else name) for name in own}
    called |= {"w": Term(names["w"]), "g": Term(names["g"], PRECEDENCE["pow"])}
    found = []
    for name, text in rule.assignments:
        formula = parse(text, at)
        values = evaluate(
            formula, {variable: at[variable] for variable in formula.variables}, FLOATS
        )
        numbers = {variable: a_number(at[variable], digits) for variable in formula.variables}
        says, puts = (
            written(formula, meaning | off, values, DOTTED).text for meaning in (called, numbers)
        )
        at[name] = float(values[formula.output])
        value = shortly(at[name], digits)
        if says == called[name].text:
            continue
        if name == "g":
            called["g"] = Term("g_" if names["w"] == "g" else "g")
        found.append(Told(called[name].text, says, "" if puts == value else puts, value))
    return found


def shortly(value: float, digits: int) -> str:
    return format(value + 0.0, f".{digits}g")


def a_number(value: float, digits: int) -> Term:
    """A number as it is put into a formula; a negative one is bracketed wherever it is an operand."""
    return Term(shortly(value, digits), ATOM if value >= 0 else 0)
