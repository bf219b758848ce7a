"""Blocks answered by several processes or threads, in the order in which they came."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from graddiff.data.blocks import Block
from graddiff.data.row_answers import Tally
from graddiff.data.streams import Plan, Stream
from graddiff.system.processes import by_processes, in_order

THREADS = 2

Answered = tuple[Block, bytes, Tally]

_own: list[Stream] = []  # of a worker: its stream


def in_parallel(plan: Plan, blocks: Iterator[Block], jobs: int) -> Generator[Answered, None, None]:
    """Each block with its answer, from `jobs` processes. Raises FileError if one of them is killed."""
    for block, (written, tally) in by_processes(jobs, _answer, blocks, _begin, plan):
        yield block, written, tally


def by_threads(work: Stream, blocks: Iterator[Block]) -> Generator[Answered, None, None]:
    """The same for a stream whose libraries let go of the interpreter: the next blocks while this one is written."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(THREADS) as pool:
        for block, (written, tally) in in_order(
            lambda block: pool.submit(work.answer, block).result, blocks, THREADS
        ):
            yield block, written, tally


def _begin(plan: Plan) -> None:
    _own.append(Stream(plan))


def _answer(block: Block) -> tuple[bytes, Tally]:
    return _own[0].answer(block)
