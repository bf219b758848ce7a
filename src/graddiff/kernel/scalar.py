"""A program over Python floats: a function of the inputs at one point that returns the outputs.

The text of the function is what a careful programmer would write: a line that is used once stands
inside the formula that uses it, and any other line gets a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from graddiff.kernel.finiteness import Branch
from graddiff.kernel.program import Program, compile_function
from graddiff.numbers.arithmetic import SCALAR_SYNTAX
from graddiff.numbers.floats import FLOATS
from graddiff.operations.table import NUMBER, VARIABLE

SCALAR_NATIVES = tuple(FLOATS.natives)
MAX_NESTING = 12  # levels of brackets in generated Python text, which Python's parser limits
MAX_PLUS_SIGNS = 50  # terms of a sum with plus signs, each of which nests as it is compiled


def compile_row_function(
    program: Program,
    keys: Mapping[str, Any] | None = None,
    read_number: Callable[[Any], float] = float,
) -> Callable[..., tuple[float, ...]]:
    """Compiles a function that returns the outputs of a program at one point.

    Without `keys` the function takes the inputs in the order of `program.inputs`. With `keys` it
    takes one record, which holds each input under its key, and reads it with `read_number`. The
    function raises ArithmeticError or ValueError at a point for the single-point path, and passes
    on what `read_number` and the record raise."""
    scope: dict[str, object] = {
        "isfinite": FLOATS.is_finite,
        "sum": sum,
        "number": read_number,
        **FLOATS.natives,
    }
    if keys is None:
        parameters = [f"v{line}" for line in program.inputs.values()]
        body = []
    else:
        parameters = ["record"]
        scope |= {f"k{line}": keys[name] for name, line in program.inputs.items()}
        body = [f"v{line} = number(record[k{line}])" for line in program.inputs.values()]
    texts = _write_lines(program, body)
    body += _write_checks(program, texts)
    body.append(f"return {', '.join(texts[line] for line in program.outputs)},")
    return compile_function("row", parameters, body, scope)


def _write_lines(program: Program, body: list[str]) -> list[str]:
    """Returns the text that stands for each line: its formula, or a name that a statement in `body`
    gives it, because it is used again or nests too deep."""
    uses = _count_uses(program)
    texts: list[str] = []
    depths: list[int] = []
    for line, operands in enumerate(program.operands):
        text = _write_line(program, line, [texts[operand] for operand in operands])
        depth = 1 + max((depths[operand] for operand in operands), default=0)
        if operands and (uses[line] != 1 or depth > MAX_NESTING):
            body.append(f"v{line} = {text}")
            text, depth = f"v{line}", 0
        texts.append(text)
        depths.append(depth)
    return texts


def _write_line(program: Program, line: int, operands: Sequence[str]) -> str:
    """Returns the formula of a line, with the texts of its operands put in."""
    operation = program.operations[line]
    if operation is NUMBER:
        return repr(program.numbers[line])
    if operation is VARIABLE:
        return f"v{line}"
    if operation.name in SCALAR_SYNTAX:
        return SCALAR_SYNTAX[operation.name].format(*operands)
    return f"{operation.name}({', '.join(operands)})"


def _count_uses(program: Program) -> list[int]:
    """Returns how often each line stands in the text."""
    uses = [0] * len(program.operations)
    conditions = [branch[0] for branch in program.finiteness_checks.values() if branch]
    used = [operand for operands in program.operands for operand in operands]
    for line in (*used, *program.outputs, *program.finiteness_checks, *conditions):
        uses[line] += 1
    return uses


def _write_checks(program: Program, texts: Sequence[str]) -> Iterator[str]:
    """Yields the statements that raise ArithmeticError at a point for the single-point path."""
    if program.convention_tests:
        tests = " or ".join(texts[line] for line in program.convention_tests)
        yield f"if {tests}: raise ArithmeticError"
    if program.finiteness_checks:
        # One test for all: a sum is not finite if one of its terms is not. Should it overflow by
        # itself, the point only takes the slower path.
        terms = [
            _write_checked_term(texts, line, branch)
            for line, branch in program.finiteness_checks.items()
        ]
        yield f"if not isfinite({_write_sum(terms)}): raise ArithmeticError"


def _write_sum(terms: Sequence[str]) -> str:
    if len(terms) < MAX_PLUS_SIGNS:
        return " + ".join(terms)
    return f"sum([{', '.join(terms)}])"


def _write_checked_term(texts: Sequence[str], line: int, branch: Branch | None) -> str:
    """Returns the text of a line, 0 where its branch is not taken."""
    if branch is None:
        return texts[line]
    condition, side = branch
    then, otherwise = (texts[line], "0.0") if side else ("0.0", texts[line])
    return SCALAR_SYNTAX["where"].format(texts[condition], then, otherwise)
