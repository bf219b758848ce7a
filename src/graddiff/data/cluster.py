"""Tables answered by the workers of Dask, a table a task, wherever they are; all of them see the same files."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence

from distributed import Client, LocalCluster
from distributed.scheduler import KilledWorker

from graddiff.data.answers import Tally
from graddiff.data.parts import Part, attempt
from graddiff.errors import FileError, GraddiffError

RETRIES = 5  # of a part whose task failed


def answer_parts(parts: Sequence[Part], scheduler: str | None, workers: int) -> Iterator[Tally | GraddiffError]:
    """What has come of each part, in their order, from the workers of a scheduler or, without one, from `workers`
    processes of this machine. A part whose worker is killed is answered again. Raises FileError."""
    with contextlib.ExitStack() as stack:
        try:
            if scheduler is None:
                client = stack.enter_context(Client(stack.enter_context(local_cluster(workers))))
            else:
                client = stack.enter_context(Client(scheduler, timeout="10s"))
        except (OSError, ValueError) as error:
            raise FileError(f"the scheduler {scheduler or 'of this machine'} does not answer: {error}") from None
        for part, future in zip(parts, client.map(attempt, parts, pure=False, retries=RETRIES)):
            try:
                yield future.result()
            except KilledWorker:
                yield FileError(f"{part.path}: every worker that took it was lost")
            except KeyboardInterrupt:
                silence()  # what the cluster tells of its end is nobody's business
                raise


def local_cluster(workers: int) -> LocalCluster:
    """Processes of this machine, which have nothing to say: what goes wrong comes back with the answer."""
    own = silence()
    try:
        return LocalCluster(workers, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL")
    finally:
        os.dup2(own, 2)
        os.close(own)


def silence() -> int:
    """Standard error leads nowhere from now on; gives where it led."""
    sys.stderr.flush()
    own = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return own
