"""Work shared among processes or threads, its results in the order in which it came."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any, TypeVar

from graddiff.errors import FileError, GraddiffError

WAITING_PER_PROCESS = 2  # pieces of work that wait for each process

WorkItem = TypeVar("WorkItem")
WorkResult = TypeVar("WorkResult")


def map_in_processes(
    jobs: int,
    work: Callable[[WorkItem], WorkResult],
    items: Iterable[WorkItem],
    prepare: Callable[..., None],
    *preparation: Any,
) -> Generator[tuple[WorkItem, WorkResult], None, None]:
    """Each item with what `work` gives for it in one of so many processes, which begin by calling `begin` with what is
    given. Raises FileError if one of them is killed."""
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

    pool = ProcessPoolExecutor(jobs, initializer=_prepare_worker, initargs=(prepare, *preparation))
    try:
        yield from map_in_order(
            lambda item: pool.submit(work, item).result, items, WAITING_PER_PROCESS * jobs
        )
    except BrokenProcessPool:
        raise FileError("a process of --jobs ended before its time") from None
    finally:
        pool.shutdown(cancel_futures=True)


def map_in_order(
    submit: Callable[[WorkItem], Callable[[], WorkResult]], work: Iterable[WorkItem], ahead: int
) -> Generator[tuple[WorkItem, WorkResult], None, None]:
    """Each piece of work with the result, for which `submit` gives what to call, so many being ahead. What comes
    before the source of the work breaks is answered before that is said."""
    broken: list[GraddiffError] = []

    def iterate_until_error() -> Iterator[WorkItem]:
        try:
            yield from work
        except GraddiffError as error:
            broken.append(error)

    waiting: deque[tuple[WorkItem, Callable[[], WorkResult]]] = deque()
    for item in iterate_until_error():
        waiting.append((item, submit(item)))
        if len(waiting) > ahead:
            first, result = waiting.popleft()
            yield first, result()
    for first, result in waiting:
        yield first, result()
    if broken:
        raise broken[0]


def _prepare_worker(prepare: Callable[..., None], *preparation: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who asked decides
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    prepare(*preparation)


def _exit_with_parent() -> None:
    """Ends this process with the one that began it, however that ends."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
