"""Mermaid, which GitHub and many editors draw inside Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graddiff.render.pictures.figure import Figure, StyledLines

MERMAID_SHAPES = {
    "variable": '(["{}"])',
    "number": '["{}"]',
    "operation": '["{}"]',
    "output": '[["{}"]]',
}


def render_mermaid(figure: Figure) -> Iterator[str]:
    yield f"---\ntitle: {quote_yaml_title(figure.title)}\n---\nflowchart LR\n"
    for box in figure.boxes:
        yield f"  n{box.line}{MERMAID_SHAPES[box.kind].format(join_label_lines(box.styled_lines))}\n"
    for arrow in figure.arrows:
        told = join_label_lines(arrow.styled_lines)
        link = f'-- "{told}" -->' if told else "-.->"
        yield f"  n{arrow.source} {link} n{arrow.target}\n"


def join_label_lines(lines: StyledLines) -> str:
    """Lines of a label, without their styles."""
    return "<br>".join(escape_mermaid(text) for text, _ in lines if text)


def escape_mermaid(text: str) -> str:
    """Text in which nothing is Mermaid, Markdown or HTML: signs by their numbers."""
    return re.sub(
        r"[^\w\s.,=()+/-]|_",
        lambda match: f"#{ord(match[0])};" if ord(match[0]) < 128 else match[0],
        text,
    )


def quote_yaml_title(text: str) -> str:
    """A YAML string."""
    return "'" + text.replace("'", "''") + "'"
