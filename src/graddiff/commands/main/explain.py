"""--explain: both passes, told line by line."""

from __future__ import annotations

import sys
from typing import Any

from graddiff.autodiff.result import Result
from graddiff.commands.shared.options import choose_canvas
from graddiff.errors import UsageError
from graddiff.render.explanation.text import (
    render_explanation,
    render_latex_explanation,
    render_markdown_explanation,
)
from graddiff.render.terminal.canvas import print_lines


def write_explanation(result: Result, form: str, options: dict[str, Any]) -> None:
    """Writes an explanation as text, Markdown or LaTeX."""
    digits, everything = options["digits"] or 7, options["everything"]
    if form == "markdown":
        sys.stdout.writelines(render_markdown_explanation(result, digits, everything))
    elif form == "latex":
        sys.stdout.writelines(render_latex_explanation(result, digits))
    elif form == "tree":
        canvas = choose_canvas(options["ascii"], options["color"], options["width"])
        print_lines(render_explanation(result, canvas, digits, everything), canvas)
    else:
        raise UsageError(
            f"--explain is for readers, and no {form}",
            hint="--format markdown or latex, or neither",
        )
