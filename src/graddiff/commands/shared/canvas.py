"""The canvas that the options of a picture ask for."""

from __future__ import annotations

import os
import sys

from graddiff.render.terminal.canvas import Canvas, make_canvas


def choose_canvas(ascii: bool, color: str, width: int | None) -> Canvas:
    """Returns the canvas for standard output: --ascii, --color and --width, then the environment,
    then what the stream is."""
    return make_canvas(sys.stdout, color, width, ascii, os.environ)
