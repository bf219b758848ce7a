"""Mermaid, which GitHub and many editors draw inside Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graddiff.render.markup import quote_yaml
from graddiff.render.pictures.figure import Figure, StyledLines

MARKUP_SIGN = re.compile(r"[^\w\s.,=()+/-]|_")
MERMAID_SHAPES = {
    "variable": '(["{}"])',
    "number": '["{}"]',
    "operation": '["{}"]',
    "output": '[["{}"]]',
}


def render_mermaid(figure: Figure) -> Iterator[str]:
    """Yields the figure as a flowchart, from left to right."""
    yield f"---\ntitle: {quote_yaml(figure.title)}\n---\nflowchart LR\n"
    for box in figure.boxes:
        shape = MERMAID_SHAPES[box.kind]
        yield f"  n{box.line}{shape.format(join_label_lines(box.styled_lines))}\n"
    for arrow in figure.arrows:
        label = join_label_lines(arrow.styled_lines)
        link = f'-- "{label}" -->' if label else "-.->"
        yield f"  n{arrow.source} {link} n{arrow.target}\n"


def join_label_lines(lines: StyledLines) -> str:
    """Returns the lines of a label without their styles."""
    return "<br>".join(escape_mermaid(text) for text, _ in lines if text)


def escape_mermaid(text: str) -> str:
    """Returns text without Mermaid, Markdown or HTML: their signs become code points."""

    def escape_sign(match: re.Match[str]) -> str:
        sign = match[0]
        return f"#{ord(sign)};" if sign.isascii() else sign

    return MARKUP_SIGN.sub(escape_sign, text)
