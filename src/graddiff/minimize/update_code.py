"""An optimizer's rule as code for all parameters at once, and the same rule with its numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.kernel.instructions import Instruction, InstructionList, SymbolicArithmetic
from graddiff.kernel.program import eliminate_dead_lines
from graddiff.kernel.scalar import SCALAR_NATIVES, compile_row_function
from graddiff.kernel.simplification import SimplifyingInstructionList
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.minimize.optimizers import OptimizerRule
from graddiff.notation.numerals import format_float
from graddiff.notation.style import ATOM, PRECEDENCE, SPACED, OperationPattern, Term
from graddiff.notation.terms import make_constant_term, substitute_terms
from graddiff.numbers.floats import FLOATS

# t, the parameters, their gradient, the state -> the new parameters, the new state; it raises
# ArithmeticError where one of them is not finite.
UpdateFunction = Callable[..., tuple[float, ...]]

# Formulas with · for products, as a step is written by hand.
DOTTED = SPACED._replace(
    patterns={**SPACED.patterns, "mul": OperationPattern("{0}·{1}", *SPACED.patterns["mul"][1:])}
)


def compute_initial_memory(
    rule: OptimizerRule, hyper: Mapping[str, float], count: int
) -> tuple[float, ...]:
    """Returns the state before the first step: for each of its names, `count` equal numbers."""
    first_values = [evaluate_formula(formula, hyper) for formula in rule.state.values()]
    return tuple(value for value in first_values for _ in range(count))


def evaluate_formula(formula: str, at: Mapping[str, float]) -> float:
    """Returns the value of a formula of the hyperparameters."""
    expression = parse(formula, at)
    return float(run_forward_pass(expression, at, FLOATS)[expression.output])


def compile_update(rule: OptimizerRule, hyper: Mapping[str, float], count: int) -> UpdateFunction:
    """Returns the step of `count` parameters as one function without loops.

    It runs the rule's formulas on symbols instead of numbers: each operation writes an instruction,
    and the instructions of all parameters together become the code of the function."""
    lines = SimplifyingInstructionList()
    arithmetic = SymbolicArithmetic(lines, SCALAR_NATIVES)
    # Hyperparameters are constants of the code, so that what multiplies by 0 or 1 goes away.
    shared = {name: lines.add_number(value) for name, value in hyper.items()}
    shared["t"] = lines.add_input("t")
    columns = {
        name: [lines.add_input(f"{name}{index}") for index in range(count)]
        for name in ("w", "g", *rule.state)
    }
    formulas = [(name, parse(text, {*columns, *shared})) for name, text in rule.assignments]
    outcomes: list[dict[str, Instruction]] = []
    for index in range(count):
        at = {**shared, **{name: column[index] for name, column in columns.items()}}
        for name, formula in formulas:  # an assignment sees the values of those before it
            operands = {variable: at[variable] for variable in formula.variables}
            at[name] = run_forward_pass(formula, operands, arithmetic)[formula.output]
        outcomes.append(at)
    outputs = [at[name].line for name in ("w", *rule.state) for at in outcomes]
    inputs = ["t", *(f"{name}{index}" for name in columns for index in range(count))]
    return compile_function_of(inputs, lines, outputs)


def compile_function_of(
    inputs: Sequence[str], lines: InstructionList, outputs: Sequence[int]
) -> UpdateFunction:
    """Returns the code of some lines as a function of all `inputs`, in their order."""
    program = eliminate_dead_lines(lines, outputs, [], [])
    # Inputs without any influence are gone from the program, and the others may stand in another
    # order: the code takes those that are left, in the order of `inputs`.
    used = [name for name in inputs if name in program.inputs]
    ordered = program._replace(inputs={name: program.inputs[name] for name in used})
    compiled = compile_row_function(ordered)
    if used == inputs:
        return compiled
    places = [inputs.index(name) for name in used]
    return lambda *numbers: compiled(*[numbers[place] for place in places])


class UpdateStep(NamedTuple):
    """An assignment of a step: `w ← w - lr·∂f/∂w = 0 - 0.1·(-6) = 0.6`."""

    name: str  # w
    formula: str  # w - lr·∂f/∂w
    substituted: str  # 0 - 0.1·(-6); empty where it is the value already
    value: str  # 0.6


def explain_update(
    rule: OptimizerRule,
    hyper: Mapping[str, float],
    names: Mapping[str, str],
    before: Mapping[str, float],
    digits: int,
) -> list[UpdateStep]:
    """Returns what a rule does to one parameter, assignment by assignment.

    `names` are the names of w and g; `before` their values, that of t and those of the state.
    Assignments without effect are left out, and so are terms with a hyperparameter of 0 as a
    factor."""
    at = {**hyper, **before}
    symbols = choose_symbols(rule, at, names)
    steps = []
    for name, text in rule.assignments:
        formula = parse(text, at)
        operands = {variable: at[variable] for variable in formula.variables}
        values = run_forward_pass(formula, operands, FLOATS)
        numbers = {
            variable: make_number_term(value, digits) for variable, value in operands.items()
        }
        general, substituted = (
            format_formula(formula, terms, hyper, values) for terms in (symbols, numbers)
        )
        at[name] = float(values[formula.output])
        if general == symbols[name].text:  # such as g = g, without a weight decay
            continue
        if name == "g":  # from here on g is not the derivative, but has a value of its own
            symbols["g"] = Term("g_" if names["w"] == "g" else "g")
        value = format_float(at[name], digits)
        shown = "" if substituted == value else substituted
        steps.append(UpdateStep(symbols[name].text, general, shown, value))
    return steps


def choose_symbols(
    rule: OptimizerRule, at: Mapping[str, float], names: Mapping[str, str]
) -> dict[str, Term]:
    """Returns the symbol of each name in a rule.

    A name of the rule that is also the name of the parameter gets an underscore."""
    own = {*at, *(assignment.name for assignment in rule.assignments)}
    symbols = {name: Term(f"{name}_" if name == names["w"] else name) for name in own}
    symbols["w"] = Term(names["w"])
    symbols["g"] = Term(names["g"], PRECEDENCE["pow"])  # ∂f/∂x, which a power puts in brackets
    return symbols


def format_formula(
    formula: Expression,
    terms: Mapping[str, Term],
    hyper: Mapping[str, float],
    values: Sequence[float],
) -> str:
    """Returns a formula with terms in place of its variables; `values` are those of its lines.

    A hyperparameter of 0 is put in as a number, so that the terms it multiplies vanish."""
    zeros = {name: make_constant_term(0.0) for name, value in hyper.items() if value == 0}
    return substitute_terms(formula, {**terms, **zeros}, values, DOTTED).text


def make_number_term(value: float, digits: int) -> Term:
    """Returns a number as a term; a negative one is bracketed wherever it is an operand."""
    return Term(format_float(value, digits), ATOM if value >= 0 else 0)
