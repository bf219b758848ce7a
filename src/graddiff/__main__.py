"""python -m graddiff, and the command graddiff."""

import contextlib
import gc
import os
import sys


def main() -> None:
    """Runs the command line and exits with its code, without taking the process apart first: that takes longer than a
    short answer, and everything written is flushed."""
    gc.disable()  # lists of a million tuples and no cycles: looking for garbage would cost a third of the time
    try:
        from graddiff.commands import run_command_line

        code = run_command_line(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
        if sys.stdout is not None:
            with contextlib.suppress(OSError):
                sys.stdout.flush()  # what was written are whole lines
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
