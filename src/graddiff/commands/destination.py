"""Where an answer goes: to standard output, or into a file, all of it or nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from graddiff.errors import FileError


class Buffer(io.StringIO):
    """Text for a file, which is UTF-8."""

    encoding = "utf-8"


@contextmanager
def into_file(path: str | None) -> Iterator[None]:
    """What is printed goes into a file, if there is one, and only if all of it is there."""
    if path is None:
        yield
        return
    buffer = Buffer()
    with redirect_stdout(buffer):
        yield
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(buffer.getvalue())
    except OSError as error:
        raise FileError(f"{path} cannot be written: {(error.strerror or '').lower()}") from None
