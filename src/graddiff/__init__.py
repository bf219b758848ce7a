"""graddiff: an expression differentiator that shows the computational graph.

>>> from graddiff import differentiate
>>> result = differentiate("(x+y)*z", {"x": 1, "y": 3, "z": -3})
>>> result.value, result.gradient
(-12.0, {'x': -3.0, 'y': -3.0, 'z': 4.0})
>>> from graddiff import derivatives
>>> derivatives("x^2*sin(x)").written().formulas
{'x': '2*x*sin(x) + x^2*cos(x)'}
"""

from typing import Any

from graddiff.autodiff.result import Result, differentiate
from graddiff.autodiff.reverse_pass import Edge, Graph
from graddiff.errors import GraddiffError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.version import __version__

__all__ = [
    "Derivatives",
    "Edge",
    "Expression",
    "GraddiffError",
    "Graph",
    "Result",
    "__version__",
    "derivatives",
    "differentiate",
    "parse",
]


def _render_svg(result: Result) -> str:
    """Returns a picture of the graph, which a notebook shows."""
    from graddiff.notation.numerals import DEFAULT_DIGITS
    from graddiff.render.pictures.figure import build_figure
    from graddiff.render.pictures.svg import render_svg_element

    return "".join(render_svg_element(build_figure(result, DEFAULT_DIGITS), f"g{id(result):x}"))


def _render_html(result: Result) -> str:
    """Returns the page that steps through the graph, in a frame of its own.

    A notebook prefers it to the picture."""
    from html import escape

    from graddiff.notation.numerals import DEFAULT_DIGITS
    from graddiff.render.pictures.html import render_page

    page = escape("".join(render_page(result, DEFAULT_DIGITS)), quote=True)
    style = "width: 100%; height: 40em; border: 0"
    return f'<iframe sandbox="allow-scripts" srcdoc="{page}" style="{style}"></iframe>'


Result._repr_svg_, Result._repr_html_ = _render_svg, _render_html  # type: ignore[attr-defined]


def __getattr__(name: str) -> Any:
    """Imports formulas only on request, because a single answer does without fractions."""
    if name in ("Derivatives", "derivatives"):
        from graddiff.algebra import derivatives as module

        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
