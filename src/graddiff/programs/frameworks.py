"""Programs in PyTorch and JAX: the expression as one writes it there, differentiated by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graddiff.autodiff.result import Result
from graddiff.errors import UsageError, make_printable
from graddiff.notation.labels import format_headline
from graddiff.notation.style import Term
from graddiff.operations.row import Operation
from graddiff.operations.table import NUMBER, VARIABLE
from graddiff.programs.code_writer import CodeWriter
from graddiff.programs.languages.jax import JAX
from graddiff.programs.languages.python import PYTHON
from graddiff.programs.languages.pytorch import PYTORCH

MAX_PROGRAM_LENGTH = 100_000  # characters of a program
MAX_BRACKET_DEPTH = 90  # brackets within brackets that Python can read
REVERSE_HINT = "--format python writes it line by line"


class NestedProgram:
    """The statements of an expression: one for each name, with the other operations nested in it.

    `names` are the identifiers by the expression's names. `output` is that of the output, and
    `output_code` the code for its value.
    Raises UsageError where the nesting is too long or too deep for Python."""

    def __init__(self, result: Result, writer: CodeWriter) -> None:
        self.expression, self.writer = result.expression, writer
        self.constants_writer = CodeWriter(PYTHON) if writer.language is PYTORCH else writer
        self.constant_lines = find_constant_lines(result)
        output = self.expression.output_name
        names = [*self.expression.variables, *self.expression.names.values(), output]
        self.names = writer.choose_identifiers(dict.fromkeys(names))
        self.output = self.names[self.expression.names.get(self.expression.output, output)]
        self.statements: list[tuple[str, str]] = []
        self.output_code = self.nest_lines()
        writer.definitions = {**self.constants_writer.definitions, **writer.definitions}
        texts = [self.output_code, *(text for _, text in self.statements)]
        if max(map(measure_bracket_depth, texts)) > MAX_BRACKET_DEPTH:
            raise UsageError("the program would be too deep for Python", hint=REVERSE_HINT)

    def nest_lines(self) -> str:
        """Fills `statements` and returns the text of the output."""
        expression = self.expression
        variables = {line: name for name, line in expression.variables.items()}
        terms: list[Term] = []
        for line, operation in enumerate(expression.operations):
            if operation is VARIABLE:
                term = Term(self.names[variables[line]])
            elif operation is NUMBER:
                term = self.writer.make_literal_term(expression.literals[line])
            else:
                operands = expression.operands[line]
                term = self.compose_line(line, operation, operands, terms)
            name = expression.names.get(line)
            if name and operation is not VARIABLE and line != expression.output:
                self.statements.append((self.names[name], term.text))
                term = Term(self.names[name])
            if len(term.text) > MAX_PROGRAM_LENGTH:
                raise UsageError("the program would be too long", hint=REVERSE_HINT)
            terms.append(term)
        return terms[expression.output].text

    def compose_line(
        self, line: int, operation: Operation, operands: Sequence[int], terms: Sequence[Term]
    ) -> Term:
        """Returns the term of an operation on earlier terms."""
        inputs = [terms[operand] for operand in operands]
        if self.writer.language is PYTORCH:
            if self.constant_lines[line]:
                # Python's own math computes what no variable enters, as it takes plain numbers.
                return self.constants_writer.compose_operation(operation, inputs)
            if not operation.symbol:
                inputs = [self.wrap_constant(terms[operand], operand) for operand in operands]
        return self.writer.compose_operation(operation, inputs)

    def wrap_constant(self, term: Term, line: int) -> Term:
        """Returns a constant as a tensor: PyTorch's functions take no plain numbers."""
        return Term(f"torch.tensor({term.text})") if self.constant_lines[line] else term


def find_constant_lines(result: Result) -> list[bool]:
    """Returns for each line whether no variable enters it."""
    return result.expression.fold(
        variable=lambda name: False,
        number=lambda text: True,
        apply=lambda operation, operands: all(operands),
    )


def measure_bracket_depth(text: str) -> int:
    """Returns how many brackets are open at once at most."""
    deepest = depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return deepest


