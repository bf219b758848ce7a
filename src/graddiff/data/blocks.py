"""Bytes -> blocks of whole records, each as soon as it arrives: memory does not grow with input."""

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
GZIP_MAGIC = b"\x1f\x8b"  # the first two bytes of packed data (RFC 1952)


class Block(NamedTuple):
    """Whole records, the line of the first one, and the bytes of the source read so far."""

    text: bytes
    line: int  # counted from 1
    bytes_read: int


class ByteSource(NamedTuple):
    """Where records come from: `stream` unpacks the `file` if that is packed."""

    stream: io.BufferedReader
    file: io.BufferedReader
    name: str
    size: int | None  # of the file, in bytes; None for a pipe

    @property
    def bytes_read(self) -> int:
        """Bytes of the file read so far, packed ones where it is packed; 0 for a pipe."""
        return self.file.tell() if self.size is not None else 0


def open_source(path: str) -> ByteSource:
    """Opens a file, or standard input for `-`; gzip is unpacked. Raises FileError."""
    name = "standard input" if path == "-" else path
    try:
        if path == "-":
            if sys.stdin is None:
                raise FileError("standard input is closed")
            file, size = cast(io.BufferedReader, sys.stdin.buffer), None
        else:
            file = open(path, "rb")  # noqa: SIM115, closed with the process
            size = os.fstat(file.fileno()).st_size if os.path.isfile(path) else None
        if file.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC):
            unpacked = cast(io.BufferedReader, gzip.GzipFile(fileobj=file))
            return ByteSource(unpacked, file, name, size)
        return ByteSource(file, file, name, size)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise make_read_error(name, error) from None


def make_read_error(name: str, error: Exception) -> FileError:
    """Returns the error for a source that cannot be read."""
    reason = getattr(error, "strerror", None) or str(error)
    return FileError(f"{name} cannot be read: {reason.lower()}")


def read_blocks(source: ByteSource, size: int, quotes: bool) -> Iterator[Block]:
    """Yields blocks of about `size` bytes, or of what a pipe holds at the moment.

    A record ends with its line or, with `quotes`, with the first line on which all quotes are
    closed. Raises FileError."""
    line = 1
    # The bytes behind the last whole record, their length, and the quotes among them: a quote that
    # is still open decides whether a later line end ends the record.
    pending, length, quote_count = [], 0, 0
    for chunk in read_chunks(source, size):
        end = find_last_record_end(chunk, quote_count) if quotes else chunk.rfind(b"\n") + 1
        if not end:  # the record goes on in the next chunk
            pending.append(chunk)
            length += len(chunk)
            quote_count += chunk.count(b'"') if quotes else 0
            if length > MAX_RECORD_BYTES:
                raise make_length_error(source.name, line, has_open_quote=quote_count % 2 == 1)
            continue
        text = b"".join([*pending, chunk[:end]])
        yield Block(text, line, source.bytes_read)
        line += text.count(b"\n")
        pending, length = [chunk[end:]] if end < len(chunk) else [], len(chunk) - end
        quote_count = chunk.count(b'"', end) if quotes else 0
    if pending:  # the last record has no line end
        yield Block(b"".join(pending), line, source.bytes_read)


def make_length_error(name: str, line: int, has_open_quote: bool) -> FileError:
    """Returns the error for a record that is too long to be one."""
    hint = "is there a quote that is never closed?" if has_open_quote else "a record is a line"
    limit = MAX_RECORD_BYTES >> 20
    return FileError(f"{name}, line {line}: a record of more than {limit} MB", hint=hint)


def read_chunks(source: ByteSource, size: int) -> Iterator[bytes]:
    """Yields what can be read at once, up to `size` bytes, without a byte order mark.

    Raises FileError."""
    start = b""  # the first bytes, which may be a byte order mark
    at_start = True
    try:
        while chunk := source.stream.read1(size):
            if at_start:
                start += chunk
                if len(start) < len(BOM) and BOM.startswith(start):
                    continue  # a pipe may hold only a part of the mark so far
                at_start, chunk = False, start.removeprefix(BOM)
            if chunk:
                yield chunk
    except (OSError, EOFError, zlib.error) as error:
        raise make_read_error(source.name, error) from None
    if at_start and start:  # the input ends within what could have become a mark
        yield start


def find_last_record_end(chunk: bytes, quote_count: int) -> int:
    """Returns the position behind the last line end outside quotes, 0 if there is none.

    `quote_count` quotes stand before the chunk since its record began."""
    end = chunk.rfind(b"\n") + 1
    count = quote_count + chunk.count(b'"', 0, end)
    # An odd number of quotes before a line end means that it stands inside a quoted field. The
    # search goes back line by line, which is short: few fields hold line ends.
    while end and count % 2:
        before = chunk.rfind(b"\n", 0, end - 1) + 1
        count -= chunk.count(b'"', before, end)
        end = before
    return end
