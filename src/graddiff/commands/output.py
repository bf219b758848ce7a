"""Standard output for long runs: whole lines only, whatever happens."""

from __future__ import annotations

import signal
import sys
from types import FrameType


class WholeLines:
    """Writes to standard output, as a context. Ctrl-C waits until what is being written is written, but only once: a
    second one does not wait."""

    def __init__(self, at_once: bool) -> None:
        self._at_once, self._busy, self._interrupted = at_once, False, False

    def __enter__(self) -> WholeLines:
        self._before = signal.getsignal(signal.SIGINT)
        if self._before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *error: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def write(self, lines: bytes) -> None:
        """Raises KeyboardInterrupt behind the lines if it was asked for meanwhile."""
        self._busy = True
        sys.stdout.buffer.write(lines)
        if self._at_once:
            sys.stdout.buffer.flush()
        self._busy = False
        if self._interrupted:
            raise KeyboardInterrupt

    def _interrupt(self, signal: int, frame: FrameType | None) -> None:
        if self._interrupted or not self._busy:
            raise KeyboardInterrupt
        self._interrupted = True
