"""DOT, for Graphviz: dot -Tsvg."""

from __future__ import annotations

from collections.abc import Iterator

from graddiff.render.pictures.figure import Arrow, Box, Figure

SHAPES = {"variable": "ellipse", "number": "plaintext", "operation": "box", "output": "box, penwidth=2"}


def write(figure: Figure) -> Iterator[str]:
    yield f"digraph graddiff {{\n  rankdir=LR;\n  label={quoted(figure.title)};\n  labelloc=t;\n"
    yield '  node [fontname="sans-serif"];\n  edge [fontname="sans-serif", fontsize=10];\n'
    for box in figure.boxes:
        yield f"  n{box.line} [shape={SHAPES[box.kind]}, label={quoted(chr(10).join(lines(box)))}];\n"
    for arrow in figure.arrows:
        style = "" if arrow.partial else ", style=dotted"
        yield f"  n{arrow.source} -> n{arrow.target} [label={quoted(label(arrow))}{style}];\n"
    yield "}\n"


def lines(box: Box) -> list[str]:
    """What stands in a box."""
    told = [box.title]
    told += [f"value {box.value}"] if box.value else []
    told += [f"adjoint {box.adjoint}"] if box.adjoint else []
    return told + [f"({box.mark})"] * bool(box.mark)


def label(arrow: Arrow) -> str:
    """What stands at an arrow: the local partial, and below it the contribution."""
    return f"{arrow.formula}\ngives {arrow.contribution}" if arrow.partial else ""


def quoted(text: str) -> str:
    """A string of DOT; a backslash would begin an escape."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
