"""What graddiff minimize begins with: a run as its options say, or one that goes on."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, NamedTuple

from graddiff.autodiff.point import bindings, constant, names
from graddiff.autodiff.result import check_binding, finite
from graddiff.commands.main.options import read_expression
from graddiff.data.engines import missing, need
from graddiff.data.numeric_rows import table
from graddiff.data.open_table import SUFFIXES, named
from graddiff.errors import FileError, UsageError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.language.suggestions import did_you_mean
from graddiff.minimize.lbfgs import need_scipy
from graddiff.minimize.loop import Batches, Limits, Objective, State
from graddiff.minimize.objectives import AtPoint, OverRows
from graddiff.minimize.optimizers import LBFGS, RULES, hyperparameters
from graddiff.minimize.saved_run import Data, Task, load
from graddiff.minimize.training_rows import Samples, read_samples
from graddiff.minimize.update_code import memory

STEPS, EPOCHS = 1_000, 100  # unless it is said
LITTLE = 50_000  # rows to be answered in all: less is done before numpy is imported

OF_DATA = ("epochs", "batch_size", "shuffle_seed", "test_data", "engine", "data_format")
OF_THE_START = (
    "at",
    "wrt",
    "random",
    "random_seed",
    "optimizer",
    "lr",
    "set",
    "batch_size",
    "shuffle_seed",
    "engine",
)


class Beginning(NamedTuple):
    """A run that can start: `resumed` says whether its first step has been shown before."""

    task: Task
    state: State
    objective: Objective
    batches: Batches | None
    test: OverRows | None
    resumed: bool


def begin(expression: str | None, options: Mapping[str, Any]) -> Beginning:
    """The run that the options ask for. Raises what is wrong with them, with the expression or with the data."""
    if options["resume"] is not None:
        return go_on(expression, options)
    if options["data"] is None:
        refuse_what_is_for_data(options)
    if options["data"] == "-" and (
        expression == "-" or (expression is None and options["path"] in (None, "-"))
    ):
        raise UsageError("standard input holds the data, so the expression cannot come from there")
    text = read_expression(expression, options["path"])
    bound = starts(options)
    optimizer = options["optimizer"] or "sgd"
    lr = None if options["lr"] is None else float(constant("lr", options["lr"], "--lr"))
    hyper = hyperparameters(optimizer, lr, bindings(options["set"], "--set"))
    check_batches(optimizer, options)
    read, samples = read_loss(text, bound, options["data"], options)
    parameters = chosen(read, bound, options)
    start = {name: bound[name] for name in parameters}
    limits = limits_of(options, Limits())
    data = None if samples is None else data_of(samples, limits, options)
    fixed = {name: value for name, value in bound.items() if name not in parameters}
    task = Task(text, start, fixed, optimizer, hyper, limits, data)
    kept = memory(RULES[optimizer], hyper, len(start)) if optimizer != LBFGS else ()
    return beginning(task, State(0, tuple(start.values()), kept), read, samples, options)


def go_on(expression: str | None, options: Mapping[str, Any]) -> Beginning:
    """The run that a file keeps."""
    task, state = load(options["resume"])
    for option in OF_THE_START:
        if options[option] not in (None, ()):
            hint = "leave it away, or begin anew where the run has come to"
            raise UsageError(
                f"{spelled(option)} was said when the run began, which --resume goes on with",
                hint=hint,
            )
    if expression not in (None, task.text) or options["path"] is not None:
        raise UsageError(
            f"{options['resume']} is a run of another expression: {task.text}", hint="leave it away"
        )
    if task.data is None and options["data"] is not None:
        raise UsageError(f"the run in {options['resume']} has no data", hint="leave --data away")
    if task.data is None:
        refuse_what_is_for_data(options)
    bound = {**task.fixed, **task.start}
    path = task.data and (options["data"] or task.data.path)
    reads = task.data.reads if task.data and path == task.data.path else None
    given = {**options, "data_format": options["data_format"] or reads}
    read, samples = read_loss(task.text, bound, path, given)
    if (
        task.data
        and samples
        and (samples.count, samples.checksum) != (task.data.rows, task.data.checksum)
    ):
        told = f"{path} has other rows than those that the run in {options['resume']} began with"
        raise FileError(told, hint="a run on other data begins anew")
    if task.data is not None and path is not None:
        moved = table(path, given["data_format"])
        test = options["test_data"] or task.data.test
        task = task._replace(data=task.data._replace(path=moved.path, reads=moved.reads, test=test))
    task = task._replace(limits=limits_of(options, task.limits))
    return beginning(task, state, read, samples, options)


def refuse_what_is_for_data(options: Mapping[str, Any]) -> None:
    for option in OF_DATA:
        if options[option] is not None:
            raise UsageError(f"{spelled(option)} is for --data", hint="--data FILE names a table")


def spelled(option: str) -> str:
    return f"--{option.replace('_', '-')}"


def starts(options: Mapping[str, Any]) -> dict[str, float]:
    """Where the names begin: as bound, or at random."""
    bound = {name: finite(name, value) for name, value in bindings(options["at"]).items()}
    drawn = names(options["random"], "--random") if options["random"] else []
    if options["random_seed"] is not None and not drawn:
        raise UsageError("--random-seed is for --random", hint="--random v,w names parameters")
    source = random.Random(options["random_seed"] or 0)
    for name in drawn:
        if name in bound:
            raise UsageError(f"{name} stands in --at and in --random", hint="take one of them away")
        bound[name] = source.uniform(-1.0, 1.0)
    return bound


def check_batches(optimizer: str, options: Mapping[str, Any]) -> None:
    if options["batch_size"] is None and options["shuffle_seed"] is not None:
        raise UsageError(
            "--shuffle-seed mixes batches, and each step goes by all rows", hint="--batch-size 32"
        )
    if optimizer == LBFGS and options["batch_size"] is not None:
        raise UsageError(
            "lbfgs goes by the whole loss, and --batch-size by parts of it",
            hint="adam does batches",
        )


def read_loss(
    text: str, bound: Mapping[str, float], path: str | None, options: Mapping[str, Any]
) -> tuple[Expression, Samples | None]:
    """The expression, and the rows that the loss is the mean over."""
    if path is None:
        read = parse(text, bound)
        check_binding(read, bound)
        return read, None
    samples, read = read_samples(table(path, options["data_format"]), text, bound)
    return read, samples


def chosen(read: Expression, bound: Mapping[str, float], options: Mapping[str, Any]) -> list[str]:
    """The names of the parameters. Raises UsageError where the loss depends on none of them."""
    parameters = names(options["wrt"], "--wrt") if options["wrt"] else [*bound]
    for name in parameters:
        if name not in bound:
            column = (
                f"{name} is a column"
                if name in read.variables
                else f"--at {name}=0 says where it begins"
            )
            hint = did_you_mean(name, bound) or column
            raise UsageError(f"{name} stands in --wrt, but has no value to begin with", hint=hint)
    lines = {read.variables[name] for name in parameters if name in read.variables}
    if not parameters or not read.depends(lines)[read.output]:
        told = (
            f"the loss does not depend on {', '.join(parameters)}"
            if parameters
            else "there is no parameter"
        )
        raise UsageError(told, hint="--at x=0 names a parameter, and says where it begins")
    return parameters


def limits_of(options: Mapping[str, Any], before: Limits) -> Limits:
    """When to stop: as the options say, or as it was said before, or after some time."""
    tolerance = before.tolerance
    if options["tolerance"] is not None:
        tolerance = float(constant("tolerance", options["tolerance"], "--tolerance"))
        if tolerance < 0:
            raise UsageError(
                f"--tolerance is {tolerance:g}, and no gradient is so short",
                hint="a number from 0 on",
            )
    patience = options["patience"] or before.patience
    if options["steps"] or options["epochs"]:
        return Limits(options["steps"], options["epochs"], tolerance, patience)
    if before.steps or before.epochs:
        return before._replace(tolerance=tolerance, patience=patience)
    return Limits(
        STEPS if options["data"] is None else None,
        None if options["data"] is None else EPOCHS,
        tolerance,
        patience,
    )


def data_of(samples: Samples, limits: Limits, options: Mapping[str, Any]) -> Data:
    """The data, with the engine that answers its rows."""
    engine, size = options["engine"] or "auto", options["batch_size"]
    if engine == "auto":
        looks = limits.epochs or limits.steps or 0
        engine = "rows" if missing("columns") or samples.count * looks <= LITTLE else "columns"
    given = table(options["data"], options["data_format"])
    seed = options["shuffle_seed"]
    return Data(
        given.path,
        given.reads,
        engine,
        size,
        seed,
        samples.count,
        samples.checksum,
        options["test_data"],
    )


def beginning(
    task: Task, state: State, read: Expression, samples: Samples | None, options: Mapping[str, Any]
) -> Beginning:
    """A run with its objective."""
    parameters = [*task.start]
    resumed = options["resume"] is not None
    if task.optimizer == LBFGS:
        need_scipy()
    if task.data is not None and task.data.engine == "columns":
        need("columns", "--engine columns")
    if task.data is None or samples is None:
        return Beginning(task, state, AtPoint(read, parameters, task.fixed), None, None, resumed)
    objective = OverRows(read, parameters, task.fixed, samples, task.data.engine)
    size = task.data.batch_size or samples.count
    batches = Batches(samples.count, size, task.data.shuffle_seed)
    test = None
    if task.data.test is not None:
        reads = SUFFIXES.get(named(task.data.test)[1]) or options["data_format"]
        others, same = read_samples(
            table(task.data.test, reads), task.text, {**task.fixed, **task.start}
        )
        test = OverRows(same, parameters, task.fixed, others, task.data.engine)
    return Beginning(task, state, objective, batches, test, resumed)
