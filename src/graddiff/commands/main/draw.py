"""--format dot, mermaid, svg, html and languages: the graph as a picture or as a program."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module

from graddiff.autodiff.result import Result
from graddiff.commands.main.formats import PICTURE_FORMATS, PROGRAM_FORMATS
from graddiff.commands.main.options import MainOptions
from graddiff.commands.shared.options import print_message
from graddiff.errors import JUMP, KINK, PointError
from graddiff.render.pictures.figure import build_figure


def write_graph(result: Result, options: MainOptions) -> None:
    """Writes the graph; notices, which these formats do not show, go to standard error. Raises
    PointError where a program would have to compute a derivative that does not exist."""
    form = options.output_format
    if form in PICTURE_FORMATS:
        render = load_picture_renderer(form)
        sys.stdout.writelines(render(result, options.significant_digits))
    else:
        require_finite_gradient(result)
        sys.stdout.writelines(load_program_writer(form)(result))
    for notice in result.notices:
        print_message(f"{notice.kind}: {notice.message}")
    has_convention = any(notice.kind in (KINK.name, JUMP.name) for notice in result.notices)
    if form in ("pytorch", "jax") and has_convention:
        print_message("a framework may use another convention at this point")


def require_finite_gradient(result: Result) -> None:
    is_finite = result.graph.arithmetic.is_finite
    if not all(map(is_finite, result.gradient.values())):
        raise PointError(
            "a derivative is infinite or undefined at this point, which no program would compute",
            hint="leave --format out to see which",
        )


def load_picture_renderer(form: str) -> Callable[[Result, int], Iterator[str]]:
    """Returns the function that draws a result with so many digits in a format."""
    render = load_function("graddiff.render.pictures", PICTURE_FORMATS[form])
    if form == "html":
        return render  # the page computes, too, and draws the result itself
    is_limited = form != "dot"  # Graphviz reads graphs of any size
    return lambda result, digits: render(build_figure(result, digits, limited=is_limited))


def load_program_writer(form: str) -> Callable[[Result], Iterator[str]]:
    """Returns the function that writes a result as a program in a language."""
    return load_function("graddiff.programs", PROGRAM_FORMATS[form])


def load_function(package: str, place: str) -> Callable[..., Iterator[str]]:
    """Returns a function by its module and name; only the format that is asked for is imported."""
    module, _, name = place.rpartition(".")
    function: Callable[..., Iterator[str]] = getattr(import_module(f"{package}.{module}"), name)
    return function
