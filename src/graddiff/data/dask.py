"""Tables answered by the workers of Dask, a table a task, wherever they are; all of them see the same files."""

from __future__ import annotations

import contextlib
import logging
import os
import pkgutil
import sys
from collections.abc import Generator, Sequence

from distributed import CancelledError, Client, LocalCluster
from distributed.scheduler import KilledWorker

from graddiff.data.row_answers import RowTally
from graddiff.data.table_job import TableJob, try_job
from graddiff.errors import FileError, GraddiffError
from graddiff.version import __version__

INSTALL_HINT = "scheduler and workers need the same graddiff as this machine: pip install 'graddiff[distributed]'"


def run_jobs_on_dask(
    jobs: Sequence[TableJob], scheduler: str | None, workers: int
) -> Generator[RowTally | GraddiffError, None, None]:
    """What has come of each part, in their order, from the workers of a scheduler or, without one, from `workers`
    processes of this machine. A part whose worker is killed is answered again, by as many workers as the scheduler's
    `allowed-failures` says. Raises FileError."""
    name = scheduler or "of this machine"
    logging.disable()  # what is worth a word comes back with an answer
    with contextlib.ExitStack() as stack:
        try:
            if scheduler is None:
                client = stack.enter_context(
                    Client(stack.enter_context(start_local_cluster(workers)))
                )
            else:
                client = stack.enter_context(Client(scheduler, timeout="10s"))
                require_same_version(client, name)
        except (OSError, ValueError) as error:
            raise FileError(f"the scheduler {name} does not answer: {error}") from None
        for part, future in zip(jobs, client.map(try_job, jobs, pure=False)):
            try:
                yield future.result()
            except KilledWorker:
                yield FileError(f"{part.path}: every worker that took it was lost")
            except (CancelledError, OSError):
                raise make_lost_error(name) from None
            except KeyboardInterrupt:
                silence_stderr()  # what the cluster tells of its end is nobody's business
                raise


def make_lost_error(name: str) -> FileError:
    hint = "what was answered before is there; once the scheduler is back, run the same again"
    return FileError(f"the scheduler {name} was lost before all files were answered", hint=hint)


def require_same_version(client: Client, name: str) -> None:
    """Raises FileError unless the scheduler, which looks into each task, and its workers have this very graddiff."""
    what, where = "graddiff:__version__", f"where the scheduler {name} or its workers are"
    try:
        found = [client.run_on_scheduler(pkgutil.resolve_name, what)]
        found += client.run(pkgutil.resolve_name, what).values()
    except ImportError:
        raise FileError(f"graddiff is not installed {where}", hint=INSTALL_HINT) from None
    for version in found:
        if version != __version__:
            raise FileError(
                f"graddiff {version} is installed {where}, and {__version__} here",
                hint=INSTALL_HINT,
            )


def start_local_cluster(workers: int) -> LocalCluster:
    """Processes of this machine, which have nothing to say: what goes wrong comes back with the answer."""
    own = silence_stderr()
    try:
        return LocalCluster(
            workers, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL"
        )
    finally:
        os.dup2(own, 2)
        os.close(own)


def silence_stderr() -> int:
    """Standard error leads nowhere from now on; gives where it led."""
    sys.stderr.flush()
    own = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return own
