"""Blocks answered by several processes or threads, in the order in which they came."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from graddiff.data.blocks import Block
from graddiff.data.row_answers import RowTally
from graddiff.data.streams import RowStream, StreamPlan
from graddiff.system.processes import map_in_order, map_in_processes

THREAD_COUNT = 2

AnsweredBlock = tuple[Block, bytes, RowTally]

_worker_streams: list[RowStream] = []  # of a worker: its stream


def answer_in_processes(
    plan: StreamPlan, blocks: Iterator[Block], jobs: int
) -> Generator[AnsweredBlock, None, None]:
    """Each block with its answer, from `jobs` processes. Raises FileError if one of them is killed."""
    for block, (written, tally) in map_in_processes(
        jobs, _answer_worker_block, blocks, _open_worker_stream, plan
    ):
        yield block, written, tally


def answer_in_threads(
    work: RowStream, blocks: Iterator[Block]
) -> Generator[AnsweredBlock, None, None]:
    """The same for a stream whose libraries let go of the interpreter: the next blocks while this one is written."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(THREAD_COUNT) as pool:
        for block, (written, tally) in map_in_order(
            lambda block: pool.submit(work.answer_block, block).result, blocks, THREAD_COUNT
        ):
            yield block, written, tally


def _open_worker_stream(plan: StreamPlan) -> None:
    _worker_streams.append(RowStream(plan))


def _answer_worker_block(block: Block) -> tuple[bytes, RowTally]:
    return _worker_streams[0].answer_block(block)
