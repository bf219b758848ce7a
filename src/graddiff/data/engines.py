"""Which engine answers the rows: plain Python, columns, or several processes."""

from __future__ import annotations

import importlib.util
from collections.abc import Generator, Iterator

from graddiff.data.blocks import Block
from graddiff.data.parallel import AnsweredBlock, answer_in_processes, answer_in_threads
from graddiff.data.streams import RowStream, StreamPlan
from graddiff.errors import UsageError

ENGINE_EXTRAS = {
    "columns": ("batch", ("numpy", "polars")),
    "dask": ("distributed", ("distributed", "numpy", "polars")),
}
SMALL_FILE_BYTES = (
    256 << 10
)  # bytes of a file that is answered before numpy and polars have been imported


def find_missing_libraries(engine: str) -> list[str]:
    """The libraries that an engine needs and that are not installed."""
    return [
        library for library in ENGINE_EXTRAS[engine][1] if not importlib.util.find_spec(library)
    ]


def require_engine(engine: str, feature: str) -> None:
    """Raises UsageError if an engine, which `what` needs, is not installed."""
    absent = find_missing_libraries(engine)
    if absent:
        hint = f"pip install 'graddiff[{ENGINE_EXTRAS[engine][0]}]' brings what is missing"
        raise UsageError(
            f"{feature} needs {' and '.join(absent)}, which is not installed", hint=hint
        )


def make_stream(plan: StreamPlan, engine: str, size: int | None) -> RowStream:
    """Rows or columns; `auto` means columns where they are installed and the work is worth their start."""
    if engine == "columns":
        require_engine(engine, "--engine columns")
    if (
        engine == "rows"
        or find_missing_libraries("columns")
        or (engine == "auto" and size is not None and size < SMALL_FILE_BYTES)
    ):
        return RowStream(plan)
    from graddiff.data.column_stream import (
        ColumnStream,
    )  # numpy and polars take a fifth of a second

    return ColumnStream(plan)


def answer_blocks(
    work: RowStream, blocks: Iterator[Block], jobs: int, waits: bool
) -> Generator[AnsweredBlock, None, None]:
    """Each block with the text of its answers and what has come of its rows. A source that `waits`, such as a pipe, is
    not read before what came from it is answered."""
    if jobs > 1:
        yield from answer_in_processes(work.plan, blocks, jobs)
    elif waits or type(work) is RowStream:
        for block in blocks:
            yield block, *work.answer_block(block)
    else:
        yield from answer_in_threads(work, blocks)
