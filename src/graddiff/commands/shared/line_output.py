"""The output of long runs: whole lines only, whatever happens, and what Ctrl-C does to it."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from graddiff.system.files import make_write_error


class LineOutput:
    """Writes to a file or, without one, to standard output, as a context.

    Ctrl-C waits until the lines that are being written are complete, so that no line is cut; a
    second Ctrl-C does not wait. Of an existing file the first `kept_bytes` stay, and writing goes
    on behind them. Raises FileError where the file cannot be written."""

    def __init__(self, path: str | None, is_flushed: bool, kept_bytes: int = 0) -> None:
        self._path, self._kept_bytes = path, kept_bytes
        self._is_flushed = is_flushed  # after each write
        self._is_writing = self._is_interrupted = False

    def __enter__(self) -> LineOutput:
        try:
            self._file = sys.stdout.buffer
            if self._path is not None:
                self._file = open(self._path, "r+b" if self._kept_bytes else "wb")
            if self._kept_bytes:
                self._file.seek(self._kept_bytes)
                self._file.truncate()
        except OSError as error:
            raise make_write_error(self._path, error) from None
        self._previous_handler = signal.getsignal(signal.SIGINT)
        if self._previous_handler is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *error: object) -> None:
        signal.signal(signal.SIGINT, self._previous_handler)
        if self._path is not None:
            self._file.close()

    def write(self, lines: bytes) -> None:
        """Writes whole lines. Raises KeyboardInterrupt behind them if Ctrl-C came meanwhile."""
        self._is_writing = True
        self._file.write(lines)
        if self._is_flushed:
            self._file.flush()
        self._is_writing = False
        if self._is_interrupted:
            raise KeyboardInterrupt

    def flush(self) -> None:
        self._file.flush()

    def _interrupt(self, signal: int, frame: FrameType | None) -> None:
        if self._is_interrupted or not self._is_writing:
            raise KeyboardInterrupt
        self._is_interrupted = True


class InterruptFlag:
    """Notes Ctrl-C, and the signals that end a process, as a context, so that a step can be
    finished first; a second signal does not wait. `signal_number` is the noted one, 0 without
    any."""

    signal_names = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has not all of them

    def __init__(self) -> None:
        self.signal_number = 0

    def __enter__(self) -> InterruptFlag:
        numbers = [getattr(signal, name) for name in self.signal_names if hasattr(signal, name)]
        self._previous_handlers = {number: signal.getsignal(number) for number in numbers}
        for number, handler in self._previous_handlers.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, self._note_signal)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._previous_handlers.items():
            signal.signal(number, handler)

    def _note_signal(self, signal: int, frame: FrameType | None) -> None:
        if self.signal_number:
            raise KeyboardInterrupt
        self.signal_number = signal
