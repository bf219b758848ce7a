"""A run: step by step downhill until there is a reason to stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from graddiff.errors import PointError
from graddiff.minimize.objectives import AWKWARD, AtPoint, OverRows
from graddiff.minimize.optimizers import RULES
from graddiff.minimize.update_code import update

GROWS = 10  # looks in a row at which the loss has grown, however it began
FEW = 3  # the same, of a run that has found nothing smaller from its start to its end
NOISE = 0.01  # by which a loss may be larger than the first one, relative, for nobody to wonder


class Step(NamedTuple):
    """What a step goes by: the loss and its gradient at the parameters that so many steps have led to. With
    mini-batches they are those of a batch of an epoch; `whole` are those over all rows, where they are known."""

    number: int
    epoch: int
    value: float
    gradient: tuple[float, ...]
    parameters: tuple[float, ...]
    whole: tuple[float, ...] | None

    @property
    def loss(self) -> float | None:
        """Over all rows."""
        return None if self.whole is None else self.whole[0]

    @property
    def norm(self) -> float:
        """The Euclidean length of the gradient, over all rows if that is known."""
        return math.hypot(*(self.gradient if self.whole is None else self.whole[1:]))


class Limits(NamedTuple):
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

    def of(self, step: int) -> tuple[int, int, str | None]:
        """The rows that a step goes by: from, to, and the seed of their order, another one in each epoch."""
        epoch, index = divmod(step, self.per_epoch)
        seed = None if self.seed is None else f"{self.seed} {epoch}"
        return index * self.size, min((index + 1) * self.size, self.rows), seed


class State(NamedTuple):
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
ENDS = (
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


class End(NamedTuple):
    """Why a run has stopped: one of ENDS, a sentence, the exit code, and what to try."""

    why: str
    message: str
    code: int = 0
    hint: str = ""


class Watch:
    """Looks at the loss now and then, and says when to stop."""

    def __init__(self, limits: Limits, hint: str) -> None:
        self.limits, self.hint = limits, hint

    def look(self, state: State, value: float) -> State:
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

    def judge(self, state: State, norm: float, done: End | None) -> End | None:
        """The end that the last look and the length of the gradient are a reason for, or else that of enough steps."""
        limits = self.limits
        if limits.tolerance is not None and norm <= limits.tolerance:
            return End("tolerance", f"the gradient is no longer than {limits.tolerance:g}")
        if limits.patience is not None and state.since >= limits.patience:
            done = End(
                "patience",
                f"the loss has not become smaller {plural(limits.patience, 'time')} in a row",
            )
        only_uphill = done is not None and state.growing >= FEW and state.best == state.first
        if (state.growing >= GROWS or only_uphill) and rise(state) > 0:
            told = f"the loss has grown {state.growing} times in a row, and is above where it began"
            return End("divergence", told, 4, self.hint)
        return done

    def done(self, step: int, epoch: int) -> End | None:
        """The end of enough steps or epochs."""
        if self.limits.epochs is not None and epoch >= self.limits.epochs:
            return End("epochs", f"{plural(epoch, 'epoch')} done")
        if self.limits.steps is not None and step >= self.limits.steps:
            return End("steps", f"{plural(step, 'step')} done")
        return None

    def lost(self, state: State, error: PointError) -> End:
        """The end where there is no loss, or no gradient."""
        if state.step == 0:
            return End("start", error.message, error.exit_code, error.hint)
        falling = state.first is not None and state.last == state.best != state.first
        hint = (
            f"the loss has fallen up to there, perhaps without end; or {self.hint}"
            if falling
            else self.hint
        )
        return End(
            "divergence",
            f"after {plural(state.step, 'step')} there is no loss: {error.message}",
            4,
            hint,
        )


def rise(state: State) -> float:
    """How far the last loss is above the first one, beyond what noise would do; 0 if it is not."""
    if state.first is None or state.last is None:
        return 0.0
    return max(0.0, state.last - state.first - NOISE * abs(state.first))


def plural(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


Objective = AtPoint | OverRows
Look = Callable[
    [Step, State], End | None
]  # what is done with each step; it may want the run to end


class Descent:
    """A rule with its hyperparameters, from a state on. `state` is always one to go on from."""

    def __init__(
        self,
        objective: Objective,
        name: str,
        hyper: Mapping[str, float],
        limits: Limits,
        batches: Batches | None,
    ) -> None:
        self.objective, self.batches = objective, batches
        self._update = update(RULES[name], hyper, len(objective.names))
        self._watch = Watch(limits, f"try a smaller --lr: it is {hyper['lr']:g}")

    def run(self, state: State, look: Look) -> tuple[State, End]:
        """Goes on until there is a reason to stop; `look` is shown every step, and the state to go on from."""
        before = state
        while True:
            try:
                state, step, end = self._arrive(state)
            except PointError as error:
                return before, self._watch.lost(state, error)
            end = look(step, state) or end
            if end:
                return state, end
            before = state
            try:
                state = self._leave(state, step)
            except AWKWARD:
                told = f"step {state.step + 1:,} needs a number, or leads to one, that is too large"
                return state, End("divergence", told, 4, self._watch.hint)
            if step.whole and not any(step.whole[1:]) and state.parameters == before.parameters:
                return before, End("gradient", "the gradient is 0, and no step leads away")

    def _arrive(self, state: State) -> tuple[State, Step, End | None]:
        """What is found where a state is, and whether that is the end. Raises PointError."""
        batches, theta = self.batches, state.parameters
        epoch = state.step if batches is None else state.step // batches.per_epoch
        end, whole = self._watch.done(state.step, epoch), None
        by_batches = batches is not None and batches.per_epoch > 1
        if batches is None or state.step % batches.per_epoch == 0:
            whole = self.objective(theta)
            state = self._watch.look(state, whole[0])
            end = self._watch.judge(state, math.hypot(*whole[1:]), end)
        elif end:  # within an epoch: its loss is told, and changes nothing
            whole = self.objective(theta)
        if whole is not None and (end or not by_batches):
            return state, Step(state.step, epoch, whole[0], whole[1:], theta, whole), end
        assert batches is not None
        assert isinstance(self.objective, OverRows)
        value, *gradient = self.objective(theta, *batches.of(state.step))
        return state, Step(state.step, epoch, value, tuple(gradient), theta, whole), None

    def _leave(self, state: State, step: Step) -> State:
        """The state one step on. Raises ArithmeticError or ValueError where there is none."""
        found = self._update(
            float(state.step + 1), *state.parameters, *step.gradient, *state.memory
        )
        count = len(state.parameters)
        return state._replace(step=state.step + 1, parameters=found[:count], memory=found[count:])
