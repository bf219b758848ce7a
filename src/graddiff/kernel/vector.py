"""A program over NumPy columns, computed in blocks that stay in the cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from graddiff.kernel.block_code import write_block_code
from graddiff.kernel.program import Program, compile_function
from graddiff.kernel.registers import UFUNCS
from graddiff.numbers.floats import FLOATS

Column = Any  # a NumPy array; NumPy is optional, so that its types cannot be named here

BLOCK_ROWS = 32_768  # a block of a few columns of this length stays in a core's cache
# BLAS divides longer products among threads; waiting for them would slow down everything else.
PRODUCT_ROWS = 8_192
# Operations that NumPy has not, or less accurately: Python's own function, value by value.
WITHOUT_UFUNC = ("erf", "erfc", "cbrt")
VECTOR_NATIVES = (*UFUNCS, *WITHOUT_UFUNC, "where", "clamp")


class ColumnKernel:
    """A program over NumPy columns of float64."""

    def __init__(self, program: Program) -> None:
        self.program = program
        code = write_block_code(program)
        self._float_count, self._bool_count = code.float_count, code.bool_count
        inputs = [f"v{line}" for line in program.inputs.values()]
        outputs = [f"o{i}" for i in range(len(program.outputs))]
        parameters = (*inputs, *outputs, "t", "b")
        scope = build_scope()
        self._quick = compile_function("quick", parameters, code.quick, scope)
        self._careful = compile_function("careful", (*parameters, "ok"), code.careful, scope)

    def __call__(self, inputs: Sequence[Column], outputs: Sequence[Column]) -> Column | None:
        """Fills `outputs`, arrays of n float64, from `inputs`, arrays of n float64 in the order of
        the program's inputs.

        Returns an array of n bool that is true in the rows for the single-point path, whose outputs
        mean nothing, or None if there is no such row."""
        import numpy

        size = len(outputs[0])
        unanswered = numpy.zeros(size, bool)
        columns = [*inputs, *outputs, unanswered]
        # Blocks have two dimensions, so that each product is of one short row. What is left over
        # at the end is a block with a single row.
        split = size - size % PRODUCT_ROWS
        with numpy.errstate(all="ignore"):
            is_complete = self._run_blocks(
                [column[:split].reshape(-1, PRODUCT_ROWS) for column in columns]
            )
            if split < size:
                is_complete &= self._run_blocks(
                    [column[split:].reshape(1, -1) for column in columns]
                )
        return None if is_complete else unanswered

    def _run_blocks(self, columns: Sequence[Column]) -> bool:
        """Computes columns of shape (height, width), the last of which is `unanswered`. Returns
        whether every row was answered."""
        import numpy

        height, width = columns[0].shape
        step = BLOCK_ROWS // PRODUCT_ROWS
        floats = [numpy.empty((min(step, height), width)) for _ in range(self._float_count)]
        bools = [numpy.empty((min(step, height), width), bool) for _ in range(self._bool_count)]
        is_complete = True
        for start in range(0, height, step):
            if start + step > height:  # the last block is shorter, and so are its registers
                floats = [register[: height - start] for register in floats]
                bools = [register[: height - start] for register in bools]
            *block, unanswered = [column[start : start + step] for column in columns]
            if not self._quick(*block, floats, bools):
                answered = unanswered  # the same memory, which first holds the opposite
                answered[...] = True
                self._careful(*block, floats, bools, answered)
                numpy.logical_not(answered, out=unanswered)
                is_complete = False
        return is_complete


def build_scope() -> dict[str, object]:
    """Returns the functions that generated code calls, by the names it calls them."""
    import numpy

    return {
        **{name: getattr(numpy, ufunc) for name, ufunc in UFUNCS.items()},
        **{name: vectorize_function(FLOATS.natives[name]) for name in WITHOUT_UFUNC},
        "copyto": numpy.copyto,
        "isfinite": numpy.isfinite,
        "logical_and": numpy.logical_and,
        "any": partial(numpy.logical_or.reduce, axis=None),
        "total": partial(numpy.add.reduce, axis=None),
        "products": numpy.vecdot,
        "finite": FLOATS.is_finite,
    }


def vectorize_function(function: Callable[[float], float]) -> Callable[[Column, Column], None]:
    """Makes a function of a float one that fills an array from a column, as ufuncs do."""

    def apply_to_column(column: Column, out: Column) -> None:
        out.flat = [*map(function, column.ravel().tolist())]

    return apply_to_column
