"""Functions of one's own: h(x) = x^2. A body is kept as lines and copied into the list at each call."""

from __future__ import annotations

from typing import Any, NamedTuple

from graddiff.operations.row import Operation

CALL = Operation("call")  # in a body: the call of another function of one's own


class FunctionBody:
    """The function that is being read. `notes` give the literal of a number, the name of a variable or the function
    that is called, by line, and `outside` are the literals outside; `hidden` is what a name stood for outside, None
    for nothing; `size` the number of lines that the calls in it unfold to."""

    def __init__(
        self, name: str, parameters: tuple[str, ...], start: int, outer_literals: dict[int, str]
    ) -> None:
        self.name, self.parameters, self.start, self.outer_literals = (
            name,
            parameters,
            start,
            outer_literals,
        )
        self.notes: dict[int, Any] = {}
        self.outer_names: dict[str, int | None] = {}
        self.size = 0


class UserFunction(NamedTuple):
    """A definition. Its lines were numbered from `start` when they were read, parameters first; an operand below
    `start` is a line outside the body. `size` is the number of lines that a call unfolds to."""

    name: str
    parameters: tuple[str, ...]
    start: int
    operations: list[Operation]
    operands: list[tuple[int, ...]]
    firsts: list[int]
    lasts: list[int]
    notes: dict[int, Any]
    result: int
    size: int

    @property
    def signature(self) -> str:
        return f"{self.name}({', '.join(self.parameters)})"

    def locate_line(self, line: int, places: list[int]) -> int:
        """Where a line of the body, or one outside it, stands in a copy whose lines are at `places`."""
        return line if line < self.start else places[line - self.start]
