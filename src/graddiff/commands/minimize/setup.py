"""What graddiff minimize begins with: a run as its options say, or one that goes on."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, NamedTuple

from graddiff.autodiff.point import evaluate_constant, parse_bindings, parse_names
from graddiff.autodiff.result import require_finite, validate_binding
from graddiff.commands.main.options import read_expression
from graddiff.data.engines import find_missing_libraries, require_engine
from graddiff.data.numeric_rows import locate_table
from graddiff.data.open_table import TABLE_SUFFIXES, split_table_name
from graddiff.errors import FileError, UsageError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.language.suggestions import suggest_name
from graddiff.minimize.lbfgs import require_scipy
from graddiff.minimize.loop import Batches, LossFunction, RunLimits, RunState
from graddiff.minimize.objectives import MeanObjective, PointObjective
from graddiff.minimize.optimizers import LBFGS, OPTIMIZER_RULES, resolve_hyperparameters
from graddiff.minimize.saved_run import DataSettings, MinimizationTask, load_run
from graddiff.minimize.training_rows import Samples, read_samples
from graddiff.minimize.update_code import compute_initial_memory

DEFAULT_STEPS, DEFAULT_EPOCHS = 1_000, 100  # unless it is said
SMALL_WORK_ROWS = 50_000  # rows to be answered in all: less is done before numpy is imported

DATA_OPTIONS = ("epochs", "batch_size", "shuffle_seed", "test_data", "engine", "data_format")
START_OPTIONS = (
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


class PreparedRun(NamedTuple):
    """A run that can start: `resumed` says whether its first step has been shown before."""

    task: MinimizationTask
    state: RunState
    objective: LossFunction
    batches: Batches | None
    test_objective: MeanObjective | None
    is_resumed: bool


def prepare_run(expression: str | None, options: Mapping[str, Any]) -> PreparedRun:
    """The run that the options ask for. Raises what is wrong with them, with the expression or with the data."""
    if options["resume"] is not None:
        return resume_run(expression, options)
    if options["data"] is None:
        refuse_data_options(options)
    if options["data"] == "-" and (
        expression == "-" or (expression is None and options["path"] in (None, "-"))
    ):
        raise UsageError("standard input holds the data, so the expression cannot come from there")
    text = read_expression(expression, options["path"])
    bound = read_start_values(options)
    optimizer = options["optimizer"] or "sgd"
    lr = None if options["lr"] is None else float(evaluate_constant("lr", options["lr"], "--lr"))
    hyper = resolve_hyperparameters(optimizer, lr, parse_bindings(options["set"], "--set"))
    validate_batches(optimizer, options)
    read, samples = read_loss(text, bound, options["data"], options)
    parameters = choose_parameters(read, bound, options)
    start = {name: bound[name] for name in parameters}
    limits = choose_run_limits(options, RunLimits())
    data = None if samples is None else make_data_settings(samples, limits, options)
    fixed = {name: value for name, value in bound.items() if name not in parameters}
    task = MinimizationTask(text, start, fixed, optimizer, hyper, limits, data)
    kept = (
        compute_initial_memory(OPTIMIZER_RULES[optimizer], hyper, len(start))
        if optimizer != LBFGS
        else ()
    )
    return build_prepared_run(
        task, RunState(0, tuple(start.values()), kept), read, samples, options
    )


def resume_run(expression: str | None, options: Mapping[str, Any]) -> PreparedRun:
    """The run that a file keeps."""
    task, state = load_run(options["resume"])
    for option in START_OPTIONS:
        if options[option] not in (None, ()):
            hint = "leave it away, or begin anew where the run has come to"
            raise UsageError(
                f"{spell_option(option)} was said when the run began, which --resume goes on with",
                hint=hint,
            )
    if expression not in (None, task.text) or options["path"] is not None:
        raise UsageError(
            f"{options['resume']} is a run of another expression: {task.text}", hint="leave it away"
        )
    if task.data is None and options["data"] is not None:
        raise UsageError(f"the run in {options['resume']} has no data", hint="leave --data away")
    if task.data is None:
        refuse_data_options(options)
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
        moved = locate_table(path, given["data_format"])
        test = options["test_data"] or task.data.test
        task = task._replace(data=task.data._replace(path=moved.path, reads=moved.reads, test=test))
    task = task._replace(limits=choose_run_limits(options, task.limits))
    return build_prepared_run(task, state, read, samples, options)


def refuse_data_options(options: Mapping[str, Any]) -> None:
    for option in DATA_OPTIONS:
        if options[option] is not None:
            raise UsageError(
                f"{spell_option(option)} is for --data", hint="--data FILE names a table"
            )


def spell_option(option: str) -> str:
    return f"--{option.replace('_', '-')}"


def read_start_values(options: Mapping[str, Any]) -> dict[str, float]:
    """Where the names begin: as bound, or at random."""
    bound = {
        name: require_finite(name, value) for name, value in parse_bindings(options["at"]).items()
    }
    drawn = parse_names(options["random"], "--random") if options["random"] else []
    if options["random_seed"] is not None and not drawn:
        raise UsageError("--random-seed is for --random", hint="--random v,w names parameters")
    source = random.Random(options["random_seed"] or 0)
    for name in drawn:
        if name in bound:
            raise UsageError(f"{name} stands in --at and in --random", hint="take one of them away")
        bound[name] = source.uniform(-1.0, 1.0)
    return bound


def validate_batches(optimizer: str, options: Mapping[str, Any]) -> None:
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
        validate_binding(read, bound)
        return read, None
    samples, read = read_samples(locate_table(path, options["data_format"]), text, bound)
    return read, samples


def choose_parameters(
    read: Expression, bound: Mapping[str, float], options: Mapping[str, Any]
) -> list[str]:
    """The names of the parameters. Raises UsageError where the loss depends on none of them."""
    parameters = parse_names(options["wrt"], "--wrt") if options["wrt"] else [*bound]
    for name in parameters:
        if name not in bound:
            column = (
                f"{name} is a column"
                if name in read.variables
                else f"--at {name}=0 says where it begins"
            )
            hint = suggest_name(name, bound) or column
            raise UsageError(f"{name} stands in --wrt, but has no value to begin with", hint=hint)
    lines = {read.variables[name] for name in parameters if name in read.variables}
    if not parameters or not read.find_dependent_lines(lines)[read.output]:
        told = (
            f"the loss does not depend on {', '.join(parameters)}"
            if parameters
            else "there is no parameter"
        )
        raise UsageError(told, hint="--at x=0 names a parameter, and says where it begins")
    return parameters


def choose_run_limits(options: Mapping[str, Any], before: RunLimits) -> RunLimits:
    """When to stop: as the options say, or as it was said before, or after some time."""
    tolerance = before.tolerance
    if options["tolerance"] is not None:
        tolerance = float(evaluate_constant("tolerance", options["tolerance"], "--tolerance"))
        if tolerance < 0:
            raise UsageError(
                f"--tolerance is {tolerance:g}, and no gradient is so short",
                hint="a number from 0 on",
            )
    patience = options["patience"] or before.patience
    if options["steps"] or options["epochs"]:
        return RunLimits(options["steps"], options["epochs"], tolerance, patience)
    if before.steps or before.epochs:
        return before._replace(tolerance=tolerance, patience=patience)
    return RunLimits(
        DEFAULT_STEPS if options["data"] is None else None,
        None if options["data"] is None else DEFAULT_EPOCHS,
        tolerance,
        patience,
    )


def make_data_settings(
    samples: Samples, limits: RunLimits, options: Mapping[str, Any]
) -> DataSettings:
    """The data, with the engine that answers its rows."""
    engine, size = options["engine"] or "auto", options["batch_size"]
    if engine == "auto":
        looks = limits.epochs or limits.steps or 0
        engine = (
            "rows"
            if find_missing_libraries("columns") or samples.count * looks <= SMALL_WORK_ROWS
            else "columns"
        )
    given = locate_table(options["data"], options["data_format"])
    seed = options["shuffle_seed"]
    return DataSettings(
        given.path,
        given.reads,
        engine,
        size,
        seed,
        samples.count,
        samples.checksum,
        options["test_data"],
    )


def build_prepared_run(
    task: MinimizationTask,
    state: RunState,
    read: Expression,
    samples: Samples | None,
    options: Mapping[str, Any],
) -> PreparedRun:
    """A run with its objective."""
    parameters = [*task.start]
    resumed = options["resume"] is not None
    if task.optimizer == LBFGS:
        require_scipy()
    if task.data is not None and task.data.engine == "columns":
        require_engine("columns", "--engine columns")
    if task.data is None or samples is None:
        return PreparedRun(
            task, state, PointObjective(read, parameters, task.fixed), None, None, resumed
        )
    objective = MeanObjective(read, parameters, task.fixed, samples, task.data.engine)
    size = task.data.batch_size or samples.count
    batches = Batches(samples.count, size, task.data.shuffle_seed)
    test = None
    if task.data.test is not None:
        reads = TABLE_SUFFIXES.get(split_table_name(task.data.test)[1]) or options["data_format"]
        others, same = read_samples(
            locate_table(task.data.test, reads), task.text, {**task.fixed, **task.start}
        )
        test = MeanObjective(same, parameters, task.fixed, others, task.data.engine)
    return PreparedRun(task, state, objective, batches, test, resumed)
