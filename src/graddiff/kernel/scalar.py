"""A program over Python floats, a point at a time: a function of the inputs that gives the outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graddiff.kernel.finiteness import Branch
from graddiff.kernel.program import Program, compile_function
from graddiff.numbers.arithmetic import SCALAR_SYNTAX
from graddiff.numbers.floats import FLOATS
from graddiff.operations.table import NUMBER, VARIABLE

SCALAR_NATIVES = tuple(FLOATS.natives)
MAX_NESTING = 12  # levels of brackets in generated Python text


def compile_row_function(
    program: Program,
    keys: Mapping[str, Any] | None = None,
    read_number: Callable[[Any], float] = float,
) -> Callable[..., tuple[float, ...]]:
    """A function of the inputs, or of a record that has each input under its key and read by `number`, that gives the
    outputs. Raises ArithmeticError, ValueError, or what `number` and the record raise, at a point that is for the
    single-point path."""
    scope: dict[str, Any] = {
        "isfinite": FLOATS.is_finite,
        "sum": sum,
        "number": read_number,
        **FLOATS.natives,
    }
    body: list[str] = []
    parameters = [f"v{line}" for line in program.inputs.values()]
    if keys is not None:
        scope |= {f"k{line}": keys[name] for name, line in program.inputs.items()}
        body = [f"v{line} = number(record[k{line}])" for line in program.inputs.values()]
        parameters = ["record"]
    texts = _format_lines(program, body)
    if program.convention_tests:
        body.append(
            f"if {' or '.join(texts[line] for line in program.convention_tests)}: raise ArithmeticError"
        )
    if program.finiteness_checks:
        told = [
            _format_in_branch(texts, line, branch)
            for line, branch in program.finiteness_checks.items()
        ]
        total = (
            " + ".join(told) if len(told) < 50 else f"sum([{', '.join(told)}])"
        )  # a sum nests as it is compiled
        body.append(f"if not isfinite({total}): raise ArithmeticError")
    body.append(f"return {', '.join(texts[line] for line in program.outputs)},")
    return compile_function("row", parameters, body, scope)


def _format_lines(program: Program, body: list[str]) -> list[str]:
    """What stands for each line: its formula, or a name that the body gives it if it is used again, or nests deep."""
    uses = _count_uses(program)
    texts: list[str] = []
    depths: list[int] = []
    for line, (operation, operands) in enumerate(zip(program.operations, program.operands)):
        depth = 1 + max((depths[operand] for operand in operands), default=0)
        inputs = [texts[operand] for operand in operands]
        if operation is NUMBER:
            text = repr(program.numbers[line])
        elif operation is VARIABLE:
            text = f"v{line}"
        elif operation.name in SCALAR_SYNTAX:
            text = SCALAR_SYNTAX[operation.name].format(*inputs)
        else:
            text = f"{operation.name}({', '.join(inputs)})"
        if operands and (uses[line] != 1 or depth > MAX_NESTING):
            body.append(f"v{line} = {text}")
            text, depth = f"v{line}", 0
        texts.append(text)
        depths.append(depth)
    return texts


def _count_uses(program: Program) -> list[int]:
    """How often each line stands in the text."""
    uses = [0] * len(program.operations)
    conditions = [branch[0] for branch in program.finiteness_checks.values() if branch]
    used = [operand for operands in program.operands for operand in operands]
    for line in (*used, *program.outputs, *program.finiteness_checks, *conditions):
        uses[line] += 1
    return uses


def _format_in_branch(texts: Sequence[str], line: int, branch: Branch | None) -> str:
    """The text of a line, 0 where its branch is not taken."""
    if branch is None:
        return texts[line]
    condition, side = branch
    return SCALAR_SYNTAX["where"].format(
        texts[condition], *((texts[line], "0.0") if side else ("0.0", texts[line]))
    )
