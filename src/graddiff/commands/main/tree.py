"""The tree of a result and, below it, the comparison with what was expected."""

from __future__ import annotations

from collections.abc import Sequence

from graddiff.autodiff.result import Result
from graddiff.checks.expectations import ComparedExpectation
from graddiff.commands.main.options import MainOptions
from graddiff.commands.shared.canvas import choose_canvas
from graddiff.render.terminal.canvas import print_lines
from graddiff.render.terminal.expectations import render_comparison
from graddiff.render.terminal.tree import Tree


def draw_tree(
    result: Result, comparisons: Sequence[ComparedExpectation], options: MainOptions
) -> None:
    canvas = choose_canvas(options.ascii, options.color, options.width)
    digits = options.significant_digits
    if options.mode in ("forward", "both"):
        from graddiff.autodiff.forward_mode import compute_tangents
        from graddiff.render.terminal.tangent_tree import TangentTree

        tangents = compute_tangents(result, result.requested)
        shows_adjoints = options.mode == "both"
        tree: Tree = TangentTree(
            result, tangents, shows_adjoints, canvas, digits, options.depth, options.all
        )
    else:
        tree = Tree(result, canvas, digits, options.depth, options.all)
    print_lines(tree.render_lines(), canvas)
    if comparisons:
        print_lines([[], *render_comparison(comparisons, digits, canvas)], canvas)
