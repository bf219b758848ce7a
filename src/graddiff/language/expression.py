"""An expression: its operations in the order of evaluation (a Wengert list; R. E. Wengert, 1964).

A line is an index into the list. An operand is the index of an earlier line, so the list is at once the syntax tree,
the tape of the forward pass and, read backwards, the order of the reverse pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from graddiff.errors import Notice, Span
from graddiff.language.tokens import TokenizedText
from graddiff.operations.row import Operation
from graddiff.operations.table import NUMBER, VARIABLE

T = TypeVar("T")


class Expression(NamedTuple):
    """What the parser makes of a text. Lists have one item a line.

    `operands` are lines; a number, constant or variable has none. `literals` gives the text of a number or constant
    ("2", "1e-3", "pi"), exact until a kind of number reads it. `names` are the names that lines were defined with, the
    first if there are several. `tokens` are the first and the last token a line was written with; `inlined` are the
    lines that a call copied out of a function's definition, whose tokens lie there, and `calls` says which call a line
    is the value of. `statements` are the lines of those that have a value, in order. The output is called
    `output_name` where a name for it is needed."""

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
        return self.source.text

    @property
    def lines_by_name(self) -> dict[str, int]:
        """The line of every name: the output by what it is called, definitions, variables."""
        return {self.output_name: self.output, **self.definitions, **self.variables}

    @property
    def size(self) -> int:
        """The number of lines."""
        return len(self.operations)

    def get_span(self, line: int) -> Span:
        """The characters that a line was written with, enclosing brackets left out."""
        first, last = self.tokens
        return self.source.get_span(first[line], last[line])

    def fold(
        self,
        *,
        variable: Callable[[str], T],
        number: Callable[[str], T],
        apply: Callable[[Operation, list[T]], T],
    ) -> list[T]:
        """Interprets every line in order and returns one result per line.

        `variable` interprets the name of a variable, `number` the text of a number or constant, and `apply` an
        operation whose operands are interpreted already. The three run in the order of the lines."""
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

        `get_operands` returns the operands of a line that are followed, where these are not all of them: a `where`
        needs its condition and the branch that it takes."""
        follow = get_operands or self.operands.__getitem__
        reached = bytearray(self.output + 1)
        reached[self.output] = 1
        # Backwards, because whatever uses a line stands behind it: a line is marked before its turn comes.
        for line in range(self.output, -1, -1):
            if reached[line]:
                for operand in follow(line):
                    reached[operand] = 1
        return [line for line, is_reached in enumerate(reached) if is_reached]

    def find_dependent_lines(self, lines: set[int]) -> bytearray:
        """For each line, 1 if a derivative by one of `lines` can pass through it: a comparison lets none through."""
        through = bytearray(len(self.operations))
        for line in lines:
            through[line] = 1
        for line, operands in enumerate(self.operands):
            for operand in operands:
                if through[operand]:
                    through[line] = self.operations[line].has_partials
                    break
        return through
