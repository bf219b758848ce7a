"""An expression: its operations in the order of evaluation (a Wengert list; R. E. Wengert, 1964).

A line is an index into the list. An operand is the index of an earlier line, so the list is at once the syntax tree,
the tape of the forward pass and, read backwards, the order of the reverse pass."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from graddiff.errors import Notice, Span
from graddiff.operations import Operation
from graddiff.tokens import Source


@dataclass(frozen=True, eq=False)
class Expression:
    """What the parser makes of a text. Lists have one item a line.

    `operands` are lines; a number, constant or variable has none. `literals` gives the text of a number or constant
    ("2", "1e-3", "pi"), exact until a kind of number reads it. `tokens` are the first and the last token a line was
    written with; `inlined` are the lines that a call copied out of a function's definition, whose span lies there,
    and `calls` says which call a line is the value of."""

    source: Source
    operations: list[Operation]
    operands: list[tuple[int, ...]]
    literals: Mapping[int, str]
    variables: Mapping[str, int]
    definitions: Mapping[str, int]
    calls: Mapping[int, tuple[str, tuple[int, ...]]]
    inlined: frozenset[int]
    tokens: tuple[list[int], list[int]]
    output: int
    notices: tuple[Notice, ...] = ()

    @property
    def text(self) -> str:
        return self.source.text

    def __len__(self) -> int:
        return len(self.operations)

    @cached_property
    def names(self) -> dict[int, str]:
        """Line -> the name it was defined with (the first, if there are several)."""
        names: dict[int, str] = {}
        for name, line in self.definitions.items():
            names.setdefault(line, name)
        return names

    @cached_property
    def output_name(self) -> str:
        """What the output is called where it has no name of its own: f, or the next letter that is free."""
        taken = {*self.variables, *self.definitions, *(name for name, _ in self.calls.values())}
        free = next(name for name in self._letters() if name not in taken)
        return self.names.get(self.output, free)

    @staticmethod
    def _letters() -> Iterator[str]:
        yield from "fghFGH"
        number = 1
        while True:
            yield f"f{number}"
            number += 1

    def span(self, line: int) -> Span:
        """The characters that a line was written with, enclosing brackets left out."""
        first, last = self.tokens
        return self.source.span(first[line], last[line])

    def depends(self, lines: set[int]) -> bytearray:
        """For each line, 1 if a derivative by one of `lines` can pass through it: a comparison lets none through."""
        through = bytearray(len(self.operations))
        for line in lines:
            through[line] = 1
        for line, operands in enumerate(self.operands):
            for operand in operands:
                if through[operand]:
                    through[line] = self.operations[line].partials[-1] != ""  # a comparison has none
                    break
        return through
