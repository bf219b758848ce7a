"""A program over NumPy columns, a block that stays in the cache at a time, into buffers that are used again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from graddiff.kernel.program import Program, compile_function
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, NUMBER, VARIABLE, WHERE

BLOCK_ROWS = 32_768  # rows: a block of a few columns stays in a core's cache
PRODUCT_ROWS = 8_192  # rows: BLAS divides longer products among threads, which wait for more and slow everything else down
UFUNCS = {
    **{
        name: name
        for name in (
            "exp",
            "expm1",
            "log",
            "log2",
            "log10",
            "log1p",
            "sqrt",
            "sign",
            "floor",
            "ceil",
        )
    },
    **{name: name for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "hypot")},
    **{f"a{name}": f"arc{name}" for name in ("sin", "cos", "tan", "tan2", "sinh", "cosh", "tanh")},
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "div": "divide",
    "neg": "negative",
    "pow": "power",
    "abs": "absolute",
    "round": "rint",
    "mod": "remainder",
    "min": "minimum",
    "max": "maximum",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "eq": "equal",
    "ne": "not_equal",
}
WITHOUT_UFUNC = (
    "erf",
    "erfc",
    "cbrt",
)  # Python's own, value by value: NumPy has none, or one less accurate
VECTOR_NATIVES = (*UFUNCS, *WITHOUT_UFUNC, "where", "clamp")


class ColumnKernel:
    """A program over NumPy columns of float64, one item a row."""

    def __init__(self, program: Program) -> None:
        import numpy

        self.program = program
        scope: dict[str, Any] = {name: getattr(numpy, ufunc) for name, ufunc in UFUNCS.items()}
        scope |= {
            name: getattr(numpy, name)
            for name in ("copyto", "isfinite", "logical_and", "logical_not")
        }
        scope |= {name: _vectorize_function(FLOATS.natives[name]) for name in WITHOUT_UFUNC}
        scope["any"] = partial(numpy.logical_or.reduce, axis=None)
        scope |= {
            "total": partial(numpy.add.reduce, axis=None),
            "products": numpy.vecdot,
            "finite": FLOATS.is_finite,
        }
        code = BlockCode(program)
        self._float_count, self._bool_count = code.float_count, code.bool_count
        names = [
            *(f"v{line}" for line in program.inputs.values()),
            *(f"o{i}" for i in range(len(program.outputs))),
        ]
        self._parameters = (*names, "t", "b")
        self._quick = compile_function("quick", self._parameters, code.quick, dict(scope))
        self._careful = compile_function(
            "careful", (*self._parameters, "ok"), code.careful, dict(scope)
        )

    def __call__(self, inputs: Sequence[Any], outputs: Sequence[Any]) -> Any:
        """Fills `outputs`, arrays of n float64, from `inputs`, arrays of n float64 in the order of the
        program's inputs. Gives an array of n bool, true in the rows that are for the single-point path, or None if
        there is no such row."""
        import numpy

        size = len(outputs[0])
        whole = size - size % PRODUCT_ROWS
        left = numpy.zeros(size, bool)
        columns = [*inputs, *outputs, left]
        with numpy.errstate(all="ignore"):
            every = self._run_blocks(
                [column[:whole].reshape(-1, PRODUCT_ROWS) for column in columns]
            )
            if whole < size:
                every &= self._run_blocks([column[whole:].reshape(1, -1) for column in columns])
        return None if every else left

    def _run_blocks(self, columns: Sequence[Any]) -> bool:
        """The same for arrays of two dimensions, whose rows follow one another; `left` is the last of them. Says
        whether none is left."""
        import numpy

        height, width = columns[0].shape
        step = BLOCK_ROWS // PRODUCT_ROWS
        floats = [numpy.empty((min(step, height), width)) for _ in range(self._float_count)]
        bools = [numpy.empty((min(step, height), width), bool) for _ in range(self._bool_count)]
        every = True
        for start in range(0, height, step):
            if start + step > height:
                floats, bools = (
                    [register[: height - start] for register in pool] for pool in (floats, bools)
                )
            *block, left = [column[start : start + step] for column in columns]
            if not self._quick(*block, floats, bools):
                left[...] = True
                self._careful(*block, floats, bools, left)
                numpy.logical_not(left, left)
                every = False
        return every


class BlockCode:
    """The code of a program over blocks, registers being used again as soon as they are free.

    `quick` says whether everything in a block is finite and nothing is a matter of convention; `careful` says it of
    each row. `floats` and `bools` are the numbers of registers."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.float_count = self.bool_count = 0
        self.quick: list[str] = []
        self.careful: list[str] = []
        self._unchecked: list[str] = []  # what `quick` has still to look at
        self._free: dict[str, list[str]] = {"t": [], "b": []}
        self._locations: dict[int, str] = {}  # line -> the text that stands for it
        self._last_users = self._find_last_uses()
        self._homes = {
            line: f"o{i}"
            for i, line in reversed([*enumerate(program.outputs)])
            if program.operands[line]
        }
        if any(line in program.numbers for line in program.convention_tests):
            self.quick.append("return False")
            self.careful.append("ok[:] = False")
        for line, (operation, operands) in enumerate(zip(program.operations, program.operands)):
            self._emit_operation(line, operation, operands)
        for i, line in enumerate(program.outputs):
            if self._homes.get(line) != f"o{i}":
                self._emit_both(f"copyto(o{i}, {self._locations[line]})")
        self._emit_pair_check()
        self.quick.append("return True")
        self.careful.append("return")

    def _find_last_uses(self) -> dict[int, int]:
        """Line -> the last line that uses it."""
        return {
            operand: line
            for line, operands in enumerate(self.program.operands)
            for operand in operands
        }

    def _emit_both(self, text: str) -> None:
        self.quick.append(text)
        self.careful.append(text)

    def _emit_operation(self, line: int, operation: Operation, operands: tuple[int, ...]) -> None:
        program = self.program
        if operation is NUMBER or operation is VARIABLE:
            self._locations[line] = (
                repr(program.numbers[line]) if operation is NUMBER else f"v{line}"
            )
            self._emit_line_checks(line)
            return
        texts = [self._locations[operand] for operand in operands]
        in_place = operation.name in UFUNCS and len(operands) <= 2
        if in_place:
            self._release_registers(line, operands)
        home = self._homes.get(line) or self._allocate_register(
            "b" if operation in COMPARISONS else "t"
        )
        self._locations[line] = home
        if home in self._unchecked:
            self._emit_pair_check()
        if operation is WHERE:
            self._emit_both(f"copyto({home}, {texts[2]})")
            self._emit_both(f"copyto({home}, {texts[1]}, where={texts[0]})")
        elif operation.name == "clamp":
            self._emit_both(f"max({texts[0]}, {texts[1]}, out={home})")
            self._emit_both(f"min({home}, {texts[2]}, out={home})")
        elif len(operands) > 2:
            self._emit_both(f"{operation.name}({texts[0]}, {texts[1]}, out={home})")
            for text in texts[2:]:
                self._emit_both(f"{operation.name}({home}, {text}, out={home})")
        else:
            self._emit_both(f"{operation.name}({', '.join(texts)}, out={home})")
        self._emit_line_checks(line)
        if not in_place:
            self._release_registers(line, operands)
        if line not in self._last_users and line not in self._homes:
            self._free[home[0]].append(home)

    def _emit_pair_check(self) -> None:
        """A sum of products is not finite if one of the factors is not: two columns are looked at in one go."""
        if self._unchecked:
            self.quick.append(
                f"if not finite(total(products({self._unchecked[0]}, {self._unchecked[-1]}))): return False"
            )
            self._unchecked.clear()

    def _allocate_register(self, pool: str) -> str:
        if self._free[pool]:
            return self._free[pool].pop()
        count = self.float_count if pool == "t" else self.bool_count
        if pool == "t":
            self.float_count += 1
        else:
            self.bool_count += 1
        return f"{pool}[{count}]"

    def _release_registers(self, line: int, operands: tuple[int, ...]) -> None:
        for operand in dict.fromkeys(operands):
            home = self._locations[operand]
            if self._last_users[operand] == line and home[0] in "tb":
                self._free[home[0]].append(home)

    def _emit_line_checks(self, line: int) -> None:
        """What is to be looked at once a line is there."""
        home = self._locations[line]
        if line in self.program.convention_tests and line not in self.program.numbers:
            self.quick.append(f"if any({home}): return False")
            self.careful.append(f"ok[{home}] = False")
        if line in self.program.finiteness_checks:
            branch = self.program.finiteness_checks[line]
            spare = self._allocate_register("b")
            if branch:
                condition, side = self._locations[branch[0]], branch[1]
                taken = condition if side else f"~{condition}"
                self.quick.append(f"if not finite(total({home}, where={taken})): return False")
            else:
                self._unchecked.append(home)
                if len(self._unchecked) == 2:
                    self._emit_pair_check()
            self.careful.append(f"isfinite({home}, out={spare})")
            if branch:
                self.careful.append(f"{spare} |= {f'~{condition}' if side else condition}")
            self.careful.append(f"logical_and(ok, {spare}, out=ok)")
            self._free["b"].append(spare)


def _vectorize_function(function: Callable[[float], float]) -> Callable[[Any, Any], None]:
    def apply_to_column(column: Any, out: Any) -> None:
        out.flat = [*map(function, column.ravel().tolist())]

    return apply_to_column
