"""--explain: both passes, told line by line."""

from __future__ import annotations

import sys
from typing import Any

from graddiff.autodiff.result import Result
from graddiff.commands.shared.options import canvas_for
from graddiff.errors import UsageError
from graddiff.render.explanation.text import latex, markdown, text
from graddiff.render.terminal.canvas import show


def write_explanation(result: Result, form: str, options: dict[str, Any]) -> None:
    """Writes an explanation as text, Markdown or LaTeX."""
    digits, everything = options["digits"] or 7, options["everything"]
    if form == "markdown":
        sys.stdout.writelines(markdown(result, digits, everything))
    elif form == "latex":
        sys.stdout.writelines(latex(result, digits))
    elif form == "tree":
        canvas = canvas_for(options["ascii"], options["color"], options["width"])
        show(text(result, canvas, digits, everything), canvas)
    else:
        raise UsageError(
            f"--explain is for readers, and no {form}",
            hint="--format markdown or latex, or neither",
        )
