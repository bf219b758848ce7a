"""Blocks of records -> frames of floats, wherever a block is regular: its records are its lines, all of one shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

import polars

# A letter, a digit or _ of a name, written as JSON writes what is not ASCII.
ESCAPED_NAME_CHARACTER = re.compile(rb"\\u00(3[0-9]|4[1-9a-fA-F]|5[0-9aAfF]|6[1-9a-fA-F]|7[0-9aA])")

FrameReader = Callable[[bytes, polars.Series], polars.DataFrame | None]


class RegularBlockReader:
    """Reads some columns of blocks of one format, csv or jsonl. `keys` are the places of the fields in a CSV, which has
    so many columns."""

    def __init__(
        self, reads: str, names: Sequence[str], keys: Mapping[str, int | str], width: int
    ) -> None:
        self.names, self.keys, self.width = names, keys, width
        self._read_format: FrameReader = {"csv": self._read_csv, "jsonl": self._read_jsonl}[reads]

    def read_frame(self, text: bytes) -> tuple[polars.DataFrame, polars.DataFrame] | None:
        """The lines of a text without carriage returns, and the columns, null where there is no number; None where the
        text is not regular."""
        lines = self._split_lines(text) if self.names else None
        frame = None if lines is None else self._read_format(text, lines.to_series(0))
        return (
            None
            if lines is None or frame is None or frame.height != lines.height
            else (lines, frame)
        )

    def read_float_bytes(self, text: bytes) -> bytes | None:
        """The columns as float64, row by row; None where the text is not regular, or a field is no finite number."""
        found = self.read_frame(text.replace(b"\r\n", b"\n"))
        if found is None:
            return None
        frame = found[1].select(self.names)
        finite = frame.select(polars.all().is_finite().fill_null(False).all()).row(0)
        return frame.to_numpy().tobytes() if all(finite) else None

    def _split_lines(self, text: bytes) -> polars.DataFrame | None:
        """A frame of the lines, if each of them is a record."""
        if text.startswith(b"\n") or b"\n\n" in text or b"\r" in text or b"\x1f" in text:
            return None
        try:
            lines = polars.read_csv(
                text, separator="\x1f", quote_char=None, has_header=False, infer_schema=False
            )
        except polars.exceptions.PolarsError:
            return None
        return (
            lines
            if lines.width == 1 and lines.height == text.count(b"\n") + (not text.endswith(b"\n"))
            else None
        )

    def _is_ragged(self, lines: polars.Series) -> bool:
        """Whether a line has not as many fields as the header."""
        return bool((lines.str.count_matches(",", literal=True) != self.width - 1).any())

    def _read_csv(self, text: bytes, lines: polars.Series) -> polars.DataFrame | None:
        if b'"' in text or self._is_ragged(lines):
            return None
        wanted = [int(self.keys[name]) for name in self.names]
        try:
            frame = polars.read_csv(
                text,
                has_header=False,
                infer_schema=False,
                quote_char=None,
                columns=sorted(wanted),
                truncate_ragged_lines=False,
            )
        except polars.exceptions.PolarsError:
            return None
        frame.columns = [self.names[wanted.index(index)] for index in sorted(wanted)]
        return frame.cast(polars.Float64, strict=False)

    def _read_jsonl(self, text: bytes, lines: polars.Series) -> polars.DataFrame | None:
        try:
            frame = polars.read_ndjson(text, schema=dict.fromkeys(self.names, polars.Float64))
        except polars.exceptions.PolarsError:
            return None
        return (
            None
            if any(self._can_repeat_name(text, lines, frame[name]) for name in self.names)
            else frame
        )

    def _can_repeat_name(self, text: bytes, lines: polars.Series, column: polars.Series) -> bool:
        """Whether a name may stand twice in an object: Python takes its last value, polars the first."""
        if b"\\u" in text and (not column.name.isascii() or ESCAPED_NAME_CHARACTER.search(text)):
            return True
        if not column.null_count() and text.count(f'"{column.name}"'.encode()) == lines.len():
            return False  # it stands in every line, and nowhere else
        return bool((lines.str.count_matches(f'"{column.name}"\\s*:') > 1).any())
