"""A figure in DOT, the language of Graphviz: dot -Tsvg draws it."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.render.pictures.figure import Figure, StyledLines

DOT_SHAPES = {
    "variable": "ellipse",
    "number": "plaintext",
    "operation": "box",
    "output": "box, penwidth=2",
}


def render_dot(figure: Figure) -> Iterator[str]:
    """Yields the figure as a directed graph, from left to right."""
    yield "digraph graddiff {\n  rankdir=LR;\n"
    yield f"  label={quote_dot_string(figure.title)};\n  labelloc=t;\n"
    yield '  node [fontname="sans-serif"];\n  edge [fontname="sans-serif", fontsize=10];\n'
    for box in figure.boxes:
        label = quote_dot_string(join_styled_lines(box.styled_lines))
        yield f"  n{box.line} [shape={DOT_SHAPES[box.kind]}, label={label}];\n"
    for arrow in figure.arrows:
        label = quote_dot_string(join_styled_lines(arrow.styled_lines))
        style = "" if arrow.partial else ", style=dotted"
        yield f"  n{arrow.source} -> n{arrow.target} [label={label}{style}];\n"
    yield "}\n"


def join_styled_lines(lines: StyledLines) -> str:
    """Returns lines of text without their styles."""
    return "\n".join(text for text, _ in lines if text)


def quote_dot_string(text: str) -> str:
    """Returns a string of DOT, in which a backslash would begin an escape."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
