"""python -m graddiff, and the command graddiff."""

import gc
import sys


def main() -> None:
    """Runs the command line and exits with its code."""
    gc.disable()  # lists of a million tuples and no cycles: looking for garbage would cost a third of the time
    try:
        from graddiff.commands import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)


if __name__ == "__main__":
    main()
