"""The loop of a run: step by step downhill until there is a reason to stop."""

from __future__ import annotations

import math
from collections.abc import Mapping

from graddiff.errors import PointError
from graddiff.minimize.objectives import KERNEL_ERRORS, LossFunction, MeanObjective
from graddiff.minimize.optimizers import OPTIMIZER_RULES
from graddiff.minimize.run_state import (
    Batches,
    OptimizerStep,
    RunEnd,
    RunLimits,
    RunState,
    StepObserver,
)
from graddiff.minimize.stopping import StoppingCriteria, make_divergence_end
from graddiff.minimize.update_code import compile_update


class Descent:
    """The steps of an optimizer's rule, with its hyperparameters, from any state on."""

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
        """Takes steps until there is a reason to stop, and returns the last state with that reason.

        `observe` sees every step, and the state to go on from, before the step is taken."""
        before = state  # the last state at which there was a loss
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
                message = (
                    f"step {state.step + 1:,} needs a number, or leads to one, that is too large"
                )
                return state, make_divergence_end(message, self._criteria.hint)
            # A gradient of 0 alone is no end: a velocity may lead on from there.
            has_stayed = state.parameters == before.parameters
            if has_stayed and step.full_batch and not any(step.full_batch[1:]):
                return before, RunEnd("gradient", "the gradient is 0, and no step leads away")

    def _evaluate_step(self, state: RunState) -> tuple[RunState, OptimizerStep, RunEnd | None]:
        """Evaluates the loss at a state.

        Returns the state with what was observed, the step to take, and the end if there is one.
        Raises PointError where the loss is undefined."""
        batches, theta = self.batches, state.parameters
        epoch = state.step if batches is None else state.step // batches.per_epoch
        end = self._criteria.find_limit_end(state.step, epoch)
        full_batch = None
        if batches is None or state.step % batches.per_epoch == 0:
            full_batch = self.objective(theta)
            state = self._criteria.observe_loss(state, full_batch[0])
            end = self._criteria.find_end(state, math.hypot(*full_batch[1:]), end)
        elif end:
            # The run ends within an epoch: its last loss is shown, but it is no observation, as the
            # same run with more steps would not make one here.
            full_batch = self.objective(theta)
        has_one_batch = batches is None or batches.per_epoch == 1
        if full_batch is not None and (end or has_one_batch):
            loss, *slopes = full_batch
            step = OptimizerStep(state.step, epoch, loss, tuple(slopes), theta, full_batch)
            return state, step, end
        assert batches is not None
        assert isinstance(self.objective, MeanObjective)
        loss, *slopes = self.objective(theta, *batches.locate_batch(state.step))
        step = OptimizerStep(state.step, epoch, loss, tuple(slopes), theta, full_batch)
        return state, step, None

    def _take_step(self, state: RunState, step: OptimizerStep) -> RunState:
        """Returns the state one step on. Raises KERNEL_ERRORS where a number is too large."""
        number = float(state.step + 1)
        updated = self._compute_update(number, *state.parameters, *step.gradient, *state.memory)
        count = len(state.parameters)
        return state._replace(
            step=state.step + 1, parameters=updated[:count], memory=updated[count:]
        )
