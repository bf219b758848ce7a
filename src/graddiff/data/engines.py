"""Which engine answers the rows: plain Python, columns, or several processes."""

from __future__ import annotations

import importlib.util
from collections.abc import Generator, Iterator

from graddiff.data.blocks import Block
from graddiff.data.parallel import Answered, by_threads, in_parallel
from graddiff.data.streams import Plan, Stream
from graddiff.errors import UsageError

EXTRAS = {
    "columns": ("batch", ("numpy", "polars")),
    "dask": ("distributed", ("distributed", "numpy", "polars")),
}
SMALL = 256 << 10  # bytes of a file that is answered before numpy and polars have been imported


def missing(engine: str) -> list[str]:
    """The libraries that an engine needs and that are not installed."""
    return [library for library in EXTRAS[engine][1] if not importlib.util.find_spec(library)]


def need(engine: str, what: str) -> None:
    """Raises UsageError if an engine, which `what` needs, is not installed."""
    absent = missing(engine)
    if absent:
        hint = f"pip install 'graddiff[{EXTRAS[engine][0]}]' brings what is missing"
        raise UsageError(f"{what} needs {' and '.join(absent)}, which is not installed", hint=hint)


def stream_of(plan: Plan, engine: str, size: int | None) -> Stream:
    """Rows or columns; `auto` means columns where they are installed and the work is worth their start."""
    if engine == "columns":
        need(engine, "--engine columns")
    if (
        engine == "rows"
        or missing("columns")
        or (engine == "auto" and size is not None and size < SMALL)
    ):
        return Stream(plan)
    from graddiff.data.column_stream import FrameStream  # numpy and polars take a fifth of a second

    return FrameStream(plan)


def answered(
    work: Stream, blocks: Iterator[Block], jobs: int, waits: bool
) -> Generator[Answered, None, None]:
    """Each block with the text of its answers and what has come of its rows. A source that `waits`, such as a pipe, is
    not read before what came from it is answered."""
    if jobs > 1:
        yield from in_parallel(work.plan, blocks, jobs)
    elif waits or type(work) is Stream:
        for block in blocks:
            yield block, *work.answer(block)
    else:
        yield from by_threads(work, blocks)
