"""Where a picture is printed: how wide, in which alphabet, in colour or not.

A line is a list of segments, a text and the name of its style. Without colour a line is the join of its texts, so
that the picture is the same, and rich is imported only to paint."""

from __future__ import annotations

import os
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TextIO

from graddiff.errors import make_printable

RICH_STYLES = {
    "": "",
    "head": "bold",
    "guide": "dim",
    "node": "bold",
    "value": "green",
    "adjoint": "red",
    "partial": "cyan",
    "notice": "yellow",
    "quiet": "dim",
    "wrong": "bold red",
    "right": "green",
}

ASCII_SUBSTITUTES = str.maketrans(
    {
        "∂": "d",
        "×": "*",
        "·": "*",
        "⋅": "*",
        "∙": "*",
        "∗": "*",
        "÷": "/",
        "∕": "/",
        "−": "-",
        "–": "-",
        "＋": "+",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "π": "pi",
        "τ": "tau",
        "…": "...",
        "↑": "^",
        "├": "|",
        "└": "`",
        "─": "-",
        "│": "|",
        "→": "->",
        "←": "<-",
        "∇": "grad ",
        "█": "#",
    }
)
SUPERSCRIPT_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


class Segment(NamedTuple):
    text: str
    style: str = ""


Line = list[Segment]


class Canvas(NamedTuple):
    """What a picture may use: `width` columns (None: as many as it needs), other characters than ASCII, colours."""

    width: int | None
    ascii: bool
    colour: bool

    def transliterate(self, text: str) -> str:
        """A text in this alphabet, without anything that could act on a terminal."""
        text = make_printable(text)
        return transliterate_to_ascii(text) if self.ascii and not text.isascii() else text


def transliterate_to_ascii(text: str) -> str:
    """The text in ASCII: signs by what they mean, powers with ^, Greek letters by name, the rest by number."""
    text = text.translate(ASCII_SUBSTITUTES)
    pieces: list[str] = []
    raised = False
    for c in text:
        power = c.translate(SUPERSCRIPT_DIGITS)
        pieces.append(
            "^" * (power != c and not raised) + (power if power.isascii() else spell_letter(power))
        )
        raised = power != c
    return "".join(pieces)


def spell_letter(c: str) -> str:
    name = unicodedata.name(c, "")
    if name.startswith("GREEK SMALL LETTER ") and name.count(" ") == 3:
        return name.rpartition(" ")[2].lower()
    if name.startswith("GREEK CAPITAL LETTER ") and name.count(" ") == 3:
        return name.rpartition(" ")[2].capitalize()
    return c.encode("ascii", "backslashreplace").decode()


def make_canvas(
    stream: TextIO, color: str, width: int | None, ascii: bool, environ: Mapping[str, str]
) -> Canvas:
    """The canvas for a stream: the options first, then the environment, then what the stream is."""
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("_", "-")
    plain = ascii or encoding not in ("utf-8", "utf8", "utf-8-sig", "utf-16", "utf-32", "cp65001")
    return Canvas(
        width or detect_terminal_width(stream, environ), plain, is_coloured(stream, color, environ)
    )


def detect_terminal_width(stream: TextIO, environ: Mapping[str, str]) -> int | None:
    """The columns of a terminal; None where nothing needs to be broken into lines."""
    if not stream.isatty():
        return None
    if environ.get("COLUMNS", "").isdigit() and int(environ["COLUMNS"]) > 0:
        return int(environ["COLUMNS"])
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


def is_coloured(stream: TextIO, color: str, environ: Mapping[str, str]) -> bool:
    """--color, then NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE, CLICOLOR=0, TERM=dumb, then whether it is a terminal."""
    if color != "auto":
        return color == "always"
    if environ.get("NO_COLOR"):
        return False
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if environ.get(name, "0") not in ("", "0"):
            return True
    if environ.get("CLICOLOR") == "0" or environ.get("TERM") == "dumb":
        return False
    return stream.isatty()


def wrap_text(text: str, style: str, indent: int, canvas: Canvas) -> Iterator[Line]:
    """A text as lines that fit, broken between its words."""
    lines = textwrap.wrap(
        canvas.transliterate(text),
        canvas.width or 80,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 4),
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from ([Segment(line, style)] for line in lines or [""])


def print_lines(lines: Iterable[Line], canvas: Canvas, stream: TextIO | None = None) -> None:
    """Prints lines that are laid out already."""
    stream = stream or sys.stdout
    if not canvas.colour:
        stream.writelines(
            "".join(segment.text for segment in line).rstrip() + "\n" for line in lines
        )
        return
    from rich.console import Console  # only to paint
    from rich.text import Text

    console = Console(
        file=stream, force_terminal=True, color_system="standard", highlight=False, no_color=False
    )
    for line in lines:
        text = Text(end="\n", no_wrap=True, overflow="ignore")
        for segment in line:
            text.append(segment.text, RICH_STYLES[segment.style])
        text.rstrip()
        console.print(text, soft_wrap=True)
