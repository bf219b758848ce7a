"""A run: step by step downhill until there is a reason to stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from graddiff.errors import PointError
from graddiff.minimize.objectives import KERNEL_ERRORS, MeanObjective, PointObjective
from graddiff.minimize.optimizers import OPTIMIZER_RULES
from graddiff.minimize.update_code import compile_update

MAX_GROWTHS = 10  # looks in a row at which the loss has grown, however it began
MAX_UPHILL_GROWTHS = (
    3  # the same, of a run that has found nothing smaller from its start to its end
)
LOSS_NOISE = (
    0.01  # by which a loss may be larger than the first one, relative, for nobody to wonder
)


class OptimizerStep(NamedTuple):
    """What a step goes by: the loss and its gradient at the parameters that so many steps have led to. With
    mini-batches they are those of a batch of an epoch; `whole` are those over all rows, where they are known."""

    number: int
    epoch: int
    value: float
    gradient: tuple[float, ...]
    parameters: tuple[float, ...]
    full_batch: tuple[float, ...] | None

    @property
    def loss(self) -> float | None:
        """Over all rows."""
        return None if self.full_batch is None else self.full_batch[0]

    @property
    def gradient_norm(self) -> float:
        """The Euclidean length of the gradient, over all rows if that is known."""
        return math.hypot(*(self.gradient if self.full_batch is None else self.full_batch[1:]))


class RunLimits(NamedTuple):
    """When to stop: after so many steps or epochs, below a norm of the gradient, after so many looks at the loss that
    were no better than the best one before."""

    steps: int | None = None
    epochs: int | None = None
    tolerance: float | None = None
    patience: int | None = None


class Batches(NamedTuple):
    """How rows are divided: so many at a time, in the order of a seed, or of the table."""

    rows: int
    size: int
    seed: int | None

    @property
    def per_epoch(self) -> int:
        return -(-self.rows // self.size)

    def locate_batch(self, step: int) -> tuple[int, int, str | None]:
        """The rows that a step goes by: from, to, and the seed of their order, another one in each epoch."""
        epoch, index = divmod(step, self.per_epoch)
        seed = None if self.seed is None else f"{self.seed} {epoch}"
        return index * self.size, min((index + 1) * self.size, self.rows), seed


class RunState(NamedTuple):
    """All that a run needs to go on: how many steps it has taken, where it is, what its optimizer remembers, and what
    it has seen of the loss, the last time after so many steps."""

    step: int
    parameters: tuple[float, ...]
    memory: tuple[float, ...]
    looked: int = -1
    first: float | None = None
    last: float | None = None
    best: float | None = None
    since: int = 0  # looks since the best one
    growing: int = 0  # looks in a row at which it has grown


# Why a run stops.
END_REASONS = (
    "steps",
    "epochs",
    "tolerance",
    "patience",
    "gradient",
    "line search",
    "divergence",
    "interrupted",
    "start",
)


class RunEnd(NamedTuple):
    """Why a run has stopped: one of ENDS, a sentence, the exit code, and what to try."""

    reason: str
    message: str
    code: int = 0
    hint: str = ""


class StoppingCriteria:
    """Looks at the loss now and then, and says when to stop."""

    def __init__(self, limits: RunLimits, hint: str) -> None:
        self.limits, self.hint = limits, hint

    def observe_loss(self, state: RunState, value: float) -> RunState:
        """The state with what is seen of the loss; nothing is seen twice."""
        if state.looked == state.step:
            return state
        better = state.best is None or value < state.best
        grown = state.last is not None and value > state.last
        return state._replace(
            looked=state.step,
            first=value if state.first is None else state.first,
            last=value,
            best=value if better else state.best,
            since=0 if better else state.since + 1,
            growing=state.growing + 1 if grown else 0,
        )

    def find_end(self, state: RunState, norm: float, limit_end: RunEnd | None) -> RunEnd | None:
        """The end that the last look and the length of the gradient are a reason for, or else that of enough steps."""
        limits = self.limits
        if limits.tolerance is not None and norm <= limits.tolerance:
            return RunEnd("tolerance", f"the gradient is no longer than {limits.tolerance:g}")
        if limits.patience is not None and state.since >= limits.patience:
            limit_end = RunEnd(
                "patience",
                f"the loss has not become smaller {format_count(limits.patience, 'time')} in a row",
            )
        only_uphill = (
            limit_end is not None
            and state.growing >= MAX_UPHILL_GROWTHS
            and state.best == state.first
        )
        if (state.growing >= MAX_GROWTHS or only_uphill) and compute_loss_rise(state) > 0:
            told = f"the loss has grown {state.growing} times in a row, and is above where it began"
            return RunEnd("divergence", told, 4, self.hint)
        return limit_end

    def find_limit_end(self, step: int, epoch: int) -> RunEnd | None:
        """The end of enough steps or epochs."""
        if self.limits.epochs is not None and epoch >= self.limits.epochs:
            return RunEnd("epochs", f"{format_count(epoch, 'epoch')} done")
        if self.limits.steps is not None and step >= self.limits.steps:
            return RunEnd("steps", f"{format_count(step, 'step')} done")
        return None

    def make_lost_end(self, state: RunState, error: PointError) -> RunEnd:
        """The end where there is no loss, or no gradient."""
        if state.step == 0:
            return RunEnd("start", error.message, error.exit_code, error.hint)
        falling = state.first is not None and state.last == state.best != state.first
        hint = (
            f"the loss has fallen up to there, perhaps without end; or {self.hint}"
            if falling
            else self.hint
        )
        return RunEnd(
            "divergence",
            f"after {format_count(state.step, 'step')} there is no loss: {error.message}",
            4,
            hint,
        )


def compute_loss_rise(state: RunState) -> float:
    """How far the last loss is above the first one, beyond what noise would do; 0 if it is not."""
    if state.first is None or state.last is None:
        return 0.0
    return max(0.0, state.last - state.first - LOSS_NOISE * abs(state.first))


def format_count(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


LossFunction = PointObjective | MeanObjective
StepObserver = Callable[
    [OptimizerStep, RunState], RunEnd | None
]  # what is done with each step; it may want the run to end


class Descent:
    """A rule with its hyperparameters, from a state on. `state` is always one to go on from."""

    def __init__(
        self,
        objective: LossFunction,
        name: str,
        hyper: Mapping[str, float],
        limits: RunLimits,
        batches: Batches | None,
    ) -> None:
        self.objective, self.batches = objective, batches
        self._compute_update = compile_update(OPTIMIZER_RULES[name], hyper, len(objective.names))
        self._criteria = StoppingCriteria(limits, f"try a smaller --lr: it is {hyper['lr']:g}")

    def run(self, state: RunState, observe: StepObserver) -> tuple[RunState, RunEnd]:
        """Goes on until there is a reason to stop; `look` is shown every step, and the state to go on from."""
        before = state
        while True:
            try:
                state, step, end = self._evaluate_step(state)
            except PointError as error:
                return before, self._criteria.make_lost_end(state, error)
            end = observe(step, state) or end
            if end:
                return state, end
            before = state
            try:
                state = self._take_step(state, step)
            except KERNEL_ERRORS:
                told = f"step {state.step + 1:,} needs a number, or leads to one, that is too large"
                return state, RunEnd("divergence", told, 4, self._criteria.hint)
            if (
                step.full_batch
                and not any(step.full_batch[1:])
                and state.parameters == before.parameters
            ):
                return before, RunEnd("gradient", "the gradient is 0, and no step leads away")

    def _evaluate_step(self, state: RunState) -> tuple[RunState, OptimizerStep, RunEnd | None]:
        """What is found where a state is, and whether that is the end. Raises PointError."""
        batches, theta = self.batches, state.parameters
        epoch = state.step if batches is None else state.step // batches.per_epoch
        end, whole = self._criteria.find_limit_end(state.step, epoch), None
        by_batches = batches is not None and batches.per_epoch > 1
        if batches is None or state.step % batches.per_epoch == 0:
            whole = self.objective(theta)
            state = self._criteria.observe_loss(state, whole[0])
            end = self._criteria.find_end(state, math.hypot(*whole[1:]), end)
        elif end:  # within an epoch: its loss is told, and changes nothing
            whole = self.objective(theta)
        if whole is not None and (end or not by_batches):
            return state, OptimizerStep(state.step, epoch, whole[0], whole[1:], theta, whole), end
        assert batches is not None
        assert isinstance(self.objective, MeanObjective)
        value, *gradient = self.objective(theta, *batches.locate_batch(state.step))
        return state, OptimizerStep(state.step, epoch, value, tuple(gradient), theta, whole), None

    def _take_step(self, state: RunState, step: OptimizerStep) -> RunState:
        """The state one step on. Raises ArithmeticError or ValueError where there is none."""
        found = self._compute_update(
            float(state.step + 1), *state.parameters, *step.gradient, *state.memory
        )
        count = len(state.parameters)
        return state._replace(step=state.step + 1, parameters=found[:count], memory=found[count:])
