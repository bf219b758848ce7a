"""How far a long run has come: a line on a terminal, rewritten now and then, and only if the run takes long."""

from __future__ import annotations

import os
import time
from typing import TextIO

PATIENCE = 1.0  # seconds before anything is shown
REDRAW_PAUSE = 0.2  # seconds between two looks


class LiveLine:
    """A line on a terminal, rewritten now and then; nothing anywhere else."""

    def __init__(self, stream: TextIO, patience: float = PATIENCE) -> None:
        self.stream, self.is_shown, self.start_time = stream, False, time.monotonic()
        self._next = self.start_time + patience if stream.isatty() else float("inf")

    def get_elapsed_if_due(self) -> float | None:
        """The seconds since the beginning, if it is time to show something."""
        now = time.monotonic()
        if now < self._next:
            return None
        self._next = now + REDRAW_PAUSE
        return now - self.start_time

    def show_text(self, text: str) -> None:
        """As much of a text as a line of the terminal holds."""
        self.is_shown = True
        width = os.get_terminal_size(self.stream.fileno()).columns or 80
        self.stream.write(f"\r{text[: width - 1]}\x1b[K")
        self.stream.flush()

    def close(self) -> None:
        """Takes the line away."""
        if self.is_shown:
            self.stream.write("\r\x1b[K")
            self.stream.flush()


class Progress(LiveLine):
    """Rows, or what else is counted, how many a second, and where the size of the source is known, the share that is
    done and the time left."""

    def __init__(self, stream: TextIO, size: int | None, unit: str = "rows") -> None:
        super().__init__(stream)
        self.size, self.unit = size, unit

    def show_progress(self, rows: int, read: int) -> None:
        spent = self.get_elapsed_if_due()
        if spent is None:
            return
        text = f"{rows:,} {self.unit}, {rows / spent:,.0f} a second"
        if self.size and 0 < read <= self.size:
            text += f", {read / self.size:.0%}, {spent * (self.size - read) / read:,.0f} s left"
        self.show_text(text)
