"""Neutral operands: the three simplifiers agree on each row of the table and know no others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from itertools import product

import pytest

from graddiff import parse
from graddiff.algebra.formula_arithmetic import FormulaArithmetic
from graddiff.algebra.identities import SimplifyingFormulaPool
from graddiff.autodiff.forward_pass import run_forward_pass
from graddiff.kernel.instructions import SymbolicArithmetic
from graddiff.kernel.scalar import SCALAR_NATIVES
from graddiff.kernel.simplification import SimplifyingInstructionList
from graddiff.notation.style import INFIX, Term
from graddiff.notation.terms import substitute_terms
from graddiff.operations.neutral import NEUTRAL_ROWS, NeutralRow
from graddiff.operations.row import Operation
from graddiff.operations.table import TABLE

# Whether two expressions become the same thing in a simplifier.
Simplifier = Callable[[str, str], bool]

OTHER_OPERANDS = (
    *("x", "-x", "x + 3", "3 - x", "2*x", "x/3", "1/x", "x^2", "2^x", "sqrt(x)", "sin(x)"),
    *("abs(x)", "-abs(-x)", "max(x, 2)", "where(x < 2, x, 0)", "x*where(x < 2, 1, 0)"),
)
FLOAT_OPERATIONS: Mapping[Operation, Callable[[float, float], float]] = {
    TABLE["add"]: float.__add__,
    TABLE["sub"]: float.__sub__,
    TABLE["mul"]: float.__mul__,
    TABLE["div"]: float.__truediv__,
    TABLE["pow"]: float.__pow__,
}

# Rows of formulas alone, which promise to be right wherever the text has a value. A float differs
# at a point where it has none (0/0), and a label shows the operation that has none.
FORMULAS_ONLY = {("div", 0, 0), ("pow", 0, 1)}


def are_same_labels(first: str, second: str) -> bool:
    def write(text: str) -> str:
        rule = parse(text)
        values = run_forward_pass(rule, {"x": 1.0}) if "where" in text else []
        return substitute_terms(rule, {"x": Term("x")}, values, INFIX).text

    return write(first) == write(second)


def are_same_instructions(first: str, second: str) -> bool:
    instructions = SimplifyingInstructionList()
    arithmetic = SymbolicArithmetic(instructions, SCALAR_NATIVES)

    def write(text: str) -> int:
        expression = parse(text)
        values = run_forward_pass(expression, {"x": instructions.add_input("x")}, arithmetic)
        line: int = values[expression.output].line
        return line

    return write(first) == write(second)


def are_same_formulas(first: str, second: str) -> bool:
    pool = SimplifyingFormulaPool()
    arithmetic = FormulaArithmetic(pool)

    def make(text: str) -> object:
        expression = parse(text)
        return run_forward_pass(expression, {"x": pool.make_variable("x")}, arithmetic)[-1]

    return make(first) is make(second)


SIMPLIFIERS = (are_same_labels, are_same_instructions, are_same_formulas)


def write_operation(operation: Operation, slot: int, number: int, other: str) -> str:
    operands = [f"({other})", f"({other})"]
    operands[slot] = str(number)
    return operation.symbol.join(operands)


def name_row(row: NeutralRow) -> str:
    return f"{row.operation.name}-{row.slot}-{row.number}"


def invented_rows() -> Iterator[NeutralRow]:
    """All that a row could say about 0 and 1, but for what the table says."""
    known = {row[:4] for row in NEUTRAL_ROWS}
    for operation, slot, number, result in product(FLOAT_OPERATIONS, (0, 1), (0, 1), (None, 0, 1)):
        has_value = (operation, slot, number) != (TABLE["div"], 1, 0)
        if has_value and (operation, slot, number, result) not in known:
            yield NeutralRow(operation, slot, number, result)


@pytest.mark.parametrize("row", NEUTRAL_ROWS, ids=name_row)
@pytest.mark.parametrize("simplify", SIMPLIFIERS)
@pytest.mark.parametrize("other", OTHER_OPERANDS)
def test_simplifiers_use_each_row(row: NeutralRow, simplify: Simplifier, other: str) -> None:
    text = write_operation(row.operation, row.slot, row.number, other)
    result = other if row.result is None else str(row.result)
    # Floats may be infinite: instructions keep what holds for finite operands only.
    is_kept = row.for_finite_only and simplify is are_same_instructions
    assert simplify(text, result) is not is_kept


@pytest.mark.parametrize("simplify", SIMPLIFIERS)
def test_simplifiers_have_no_rows_but_those_of_the_table(simplify: Simplifier) -> None:
    more = {
        (row.operation.name, row.slot, row.number)
        for row in invented_rows()
        if simplify(
            write_operation(row.operation, row.slot, row.number, "x"),
            "x" if row.result is None else str(row.result),
        )
    }
    assert more == (FORMULAS_ONLY if simplify is are_same_formulas else set())


@pytest.mark.parametrize("row", NEUTRAL_ROWS, ids=name_row)
@pytest.mark.parametrize("x", [-2.5, -1.0, 0.0, 0.5, 3.0])
def test_rows_are_true_of_floats(row: NeutralRow, x: float) -> None:
    assert compute_row(row, x) == (x if row.result is None else row.result)


@pytest.mark.parametrize("row", NEUTRAL_ROWS, ids=name_row)
def test_rows_say_whether_they_are_true_of_infinity(row: NeutralRow) -> None:
    result = math.inf if row.result is None else row.result
    assert (compute_row(row, math.inf) == result) is not row.for_finite_only


def compute_row(row: NeutralRow, x: float) -> float:
    """What Python's own floats give for the operation of a row."""
    operands = [x, x]
    operands[row.slot] = float(row.number)
    return FLOAT_OPERATIONS[row.operation](*operands)
