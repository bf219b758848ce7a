"""Text set in roff, the language of man pages, with the macros of man(7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# Signs that roff would print as others, and how to write them. The backslash comes first, since the
# replacements of the others contain one.
ESCAPES = {"\\": "\\e", "-": "\\-", "^": "\\(ha", "~": "\\(ti", "`": "\\(ga"}


def escape_roff(text: str) -> str:
    """Returns text that roff prints as it is."""
    for character, escape in ESCAPES.items():
        text = text.replace(character, escape)
    # A point or a quote at the beginning of a line would make the line a request.
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def set_title(name: str, section: int, version: str, description: str) -> Iterator[str]:
    """Yields the head of a page: its title line and the section NAME."""
    yield f'.TH "{name.upper()}" "{section}" "" "graddiff {version}" ""'
    yield ".SH NAME"
    yield f"{escape_roff(name)} \\- {description}"


def set_paragraphs(texts: Iterable[str]) -> Iterator[str]:
    """Yields a paragraph for each text."""
    for text in texts:
        yield ".PP"
        yield escape_roff(text)


def set_literal_lines(lines: Iterable[str]) -> Iterator[str]:
    """Yields lines that are not filled into paragraphs."""
    yield ".nf"
    yield from map(escape_roff, lines)
    yield ".fi"


def set_entry(term: str, text: str) -> Iterator[str]:
    """Yields an entry of a list: a bold term, and its text indented below it."""
    yield ".TP"
    yield f"\\fB{escape_roff(term)}\\fR"
    yield escape_roff(text)


def set_entries(entries: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yields an entry for each pair of a term and a text."""
    for term, text in entries:
        yield from set_entry(term, text)
