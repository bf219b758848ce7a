"""A run in the middle: its latest step, its state to go on from, its limits, its batches."""

import math
from collections.abc import Callable
from typing import NamedTuple


class OptimizerStep(NamedTuple):
    """The loss and its gradient at the parameters where a step begins.

    With mini-batches, `value` and `gradient` are those over the rows of one batch; `full_batch` is
    the loss and its gradient over all rows, where that is known."""

    number: int  # of the steps before it
    epoch: int
    value: float
    gradient: tuple[float, ...]  # by parameter
    parameters: tuple[float, ...]
    full_batch: tuple[float, ...] | None  # the loss, then its derivative by each parameter

    @property
    def loss(self) -> float | None:
        """The loss over all rows, where it is known."""
        return None if self.full_batch is None else self.full_batch[0]

    @property
    def gradient_norm(self) -> float:
        """The Euclidean length of the gradient, over all rows where that is known."""
        return math.hypot(*(self.gradient if self.full_batch is None else self.full_batch[1:]))


class RunLimits(NamedTuple):
    """When a run stops; None for a limit that it does not have."""

    steps: int | None = None
    epochs: int | None = None
    tolerance: float | None = None  # the length of a gradient that is short enough
    patience: int | None = None  # observations of the loss in a row that are no new best one


class Batches(NamedTuple):
    """How rows are divided: `size` rows per batch, in the order of a seed, or of the table."""

    rows: int
    size: int
    seed: int | None

    @property
    def per_epoch(self) -> int:
        """The number of batches that hold all rows; the last one may be smaller."""
        return -(-self.rows // self.size)

    def locate_batch(self, step: int) -> tuple[int, int, str | None]:
        """Returns the first row of a step's batch, the row behind its last one, and a seed.

        The rows are counted in the order of that seed, which is another one in each epoch."""
        epoch, index = divmod(step, self.per_epoch)
        seed = None if self.seed is None else f"{self.seed} {epoch}"
        return index * self.size, min((index + 1) * self.size, self.rows), seed


class RunState(NamedTuple):
    """All that a run needs to go on, and all that it has seen of the loss over all rows."""

    step: int  # the number of steps taken
    parameters: tuple[float, ...]
    memory: tuple[float, ...]  # the state of the optimizer, see compute_initial_memory
    observed_step: int = -1  # at which the loss was observed last
    first_loss: float | None = None
    last_loss: float | None = None
    best_loss: float | None = None
    since_best: int = 0  # observations since the best loss
    growth_count: int = 0  # observations in a row at which the loss has grown


class RunEnd(NamedTuple):
    """The end of a run: one of END_REASONS, a sentence, the exit code, and what to try instead."""

    reason: str
    message: str
    code: int = 0
    hint: str = ""


# Sees each step of a run, with the state to go on from, and may return an end for it.
StepObserver = Callable[[OptimizerStep, RunState], RunEnd | None]
