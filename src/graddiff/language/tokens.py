"""The lexer: text -> tokens, by the scanner that is generated from grammar.lark.

A token is its text. Its kind is the name of a terminal of the grammar; where it stands is computed
only for tokens that a message or a label asks about."""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import cached_property

from graddiff._tables import KINDS, SCAN
from graddiff.errors import GrammarError, Span

END = ""  # the token behind the last one
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
MAX_STATEMENT_LENGTH = 400  # characters of a statement that is shown

# Compiled when a text needs them.
COMMENT = r"#[^\n]*"
LONE_SURROGATE = "[\ud800-\udfff]"  # how Python passes on a byte that is not UTF-8

_scanner = re.compile(SCAN)


class TokenKinds(dict[str, str]):
    """Token -> kind, found once for each different token."""

    def __init__(self) -> None:
        super().__init__(KINDS)
        self[END] = "$END"

    def __missing__(self, token: str) -> str:
        kind = self[token] = _classify_token(token)
        return kind


class TokenizedText:
    """A text and its tokens, without END. An accent is part of its letter (Unicode's form NFC).

    Raises GrammarError if the text is not UTF-8."""

    def __init__(self, text: str) -> None:
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
            surrogate = re.search(LONE_SURROGATE, text)
            if surrogate:
                message = "there is a byte here that is not UTF-8"
                raise GrammarError(message, text=text, span=surrogate.span())
        self.text = text
        self.tokens: list[str] = _scanner.findall(text)
        self.kinds = TokenKinds()
        # Which of the scanner's tokens are kept; most texts have no separators, and keep all.
        self._kept_indices: list[int] | None = None
        if ";" in text or "\n" in text or "#" in text:
            self._kept_indices = _find_significant_tokens(self.tokens)
            self.tokens = [self.tokens[index] for index in self._kept_indices]

    @cached_property
    def _start_offsets(self) -> array[int]:
        """The offset of each token's first character, and that behind the last character."""
        starts = array("q", [match.start() for match in _scanner.finditer(self.text)])
        if self._kept_indices is not None:
            starts = array("q", [starts[index] for index in self._kept_indices])
        starts.append(len(self.text.rstrip()))
        return starts

    def get_kind(self, token: int) -> str:
        """Returns the kind of the token with that number."""
        return self.kinds[self.tokens[token]]

    def get_span(self, first: int, last: int | None = None) -> Span:
        """Returns the characters from one token to another, both included."""
        last = first if last is None else last
        end = self._start_offsets[last]
        if last < len(self.tokens):
            end += len(self.tokens[last])
        return self._start_offsets[first], end

    def list_statements(self) -> list[str]:
        """Returns the text of each statement, without comments and with white space folded."""
        separators = [i for i, token in enumerate(self.tokens) if self.kinds[token] == "SEPARATOR"]
        starts = [0, *(separator + 1 for separator in separators)]
        ends = [*separators, len(self.tokens)]
        return [
            self.get_text(start, end - 1, MAX_STATEMENT_LENGTH) for start, end in zip(starts, ends)
        ]

    def get_text(self, first: int, last: int, limit: int = 100) -> str:
        """Returns the text from one token to another with white space folded.

        The middle of a text of more than `limit` characters is left out."""
        start, end = self.get_span(first, last)
        half = limit // 2
        if end - start > 4 * limit:  # folding a text of megabytes would take long
            return f"{self.text[start : start + half]}…{self.text[end - half : end]}"
        text = " ".join(re.sub(COMMENT, "", self.text[start:end]).split())
        return text if len(text) <= limit else f"{text[:half]}…{text[-half:]}"


def parse_single_name(text: str) -> str | None:
    """Returns the name that a text consists of, None for any other text."""
    source = TokenizedText(text)
    is_name = [source.kinds[token] for token in source.tokens] == ["NAME"]
    return source.tokens[0] if is_name else None


def _classify_token(token: str) -> str:
    """Returns the kind of a token that is not one of the fixed texts of the grammar."""
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
    """Returns the tokens without the separators that separate nothing.

    These are new lines and comments at both ends, inside brackets, and behind a token that cannot
    end a statement. A `;` counts everywhere but at the ends."""
    kept: list[int] = []
    depth = 0
    for index, token in enumerate(tokens):
        last = token[-1]
        if token[0] in ";\n#":
            is_unfinished = not kept or depth or _needs_continuation(tokens[kept[-1]])
            has_semicolon = ";" in re.sub(COMMENT, "", token)
            if is_unfinished and (not kept or not has_semicolon):
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
