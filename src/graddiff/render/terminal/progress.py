"""How far a long run has come: a line on a terminal, rewritten now and then, and only if the run
takes long."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

PATIENCE = 1.0  # seconds before anything is shown
REDRAW_PAUSE = 0.2  # seconds between two texts


class LiveLine:
    """A line on a terminal, rewritten now and then; on a pipe or in a file, nothing."""

    def __init__(self, stream: TextIO, patience: float = PATIENCE) -> None:
        self.stream, self.start_time = stream, time.monotonic()
        self._next = self.start_time + patience if stream.isatty() else float("inf")
        self._replace_line: Callable[[str], None] | None = None  # as soon as a text was shown

    def get_elapsed_if_due(self) -> float | None:
        """Returns the seconds since the start if it is time to show a text, None otherwise."""
        now = time.monotonic()
        if now < self._next:
            return None
        self._next = now + REDRAW_PAUSE
        return now - self.start_time

    def show_text(self, text: str) -> None:
        """Puts a text in the place of the last one, as much of it as the line holds."""
        if self._replace_line is None:
            self._replace_line = make_line_replacer(self.stream)
        self._replace_line(text)

    def close(self) -> None:
        """Takes the line away."""
        if self._replace_line is not None:
            self._replace_line("")


def make_line_replacer(stream: TextIO) -> Callable[[str], None]:
    """Returns a function that puts a text in the place of the line that the cursor is on. It works
    on every console that rich knows, and writes nothing on one that cannot move its cursor."""
    # rich takes longer to import than a short run: it is wanted only now that the run is long.
    from rich.console import Console
    from rich.control import Control
    from rich.segment import ControlType

    console = Console(file=stream)
    # Not rich.progress: it hides the cursor, which a run that is killed would not bring back.
    erase_line = Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 0))

    def replace_line(text: str) -> None:
        if console.is_dumb_terminal:
            return
        with console:  # both go to the terminal in one piece
            console.control(erase_line)
            console.out(text[: console.width - 1], end="", highlight=False)

    return replace_line


class Progress(LiveLine):
    """Shows how many rows, or other units, are done, how many a second, and where the size of the
    source is known, the share that is done and the time left."""

    def __init__(self, stream: TextIO, size: int | None, unit: str = "rows") -> None:
        super().__init__(stream)
        self.size, self.unit = size, unit

    def show_progress(self, rows: int, read: int) -> None:
        """Shows, if it is time to, that so many rows are done and so much of the size is read."""
        elapsed = self.get_elapsed_if_due()
        if elapsed is None:
            return
        text = f"{rows:,} {self.unit}, {rows / elapsed:,.0f} a second"
        if self.size and 0 < read <= self.size:
            left = elapsed * (self.size - read) / read
            text += f", {read / self.size:.0%}, {left:,.0f} s left"
        self.show_text(text)
