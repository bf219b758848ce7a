"""Work shared among processes or threads, its results in the order in which it came."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, TypeVar

from graddiff.errors import FileError, GraddiffError

AHEAD = 2  # pieces of work that wait for each process

Item = TypeVar("Item")
Result = TypeVar("Result")


def by_processes(
    jobs: int,
    work: Callable[[Item], Result],
    items: Iterable[Item],
    begin: Callable[..., None],
    *given: Any,
) -> Generator[tuple[Item, Result], None, None]:
    """Each item with what `work` gives for it in one of so many processes, which begin by calling `begin` with what is
    given. Raises FileError if one of them is killed."""
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

    pool = ProcessPoolExecutor(jobs, initializer=_begin, initargs=(begin, *given))
    try:
        yield from in_order(lambda item: pool.submit(work, item).result, items, AHEAD * jobs)
    except BrokenProcessPool:
        raise FileError("a process of --jobs ended before its time") from None
    finally:
        pool.shutdown(cancel_futures=True)


def in_order(
    submit: Callable[[Item], Callable[[], Result]], work: Iterable[Item], ahead: int
) -> Generator[tuple[Item, Result], None, None]:
    """Each piece of work with the result, for which `submit` gives what to call, so many being ahead. What comes
    before the source of the work breaks is answered before that is said."""
    broken: list[GraddiffError] = []

    def whole() -> Iterator[Item]:
        try:
            yield from work
        except GraddiffError as error:
            broken.append(error)

    waiting: deque[tuple[Item, Callable[[], Result]]] = deque()
    for item in whole():
        waiting.append((item, submit(item)))
        if len(waiting) > ahead:
            first, result = waiting.popleft()
            yield first, result()
    for first, result in waiting:
        yield first, result()
    if broken:
        raise broken[0]


def _begin(begin: Callable[..., None], *given: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asked decides
    threading.Thread(target=_follow, daemon=True).start()
    begin(*given)


def _follow() -> None:
    """Ends this process with the one that began it, however that ends."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
