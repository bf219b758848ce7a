"""A rule for all parameters at once as straight-line code, and the same told with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.kernel.instructions import Instruction, SymbolicArithmetic
from graddiff.kernel.program import eliminate_dead_lines
from graddiff.kernel.scalar import SCALAR_NATIVES, compile_row_function
from graddiff.kernel.simplification import SimplifyingInstructionList
from graddiff.language.parser import parse
from graddiff.minimize.optimizers import OptimizerRule
from graddiff.notation.numerals import format_float
from graddiff.notation.style import ATOM, PRECEDENCE, SPACED, OperationPattern, Term
from graddiff.notation.terms import make_constant_term, substitute_terms
from graddiff.numbers.floats import FLOATS

# t, the parameters, their gradient, the state -> the new parameters, the new state; raises ArithmeticError where one of
# them is not finite.
UpdateFunction = Callable[..., tuple[float, ...]]

DOTTED = SPACED._replace(
    patterns={**SPACED.patterns, "mul": OperationPattern("{0}·{1}", *SPACED.patterns["mul"][1:])}
)


def compute_initial_memory(
    rule: OptimizerRule, hyper: Mapping[str, float], count: int
) -> tuple[float, ...]:
    """The state before the first step: for each of its names the numbers of all parameters."""
    first = [float(evaluate_formula(formula, hyper)) for formula in rule.state.values()]
    return tuple(number for number in first for _ in range(count))


def evaluate_formula(formula: str, at: Mapping[str, float]) -> float:
    expression = parse(formula, at)
    return float(run_forward_pass(expression, at, FLOATS)[expression.output])


def compile_update(rule: OptimizerRule, hyper: Mapping[str, float], count: int) -> UpdateFunction:
    """The step of `count` parameters."""
    lines = SimplifyingInstructionList()
    kind = SymbolicArithmetic(lines, SCALAR_NATIVES)
    known = {name: lines.add_number(value) for name, value in hyper.items()} | {
        "t": lines.add_input("t")
    }
    w, g = ([lines.add_input(f"{name}{index}") for index in range(count)] for name in "wg")
    state = {
        name: [lines.add_input(f"{name}{index}") for index in range(count)] for name in rule.state
    }
    rules = [
        (name, parse(formula, {"w", "g", *state, *known})) for name, formula in rule.assignments
    ]
    found: list[dict[str, Instruction]] = []
    for index in range(count):
        at = {
            **known,
            "w": w[index],
            "g": g[index],
            **{name: column[index] for name, column in state.items()},
        }
        for name, formula in rules:
            needed = {variable: at[variable] for variable in formula.variables}
            at[name] = run_forward_pass(formula, needed, kind)[formula.output]
        found.append(at)
    outputs = [at[name].line for name in ("w", *state) for at in found]
    inputs = ["t", *(f"{name}{index}" for name in ("w", "g", *state) for index in range(count))]
    program = eliminate_dead_lines(lines, outputs, [], [])
    used = [name for name in inputs if name in program.inputs]
    compiled = compile_row_function(
        program._replace(inputs={name: program.inputs[name] for name in used})
    )
    if used == inputs:
        return compiled
    places = [inputs.index(name) for name in used]
    return lambda *numbers: compiled(*[numbers[place] for place in places])


class UpdateStep(NamedTuple):
    """An assignment of a step: `w ← w - lr·∂f/∂w = 0 - 0.1·(-6) = 0.6`. `numbers` is empty where it is the value."""

    name: str
    formula: str
    substituted: str
    value: str


def explain_update(
    rule: OptimizerRule,
    hyper: Mapping[str, float],
    names: Mapping[str, str],
    before: Mapping[str, float],
    digits: int,
) -> list[UpdateStep]:
    """What a rule does to a parameter. `names` are how w and g are called; `before` their values, t and the state.
    What changes nothing is left out, and so is what a hyperparameter of 0 is a factor of."""
    at = {**hyper, **before}
    off = {name: make_constant_term(0.0) for name, value in hyper.items() if value == 0}
    own = {*at, *(assigned for assigned, _ in rule.assignments)}
    called = {name: Term(f"{name}_" if name == names["w"] else name) for name in own}
    called |= {"w": Term(names["w"]), "g": Term(names["g"], PRECEDENCE["pow"])}
    found = []
    for name, text in rule.assignments:
        formula = parse(text, at)
        values = run_forward_pass(
            formula, {variable: at[variable] for variable in formula.variables}, FLOATS
        )
        numbers = {
            variable: make_number_term(at[variable], digits) for variable in formula.variables
        }
        says, puts = (
            substitute_terms(formula, meaning | off, values, DOTTED).text
            for meaning in (called, numbers)
        )
        at[name] = float(values[formula.output])
        value = format_float(at[name], digits)
        if says == called[name].text:
            continue
        if name == "g":
            called["g"] = Term("g_" if names["w"] == "g" else "g")
        found.append(UpdateStep(called[name].text, says, "" if puts == value else puts, value))
    return found


def make_number_term(value: float, digits: int) -> Term:
    """A number as it is put into a formula; a negative one is bracketed wherever it is an operand."""
    return Term(format_float(value, digits), ATOM if value >= 0 else 0)
