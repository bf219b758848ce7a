"""Neutral and absorbing operands: numbers beside which an operation needs no computation.

The three simplifiers read these rows: notation/terms.py for the formulas beside edges,
kernel/simplification.py for compiled instructions, algebra/ for derivatives. A test asserts that
they agree on each row."""

from collections.abc import Sequence
from typing import NamedTuple

from graddiff.operations.row import Operation
from graddiff.operations.table import TABLE


class NeutralRow(NamedTuple):
    """What an operation gives where the operand in `slot` is `number`.

    `result` is a number, or None for the other operand. A row that is `for_finite_only` is wrong
    where the other operand is infinite or not a number, as 0*inf is not 0 among floats."""

    operation: Operation
    slot: int
    number: int
    result: int | None = None
    for_finite_only: bool = False


# fmt: off
NEUTRAL_ROWS = (
    NeutralRow(TABLE["add"], slot=0, number=0),                                     # 0 + x is x
    NeutralRow(TABLE["add"], slot=1, number=0),                                     # x + 0 is x
    NeutralRow(TABLE["sub"], slot=1, number=0),                                     # x - 0 is x
    NeutralRow(TABLE["mul"], slot=0, number=1),                                     # 1*x is x
    NeutralRow(TABLE["mul"], slot=1, number=1),                                     # x*1 is x
    NeutralRow(TABLE["mul"], slot=0, number=0, result=0, for_finite_only=True),     # 0*x is 0
    NeutralRow(TABLE["mul"], slot=1, number=0, result=0, for_finite_only=True),     # x*0 is 0
    NeutralRow(TABLE["div"], slot=1, number=1),                                     # x/1 is x
    NeutralRow(TABLE["pow"], slot=1, number=1),                                     # x^1 is x
    NeutralRow(TABLE["pow"], slot=1, number=0, result=1),                           # x^0 is 1
)
# fmt: on

ROWS_BY_OPERATION = {
    operation: tuple(row for row in NEUTRAL_ROWS if row.operation is operation)
    for operation in dict.fromkeys(row.operation for row in NEUTRAL_ROWS)
}


def find_neutral_row(operation: Operation, numbers: Sequence[object]) -> NeutralRow | None:
    """Returns the first row that fits an operation on these operands, None where no row does.

    `numbers` has an entry per operand: its number, or None where it is not a number."""
    for row in ROWS_BY_OPERATION.get(operation, ()):
        if numbers[row.slot] == row.number:
            return row
    return None


def get_neutral_number(operation: Operation) -> int:
    """Returns the number that an operation leaves the other operand unchanged with: 0 for add."""
    return next(row.number for row in ROWS_BY_OPERATION[operation] if row.result is None)
