"""Which engine answers the rows: plain Python, columns, or several processes."""

from __future__ import annotations

import importlib.util
from collections.abc import Generator, Iterator

from graddiff.data.blocks import Block
from graddiff.data.parallel import AnsweredBlock, answer_in_processes, answer_in_threads
from graddiff.data.streams import RowStream, StreamPlan
from graddiff.errors import UsageError

# Engine -> the extra of the package that brings its libraries, and these libraries.
ENGINE_EXTRAS = {
    "columns": ("batch", ("numpy", "polars")),
    "dask": ("distributed", ("distributed", "numpy", "polars")),
}
SMALL_FILE_BYTES = 256 << 10  # bytes; a smaller file is answered before numpy could be imported


def find_missing_libraries(engine: str) -> list[str]:
    """Returns the libraries that an engine needs and that are not installed."""
    _, libraries = ENGINE_EXTRAS[engine]
    return [library for library in libraries if not importlib.util.find_spec(library)]


def require_engine(engine: str, feature: str) -> None:
    """Raises UsageError if an engine that a `feature` needs is not installed."""
    missing = find_missing_libraries(engine)
    if missing:
        extra, _ = ENGINE_EXTRAS[engine]
        raise UsageError(
            f"{feature} needs {' and '.join(missing)}, which is not installed",
            hint=f"pip install 'graddiff[{extra}]' brings what is missing",
        )


def make_stream(plan: StreamPlan, engine: str, size: int | None) -> RowStream:
    """Returns the stream of a plan, by rows or by columns.

    `auto` means columns where they are installed and the `size` of the source, in bytes, is worth
    the time that their import takes. Raises UsageError where `columns` are not installed."""
    if engine == "columns":
        require_engine(engine, "--engine columns")
    is_small = engine == "auto" and size is not None and size < SMALL_FILE_BYTES
    if engine == "rows" or is_small or find_missing_libraries("columns"):
        return RowStream(plan)
    # Imported late: numpy and polars take a fifth of a second.
    from graddiff.data.column_stream import ColumnStream

    return ColumnStream(plan)


def answer_blocks(
    stream: RowStream, blocks: Iterator[Block], jobs: int, waits: bool
) -> Generator[AnsweredBlock, None, None]:
    """Yields each block with the text of its answers and the tally of its rows.

    A source that `waits`, such as a pipe, is read only after what came from it is answered: its
    writer may wait for these answers."""
    if jobs > 1:
        yield from answer_in_processes(stream.plan, blocks, jobs)
    elif waits or type(stream) is RowStream:
        for block in blocks:
            yield block, *stream.answer_block(block)
    else:
        yield from answer_in_threads(stream, blocks)
