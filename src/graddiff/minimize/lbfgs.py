"""L-BFGS, by SciPy: each step follows a direction that remembers earlier gradients.

A line search finds how far it goes. Source: Byrd, Lu, Nocedal and Zhu, A limited memory algorithm
for bound constrained optimization, 1995."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterable
from typing import Protocol

from graddiff.errors import PointError, UsageError
from graddiff.minimize.objectives import LossFunction
from graddiff.minimize.run_state import (
    OptimizerStep,
    RunEnd,
    RunLimits,
    RunState,
    StepObserver,
)
from graddiff.minimize.stopping import StoppingCriteria, make_divergence_end
from graddiff.notation.numerals import format_float

# Where the line search finds no smaller loss, this part of the gradient's length at the start (or
# of 1, if that is larger) counts as flat: rounding hides the rest.
FLAT_GRADIENT = 1e-5


class IntermediateResult(Protocol):
    """The result of a step, as SciPy hands it over."""

    x: Iterable[float]


def require_scipy() -> None:
    """Raises UsageError if SciPy is not installed."""
    if not importlib.util.find_spec("scipy"):
        hint = "pip install 'graddiff[minimize]' brings it; adam needs nothing"
        raise UsageError("lbfgs needs SciPy, which is not installed", hint=hint)


class RunStopped(Exception):
    """Carries the end of a run through SciPy."""

    def __init__(self, end: RunEnd) -> None:
        super().__init__(end.message)
        self.end = end


class LineSearchDescent:
    """The steps of L-BFGS from a start.

    SciPy does not show what it remembers of earlier steps. So a run that goes on is repeated from
    its start, which gives the same steps again; those are hidden from the observer."""

    def __init__(
        self, objective: LossFunction, start: tuple[float, ...], limits: RunLimits
    ) -> None:
        self.objective, self.start = objective, start
        self._criteria = StoppingCriteria(limits, "try another start, or adam")
        # Parameters -> loss and gradient, since the last step: the callback after a step gets the
        # parameters only, and SciPy has evaluated them before.
        self._evaluations: dict[tuple[float, ...], tuple[float, ...]] = {}
        self._start_norm = 0.0  # of the gradient

    def run(self, state: RunState, observe: StepObserver) -> tuple[RunState, RunEnd]:
        """Takes steps until there is a reason to stop, and returns the last state with that reason.

        `observe` sees every step from `state` on, and the state to go on from."""
        from scipy.optimize import minimize

        self._state = RunState(0, self.start, ())
        self._resumed_step, self._observe = state.step, observe
        # graddiff decides when to stop, so the limits of SciPy are out of reach.
        options = {"maxiter": 10**9, "maxfun": 10**9, "ftol": 0.0, "gtol": 0.0}
        try:
            self._record_step(self.start)
            minimize(
                self._evaluate_or_infinity,
                self.start,
                jac=True,
                method="L-BFGS-B",
                options=options,
                callback=self._finish_step,
            )
        except RunStopped as stopped:
            return self._state, stopped.end
        except PointError as error:
            return self._state, self._criteria.make_lost_end(self._state, error)
        return self._state, self._end_search()

    def _end_search(self) -> RunEnd:
        """Returns the end where the line search finds no smaller loss: at a minimum, or not."""
        norm = math.hypot(*self._evaluations[self._state.parameters][1:])
        if norm == 0:
            return RunEnd("gradient", "the gradient is 0")
        length = format_float(norm, 3)
        message = f"the line search finds no smaller loss, and the gradient is {length} long"
        if norm <= FLAT_GRADIENT * max(1.0, self._start_norm):
            return RunEnd("line search", message)
        return make_divergence_end(message, self._criteria.hint)

    def _evaluate(self, theta: tuple[float, ...]) -> tuple[float, ...]:
        """Returns the loss and its gradient, evaluated once. Raises PointError."""
        if theta not in self._evaluations:
            self._evaluations[theta] = self.objective(theta)
        return self._evaluations[theta]

    def _evaluate_or_infinity(self, theta: Iterable[float]) -> tuple[float, list[float]]:
        """Returns the loss and its gradient, for SciPy.

        An undefined loss is infinite, so that the line search turns back from there."""
        key = tuple(map(float, theta))
        try:
            loss, *gradient = self._evaluate(key)
        except PointError:
            return math.inf, [0.0] * len(key)
        return loss, gradient

    def _finish_step(self, intermediate_result: IntermediateResult) -> None:
        # SciPy finds the meaning of the parameter by its name.
        theta = tuple(map(float, intermediate_result.x))
        self._state = self._state._replace(step=self._state.step + 1)
        self._record_step(theta)
        self._evaluations = {theta: self._evaluations[theta]}

    def _record_step(self, theta: tuple[float, ...]) -> None:
        """Observes the loss after a step. Raises RunStopped at the end of the run."""
        full_batch = self._evaluate(theta)
        loss, gradient = full_batch[0], full_batch[1:]
        state = self._criteria.observe_loss(self._state._replace(parameters=theta), loss)
        step = OptimizerStep(state.step, state.step, loss, gradient, theta, full_batch)
        if not state.step:
            self._start_norm = step.gradient_norm
        self._state = state
        if state.step < self._resumed_step:  # the run before has shown this step
            return
        limit_end = self._criteria.find_limit_end(state.step, state.step)
        end = self._criteria.find_end(state, step.gradient_norm, limit_end)
        end = self._observe(step, state) or end
        if end:
            raise RunStopped(end)
