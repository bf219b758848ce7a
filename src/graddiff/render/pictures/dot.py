"""DOT, for Graphviz: dot -Tsvg."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.render.pictures.figure import Figure, Lines

SHAPES = {
    "variable": "ellipse",
    "number": "plaintext",
    "operation": "box",
    "output": "box, penwidth=2",
}


def write(figure: Figure) -> Iterator[str]:
    yield f"digraph graddiff {{\n  rankdir=LR;\n  label={quoted(figure.title)};\n  labelloc=t;\n"
    yield '  node [fontname="sans-serif"];\n  edge [fontname="sans-serif", fontsize=10];\n'
    for box in figure.boxes:
        yield f"  n{box.line} [shape={SHAPES[box.kind]}, label={quoted(words(box.lines))}];\n"
    for arrow in figure.arrows:
        style = "" if arrow.partial else ", style=dotted"
        yield f"  n{arrow.source} -> n{arrow.target} [label={quoted(words(arrow.lines))}{style}];\n"
    yield "}\n"


def words(lines: Lines) -> str:
    """Lines without their styles."""
    return "\n".join(text for text, _ in lines if text)


def quoted(text: str) -> str:
    """A string of DOT; a backslash would begin an escape."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
