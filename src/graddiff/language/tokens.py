"""Text -> tokens, by the scanner that is generated from grammar.lark.

A token is its text; where it stands is worked out only for those that are asked about. A kind is a terminal's name."""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import cached_property

from graddiff._tables import KINDS, SCAN
from graddiff.errors import GrammarError, Span

END = ""  # the token behind the last one
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")

COMMENT = re.compile(r"#[^\n]*")

_scanner = re.compile(SCAN)


class TokenKinds(dict[str, str]):
    """Token -> kind, worked out once for each different token."""

    def __init__(self) -> None:
        super().__init__(KINDS)
        self[END] = "$END"

    def __missing__(self, token: str) -> str:
        kind = self[token] = _classify_token(token)
        return kind


class TokenizedText:
    """A text and its tokens, END not among them. An accent is part of its letter (Unicode's form NFC)."""

    def __init__(self, text: str) -> None:
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
            lone = re.search(
                "[\ud800-\udfff]", text
            )  # how Python passes on a byte that is not UTF-8
            if lone:
                raise GrammarError(
                    "there is a byte here that is not UTF-8", text=text, span=lone.span()
                )
        self.text = text
        self.tokens: list[str] = _scanner.findall(text)
        self.kinds = TokenKinds()
        self._kept_positions: list[int] | None = None
        if ";" in text or "\n" in text or "#" in text:
            self._kept_positions = _find_significant_tokens(self.tokens)
            self.tokens = [self.tokens[i] for i in self._kept_positions]

    @cached_property
    def _start_offsets(self) -> array[int]:
        """Where each token begins, and END, which stands behind the last character."""
        starts = array("q", [match.start() for match in _scanner.finditer(self.text)])
        kept = (
            starts
            if self._kept_positions is None
            else array("q", [starts[i] for i in self._kept_positions])
        )
        kept.append(len(self.text.rstrip()))
        return kept

    def get_kind(self, token: int) -> str:
        return self.kinds[self.tokens[token]]

    def get_span(self, first: int, last: int | None = None) -> Span:
        """The characters from one token to another, both included."""
        last = first if last is None else last
        return self._start_offsets[first], self._start_offsets[last] + (
            len(self.tokens[last]) if last < len(self.tokens) else 0
        )

    def list_statements(self) -> list[str]:
        """The text of each statement, without comments and with white space folded."""
        ends = [i for i, token in enumerate(self.tokens) if self.kinds[token] == "SEPARATOR"] + [
            len(self.tokens)
        ]
        return [
            self.get_text(start, end - 1, 400)
            for start, end in zip([0, *(end + 1 for end in ends)], ends)
        ]

    def get_text(self, first: int, last: int, limit: int = 100) -> str:
        """The text from one token to another, white space folded and the middle of a long one left out."""
        start, end = self.get_span(first, last)
        if end - start > 4 * limit:
            return f"{self.text[start : start + limit // 2]}…{self.text[end - limit // 2 : end]}"
        text = " ".join(COMMENT.sub("", self.text[start:end]).split())
        return text if len(text) <= limit else f"{text[: limit // 2]}…{text[-limit // 2 :]}"


def parse_single_name(text: str) -> str | None:
    """The name that a text consists of, None if it is anything else."""
    source = TokenizedText(text)
    return (
        source.tokens[0] if [source.kinds[token] for token in source.tokens] == ["NAME"] else None
    )


def _classify_token(token: str) -> str:
    first, last = token[0], token[-1]
    if first.isalpha() or first == "_":
        if last == "=":
            return "SIGNATURE" if "(" in token else "DEFINE"
        return "CALL" if last == "(" else "NAME"
    if "0" <= first <= "9" or (first == "." and len(token) > 1):
        return "NUMBER"
    if first in ";\n#":
        return "SEPARATOR"
    if ord(last) in SUPERSCRIPTS and token != "⁻":
        return "SUPERSCRIPT"
    return "UNKNOWN"


def _find_significant_tokens(tokens: list[str]) -> list[int]:
    """The tokens without the separators that separate nothing: new lines and comments at both ends, inside
    brackets, and behind something that cannot end a statement. A `;` counts everywhere but at the ends."""
    kept: list[int] = []
    depth = 0
    for index, token in enumerate(tokens):
        last = token[-1]
        if token[0] in ";\n#":
            unfinished = not kept or depth or _needs_continuation(tokens[kept[-1]])
            if unfinished and (not kept or ";" not in COMMENT.sub("", token)):
                continue
        elif last == "(":
            depth += 1
        elif last == ")":
            depth = max(0, depth - 1)
        kept.append(index)
    while kept and tokens[kept[-1]][0] in ";\n#":
        kept.pop()
    return kept


def _needs_continuation(token: str) -> bool:
    """Whether something must follow: an operator, a comma, an opening bracket or `=`."""
    return token[-1] in "(=" or (token in KINDS and token != ")")
