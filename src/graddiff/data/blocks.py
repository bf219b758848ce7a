"""Bytes -> blocks of whole records, each as soon as it is there, so that memory does not grow with the input."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from collections.abc import Iterator
from typing import NamedTuple, cast

from graddiff.errors import FileError

MAX_RECORD_BYTES = 64 << 20  # bytes of one record
BOM = b"\xef\xbb\xbf"


class Block(NamedTuple):
    """Whole records, the line of the first one (counted from 1), and the bytes of the source read so far."""

    text: bytes
    line: int
    bytes_read: int


class ByteSource(NamedTuple):
    """Where records come from: `stream` unpacks the `file` if it is packed; `size` is the file's, in bytes, None where
    nobody knows it."""

    stream: io.BufferedReader
    file: io.BufferedReader
    name: str
    size: int | None

    @property
    def bytes_read(self) -> int:
        """Bytes of the file read so far."""
        return self.file.tell() if self.size is not None else 0


def open_source(path: str) -> ByteSource:
    """A file, or standard input for `-`; gzip is unpacked. Raises FileError."""
    name = "standard input" if path == "-" else path
    try:
        if path == "-":
            if sys.stdin is None:
                raise FileError("standard input is closed")
            stream, size = cast(io.BufferedReader, sys.stdin.buffer), None
        else:
            stream = open(path, "rb")  # noqa: SIM115, closed with the process
            size = os.fstat(stream.fileno()).st_size if os.path.isfile(path) else None
        if stream.peek(2)[:2] == b"\x1f\x8b":
            packed = gzip.GzipFile(fileobj=stream)
            return ByteSource(cast(io.BufferedReader, packed), stream, name, size)
        return ByteSource(stream, stream, name, size)
    except (OSError, ValueError) as error:
        raise make_read_error(name, error) from None


def make_read_error(name: str, error: Exception) -> FileError:
    return FileError(
        f"{name} cannot be read: {(getattr(error, 'strerror', None) or str(error)).lower()}"
    )


def read_blocks(source: ByteSource, size: int, quotes: bool) -> Iterator[Block]:
    """Blocks of about `size` bytes, or of what is there; a record ends with its line, or, with `quotes`, with the first
    line on which all quotes are closed. Raises FileError."""
    line, pending, open_quotes, length = 1, [], 0, 0
    for chunk in read_chunks(source, size):
        end = find_last_record_end(chunk, open_quotes) if quotes else chunk.rfind(b"\n") + 1
        if not end:
            pending.append(chunk)
            open_quotes += chunk.count(b'"') if quotes else 0
            length += len(chunk)
            if length > MAX_RECORD_BYTES:
                raise FileError(
                    f"{source.name}, line {line}: a record of more than {MAX_RECORD_BYTES >> 20} MB",
                    hint="is there a quote that is never closed?"
                    if open_quotes % 2
                    else "a record is a line",
                )
            continue
        text = b"".join([*pending, chunk[:end]])
        yield Block(text, line, source.bytes_read)
        line += text.count(b"\n")
        pending, length = [chunk[end:]] if end < len(chunk) else [], len(chunk) - end
        open_quotes = chunk.count(b'"', end) if quotes else 0
    if pending:
        yield Block(b"".join(pending), line, source.bytes_read)


def read_chunks(source: ByteSource, size: int) -> Iterator[bytes]:
    """What can be read at once, up to `size` bytes, without a byte order mark. Raises FileError."""
    begun = b""
    at_mark = True
    try:
        while chunk := source.stream.read1(size):
            if at_mark:
                begun += chunk
                if len(begun) < len(BOM) and BOM.startswith(begun):
                    continue  # a pipe may give a part of the mark
                at_mark, chunk = False, begun.removeprefix(BOM)
            if chunk:
                yield chunk
    except (OSError, EOFError, zlib.error) as error:
        raise make_read_error(source.name, error) from None
    if at_mark and begun:
        yield begun


def find_last_record_end(chunk: bytes, open_quotes: int) -> int:
    """The position behind the last line end outside quotes, 0 if there is none. `open_quotes` stand before."""
    end = chunk.rfind(b"\n") + 1
    count = open_quotes + chunk.count(b'"', 0, end)
    while end and count % 2:
        before = chunk.rfind(b"\n", 0, end - 1) + 1
        count -= chunk.count(b'"', before, end)
        end = before
    return end
