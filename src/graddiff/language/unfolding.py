"""The call of a user function: copies of its body's lines, with operands in place of parameters."""

from typing import NamedTuple

from graddiff.language.line_builder import LineBuilder
from graddiff.language.user_functions import CALL, UserFunction
from graddiff.operations.table import NUMBER, VARIABLE


class Frame(NamedTuple):
    """A call that is being unfolded. `lines` gives, for each line of the body that is copied
    already, its line in the expression; the lines of the parameters are the operands."""

    function: UserFunction
    lines: list[int]
    first: int
    last: int


class CallUnfolder:
    """Copies bodies into a builder's lines and notes which lines are copies (`inlined`)."""

    def __init__(self, builder: LineBuilder) -> None:
        self.builder = builder
        self.inlined: set[int] = set()

    def unfold_call(
        self, function: UserFunction, operands: tuple[int, ...], first: int, last: int
    ) -> int:
        """Copies the body, and those of the functions it calls, and returns the value's line."""
        # A stack instead of recursion: functions may call each other to any depth.
        frames = [Frame(function, [*operands], first, last)]
        while True:
            frame = frames[-1]
            callee = self._copy_lines(frame)
            if callee is not None:
                frames.append(callee)
                continue
            frames.pop()
            result = frame.lines[frame.function.result]
            self._label_result(frame, result, is_outermost=not frames)
            if not frames:
                return result
            frames[-1].lines.append(result)

    def _copy_lines(self, frame: Frame) -> Frame | None:
        """Copies lines up to the next call, whose frame is returned, or to the end of the body."""
        function, lines = frame.function, frame.lines
        for local in range(len(lines), len(function.operations)):
            operation = function.operations[local]
            first, last = function.firsts[local], function.lasts[local]
            if operation is NUMBER:
                lines.append(self.builder.append_literal(function.literals[local], first, last))
            elif operation is VARIABLE:
                lines.append(self._find_variable_line(function, local))
            else:
                operands = [lines[operand] for operand in function.operands[local]]
                if operation is CALL:
                    return Frame(function.callees[local], operands, first, last)
                line = self.builder.append_line(operation, tuple(operands), first, last)
                self.inlined.add(line)
                lines.append(line)
        return None

    def _find_variable_line(self, function: UserFunction, local: int) -> int:
        """Returns the line outside for a variable of the body that is not a parameter."""
        if local in function.outer_lines:
            return function.outer_lines[local]
        name = function.variables[local]
        line = self.builder.names.get(name)
        if line is not None:
            return line
        return self.builder.resolve_new_name(name, function.firsts[local])

    def _label_result(self, frame: Frame, result: int, is_outermost: bool) -> None:
        """Gives the line that a call has made the text and the span of the call."""
        operands = tuple(frame.lines[: len(frame.function.parameters)])
        # The value of h(x) = x is a line that stood there before the call.
        if result not in self.inlined or result in operands:
            return
        builder = self.builder
        builder.calls[result] = (frame.function.name, operands)
        builder.firsts[result], builder.lasts[result] = frame.first, frame.last
        if is_outermost:  # the call stands in the text itself, not in a definition
            self.inlined.discard(result)
