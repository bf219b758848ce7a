"""Escapes text for XML, HTML and YAML, so that it cannot act as markup or break the document."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

# Characters that XML 1.0 forbids, even escaped (section 2.2).
NON_XML_CHARACTERS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape_xml(text: str) -> str:
    """Returns text to stand between tags or, in double quotes, in an attribute; a character that
    XML forbids becomes a question mark."""
    return escape(NON_XML_CHARACTERS.sub("?", text), {'"': "&quot;"})


def quote_yaml(text: str) -> str:
    """Returns a YAML scalar in single quotes, in which only the quote itself is escaped."""
    return "'" + text.replace("'", "''") + "'"
