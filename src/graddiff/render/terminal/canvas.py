"""Where a picture is printed: how wide, in which alphabet, in colour or not.

A line is a list of segments, each a text with the name of its style. Without colour a line is its
joined texts, so that the picture is the same, and rich is imported for colours only."""

import os
import sys
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


UNICODE_ENCODINGS = ("utf-8", "utf8", "utf-8-sig", "utf-16", "utf-32", "cp65001")
DEFAULT_WIDTH = 80  # columns, of a terminal that does not say how wide it is


class Segment(NamedTuple):
    text: str
    style: str = ""


Line = list[Segment]


class Canvas(NamedTuple):
    """What a picture may use: so many columns (None: as many as it needs), ASCII only or all
    characters, colours or none."""

    width: int | None
    ascii: bool
    colour: bool

    def transliterate(self, text: str) -> str:
        """Returns a text in the alphabet of the canvas, without control codes."""
        text = make_printable(text)
        return transliterate_to_ascii(text) if self.ascii and not text.isascii() else text


def transliterate_to_ascii(text: str) -> str:
    """Returns the text in ASCII: signs by what they mean, superscripts as powers with ^, Greek
    letters by their names, the rest by number."""
    pieces: list[str] = []
    is_superscript = False
    for character in text.translate(ASCII_SUBSTITUTES):
        was_superscript = is_superscript
        plain = character.translate(SUPERSCRIPT_DIGITS)
        is_superscript = plain != character
        if is_superscript and not was_superscript:
            pieces.append("^")  # once before several superscripts: x¹² is x^12
        pieces.append(plain if plain.isascii() else spell_letter(plain))
    return "".join(pieces)


def spell_letter(character: str) -> str:
    """Returns the name of a Greek letter, the escaped number of any other character."""
    name = unicodedata.name(character, "")
    is_plain = name.count(" ") == 3  # not GREEK SMALL LETTER ALPHA WITH TONOS
    if is_plain and name.startswith("GREEK SMALL LETTER "):
        return name.rpartition(" ")[2].lower()
    if is_plain and name.startswith("GREEK CAPITAL LETTER "):
        return name.rpartition(" ")[2].capitalize()
    return character.encode("ascii", "backslashreplace").decode()


def make_canvas(
    stream: TextIO, color: str, width: int | None, ascii: bool, environ: Mapping[str, str]
) -> Canvas:
    """Returns the canvas for a stream: the options decide first, then the environment, then what
    the stream is."""
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("_", "-")
    return Canvas(
        width=width or detect_terminal_width(stream, environ),
        ascii=ascii or encoding not in UNICODE_ENCODINGS,
        colour=is_coloured(stream, color, environ),
    )


def detect_terminal_width(stream: TextIO, environ: Mapping[str, str]) -> int | None:
    """Returns the columns of a terminal, None for a file or a pipe, where lines may be long."""
    if not stream.isatty():
        return None
    if environ.get("COLUMNS", "").isdigit() and int(environ["COLUMNS"]) > 0:
        return int(environ["COLUMNS"])
    try:
        return os.get_terminal_size(stream.fileno()).columns or DEFAULT_WIDTH
    except OSError:
        return DEFAULT_WIDTH


def is_coloured(stream: TextIO, color: str, environ: Mapping[str, str]) -> bool:
    """Whether to use colours. Decide, in this order: --color, NO_COLOR, FORCE_COLOR and
    CLICOLOR_FORCE, CLICOLOR=0, TERM=dumb, and whether the stream is a terminal."""
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
    """Yields a text as lines that fit, broken between its words and indented."""
    text = " " * indent + canvas.transliterate(text)
    width = canvas.width or DEFAULT_WIDTH
    for line in break_text(text, width, " " * (indent + 4)) or [""]:
        yield [Segment(line, style)]


def break_text(text: str, width: int, indent: str, breaks_words: bool = False) -> list[str]:
    """Breaks a text between its words into lines of at most `width` columns, all but the first
    indented. A word that is longer than a line stays whole, or `breaks_words`."""
    text = text.rstrip()
    if 0 < len(text) <= width and text.isprintable():
        return [text]  # the usual case: a single answer does without the import
    import textwrap

    return textwrap.wrap(
        text,
        width,
        subsequent_indent=indent,
        break_long_words=breaks_words,
        break_on_hyphens=False,
    )


def print_lines(lines: Iterable[Line], canvas: Canvas, stream: TextIO | None = None) -> None:
    """Prints lines that are laid out already, by default to standard output."""
    stream = stream or sys.stdout
    if canvas.colour:
        print_coloured_lines(lines, stream)
        return
    for line in lines:
        stream.write("".join(segment.text for segment in line).rstrip() + "\n")


def print_coloured_lines(lines: Iterable[Line], stream: TextIO) -> None:
    from rich.console import Console  # rich is needed for colours only
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
