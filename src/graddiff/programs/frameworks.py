"""PyTorch and JAX: the expression as one writes it there, differentiated by them."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.autodiff.result import Result
from graddiff.errors import UsageError, printable
from graddiff.notation.labels import headline
from graddiff.notation.style import Term
from graddiff.operations.table import NUMBER, VARIABLE
from graddiff.programs.language import JAX, PYTHON, TORCH, Writer

LONGEST = 100_000  # characters of a program
DEEPEST = 90  # brackets within brackets, which Python can read


class Nested:
    """The statements of an expression: what has a name is one, what has none stands where it is used."""

    def __init__(self, result: Result, writer: Writer) -> None:
        expression = result.expression
        output = expression.output_name
        self.names = writer.names(
            dict.fromkeys([*expression.variables, *expression.names.values(), output])
        )
        self.statements: list[tuple[str, str]] = []
        self.writer, self.constant = writer, bytearray(expression.size)
        plain = Writer(PYTHON)
        terms: list[Term] = []
        variables = {line: name for name, line in expression.variables.items()}
        for line, (operation, operands) in enumerate(
            zip(expression.operations, expression.operands)
        ):
            self.constant[line] = operation is not VARIABLE and all(
                self.constant[operand] for operand in operands
            )
            if operation is VARIABLE:
                terms.append(Term(self.names[variables[line]]))
            elif operation is NUMBER:
                terms.append(writer.literal(expression.literals[line]))
            else:
                of = plain if self.constant[line] and writer.language is TORCH else writer
                inputs = [
                    self.operand(terms[operand], operand, operation.symbol) for operand in operands
                ]
                terms.append(
                    of.operation(
                        operation,
                        inputs if of is writer else [terms[operand] for operand in operands],
                    )
                )
            name = expression.names.get(line)
            if name and operation is not VARIABLE and line != expression.output:
                self.statements.append((self.names[name], terms[line].text))
                terms[line] = Term(self.names[name])
            if len(terms[line].text) > LONGEST:
                raise UsageError(
                    "the program would be too long", hint="--format python writes it line by line"
                )
        writer.defined = {**plain.defined, **writer.defined}
        self.output = self.names[expression.names.get(expression.output, output)]
        self.result = terms[expression.output].text
        if max(map(depth, [self.result, *(text for _, text in self.statements)])) > DEEPEST:
            raise UsageError(
                "the program would be too deep for Python",
                hint="--format python writes it line by line",
            )

    def operand(self, term: Term, line: int, symbol: str) -> Term:
        """A number as PyTorch's functions want it."""
        if symbol or not self.constant[line] or self.writer.language is not TORCH:
            return term
        return Term(f"torch.tensor({term.text})")


def depth(text: str) -> int:
    """How deep its brackets stand in each other."""
    deepest = now = 0
    for character in text:
        now += (character == "(") - (character == ")")
        deepest = max(deepest, now)
    return deepest


def by_variables(result: Result) -> list[str]:
    """The variables that are differentiated by. Raises UsageError for other names."""
    for name in result.requested:
        if name not in result.expression.variables:
            told = f"{name} is defined by the expression, and frameworks differentiate by variables"
            raise UsageError(told, hint="--format python writes out the reverse pass")
    return [*result.requested]


def constant(result: Result) -> bool:
    """Whether nothing flows to any variable."""
    return all(
        line is None or result.graph.adjoints[line] is None for line in result.requested.values()
    )


def head(result: Result) -> str:
    return f"# {printable(headline(result.expression)).replace(chr(10), ' ')}\n"


def functions(writer: Writer) -> str:
    return "".join(f"\n{text}\n" for text in writer.defined.values())


def numbers(result: Result) -> dict[str, str]:
    return {name: repr(float(value)) for name, value in result.at.items()}


def pytorch(result: Result) -> Iterator[str]:
    writer, wanted = Writer(TORCH), by_variables(result)
    nested = Nested(result, writer)
    body = "".join(
        f"{name} = {text}\n" for name, text in [*nested.statements, (nested.output, nested.result)]
    )
    imports = "import math\n\n" if "math." in body + functions(writer) else ""
    yield f"{head(result)}{imports}import torch\n\ntorch.set_default_dtype(torch.float64)\n{functions(writer)}\n"
    for name, value in numbers(result).items():
        flag = ", requires_grad=True" if name in wanted else ""
        yield f"{nested.names[name]} = torch.tensor({value}{flag})\n"
    yield f"\n{body}"
    if constant(result):
        yield f'\nprint("value", float({nested.output}))\n' + zeros(wanted)
        return
    inputs = ", ".join(nested.names[name] for name in wanted)
    yield f"gradient = torch.autograd.grad({nested.output}, [{inputs}], allow_unused=True)\n\n"
    yield f'print("value", {nested.output}.item())\n'
    yield f"for name, slope in zip({wanted!r}, gradient):\n"
    yield '    print(f"d/d{name}", 0.0 if slope is None else slope.item())\n'


def zeros(wanted: list[str]) -> str:
    """What is printed where the value depends on no variable."""
    return "".join(f'print("d/d{name}", 0.0)\n' for name in wanted)


def jax(result: Result) -> Iterator[str]:
    writer, wanted = Writer(JAX), by_variables(result)
    nested = Nested(result, writer)
    names = [nested.names[name] for name in result.at]
    statements = "".join(f"    {name} = {text}\n" for name, text in nested.statements)
    body = f"def function({', '.join(names)}):\n{statements}    return {nested.result}\n"
    imports = "import math\n\n" if "math." in body + functions(writer) else ""
    yield f'{head(result)}{imports}import jax\nimport jax.numpy as jnp\n\njax.config.update("jax_enable_x64", True)\n'
    yield f"{functions(writer)}\n\n{body}\n\n"
    values = ", ".join(numbers(result).values())
    if constant(result):
        yield f'print("value", float(function({values})))\n' + zeros(wanted)
        return
    slots = ", ".join(str([*result.at].index(name)) for name in wanted)
    yield f"value, gradient = jax.value_and_grad(function, argnums=({slots},))({values})\n"
    yield f'print("value", value)\nfor name, slope in zip({wanted!r}, gradient):\n'
    yield '    print(f"d/d{name}", slope)\n'
