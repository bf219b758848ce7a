"""Blocks answered by several processes, in the order in which they came."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator

from graddiff.data.answers import Tally
from graddiff.data.blocks import Block
from graddiff.data.streams import Plan, Stream
from graddiff.errors import FileError

AHEAD = 2  # blocks that wait for each process

_own: list[Stream] = []  # of a worker: its stream


def in_parallel(plan: Plan, stream: Iterator[Block], jobs: int) -> Generator[tuple[Block, bytes, Tally]]:
    """Each block with its answer. Raises FileError if a process is killed."""
    from concurrent.futures import Future, ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    pool = ProcessPoolExecutor(jobs, initializer=_begin, initargs=(plan,))
    waiting: deque[tuple[Block, Future[tuple[bytes, Tally]]]] = deque()
    try:
        for block in stream:
            waiting.append((block, pool.submit(_answer, block)))
            if len(waiting) > AHEAD * jobs:
                first, future = waiting.popleft()
                yield first, *future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, *future.result()
    except BrokenProcessPool:
        raise FileError("a process of --jobs ended before its time") from None
    finally:
        pool.shutdown(cancel_futures=True)


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
