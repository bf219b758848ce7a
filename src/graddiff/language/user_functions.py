"""Functions that a text defines, such as h(x) = x^2."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from graddiff.operations.row import Operation

CALL = Operation("call")  # in a body: the call of another user function


class UserFunction(NamedTuple):
    """A definition. The lines of its body have numbers of their own, parameters first.

    Besides operations, a body has numbers (`literals`: line -> text), calls of functions defined
    before it (`callees`: line -> function) and variables: `outer_lines` gives the line outside
    that a variable stands for, `variables` the name of one that has no line outside when the
    function is defined. `firsts` and `lasts` are the first and last tokens of the lines; `result`
    is the line of the value, and `size` the number of lines that a call unfolds to."""

    name: str
    parameters: tuple[str, ...]
    operations: Sequence[Operation]
    operands: Sequence[tuple[int, ...]]
    firsts: Sequence[int]
    lasts: Sequence[int]
    literals: Mapping[int, str]
    callees: Mapping[int, "UserFunction"]
    outer_lines: Mapping[int, int]
    variables: Mapping[int, str]
    result: int
    size: int

    @property
    def signature(self) -> str:
        """The left side of its definition: `h(x, y)`."""
        return f"{self.name}({', '.join(self.parameters)})"
