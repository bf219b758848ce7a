"""Errors, with their exit codes, and notices: everything that is said about a user's input.

GraddiffError           what the program prints as one block, never as a traceback
├── UsageError       2  the command line contradicts itself
├── ExpressionError  3  the expression cannot be read
│   ├── GrammarError    it breaks the grammar
│   └── NamingError     a name in it means nothing here, or two things
├── HomeworkError    3  a homework, or an answer to it, cannot be read
├── PointError       4  there is no value at that point
│   └── RangeError      there is one, too large for this kind of number
└── FileError        5  a file cannot be read or written
"""

import re
import unicodedata
from functools import cache
from typing import ClassVar, NamedTuple

Span = tuple[int, int]  # the first character in the text, and the one behind the last

CARET_PICTURE_WIDTH = 72  # columns of the piece of a long line that a caret picture shows


class NoticeKind(NamedTuple):
    """A kind of notice: its name, whether a requested derivative is missing after it (so that the
    exit code is 4), and what it means, as a sentence for readers."""

    name: str
    is_derivative_missing: bool
    meaning: str


# about the text

IMPLICIT_MULTIPLICATION = NoticeKind(
    "implicit multiplication",
    False,
    "A product without a sign stands behind a / or ^; the notice says how it is read.",
)
SHADOWED_CONSTANT = NoticeKind(
    "shadowed constant", False, "A binding or a definition replaces the constant of that name."
)
ABSENT_VARIABLE = NoticeKind(
    "absent variable", False, "A requested variable does not occur, so its derivative is 0."
)
UNUSED_STATEMENT = NoticeKind(
    "unused statement", False, "A statement defines nothing and is not the last one."
)
MANY_PATHS = NoticeKind(
    "many paths", False, "There are more paths than are shown; their sum covers all of them."
)

# about a derivative at a point

KINK = NoticeKind(
    "kink",
    False,
    "The slopes on the left and on the right differ; the one used follows a convention.",
)
SMOOTH = NoticeKind(
    "smooth", False, "The output has one slope although a node on the way to it has a kink."
)
JUMP = NoticeKind("jump", False, "The value jumps; the slope that is used follows a convention.")
POLE = NoticeKind("pole", True, "An operation has a value here, but no derivative.")
VERTICAL_TANGENT = NoticeKind(
    "vertical tangent", False, "The slope is infinite; an infinity is used."
)
UNDEFINED = NoticeKind("undefined", True, "A derivative is not a real number.")
INDETERMINATE = NoticeKind(
    "indeterminate", True, "A derivative is 0 times an infinity, or an infinity minus another."
)
OVERFLOW = NoticeKind("overflow", True, "A derivative is too large for this kind of number.")

# Every kind of notice by its name: the constants above.
NOTICE_KINDS = {kind.name: kind for kind in [*vars().values()] if isinstance(kind, NoticeKind)}


class Notice(NamedTuple):
    """Something worth knowing about a result.

    `kind` is the name of a row of NOTICE_KINDS; `text` and `span` are those of the node, the span
    None where the node stands in no text; `slopes` are those on the left and on the right, None
    for a side without a slope; `used` is the value that is used as the derivative."""

    kind: str
    message: str
    text: str = ""
    span: Span | None = None
    slopes: tuple[float | None, float | None] | None = None
    used: float | None = None

    @property
    def is_derivative_missing(self) -> bool:
        """Whether a requested derivative does not exist, rather than follows a convention."""
        return NOTICE_KINDS[self.kind].is_derivative_missing


class GraddiffError(Exception):
    """One sentence about the input, with its place in the text and a hint where it has them."""

    exit_code: ClassVar[int] = 1
    kind: ClassVar[str] = "error"

    def __init__(
        self, message: str, *, text: str = "", span: Span | None = None, hint: str = ""
    ) -> None:
        super().__init__(message)
        self.message, self.text, self.span, self.hint = message, text, span, hint

    def format_block(self) -> str:
        """Returns the sentence, the caret picture and the hint, without control codes."""
        lines = [f"graddiff: {shorten_long_words(make_printable(self.message))}"]
        if self.span is not None and self.text:
            lines += draw_caret_picture(self.text, self.span)
        if self.hint:
            lines.append(f"hint: {shorten_long_words(make_printable(self.hint))}")
        return "\n".join(lines)


class UsageError(GraddiffError):
    exit_code = 2
    kind = "usage"


class ExpressionError(GraddiffError):
    exit_code = 3
    kind = "expression"


class GrammarError(ExpressionError):
    kind = "syntax"


class NamingError(ExpressionError):
    kind = "name"


class HomeworkError(GraddiffError):
    exit_code = 3
    kind = "homework"


class PointError(GraddiffError):
    exit_code = 4
    kind = "domain"


class RangeError(PointError):
    kind = "overflow"


class FileError(GraddiffError):
    exit_code = 5
    kind = "file"


def draw_caret_picture(text: str, span: Span) -> list[str]:
    """Returns the line of the text that a span begins in, and a line with carets below the span.

    Of a long line a piece around the span is shown."""
    start, end = span
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", start)
    if line_end < 0:
        line_end = len(text)
    # The piece begins a third of its width before the span, but shows as much as it can.
    left = min(start - CARET_PICTURE_WIDTH // 3, line_end - CARET_PICTURE_WIDTH)
    left = max(line_start, left)
    right = min(line_end, left + CARET_PICTURE_WIDTH)
    end = min(max(end, start), right)
    before = ("…" if left > line_start else "") + make_printable(text[left:start])
    culprit = make_printable(text[start:end])
    after = make_printable(text[end:right]) + ("…" if right < line_end else "")
    line_number = text.count("\n", 0, start) + 1
    is_one_line = "\n" not in text.strip()
    margin = "  | " if is_one_line else f"{line_number:3d} | "
    carets = " " * count_columns(before) + "^" * max(1, count_columns(culprit))
    return [f"{margin} {before}{culprit}{after}", f"{' ' * (len(margin) - 2)}|  {carets}"]


def shorten_long_words(text: str) -> str:
    """Returns the text with the middle of every very long word left out."""
    return re.sub(
        rf"\S{{{2 * CARET_PICTURE_WIDTH},}}",
        lambda match: f"{match[0][:CARET_PICTURE_WIDTH]}…{match[0][-CARET_PICTURE_WIDTH:]}",
        text,
    )


def make_printable(text: str) -> str:
    """Returns the text with every control code, lone surrogate and direction mark spelled out, so
    that a terminal does not obey it."""
    return text if text.isprintable() else "".join(map(_spell_out_character, text))


def _spell_out_character(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character in "\t\u00a0\u202f" else repr(character)[1:-1]


def count_columns(text: str) -> int:
    """Returns the number of columns that a printable text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(map(_count_character_columns, text))


@cache
def _count_character_columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
