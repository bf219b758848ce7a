"""Blocks of records -> frames of floats by polars, wherever a block is regular.

A block is regular if each of its records is one line, and all of them have the same shape. polars
reads such a block many times faster than Python; for any other block it might read something else
than Python does, so that this reader refuses it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import polars

# A letter, a digit or _ of a name, written as JSON writes characters that are not ASCII.
ESCAPED_NAME_CHARACTER = re.compile(rb"\\u00(3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aA])")

# A character that no regular text holds: polars splits at it, and so leaves whole lines.
LINE_SEPARATOR = "\x1f"

FrameReader = Callable[[bytes, polars.Series], polars.DataFrame | None]


class RegularBlockReader:
    """Reads the columns `names` of blocks of one format, csv or jsonl.

    `keys` are the indexes of the fields in a CSV, which has `width` columns."""

    def __init__(
        self, reads: str, names: Sequence[str], keys: Mapping[str, int | str], width: int
    ) -> None:
        self.names, self.keys, self.width = names, keys, width
        readers: dict[str, FrameReader] = {"csv": self._read_csv, "jsonl": self._read_jsonl}
        self._read_format = readers[reads]

    def read_frame(self, text: bytes) -> tuple[polars.DataFrame, polars.DataFrame] | None:
        """Returns the lines of a text, and its columns, null where there is no number.

        Both have one row per record. The text has no carriage returns before its line ends. Returns
        None where it is not regular."""
        lines = self._split_lines(text) if self.names else None
        if lines is None:
            return None
        frame = self._read_format(text, lines.to_series(0))
        if frame is None or frame.height != lines.height:
            return None
        return lines, frame

    def read_float_bytes(self, text: bytes) -> bytes | None:
        """Returns the columns as bytes of float64, row by row.

        Returns None where the text is not regular, or a field is no finite number."""
        regular = self.read_frame(text.replace(b"\r\n", b"\n"))
        if regular is None:
            return None
        frame = regular[1].select(self.names)
        finite = frame.select(polars.all().is_finite().fill_null(False).all()).row(0)
        return frame.to_numpy().tobytes() if all(finite) else None

    def _split_lines(self, text: bytes) -> polars.DataFrame | None:
        """Returns a frame of the lines, if each of them is a record."""
        # Blank lines are no records, and polars ends a line at a carriage return.
        if text.startswith(b"\n") or b"\n\n" in text or b"\r" in text:
            return None
        if LINE_SEPARATOR.encode() in text:
            return None
        try:
            lines = polars.read_csv(
                text,
                separator=LINE_SEPARATOR,
                quote_char=None,
                has_header=False,
                infer_schema=False,
            )
        except polars.exceptions.PolarsError:
            return None
        line_count = text.count(b"\n") + (not text.endswith(b"\n"))
        return lines if lines.width == 1 and lines.height == line_count else None

    def _is_ragged(self, lines: polars.Series) -> bool:
        """Says whether a line has more or fewer fields than the header."""
        return bool((lines.str.count_matches(",", literal=True) != self.width - 1).any())

    def _read_csv(self, text: bytes, lines: polars.Series) -> polars.DataFrame | None:
        # A quoted field may hold commas and line ends, and polars pads short rows silently.
        if b'"' in text or self._is_ragged(lines):
            return None
        indexes = {int(self.keys[name]): name for name in self.names}
        try:
            frame = polars.read_csv(
                text,
                has_header=False,
                infer_schema=False,
                quote_char=None,
                columns=sorted(indexes),
                truncate_ragged_lines=False,
            )
        except polars.exceptions.PolarsError:
            return None
        frame.columns = [indexes[index] for index in sorted(indexes)]
        return frame.cast(polars.Float64, strict=False)

    def _read_jsonl(self, text: bytes, lines: polars.Series) -> polars.DataFrame | None:
        try:
            frame = polars.read_ndjson(text, schema=dict.fromkeys(self.names, polars.Float64))
        except polars.exceptions.PolarsError:
            return None
        if any(self._can_repeat_name(text, lines, frame[name]) for name in self.names):
            return None
        return frame

    def _can_repeat_name(self, text: bytes, lines: polars.Series, column: polars.Series) -> bool:
        """Says whether a name may stand twice in an object.

        Python takes the last of its values, polars the first."""
        if b"\\u" in text and (not column.name.isascii() or ESCAPED_NAME_CHARACTER.search(text)):
            return True  # an escaped name would not be counted below
        if not column.null_count() and text.count(f'"{column.name}"'.encode()) == lines.len():
            return False  # it stands in every line, and nowhere else
        return bool((lines.str.count_matches(f'"{column.name}"\\s*:') > 1).any())
