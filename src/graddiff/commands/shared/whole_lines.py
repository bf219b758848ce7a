"""The output of long runs: whole lines only, whatever happens."""

from __future__ import annotations

import signal
import sys
from types import FrameType

from graddiff.system.files import unwritable


class WholeLines:
    """Writes to a file or, without one, to standard output, as a context. Ctrl-C waits until what is being written is
    written, but only once: a second one does not wait."""

    def __init__(self, path: str | None, at_once: bool, behind: int = 0) -> None:
        self._path, self._at_once, self._busy, self._interrupted = path, at_once, False, False
        self._behind = behind  # so many bytes of a file, which are left as they are

    def __enter__(self) -> WholeLines:
        try:
            self._file = (
                open(self._path, "r+b" if self._behind else "wb")
                if self._path is not None
                else sys.stdout.buffer
            )
            if self._behind:
                self._file.seek(self._behind)
                self._file.truncate()
        except OSError as error:
            raise unwritable(self._path, error) from None
        self._before = signal.getsignal(signal.SIGINT)
        if self._before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(self, *error: object) -> None:
        signal.signal(signal.SIGINT, self._before)
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


class CtrlC:
    """Ctrl-C as a wish, as a context, and so are the signals that end a process: one is noted, so that what is being
    done can be finished; a second one does not wait. `asked` is its number."""

    SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")

    def __init__(self) -> None:
        self.asked = 0

    def __enter__(self) -> CtrlC:
        known = [getattr(signal, name) for name in self.SIGNALS if hasattr(signal, name)]
        self._before = {number: signal.getsignal(number) for number in known}
        for number, handler in self._before.items():
            if handler is not signal.SIG_IGN:
                signal.signal(number, self._note)
        return self

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, signal: int, frame: FrameType | None) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = signal
