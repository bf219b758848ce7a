"""Where an answer goes: to standard output, or to a file, the whole answer or nothing."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout

from graddiff.errors import UsageError
from graddiff.system.files import write_text_or_nothing


def choose_format_by_suffix(path: str, suffixes: Mapping[str, str]) -> str:
    """Returns the format that the suffix of a file name asks for. Raises UsageError where it asks
    for none."""
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in suffixes:
        raise UsageError(
            f"the suffix of {path} names no format",
            hint=f"--format, or one of {', '.join(suffixes)}",
        )
    return suffixes[suffix]


def refuse_to_overwrite(
    output: str | None, inputs: Iterable[str | None], option: str = "--output"
) -> None:
    """Raises UsageError if the output is one of the inputs, by this name or by another."""
    for path in inputs:
        if output and path and is_same_file(output, path):
            raise UsageError(
                f"{option} {output} would overwrite {path}", hint="choose another name"
            )


def is_same_file(first: str, second: str) -> bool:
    both_exist = os.path.exists(first) and os.path.exists(second)
    return both_exist and os.path.samefile(first, second)


class Utf8Buffer(io.StringIO):
    """Text for a file, which is UTF-8 whatever standard output is."""

    encoding = "utf-8"


@contextmanager
def redirect_into_file(path: str | None) -> Iterator[None]:
    """Writes to a file what the block prints, if a file is named and the block ends without an
    error. Raises FileError where the file cannot be written."""
    if path is None:
        yield
        return
    buffer = Utf8Buffer()
    with redirect_stdout(buffer):
        yield
    write_text_or_nothing(path, buffer.getvalue())
