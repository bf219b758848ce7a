"""--format dot, mermaid, svg and the names of languages: a graph drawn, or written as a program."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from graddiff.autodiff.result import Result
from graddiff.commands.main.options import PICTURES
from graddiff.commands.shared.options import tell
from graddiff.errors import PointError, UsageError
from graddiff.numbers.floats import FLOATS


def picture(form: str) -> Callable[[Result, int], Iterator[str]]:
    """The function that draws in a format; only what is asked for is imported."""
    from graddiff.render.pictures.figure import figure

    if form == "html":
        from graddiff.render.pictures.html import write as write_page

        return write_page
    if form == "dot":
        from graddiff.render.pictures.dot import write
    elif form == "mermaid":
        from graddiff.render.pictures.mermaid import write
    else:
        from graddiff.render.pictures.svg import write
    return lambda result, digits: write(figure(result, digits, limited=form != "dot"))


def program(form: str) -> Callable[[Result], Iterator[str]]:
    """The function that writes in a language."""
    from graddiff.programs import frameworks, reverse

    written = {"python": reverse.python, "numpy": reverse.numpy, "c": reverse.c}
    return {**written, "pytorch": frameworks.pytorch, "jax": frameworks.jax}[form]


def write(result: Result, form: str, digits: int) -> None:
    """Writes the graph; what there is to say about it that the form does not show goes to standard error."""
    kind = result.graph.kind
    if kind is not FLOATS and (form not in PICTURES or form == "html"):
        raise UsageError(
            f"--format {form} computes with floats", hint="leave --exact and --precision away"
        )
    if form not in PICTURES and not all(map(kind.finite, result.gradient.values())):
        told = "a derivative is infinite or undefined at this point, which no program would compute"
        raise PointError(told, hint="leave --format away to see which")
    sys.stdout.writelines(
        picture(form)(result, digits) if form in PICTURES else program(form)(result)
    )
    for notice in result.notices:
        tell(f"{notice.kind}: {notice.message}")
    if form in ("pytorch", "jax") and any(
        notice.kind in ("kink", "jump") for notice in result.notices
    ):
        tell("a framework may use another convention at this point")
