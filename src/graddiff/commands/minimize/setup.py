"""A new run of graddiff minimize, prepared as its options say."""

import random
from collections.abc import Mapping
from typing import NamedTuple

from graddiff.autodiff.point import evaluate_constant, parse_bindings, parse_names
from graddiff.autodiff.result import require_finite, validate_binding
from graddiff.commands.minimize.options import MinimizeOptions
from graddiff.commands.shared.expression_text import read_expression
from graddiff.data.engines import find_missing_libraries, require_engine
from graddiff.data.numeric_rows import locate_table
from graddiff.data.open_table import TABLE_SUFFIXES, split_table_name
from graddiff.errors import UsageError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.language.suggestions import suggest_name
from graddiff.minimize.lbfgs import require_scipy
from graddiff.minimize.objectives import LossFunction, MeanObjective, PointObjective
from graddiff.minimize.optimizers import LBFGS, OPTIMIZER_RULES, resolve_hyperparameters
from graddiff.minimize.run_state import Batches, RunLimits, RunState
from graddiff.minimize.saved_run import DataSettings, MinimizationTask
from graddiff.minimize.training_rows import Samples, read_samples
from graddiff.minimize.update_code import compute_initial_memory

DEFAULT_STEPS, DEFAULT_EPOCHS = 1_000, 100
SMALL_WORK_ROWS = 50_000  # rows to answer in the whole run; numpy takes as long to import


class PreparedRun(NamedTuple):
    """A run that can start."""

    task: MinimizationTask
    state: RunState
    objective: LossFunction
    batches: Batches | None
    test_objective: MeanObjective | None
    is_resumed: bool  # whether the first step was shown before


def prepare_new_run(options: MinimizeOptions) -> PreparedRun:
    """Returns the run that the options ask for.

    Raises GraddiffError if they, the expression or the data are wrong."""
    text = read_expression(options.expression, options.file)
    bound = read_start_values(options)
    optimizer = options.optimizer or "sgd"
    lr = None if options.lr is None else float(evaluate_constant("lr", options.lr, "--lr"))
    hyper = resolve_hyperparameters(optimizer, lr, parse_bindings(options.set, "--set"))
    loss, samples = read_loss(text, bound, options.data, options.data_format)
    parameters = choose_parameters(loss, bound, options)
    start = {name: bound[name] for name in parameters}
    limits = choose_run_limits(options, RunLimits())
    task = MinimizationTask(
        text=text,
        start=start,
        fixed={name: value for name, value in bound.items() if name not in parameters},
        optimizer=optimizer,
        hyper=hyper,
        limits=limits,
        data=make_data_settings(samples, limits, options),
    )
    memory: tuple[float, ...] = ()
    if optimizer != LBFGS:
        memory = compute_initial_memory(OPTIMIZER_RULES[optimizer], hyper, len(start))
    state = RunState(0, tuple(start.values()), memory)
    return build_prepared_run(task, state, loss, samples, options)


def read_start_values(options: MinimizeOptions) -> dict[str, float]:
    """Returns where the names of --at and --random begin."""
    bindings = parse_bindings(options.at)
    bound = {name: require_finite(name, value) for name, value in bindings.items()}
    generator = random.Random(options.random_seed or 0)
    for name in parse_names(options.random, "--random") if options.random else []:
        if name in bound:
            raise UsageError(
                f"{name} is both in --at and in --random", hint="leave one of them out"
            )
        bound[name] = generator.uniform(-1.0, 1.0)
    return bound


def read_loss(
    text: str, bound: Mapping[str, float], path: str | None, data_format: str | None
) -> tuple[Expression, Samples | None]:
    """Returns the expression, and the rows that the loss is the mean over, if there are any."""
    if path is None:
        expression = parse(text, bound)
        validate_binding(expression, bound)
        return expression, None
    samples, expression = read_samples(locate_table(path, data_format), text, bound)
    return expression, samples


