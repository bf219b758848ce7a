"""PyTorch and JAX: the expression as one writes it there, differentiated by them."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.alphabets import Term
from graddiff.differentiation import Result
from graddiff.errors import UsageError, printable
from graddiff.notation import headline
from graddiff.operations import NUMBER, VARIABLE
from graddiff.programs.language import JAX, PYTHON, TORCH, Writer

LONGEST = 20_000  # characters of a program


class Nested:
    """The statements of an expression: what has a name is one, what has none stands where it is used."""

    def __init__(self, result: Result, writer: Writer) -> None:
        expression = result.expression
        output = expression.output_name
        self.names = writer.names(dict.fromkeys([*expression.variables, *expression.names.values(), output]))
        self.statements: list[tuple[str, str]] = []
        self.writer, self.constant = writer, bytearray(expression.size)
        plain = Writer(PYTHON)
        terms: list[Term] = []
        variables = {line: name for name, line in expression.variables.items()}
        for line, (operation, operands) in enumerate(zip(expression.operations, expression.operands)):
            self.constant[line] = operation is not VARIABLE and all(self.constant[operand] for operand in operands)
            if operation is VARIABLE:
                terms.append(Term(self.names[variables[line]]))
            elif operation is NUMBER:
                terms.append(writer.literal(expression.literals[line]))
            else:
                of = plain if self.constant[line] and writer.language is TORCH else writer
                inputs = [self.operand(terms[operand], operand, operation.symbol) for operand in operands]
                terms.append(
                    of.operation(operation, inputs if of is writer else [terms[operand] for operand in operands])
                )
            name = expression.names.get(line)
            if name and operation is not VARIABLE and line != expression.output:
                self.statements.append((self.names[name], terms[line].text))
                terms[line] = Term(self.names[name])
            if len(terms[line].text) > LONGEST:
                raise UsageError("the program would be too long", hint="--format python writes it line by line")
        writer.defined = {**plain.defined, **writer.defined}
        self.output = self.names[expression.names.get(expression.output, output)]
        self.result = terms[expression.output].text

    def operand(self, term: Term, line: int, symbol: str) -> Term:
        """A number as PyTorch's functions want it."""
        if symbol or not self.constant[line] or self.writer.language is not TORCH:
            return term
        return Term(f"torch.tensor({term.text})")


def head(result: Result) -> str:
    return f"# {printable(headline(result.expression)).replace(chr(10), ' ')}\n"


def functions(writer: Writer) -> str:
    return "".join(f"\n{text}\n" for text in writer.defined.values())


def numbers(result: Result) -> dict[str, str]:
    return {name: repr(float(value)) for name, value in result.at.items()}


def pytorch(result: Result) -> Iterator[str]:
    writer = Writer(TORCH)
    nested = Nested(result, writer)
    body = "".join(f"{name} = {text}\n" for name, text in [*nested.statements, (nested.output, nested.result)])
    imports = "import math\n\n" if "math." in body + functions(writer) else ""
    yield f"{head(result)}{imports}import torch\n\ntorch.set_default_dtype(torch.float64)\n{functions(writer)}\n"
    for name, value in numbers(result).items():
        yield f"{nested.names[name]} = torch.tensor({value}, requires_grad=True)\n"
    yield f"\n{body}"
    inputs = [nested.names[name] for name in result.at]
    if inputs:
        yield f"gradient = torch.autograd.grad({nested.output}, [{', '.join(inputs)}], allow_unused=True)\n\n"
        yield f'print("value", {nested.output}.item())\n'
        yield f"for name, slope in zip({[*result.at]!r}, gradient):\n"
        yield '    print(f"d/d{name}", 0.0 if slope is None else slope.item())\n'
    else:
        yield f'\nprint("value", {nested.output})\n'


def jax(result: Result) -> Iterator[str]:
    writer = Writer(JAX)
    nested = Nested(result, writer)
    names = [nested.names[name] for name in result.at]
    statements = "".join(f"    {name} = {text}\n" for name, text in nested.statements)
    body = f"def function({', '.join(names)}):\n{statements}    return {nested.result}\n"
    imports = "import math\n\n" if "math." in body + functions(writer) else ""
    yield f'{head(result)}{imports}import jax\nimport jax.numpy as jnp\n\njax.config.update("jax_enable_x64", True)\n'
    yield f"{functions(writer)}\n\n{body}\n\n"
    values = ", ".join(numbers(result).values())
    if names:
        slots = ", ".join(map(str, range(len(names))))
        yield f"value, gradient = jax.value_and_grad(function, argnums=({slots},))({values})\n"
        yield f'print("value", value)\nfor name, slope in zip({[*result.at]!r}, gradient):\n'
        yield '    print(f"d/d{name}", slope)\n'
    else:
        yield 'print("value", function())\n'
