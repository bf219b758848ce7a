"""Where an answer goes: to standard output, or into a file, all of it or nothing."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout

from graddiff.errors import UsageError
from graddiff.system.files import write_whole_text


def choose_format_by_suffix(path: str, suffixes: Mapping[str, str]) -> str:
    """The format that the name of a file asks for. Raises UsageError where it asks for none."""
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in suffixes:
        known = ", ".join(suffixes)
        raise UsageError(
            f"the suffix of {path} says no format", hint=f"--format, or one of {known}"
        )
    return suffixes[suffix]


def refuse_to_overwrite(
    output: str | None, inputs: Iterable[str | None], option: str = "--output"
) -> None:
    """Raises UsageError if an output would take the place of something that is read."""
    for path in inputs:
        if (
            output
            and path
            and os.path.exists(output)
            and os.path.exists(path)
            and os.path.samefile(path, output)
        ):
            raise UsageError(f"{option} {output} would overwrite {path}", hint="take another name")


class Utf8Buffer(io.StringIO):
    """Text for a file, which is UTF-8."""

    encoding = "utf-8"


@contextmanager
def redirect_into_file(path: str | None) -> Iterator[None]:
    """What is printed goes into a file, if there is one, and only if all of it is there."""
    if path is None:
        yield
        return
    buffer = Utf8Buffer()
    with redirect_stdout(buffer):
        yield
    write_whole_text(path, buffer.getvalue())
