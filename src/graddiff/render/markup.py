"""Text inside XML and HTML: nothing in it acts, and nothing breaks the document."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

# What XML 1.0 cannot hold, not even escaped.
NON_XML_CHARACTERS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape_xml(text: str) -> str:
    """Text that may stand between tags and, in double quotes, in an attribute."""
    return escape(NON_XML_CHARACTERS.sub("?", text), {'"': "&quot;"})
