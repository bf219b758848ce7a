"""An expression: its operations in the order of evaluation (a Wengert list; R. E. Wengert, 1964).

A line is an index into the list. An operand is the index of an earlier line, so the list is at once the syntax tree,
the tape of the forward pass and, read backwards, the order of the reverse pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from graddiff.errors import Notice, Span
from graddiff.language.tokens import TokenizedText
from graddiff.operations.row import Operation


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
