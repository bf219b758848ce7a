"""Tables answered by the workers of Dask, one table per task; all workers see the same files."""

from __future__ import annotations

import contextlib
import logging
import os
import pkgutil
import sys
from collections.abc import Generator, Sequence

from distributed import CancelledError, Client, LocalCluster
from distributed.scheduler import KilledWorker

from graddiff.data.table_job import TableJob, TableOutcome, try_job
from graddiff.errors import FileError
from graddiff.version import __version__

INSTALL_HINT = (
    "the scheduler and its workers need the same version of graddiff as this machine: "
    "pip install 'graddiff[distributed]'"
)
CONNECT_TIMEOUT = "10s"


def run_jobs_on_dask(
    jobs: Sequence[TableJob], scheduler: str | None, workers: int
) -> Generator[TableOutcome, None, None]:
    """Yields the tally or the error of each job, in their order.

    The jobs run on the workers of a `scheduler`, an address, or without one on `workers` processes
    of this machine. A job whose worker is killed runs again, on as many workers as the scheduler's
    `allowed-failures` says. Raises FileError where the scheduler does not answer, or is lost."""
    name = scheduler or "of this machine"
    logging.disable()  # errors come back with the answers
    with contextlib.ExitStack() as stack:
        client = connect_client(stack, scheduler, workers, name)
        for job, future in zip(jobs, client.map(try_job, jobs, pure=False)):
            try:
                yield future.result()
            except KilledWorker:
                yield FileError(f"{job.path}: every worker that took it was lost")
            except (CancelledError, OSError):
                raise make_lost_error(name) from None
            except KeyboardInterrupt:
                silence_stderr()  # the cluster would report its own end at length
                raise


def connect_client(
    stack: contextlib.ExitStack, scheduler: str | None, workers: int, name: str
) -> Client:
    """Returns a client of a scheduler, or of a new cluster, which end with the stack.

    Raises FileError."""
    try:
        if scheduler is None:
            cluster = stack.enter_context(start_local_cluster(workers))
            return stack.enter_context(Client(cluster))
        client = stack.enter_context(Client(scheduler, timeout=CONNECT_TIMEOUT))
        require_same_version(client, name)
        return client
    except (OSError, ValueError) as error:
        raise FileError(f"the scheduler {name} does not answer: {error}") from None


def make_lost_error(name: str) -> FileError:
    """Returns the error for a scheduler that is lost during a run."""
    hint = "what was answered before is there; once the scheduler is back, run the same again"
    return FileError(f"the scheduler {name} was lost before all files were answered", hint=hint)


def require_same_version(client: Client, name: str) -> None:
    """Raises FileError unless the scheduler and its workers have this version of graddiff.

    The scheduler needs it, too, as it unpickles each task."""
    attribute = "graddiff:__version__"
    where = f"where the scheduler {name} or its workers are"
    try:
        versions = [client.run_on_scheduler(pkgutil.resolve_name, attribute)]
        versions += client.run(pkgutil.resolve_name, attribute).values()
    except ImportError:
        raise FileError(f"graddiff is not installed {where}", hint=INSTALL_HINT) from None
    for version in versions:
        if version != __version__:
            raise FileError(
                f"graddiff {version} is installed {where}, and {__version__} here",
                hint=INSTALL_HINT,
            )


def start_local_cluster(workers: int) -> LocalCluster:
    """Starts processes of this machine, which write nothing: errors come back with the answers."""
    own_stderr = silence_stderr()
    try:
        return LocalCluster(
            workers, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL"
        )
    finally:
        os.dup2(own_stderr, 2)
        os.close(own_stderr)


def silence_stderr() -> int:
    """Leads standard error nowhere, and returns a descriptor of where it led before."""
    sys.stderr.flush()
    own_stderr = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return own_stderr
