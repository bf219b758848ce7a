"""The tree of a result and, below it, the comparison with what was expected."""

from __future__ import annotations

from collections.abc import Sequence

from graddiff.autodiff.result import Result
from graddiff.checks.expectations import ComparedExpectation
from graddiff.commands.main.options import MainOptions
from graddiff.commands.shared.canvas import choose_canvas
from graddiff.render.terminal.canvas import print_lines
from graddiff.render.terminal.picture_text import PictureText
from graddiff.render.terminal.tree import Tree
from graddiff.render.terminal.tree_columns import AdjointColumns


def draw_tree(
    result: Result, comparisons: Sequence[ComparedExpectation], options: MainOptions
) -> None:
    canvas = choose_canvas(options.ascii, options.color, options.width)
    text = PictureText(canvas, options.significant_digits, options.all)
    tree = Tree(result, choose_columns(result, options), text, options.depth)
    print_lines(tree.render_lines(), canvas)
    if comparisons:
        from graddiff.render.terminal.expectations import render_comparison

        print_lines([[], *render_comparison(comparisons, text.digits, canvas)], canvas)


def choose_columns(result: Result, options: MainOptions) -> AdjointColumns:
    """Returns the columns that --mode asks for."""
    if options.mode not in ("forward", "both"):
        return AdjointColumns(result.graph)
    from graddiff.autodiff.forward_mode import compute_tangents
    from graddiff.render.terminal.tangent_columns import TangentColumns

    tangents = compute_tangents(result, result.requested)
    return TangentColumns(result.graph, tangents, options.mode == "both")
