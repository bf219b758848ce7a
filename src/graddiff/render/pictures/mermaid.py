"""Mermaid, which GitHub and many editors draw inside Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graddiff.render.pictures.figure import Figure, Lines

SHAPES = {
    "variable": '(["{}"])',
    "number": '["{}"]',
    "operation": '["{}"]',
    "output": '[["{}"]]',
}


def write(figure: Figure) -> Iterator[str]:
    yield f"---\ntitle: {quoted_title(figure.title)}\n---\nflowchart LR\n"
    for box in figure.boxes:
        yield f"  n{box.line}{SHAPES[box.kind].format(broken(box.lines))}\n"
    for arrow in figure.arrows:
        told = broken(arrow.lines)
        link = f'-- "{told}" -->' if told else "-.->"
        yield f"  n{arrow.source} {link} n{arrow.target}\n"


def broken(lines: Lines) -> str:
    """Lines of a label, without their styles."""
    return "<br>".join(escaped(text) for text, _ in lines if text)


def escaped(text: str) -> str:
    """Text in which nothing is Mermaid, Markdown or HTML: signs by their numbers."""
    return re.sub(
        r"[^\w\s.,=()+/-]|_",
        lambda match: f"#{ord(match[0])};" if ord(match[0]) < 128 else match[0],
        text,
    )


def quoted_title(text: str) -> str:
    """A YAML string."""
    return "'" + text.replace("'", "''") + "'"
