"""python -m graddiff, and the command graddiff."""

import contextlib
import gc
import os
import sys


def main() -> None:
    """Runs the command line and exits with its code."""
    # Expressions are lists of a million tuples without cycles: the search for garbage would take a
    # third of the time.
    gc.disable()
    try:
        from graddiff.commands import run_command_line

        code = run_command_line(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
        if sys.stdout is not None:
            with contextlib.suppress(OSError):
                sys.stdout.flush()  # whole lines, which are worth having
    sys.stderr.flush()
    # Everything is flushed; to take the interpreter apart would take longer than a short answer.
    os._exit(code)


if __name__ == "__main__":
    main()
