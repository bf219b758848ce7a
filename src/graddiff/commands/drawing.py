"""--format dot, mermaid, svg and the names of languages: a graph drawn, or written as a program."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from graddiff.commands.asked import PICTURES
from graddiff.differentiation import Result


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
    sys.stdout.writelines(picture(form)(result, digits) if form in PICTURES else program(form)(result))
