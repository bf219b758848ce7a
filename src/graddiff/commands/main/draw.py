"""--format dot, mermaid, svg, html and languages: the graph as a picture or as a program."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from graddiff.autodiff.result import Result
from graddiff.commands.main.formats import PICTURE_FORMATS
from graddiff.commands.main.options import MainOptions
from graddiff.commands.shared.options import print_message
from graddiff.errors import JUMP, KINK, PointError
from graddiff.render.pictures.figure import Figure, build_figure


def write_graph(result: Result, options: MainOptions) -> None:
    """Writes the graph; notices, which these formats do not show, go to standard error. Raises
    PointError where a program would have to compute a derivative that does not exist."""
    form = options.output_format
    if form in PICTURE_FORMATS:
        render = choose_picture_renderer(form)
        sys.stdout.writelines(render(result, options.significant_digits))
    else:
        require_finite_gradient(result)
        sys.stdout.writelines(choose_program_writer(form)(result))
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
            hint="leave --format away to see which",
        )


# These two import only the format that is asked for.


def choose_picture_renderer(form: str) -> Callable[[Result, int], Iterator[str]]:
    """Returns the function that draws a result with so many digits in a format."""
    if form == "html":
        from graddiff.render.pictures.html import render_page

        return render_page
    render: Callable[[Figure], Iterator[str]]
    if form == "dot":
        from graddiff.render.pictures.dot import render_dot as render
    elif form == "mermaid":
        from graddiff.render.pictures.mermaid import render_mermaid as render
    else:
        from graddiff.render.pictures.svg import render_svg_file as render
    return lambda result, digits: render(build_figure(result, digits, limited=form != "dot"))


def choose_program_writer(form: str) -> Callable[[Result], Iterator[str]]:
    """Returns the function that writes a result as a program in a language."""
    from graddiff.programs import frameworks, reverse

    writers: dict[str, Callable[[Result], Iterator[str]]] = {
        "python": reverse.write_python_program,
        "numpy": reverse.write_numpy_program,
        "c": reverse.write_c_program,
        "pytorch": frameworks.write_pytorch_program,
        "jax": frameworks.write_jax_program,
    }
    return writers[form]
