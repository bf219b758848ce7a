"""Blocks answered by several processes or threads, in the order in which they came."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import Any

from graddiff.data.answers import Tally
from graddiff.data.blocks import Block
from graddiff.data.streams import Plan, Stream
from graddiff.errors import FileError, GraddiffError

AHEAD = 2  # blocks that wait for each process
THREADS = 2

Answered = tuple[Block, bytes, Tally]

_own: list[Stream] = []  # of a worker: its stream


def in_parallel(plan: Plan, blocks: Iterator[Block], jobs: int) -> Generator[Answered, None, None]:
    """Each block with its answer, from `jobs` processes. Raises FileError if one of them is killed."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    pool = ProcessPoolExecutor(jobs, initializer=_begin, initargs=(plan,))
    try:
        yield from in_order(lambda block: pool.submit(_answer, block), blocks, AHEAD * jobs)
    except BrokenProcessPool:
        raise FileError("a process of --jobs ended before its time") from None
    finally:
        pool.shutdown(cancel_futures=True)


def by_threads(work: Stream, blocks: Iterator[Block]) -> Generator[Answered, None, None]:
    """The same for a stream whose libraries let go of the interpreter: the next blocks while this one is written."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(THREADS) as pool:
        yield from in_order(lambda block: pool.submit(work.answer, block), blocks, THREADS)


def in_order(submit: Callable[[Block], Any], blocks: Iterator[Block], ahead: int) -> Generator[Answered, None, None]:
    """Each block with the result of the future that `submit` gives for it, so many being ahead. What comes before a
    source breaks is answered before that is said."""
    broken: list[GraddiffError] = []

    def whole() -> Iterator[Block]:
        try:
            yield from blocks
        except GraddiffError as error:
            broken.append(error)

    waiting: deque[tuple[Block, Any]] = deque()
    for block in whole():
        waiting.append((block, submit(block)))
        if len(waiting) > ahead:
            first, future = waiting.popleft()
            yield first, *future.result()
    for first, future in waiting:
        yield first, *future.result()
    if broken:
        raise broken[0]


def _begin(plan: Plan) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asked decides
    threading.Thread(target=_follow, daemon=True).start()
    _own.append(Stream(plan))


def _follow() -> None:
    """Ends this process with the one that began it, however that ends."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _answer(block: Block) -> tuple[bytes, Tally]:
    return _own[0].answer(block)
