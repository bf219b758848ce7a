"""Mermaid, which GitHub and many editors draw inside Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graddiff.render.pictures.dot import label, lines
from graddiff.render.pictures.figure import Figure

SHAPES = {
    "variable": '(["{}"])',
    "number": '["{}"]',
    "operation": '["{}"]',
    "output": '[["{}"]]',
}


def write(figure: Figure) -> Iterator[str]:
    yield f"---\ntitle: {quoted_title(figure.title)}\n---\nflowchart LR\n"
    for box in figure.boxes:
        yield f"  n{box.line}{SHAPES[box.kind].format('<br>'.join(map(escaped, lines(box))))}\n"
    for arrow in figure.arrows:
        told = "<br>".join(map(escaped, label(arrow).split("\n")))
        link = f'-- "{told}" -->' if told else "-.->"
        yield f"  n{arrow.source} {link} n{arrow.target}\n"


def escaped(text: str) -> str:
    """Text in which nothing is Mermaid, Markdown or HTML: signs by their numbers."""
    return re.sub(r"[^\w\s.,=()+/-]|_", lambda match: f"#{ord(match[0])};" if ord(match[0]) < 128 else match[0], text)


def quoted_title(text: str) -> str:
    """A YAML string."""
    return "'" + text.replace("'", "''") + "'"
