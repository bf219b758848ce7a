"""Files: text is read as UTF-8, and a file is written as a whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from graddiff.errors import FileError

UNFINISHED_SUFFIX = ".unfinished"  # ends the name of a file that is still being written


def read_text(path: str) -> str:
    """Returns the text of a file, or of standard input for `-`, without a byte order mark.

    Raises FileError if it cannot be read, or is not UTF-8."""
    name = "standard input" if path == "-" else path
    data = read_bytes(path, name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(
            f"{name} is not UTF-8 text: byte {data[error.start]:#04x} at position {error.start}",
            hint="convert it first, for example with iconv -t UTF-8",
        ) from None


def read_bytes(path: str, name: str) -> bytes:
    """Returns the bytes of a file, which messages call `name`. Raises FileError."""
    try:
        if path == "-":
            if sys.stdin is None:
                raise FileError("standard input is closed")
            return sys.stdin.buffer.read()
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FileError(f"{name} cannot be read: {reason}") from None
    except ValueError as error:  # a NUL in the name
        raise FileError(f"{name} cannot be read: {error}") from None


def write_text_or_nothing(path: str, text: str) -> None:
    """Writes a text into a file as UTF-8: all of it, or the file stays as it was.

    A device or a pipe is written in place, as no file may take its place. Raises FileError, also
    where an existing file is protected from writing, which its folder alone would not notice."""
    try:
        if is_device(path) or (os.path.exists(path) and not os.access(path, os.W_OK)):
            write_text(path, text)
        else:
            with replace_file(path) as scratch:
                write_text(scratch, text)
    except OSError as error:
        raise make_write_error(path, error) from None


def write_text(path: str, text: str) -> None:
    """Writes a text as UTF-8, its lines ending as they are. Raises OSError."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def is_device(path: str) -> bool:
    """Whether a path leads to something other than a file: a device, a pipe, a folder."""
    return os.path.exists(path) and not os.path.isfile(path)


@contextmanager
def replace_file(path: str, run: str = "alone") -> Iterator[str]:
    """Yields the name of a new, empty file, which takes the place of `path` when the block ends.

    If the block raises, the new file is removed, and `path` stays as it was. A symbolic link stays,
    and leads to the new file; the permissions of an existing file stay, too. `run` is explained at
    `create_scratch_file`. Raises FileError, and OSError where the file cannot take its place."""
    final = os.path.realpath(path)
    with create_scratch_file(path, run) as scratch:
        yield scratch
        if os.path.exists(final):
            os.chmod(scratch, os.stat(final).st_mode & 0o7777)
        os.replace(scratch, final)


@contextmanager
def create_scratch_file(path: str, run: str) -> Iterator[str]:
    """Yields the name of a new, empty file beside `path`, and removes that file after the block.

    It stands in the same folder, as only there it can take the place of `path` in one move. Its
    name holds the token of the `run` that writes it, so that what a killed run leaves can be
    removed without touching the files of others. Raises FileError."""
    folder, name = os.path.split(os.path.realpath(path))
    scratch = os.path.join(folder, f".{name}.{run}.{make_run_token()}{UNFINISHED_SUFFIX}")
    try:
        open(scratch, "xb").close()
    except OSError as error:
        raise make_write_error(path, error) from None
    try:
        yield scratch
    finally:
        with suppress(FileNotFoundError):  # it may have taken the place of `path`
            os.remove(scratch)


def remove_unfinished_files(folder: str, run: str) -> None:
    """Removes the scratch files that killed processes of a run have left in a folder.

    Those of other runs stay: they may be at work in the same folder."""
    for entry in os.scandir(folder):
        is_scratch = entry.name.startswith(".") and entry.name.endswith(UNFINISHED_SUFFIX)
        if is_scratch and f".{run}." in entry.name:
            os.remove(entry.path)


def make_run_token() -> str:
    """Returns a random word, which names a run or a file of its own."""
    return os.urandom(8).hex()


def make_write_error(path: str | None, error: OSError) -> FileError:
    """Returns the error for a file that cannot be written."""
    return FileError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}")