def choose_parameters(
    loss: Expression, bound: Mapping[str, float], options: MinimizeOptions
) -> list[str]:
    """Returns the names of the parameters.

    Raises UsageError where one has no value to begin with, or the loss depends on none of them."""
    parameters = parse_names(options.wrt, "--wrt") if options.wrt else [*bound]
    for name in parameters:
        if name not in bound:
            hint = f"--at {name}=0 sets where it begins"
            if name in loss.variables:
                hint = f"{name} is a column"
            raise UsageError(
                f"{name} is in --wrt, but has no value to begin with",
                hint=suggest_name(name, bound) or hint,
            )
    lines = {loss.variables[name] for name in parameters if name in loss.variables}
    if not parameters or not loss.find_dependent_lines(lines)[loss.output]:
        message = "there is no parameter"
        if parameters:
            message = f"the loss does not depend on {', '.join(parameters)}"
        raise UsageError(message, hint="--at x=0 names a parameter, and sets where it begins")
    return parameters


def choose_run_limits(options: MinimizeOptions, before: RunLimits) -> RunLimits:
    """Returns when to stop: as the options say, or as `before`, or after the default number."""
    tolerance = before.tolerance
    if options.tolerance is not None:
        tolerance = float(evaluate_constant("tolerance", options.tolerance, "--tolerance"))
        if tolerance < 0:
            raise UsageError(
                f"--tolerance is {tolerance:g}, and a length is never negative",
                hint="it is 0 or more",
            )
    steps, epochs = options.steps, options.epochs
    if not steps and not epochs:
        steps, epochs = before.steps, before.epochs
    if not steps and not epochs:
        steps = DEFAULT_STEPS if options.data is None else None
        epochs = None if options.data is None else DEFAULT_EPOCHS
    return RunLimits(steps, epochs, tolerance, options.patience or before.patience)


def make_data_settings(
    samples: Samples | None, limits: RunLimits, options: MinimizeOptions
) -> DataSettings | None:
    """Returns the settings of the data, with the engine that answers its rows."""
    if samples is None or options.data is None:
        return None
    engine = options.engine or "auto"
    if engine == "auto":
        passes = limits.epochs or limits.steps or 0
        is_small = samples.count * passes <= SMALL_WORK_ROWS
        engine = "rows" if is_small or find_missing_libraries("columns") else "columns"
    location = locate_table(options.data, options.data_format)
    return DataSettings(
        path=location.path,
        reads=location.reads,
        engine=engine,
        batch_size=options.batch_size,
        shuffle_seed=options.shuffle_seed,
        rows=samples.count,
        checksum=samples.checksum,
        test=options.test_data,
    )


def build_prepared_run(
    task: MinimizationTask,
    state: RunState,
    loss: Expression,
    samples: Samples | None,
    options: MinimizeOptions,
) -> PreparedRun:
    """Returns a run with its objectives. Raises UsageError where a library is not installed."""
    if task.optimizer == LBFGS:
        require_scipy()
    objective: LossFunction
    batches = test_objective = None
    if task.data is None or samples is None:
        objective = PointObjective(loss, [*task.start], task.fixed)
    else:
        if task.data.engine == "columns":
            require_engine("columns", "--engine columns")
        objective = MeanObjective(loss, [*task.start], task.fixed, samples, task.data.engine)
        size = task.data.batch_size or samples.count
        batches = Batches(samples.count, size, task.data.shuffle_seed)
        test_objective = read_test_objective(task, task.data, options.data_format)
    return PreparedRun(
        task=task,
        state=state,
        objective=objective,
        batches=batches,
        test_objective=test_objective,
        is_resumed=options.resume is not None,
    )


def read_test_objective(
    task: MinimizationTask, data: DataSettings, data_format: str | None
) -> MeanObjective | None:
    """Returns the loss on the test data, if there are any."""
    if data.test is None:
        return None
    reads = TABLE_SUFFIXES.get(split_table_name(data.test)[1]) or data_format
    bound = {**task.fixed, **task.start}
    samples, loss = read_samples(locate_table(data.test, reads), task.text, bound)
    return MeanObjective(loss, [*task.start], task.fixed, samples, data.engine)
