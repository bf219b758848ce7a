"""Reading text: a file, or standard input. Text is UTF-8, with or without a byte order mark."""

from __future__ import annotations

import sys

from graddiff.errors import FileError


def read_text(path: str) -> str:
    """The text of a file; `-` is standard input. Raises FileError."""
    name = "standard input" if path == "-" else path
    try:
        if path == "-":
            if sys.stdin is None:
                raise FileError("standard input is closed")
            data = sys.stdin.buffer.read()
        else:
            with open(path, "rb") as file:
                data = file.read()
    except OSError as error:
        raise FileError(
            f"{name} cannot be read: {(error.strerror or str(error)).lower()}"
        ) from None
    except ValueError as error:  # a NUL in the name
        raise FileError(f"{name} cannot be read: {error}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(
            f"{name} is not UTF-8 text: byte {data[error.start]:#04x} at position {error.start}",
            hint="convert it first, for example with iconv -t UTF-8",
        ) from None


def make_write_error(path: str | None, error: OSError) -> FileError:
    """The error for a file that cannot be written."""
    return FileError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}")
