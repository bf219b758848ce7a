"""The output of long runs: whole lines only, whatever happens."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from graddiff.system.files import make_write_error


class LineOutput:
    """Writes to a file or, without one, to standard output, as a context. Ctrl-C waits until what is being written is
    written, but only once: a second one does not wait."""

    def __init__(self, path: str | None, at_once: bool, kept_bytes: int = 0) -> None:
        self._path, self._at_once, self._busy, self._interrupted = path, at_once, False, False
        self._kept_bytes = kept_bytes  # so many bytes of a file, which are left as they are

    def __enter__(self) -> LineOutput:
        try:
            self._file = (
                open(self._path, "r+b" if self._kept_bytes else "wb")
                if self._path is not None
                else sys.stdout.buffer
            )
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
        """Raises KeyboardInterrupt behind the lines if it was asked for meanwhile."""
        self._busy = True
        self._file.write(lines)
        if self._at_once:
            self._file.flush()
        self._busy = False
        if self._interrupted:
            raise KeyboardInterrupt

    def flush(self) -> None:
        self._file.flush()

    def _interrupt(self, signal: int, frame: FrameType | None) -> None:
        if self._interrupted or not self._busy:
            raise KeyboardInterrupt
        self._interrupted = True


class InterruptFlag:
    """Ctrl-C as a wish, as a context, and so are the signals that end a process: one is noted, so that what is being
    done can be finished; a second one does not wait. `asked` is its number."""

    signal_names = ("SIGINT", "SIGTERM", "SIGHUP")

    def __init__(self) -> None:
        self.signal_number = 0

    def __enter__(self) -> InterruptFlag:
        known = [getattr(signal, name) for name in self.signal_names if hasattr(signal, name)]
        self._previous_handlers = {number: signal.getsignal(number) for number in known}
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
