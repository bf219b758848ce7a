"""A run of graddiff minimize that goes on from where a file has kept it."""

from __future__ import annotations

from graddiff.commands.minimize.options import MinimizeOptions
from graddiff.commands.minimize.setup import (
    PreparedRun,
    build_prepared_run,
    choose_run_limits,
    prepare_new_run,
    read_loss,
)
from graddiff.data.numeric_rows import locate_table
from graddiff.errors import FileError, UsageError
from graddiff.minimize.saved_run import MinimizationTask, load_run
from graddiff.minimize.training_rows import Samples


def prepare_run(options: MinimizeOptions) -> PreparedRun:
    """Returns the run that the options ask for, a new one or one that goes on.

    Raises GraddiffError if they, the expression or the data are wrong."""
    if options.resume is None:
        return prepare_new_run(options)
    return resume_run(options.resume, options)


def resume_run(saved: str, options: MinimizeOptions) -> PreparedRun:
    """Returns the run that the file `saved` keeps, with new limits and new places of its data."""
    task, state = load_run(saved)
    options.refuse_start_options()
    validate_same_task(saved, task, options)
    path, data_format = locate_saved_data(task, options)
    loss, samples = read_loss(task.text, {**task.fixed, **task.start}, path, data_format)
    if task.data is not None and path is not None and samples is not None:
        validate_same_rows(saved, task, samples, path)
        location = locate_table(path, data_format)
        data = task.data._replace(
            path=location.path,
            reads=location.reads,
            test=options.test_data or task.data.test,
        )
        task = task._replace(data=data)
    task = task._replace(limits=choose_run_limits(options, task.limits))
    return build_prepared_run(task, state, loss, samples, options)


def validate_same_task(saved: str, task: MinimizationTask, options: MinimizeOptions) -> None:
    """Raises UsageError where the options are those of another run than the saved one."""
    if options.expression not in (None, task.text) or options.file is not None:
        raise UsageError(
            f"{saved} is a run of another expression: {task.text}", hint="leave the expression out"
        )
    if task.data is None and options.data is not None:
        raise UsageError(f"the run in {saved} has no data", hint="leave --data out")
    if task.data is None:
        options.refuse_data_options()


def locate_saved_data(
    task: MinimizationTask, options: MinimizeOptions
) -> tuple[str | None, str | None]:
    """Returns where the data of a saved run is now, and its format if that is known."""
    if task.data is None:
        return None, options.data_format
    path = options.data or task.data.path
    is_same = path == task.data.path
    return path, options.data_format or (task.data.reads if is_same else None)


def validate_same_rows(saved: str, task: MinimizationTask, samples: Samples, path: str) -> None:
    """Raises FileError where the data has other rows than those that the run began with."""
    assert task.data is not None
    if (samples.count, samples.checksum) != (task.data.rows, task.data.checksum):
        raise FileError(
            f"{path} has other rows than those that the run in {saved} began with",
            hint="leave --resume out to begin a new run on other data",
        )
