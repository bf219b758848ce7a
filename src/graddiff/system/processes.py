"""Work shared among processes or threads; its results come in the order of the work."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import ParamSpec, TypeVar

from graddiff.errors import FileError, GraddiffError

WAITING_PER_PROCESS = 2  # pieces of work that wait for each process

WorkItem = TypeVar("WorkItem")
WorkResult = TypeVar("WorkResult")
Preparation = ParamSpec("Preparation")


def map_in_processes(
    jobs: int,
    work: Callable[[WorkItem], WorkResult],
    items: Iterable[WorkItem],
    prepare: Callable[Preparation, None],
    *preparation: Preparation.args,
    **named_preparation: Preparation.kwargs,
) -> Generator[tuple[WorkItem, WorkResult], None, None]:
    """Yields each item with its result, which `work` computes in one of `jobs` processes.

    Each process first calls `prepare` with the arguments that follow it. Raises FileError if a
    process is killed."""
    from concurrent.futures.process import BrokenProcessPool, ProcessPoolExecutor

    pool = ProcessPoolExecutor(
        jobs, initializer=_prepare_worker, initargs=(prepare, preparation, named_preparation)
    )
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
    """Yields each piece of work with its result, in the order of the work.

    `submit` begins a piece of work and returns a function that waits for its result; up to `ahead`
    pieces are begun before the first of them is waited for. If the source of the work raises a
    GraddiffError, the results of all work before it come first, then the error is raised."""
    source_errors: list[GraddiffError] = []

    def iterate_until_error() -> Iterator[WorkItem]:
        try:
            yield from work
        except GraddiffError as error:
            source_errors.append(error)

    waiting: deque[tuple[WorkItem, Callable[[], WorkResult]]] = deque()
    for item in iterate_until_error():
        waiting.append((item, submit(item)))
        if len(waiting) > ahead:
            first, wait_for_result = waiting.popleft()
            yield first, wait_for_result()
    for first, wait_for_result in waiting:
        yield first, wait_for_result()
    if source_errors:
        raise source_errors[0]


def _prepare_worker(
    prepare: Callable[..., None], preparation: Iterable[object], named: dict[str, object]
) -> None:
    # Ctrl-C reaches every process of the terminal; the parent decides what becomes of the workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    prepare(*preparation, **named)


def _exit_with_parent() -> None:
    """Ends this process when its parent ends, in whatever way that ends."""
    import multiprocessing

    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
