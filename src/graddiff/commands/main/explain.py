"""--explain: both passes line by line, as text, Markdown or LaTeX."""

from __future__ import annotations

import sys

from graddiff.autodiff.result import Result
from graddiff.commands.main.options import MainOptions
from graddiff.commands.shared.canvas import choose_canvas
from graddiff.render.explanation.text import (
    render_explanation,
    render_latex_explanation,
    render_markdown_explanation,
)
from graddiff.render.terminal.canvas import print_lines


def write_explanation(result: Result, options: MainOptions) -> None:
    form, digits = options.output_format, options.significant_digits
    if form == "markdown":
        sys.stdout.writelines(render_markdown_explanation(result, digits, options.all))
    elif form == "latex":
        sys.stdout.writelines(render_latex_explanation(result, digits))
    else:
        canvas = choose_canvas(options.ascii, options.color, options.width)
        print_lines(render_explanation(result, canvas, digits, options.all), canvas)
