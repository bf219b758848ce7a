"""--format dot, mermaid, svg and the names of languages: a graph drawn, or written as a program."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from graddiff.autodiff.result import Result
from graddiff.commands.main.options import PICTURE_FORMATS
from graddiff.commands.shared.options import print_message
from graddiff.errors import JUMP, KINK, PointError, UsageError
from graddiff.numbers.floats import FLOATS
from graddiff.render.pictures.figure import Figure, build_figure


def choose_picture_writer(form: str) -> Callable[[Result, int], Iterator[str]]:
    """The function that draws in a format; only what is asked for is imported."""
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
    """The function that writes in a language."""
    from graddiff.programs import frameworks, reverse

    written = {
        "python": reverse.write_python_program,
        "numpy": reverse.write_numpy_program,
        "c": reverse.write_c_program,
    }
    return {
        **written,
        "pytorch": frameworks.write_pytorch_program,
        "jax": frameworks.write_jax_program,
    }[form]


def write_graph(result: Result, form: str, digits: int) -> None:
    """Writes the graph; what there is to say about it that the form does not show goes to standard error."""
    kind = result.graph.arithmetic
    if kind is not FLOATS and (form not in PICTURE_FORMATS or form == "html"):
        raise UsageError(
            f"--format {form} computes with floats", hint="leave --exact and --precision away"
        )
    if form not in PICTURE_FORMATS and not all(map(kind.is_finite, result.gradient.values())):
        told = "a derivative is infinite or undefined at this point, which no program would compute"
        raise PointError(told, hint="leave --format away to see which")
    sys.stdout.writelines(
        choose_picture_writer(form)(result, digits)
        if form in PICTURE_FORMATS
        else choose_program_writer(form)(result)
    )
    for notice in result.notices:
        print_message(f"{notice.kind}: {notice.message}")
    if form in ("pytorch", "jax") and any(
        notice.kind in (KINK.name, JUMP.name) for notice in result.notices
    ):
        print_message("a framework may use another convention at this point")
