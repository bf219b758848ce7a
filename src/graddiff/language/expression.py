"""An expression: its operations in the order of evaluation (a Wengert list; R. E. Wengert, 1964).

A line is an index into the list. An operand is the index of an earlier line, so the list is at once
the syntax tree, the tape of the forward pass and, read backwards, the order of the reverse pass."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from graddiff.errors import Notice, Span
from graddiff.language.tokens import TokenizedText
from graddiff.operations.row import Operation
from graddiff.operations.table import NUMBER, VARIABLE

T = TypeVar("T")


class Expression(NamedTuple):
    """The result of parsing a text. Lists have one item per line.

    `operations` and `operands` are the lines; a number, constant or variable has no operands.
    `literals`: line -> text of a number or constant ("2", "1e-3", "pi"), exact until a kind of
    number reads it. `variables`: name -> line. `definitions`: name -> line. `names`: line -> the
    first name that the line was defined with.

    `calls`: line -> the call of a user function (name, operands) that it is the value of. `inlined`
    are the lines that a call copied out of a function's definition. `tokens` are the first and the
    last tokens of the lines, for an inlined line those in the definition.

    `statements` are the lines of the statements that have a value, in order; `output` is the line
    of the last one, and `output_name` names it where a name is needed."""

    source: TokenizedText
    operations: list[Operation]
    operands: list[tuple[int, ...]]
    literals: Mapping[int, str]
    variables: Mapping[str, int]
    definitions: Mapping[str, int]
    names: Mapping[int, str]
    calls: Mapping[int, tuple[str, tuple[int, ...]]]
    inlined: frozenset[int]
    tokens: tuple[list[int], list[int]]
    statements: tuple[int, ...]
    output: int
    output_name: str
    notices: tuple[Notice, ...] = ()

    @property
    def text(self) -> str:
        """The text that was parsed."""
        return self.source.text

    @property
    def lines_by_name(self) -> dict[str, int]:
        """The line of every name: of the output, of definitions and of variables."""
        return {self.output_name: self.output, **self.definitions, **self.variables}

    @property
    def size(self) -> int:
        """The number of lines."""
        return len(self.operations)

    def get_span(self, line: int) -> Span:
        """Returns the characters of a line in the text, without brackets around them."""
        first, last = self.tokens
        return self.source.get_span(first[line], last[line])

    def fold(
        self,
        *,
        variable: Callable[[str], T],
        number: Callable[[str], T],
        apply: Callable[[Operation, list[T]], T],
    ) -> list[T]:
        """Interprets every line and returns one result per line.

        `variable` interprets the name of a variable, `number` the text of a number or constant, and
        `apply` an operation whose operands are interpreted already; they are called in the order of
        the lines. The two passes and the kernels have loops of their own, because a call for each
        line would slow them down."""
        names = {line: name for name, line in self.variables.items()}
        results: list[T] = []
        for line, operation in enumerate(self.operations):
            if operation is VARIABLE:
                results.append(variable(names[line]))
            elif operation is NUMBER:
                results.append(number(self.literals[line]))
            else:
                operands = [results[operand] for operand in self.operands[line]]
                results.append(apply(operation, operands))
        return results

    def find_reachable_lines(
        self, get_operands: Callable[[int], Sequence[int]] | None = None
    ) -> list[int]:
        """Returns the lines that the output is computed from, itself included, in order.

        `get_operands` returns the operands of a line that it needs, where these are not all of
        them: a `where` needs its condition and the branch that it takes."""
        follow = get_operands or self.operands.__getitem__
        reached = bytearray(self.output + 1)
        reached[self.output] = 1
        # Backwards: whatever uses a line stands behind it, so it is marked before its turn comes.
        for line in range(self.output, -1, -1):
            if reached[line]:
                for operand in follow(line):
                    reached[operand] = 1
        return [line for line, is_reached in enumerate(reached) if is_reached]

    def find_dependent_lines(self, lines: set[int]) -> bytearray:
        """Returns for each line 1 if a derivative by one of `lines` passes through it, else 0.

        A comparison lets no derivative through."""
        is_dependent = bytearray(len(self.operations))
        for line in lines:
            is_dependent[line] = 1
        for line, operands in enumerate(self.operands):
            for operand in operands:
                if is_dependent[operand]:
                    is_dependent[line] = self.operations[line].has_partials
                    break
        return is_dependent
