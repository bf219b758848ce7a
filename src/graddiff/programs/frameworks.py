"""PyTorch and JAX: the expression as one writes it there, differentiated by them."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.autodiff.result import Result
from graddiff.errors import UsageError, make_printable
from graddiff.notation.labels import format_headline
from graddiff.notation.style import Term
from graddiff.operations.table import NUMBER, VARIABLE
from graddiff.programs.target_languages import JAX, PYTHON, TORCH, CodeWriter

MAX_PROGRAM_LENGTH = 100_000  # characters of a program
MAX_BRACKET_DEPTH = 90  # brackets within brackets, which Python can read


class NestedProgram:
    """The statements of an expression: what has a name is one, what has none stands where it is used."""

    def __init__(self, result: Result, writer: CodeWriter) -> None:
        expression = result.expression
        output = expression.output_name
        self.names = writer.choose_identifiers(
            dict.fromkeys([*expression.variables, *expression.names.values(), output])
        )
        self.statements: list[tuple[str, str]] = []
        self.writer, self.constant_lines = writer, bytearray(expression.size)
        plain = CodeWriter(PYTHON)
        terms: list[Term] = []
        variables = {line: name for name, line in expression.variables.items()}
        for line, (operation, operands) in enumerate(
            zip(expression.operations, expression.operands)
        ):
            self.constant_lines[line] = operation is not VARIABLE and all(
                self.constant_lines[operand] for operand in operands
            )
            if operation is VARIABLE:
                terms.append(Term(self.names[variables[line]]))
            elif operation is NUMBER:
                terms.append(writer.make_literal_term(expression.literals[line]))
            else:
                of = plain if self.constant_lines[line] and writer.language is TORCH else writer
                inputs = [
                    self.wrap_operand(terms[operand], operand, operation.symbol)
                    for operand in operands
                ]
                terms.append(
                    of.compose_operation(
                        operation,
                        inputs if of is writer else [terms[operand] for operand in operands],
                    )
                )
            name = expression.names.get(line)
            if name and operation is not VARIABLE and line != expression.output:
                self.statements.append((self.names[name], terms[line].text))
                terms[line] = Term(self.names[name])
            if len(terms[line].text) > MAX_PROGRAM_LENGTH:
                raise UsageError(
                    "the program would be too long", hint="--format python writes it line by line"
                )
        writer.definitions = {**plain.definitions, **writer.definitions}
        self.output = self.names[expression.names.get(expression.output, output)]
        self.result = terms[expression.output].text
        if (
            max(map(measure_bracket_depth, [self.result, *(text for _, text in self.statements)]))
            > MAX_BRACKET_DEPTH
        ):
            raise UsageError(
                "the program would be too deep for Python",
                hint="--format python writes it line by line",
            )

    def wrap_operand(self, term: Term, line: int, symbol: str) -> Term:
        """A number as PyTorch's functions want it."""
        if symbol or not self.constant_lines[line] or self.writer.language is not TORCH:
            return term
        return Term(f"torch.tensor({term.text})")


def measure_bracket_depth(text: str) -> int:
    """How deep its brackets stand in each other."""
    deepest = now = 0
    for character in text:
        now += (character == "(") - (character == ")")
        deepest = max(deepest, now)
    return deepest


def get_requested_variables(result: Result) -> list[str]:
    """The variables that are differentiated by. Raises UsageError for other names."""
    for name in result.requested:
        if name not in result.expression.variables:
            told = f"{name} is defined by the expression, and frameworks differentiate by variables"
            raise UsageError(told, hint="--format python writes out the reverse pass")
    return [*result.requested]


def is_constant_result(result: Result) -> bool:
    """Whether nothing flows to any variable."""
    return all(
        line is None or result.graph.adjoints[line] is None for line in result.requested.values()
    )


def format_title_comment(result: Result) -> str:
    return f"# {make_printable(format_headline(result.expression)).replace(chr(10), ' ')}\n"


def join_function_definitions(writer: CodeWriter) -> str:
    return "".join(f"\n{text}\n" for text in writer.definitions.values())


def format_point_values(result: Result) -> dict[str, str]:
    return {name: repr(float(value)) for name, value in result.at.items()}


def write_pytorch_program(result: Result) -> Iterator[str]:
    writer, wanted = CodeWriter(TORCH), get_requested_variables(result)
    nested = NestedProgram(result, writer)
    body = "".join(
        f"{name} = {text}\n" for name, text in [*nested.statements, (nested.output, nested.result)]
    )
    imports = "import math\n\n" if "math." in body + join_function_definitions(writer) else ""
    yield f"{format_title_comment(result)}{imports}import torch\n\ntorch.set_default_dtype(torch.float64)\n{join_function_definitions(writer)}\n"
    for name, value in format_point_values(result).items():
        flag = ", requires_grad=True" if name in wanted else ""
        yield f"{nested.names[name]} = torch.tensor({value}{flag})\n"
    yield f"\n{body}"
    if is_constant_result(result):
        yield f'\nprint("value", float({nested.output}))\n' + write_zero_derivatives(wanted)
        return
    inputs = ", ".join(nested.names[name] for name in wanted)
    yield f"gradient = torch.autograd.grad({nested.output}, [{inputs}], allow_unused=True)\n\n"
    yield f'print("value", {nested.output}.item())\n'
    yield f"for name, slope in zip({wanted!r}, gradient):\n"
    yield '    print(f"d/d{name}", 0.0 if slope is None else slope.item())\n'


def write_zero_derivatives(wanted: list[str]) -> str:
    """What is printed where the value depends on no variable."""
    return "".join(f'print("d/d{name}", 0.0)\n' for name in wanted)


def write_jax_program(result: Result) -> Iterator[str]:
    writer, wanted = CodeWriter(JAX), get_requested_variables(result)
    nested = NestedProgram(result, writer)
    names = [nested.names[name] for name in result.at]
    statements = "".join(f"    {name} = {text}\n" for name, text in nested.statements)
    body = f"def function({', '.join(names)}):\n{statements}    return {nested.result}\n"
    imports = "import math\n\n" if "math." in body + join_function_definitions(writer) else ""
    yield f'{format_title_comment(result)}{imports}import jax\nimport jax.numpy as jnp\n\njax.config.update("jax_enable_x64", True)\n'
    yield f"{join_function_definitions(writer)}\n\n{body}\n\n"
    values = ", ".join(format_point_values(result).values())
    if is_constant_result(result):
        yield f'print("value", float(function({values})))\n' + write_zero_derivatives(wanted)
        return
    slots = ", ".join(str([*result.at].index(name)) for name in wanted)
    yield f"value, gradient = jax.value_and_grad(function, argnums=({slots},))({values})\n"
    yield f'print("value", value)\nfor name, slope in zip({wanted!r}, gradient):\n'
    yield '    print(f"d/d{name}", slope)\n'
