"""Blocks answered by several processes or threads; the answers come in the order of the blocks."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from graddiff.data.blocks import Block
from graddiff.data.row_answers import RowTally
from graddiff.data.streams import RowStream, StreamPlan
from graddiff.system.processes import map_in_order, map_in_processes

THREAD_COUNT = 2

AnsweredBlock = tuple[Block, bytes, RowTally]

# The stream of a worker process, which compiles its kernel once. It is empty in the main process.
_worker_streams: list[RowStream] = []


def answer_in_processes(
    plan: StreamPlan, blocks: Iterator[Block], jobs: int
) -> Generator[AnsweredBlock, None, None]:
    """Yields each block with its answer, from `jobs` processes.

    Raises FileError if one of them is killed."""
    answered = map_in_processes(jobs, _answer_worker_block, blocks, _open_worker_stream, plan)
    for block, (text, tally) in answered:
        yield block, text, tally


def answer_in_threads(
    stream: RowStream, blocks: Iterator[Block]
) -> Generator[AnsweredBlock, None, None]:
    """Yields each block with its answer, while threads answer the next ones.

    This is faster only for a stream whose libraries release the interpreter's lock."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(THREAD_COUNT) as pool:
        answered = map_in_order(
            lambda block: pool.submit(stream.answer_block, block).result, blocks, THREAD_COUNT
        )
        for block, (text, tally) in answered:
            yield block, text, tally


def _open_worker_stream(plan: StreamPlan) -> None:
    _worker_streams.append(RowStream(plan))


def _answer_worker_block(block: Block) -> tuple[bytes, RowTally]:
    return _worker_streams[0].answer_block(block)
