"""Register allocation: in which NumPy array each line of a program is stored, block by block.

A line needs its array until the last line that uses it; then the array is free for another line.
The fewer arrays, the more rows of them stay in the cache.

Source: Cooper & Torczon, Engineering a Compiler, section 13.3 (local register allocation). A
register is never spilled here, because there may be as many as a program needs."""

from collections.abc import Mapping
from typing import NamedTuple

from graddiff.kernel.program import Program
from graddiff.operations.table import COMPARISONS, NUMBER, VARIABLE

# Operations that NumPy has as a ufunc: its name there.
UFUNCS = {
    "exp": "exp",
    "expm1": "expm1",
    "log": "log",
    "log2": "log2",
    "log10": "log10",
    "log1p": "log1p",
    "sqrt": "sqrt",
    "sign": "sign",
    "floor": "floor",
    "ceil": "ceil",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "sinh": "sinh",
    "cosh": "cosh",
    "tanh": "tanh",
    "hypot": "hypot",
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "atan2": "arctan2",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
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


class RegisterPlan(NamedTuple):
    """Where everything is stored.

    locations: for each line the text of its array or constant.
    spares: for each line with a check of finiteness, a register of truth values that is free then.
    copies: (output, location) for each output whose line is stored elsewhere."""

    locations: list[str]
    spares: Mapping[int, str]
    copies: list[tuple[str, str]]
    float_count: int
    bool_count: int


class RegisterPool:
    """The registers of one type; those that were given back are taken again first."""

    def __init__(self, name: str) -> None:
        self.name, self.count = name, 0
        self._free: list[str] = []

    def take_register(self) -> str:
        """Returns the text of a register that is free now."""
        if self._free:
            return self._free.pop()
        self.count += 1
        return f"{self.name}[{self.count - 1}]"

    def give_back(self, register: str) -> None:
        """Makes a register free again."""
        self._free.append(register)


class RegisterAllocator:
    """Gives each line of a program the place where its values are stored."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._pools = {"t": RegisterPool("t"), "b": RegisterPool("b")}
        self._locations: list[str] = []
        self._spares: dict[int, str] = {}
        self._last_uses = find_last_uses(program)
        self._output_arrays = find_output_arrays(program)

    def allocate_lines(self) -> RegisterPlan:
        """Stores every line, in the order of evaluation."""
        program = self.program
        for line, operation in enumerate(program.operations):
            if operation is NUMBER:
                self._store_input(line, repr(program.numbers[line]))
            elif operation is VARIABLE:
                self._store_input(line, f"v{line}")
            else:
                self._store_result(line)
        outputs = [(f"o{i}", line) for i, line in enumerate(program.outputs)]
        return RegisterPlan(
            locations=self._locations,
            spares=self._spares,
            copies=[
                (array, self._locations[line])
                for array, line in outputs
                if self._output_arrays.get(line) != array
            ],
            float_count=self._pools["t"].count,
            bool_count=self._pools["b"].count,
        )

    def _store_input(self, line: int, location: str) -> None:
        self._locations.append(location)
        self._reserve_spare(line)

    def _store_result(self, line: int) -> None:
        """Chooses the array of an operation: that of an output, or a free register."""
        operation, operands = self.program.operations[line], self.program.operands[line]
        # A single ufunc may write over its own operand. Where several calls make one operation,
        # the first result would overwrite an operand that a later call still reads.
        in_place = operation.name in UFUNCS and len(operands) <= 2
        if in_place:
            self._release_operands(line)
        location = self._output_arrays.get(line)
        if location is None:
            pool = self._pools["b" if operation in COMPARISONS else "t"]
            location = pool.take_register()
        self._locations.append(location)
        self._reserve_spare(line)
        if not in_place:
            self._release_operands(line)
        if line not in self._last_uses and line not in self._output_arrays:
            self._release(location)  # only its checks look at it

    def _reserve_spare(self, line: int) -> None:
        """Finds a register for the check of a line, which needs it no longer than that."""
        if line in self.program.finiteness_checks:
            self._spares[line] = self._pools["b"].take_register()
            self._pools["b"].give_back(self._spares[line])

    def _release_operands(self, line: int) -> None:
        for operand in dict.fromkeys(self.program.operands[line]):
            if self._last_uses[operand] == line:
                self._release(self._locations[operand])

    def _release(self, location: str) -> None:
        if location[0] in self._pools:  # neither an input, nor an output, nor a constant
            self._pools[location[0]].give_back(location)


def find_last_uses(program: Program) -> dict[int, int]:
    """Returns, for each line that is an operand, the last line that uses it."""
    return {operand: line for line, operands in enumerate(program.operands) for operand in operands}


def find_output_arrays(program: Program) -> dict[int, str]:
    """Returns, for each line that is an output and is computed, the first array that it fills."""
    arrays: dict[int, str] = {}
    for i, line in enumerate(program.outputs):
        if program.operands[line]:
            arrays.setdefault(line, f"o{i}")
    return arrays
