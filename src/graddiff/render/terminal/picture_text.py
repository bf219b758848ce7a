"""How words and numbers are set in a picture: alphabet, digits, paragraphs, long lists."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graddiff.notation.numerals import format_number
from graddiff.numbers.arithmetic import NoValue, Number
from graddiff.render.terminal.canvas import Canvas, Line, Segment, break_text

MAX_NUMBER_LENGTH = 60  # characters of an exact number
MAX_LISTED = 40  # bindings, derivatives and notices that are listed without --all
MIN_PARAGRAPH_WIDTH = 20  # columns


class PictureText(NamedTuple):
    """Sets texts in the alphabet of a canvas and numbers with so many significant digits; lists
    are cut unless `shows_all`."""

    canvas: Canvas
    digits: int
    shows_all: bool

    def make_segment(self, text: str, style: str = "") -> Segment:
        return Segment(self.canvas.transliterate(text), style)

    def format_value(self, value: Number | None) -> str:
        """Returns a value as text, "" for None."""
        if value is None:
            return ""
        if isinstance(value, NoValue):
            return "no value"
        return abbreviate_digits(format_number(value, self.digits))

    def join_items(self, items: Sequence[str], separator: str) -> str:
        """Returns items side by side; of very many, the first ones and how many follow."""
        if len(items) <= MAX_LISTED or self.shows_all:
            return separator.join(items)
        rest = f"… and {len(items) - MAX_LISTED:,} more (--all)"
        return separator.join([*items[:MAX_LISTED], rest])

    def wrap_paragraph(self, text: str, style: str, indent: str = "  ") -> Iterator[Line]:
        """Yields a text as lines that fit, all but the first one indented."""
        text = self.canvas.transliterate(text)
        if self.canvas.width is None:
            yield [Segment(text, style)]
            return
        width = max(self.canvas.width, MIN_PARAGRAPH_WIDTH)
        for line in break_text(text, width, indent, breaks_words=True):
            yield [Segment(line, style)]

    def wrap_list(
        self, texts: Sequence[str], style: str, rest: str, rest_style: str, indent: str
    ) -> Iterator[Line]:
        """Yields a paragraph for each text; of very many, for the first ones, and then how many
        are the `rest`. Lines that continue a text are indented further than `indent`."""
        shown = texts if self.shows_all else texts[:MAX_LISTED]
        for text in shown:
            yield from self.wrap_paragraph(indent + text, style, indent + "  ")
        if len(shown) < len(texts):
            more = f"{indent}… and {len(texts) - len(shown):,} more {rest} (--all)"
            yield from self.wrap_paragraph(more, rest_style)


def abbreviate_digits(digits: str) -> str:
    """Returns a number; one of very many digits by its beginning and its end."""
    if len(digits) <= MAX_NUMBER_LENGTH:
        return digits
    half = MAX_NUMBER_LENGTH // 2
    return f"{digits[:half]}…{digits[-half:]}"