def get_requested_variables(result: Result) -> list[str]:
    """Returns the variables that the gradient is by. Raises UsageError for other names."""
    for name in result.requested:
        if name not in result.expression.variables:
            raise UsageError(
                f"{name} is defined by the expression, and frameworks differentiate by variables",
                hint="--format python writes out the reverse pass",
            )
    return [*result.requested]


def is_constant_result(result: Result) -> bool:
    """Whether no derivative flows to any requested variable."""
    return all(
        line is None or result.graph.adjoints[line] is None for line in result.requested.values()
    )


def format_title_comment(result: Result) -> str:
    title = make_printable(format_headline(result.expression)).replace("\n", " ")
    return f"# {title}\n"


def join_function_definitions(writer: CodeWriter) -> str:
    return "".join(f"\n{text}\n" for text in writer.definitions.values())


def format_math_import(code: str) -> str:
    """Returns the import of Python's math module, if the code needs it."""
    return "import math\n\n" if "math." in code else ""


def format_point_values(result: Result) -> dict[str, str]:
    return {name: repr(float(value)) for name, value in result.at.items()}


def write_pytorch_program(result: Result) -> Iterator[str]:
    """Yields a program that differentiates with torch.autograd."""
    writer, requested = CodeWriter(PYTORCH), get_requested_variables(result)
    nested = NestedProgram(result, writer)
    statements = [*nested.statements, (nested.output, nested.output_code)]
    body = "".join(f"{name} = {text}\n" for name, text in statements)
    functions = join_function_definitions(writer)
    yield f"{format_title_comment(result)}{format_math_import(body + functions)}"
    yield f"import torch\n\ntorch.set_default_dtype(torch.float64)\n{functions}\n"
    for name, value in format_point_values(result).items():
        flag = ", requires_grad=True" if name in requested else ""
        yield f"{nested.names[name]} = torch.tensor({value}{flag})\n"
    yield f"\n{body}"
    if is_constant_result(result):
        # autograd refuses a value that depends on no variable.
        yield f'\nprint("value", float({nested.output}))\n' + write_zero_derivatives(requested)
        return
    inputs = ", ".join(nested.names[name] for name in requested)
    yield f"gradient = torch.autograd.grad({nested.output}, [{inputs}], allow_unused=True)\n\n"
    yield f'print("value", {nested.output}.item())\n'
    yield f"for name, slope in zip({requested!r}, gradient):\n"
    yield '    print(f"d/d{name}", 0.0 if slope is None else slope.item())\n'


def write_zero_derivatives(names: Sequence[str]) -> str:
    """Returns the statements that print a gradient of zeros."""
    return "".join(f'print("d/d{name}", 0.0)\n' for name in names)


def write_jax_program(result: Result) -> Iterator[str]:
    """Yields a program that differentiates with jax.value_and_grad."""
    writer, requested = CodeWriter(JAX), get_requested_variables(result)
    nested = NestedProgram(result, writer)
    parameters = ", ".join(nested.names[name] for name in result.at)
    statements = "".join(f"    {name} = {text}\n" for name, text in nested.statements)
    body = f"def function({parameters}):\n{statements}    return {nested.output_code}\n"
    functions = join_function_definitions(writer)
    yield f"{format_title_comment(result)}{format_math_import(body + functions)}"
    yield 'import jax\nimport jax.numpy as jnp\n\njax.config.update("jax_enable_x64", True)\n'
    yield f"{functions}\n\n{body}\n\n"
    values = ", ".join(format_point_values(result).values())
    if is_constant_result(result):
        yield f'print("value", float(function({values})))\n' + write_zero_derivatives(requested)
        return
    slots = ", ".join(str([*result.at].index(name)) for name in requested)
    yield f"value, gradient = jax.value_and_grad(function, argnums=({slots},))({values})\n"
    yield f'print("value", value)\nfor name, slope in zip({requested!r}, gradient):\n'
    yield '    print(f"d/d{name}", slope)\n'
