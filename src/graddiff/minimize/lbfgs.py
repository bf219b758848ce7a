"""L-BFGS, by SciPy: each step goes along a direction that remembers earlier gradients, as far as a line search finds.

Source: Byrd, Lu, Nocedal and Zhu, A limited memory algorithm for bound constrained optimization, 1995."""

from __future__ import annotations

import importlib.util
import math
from typing import Any

from graddiff.errors import PointError, UsageError
from graddiff.minimize.loop import (
    LossFunction,
    OptimizerStep,
    RunEnd,
    RunLimits,
    RunState,
    StepObserver,
    StoppingCriteria,
)
from graddiff.notation.numerals import format_float


def require_scipy() -> None:
    """Raises UsageError if SciPy is not installed."""
    if not importlib.util.find_spec("scipy"):
        hint = "pip install 'graddiff[minimize]' brings it; adam needs nothing"
        raise UsageError("lbfgs needs SciPy, which is not installed", hint=hint)


FLAT_GRADIENT = (
    1e-5  # of the length of the gradient at the start, or of 1: what is left of it at a minimum
)


class RunStopped(Exception):
    """Carries the end of a run through SciPy."""

    def __init__(self, end: RunEnd) -> None:
        super().__init__(end.message)
        self.end = end


class LineSearchDescent:
    """L-BFGS from a state on. SciPy keeps what it remembers to itself, so that a run that goes on is run again from its
    start, which gives the same steps, without being shown."""

    def __init__(
        self, objective: LossFunction, start: tuple[float, ...], limits: RunLimits
    ) -> None:
        self.objective, self.start = objective, start
        self._criteria = StoppingCriteria(limits, "try another start, or adam")
        self._evaluations: dict[
            tuple[float, ...], tuple[float, ...]
        ] = {}  # parameters -> loss and gradient

    def run(self, state: RunState, observe: StepObserver) -> tuple[RunState, RunEnd]:
        """Goes on until there is a reason to stop; `look` is shown every step, and the state to go on from."""
        from scipy.optimize import minimize

        self._state, self._resumed_step, self._observe = (
            RunState(0, self.start, ()),
            state.step,
            observe,
        )
        try:
            self._record_step(self.start)
            options = {"maxiter": 10**9, "maxfun": 10**9, "ftol": 0.0, "gtol": 0.0}
            minimize(
                self._evaluate,
                self.start,
                jac=True,
                method="L-BFGS-B",
                options=options,
                callback=self._after_step,
            )
        except RunStopped as stopped:
            return self._state, stopped.end
        except PointError as error:
            return self._state, self._criteria.make_lost_end(self._state, error)
        return self._state, self._end_search()

    def _end_search(self) -> RunEnd:
        """The end where a line search finds nothing smaller: at a minimum, as far as numbers can tell, or not."""
        norm = math.hypot(*self._evaluations[self._state.parameters][1:])
        if norm == 0:
            return RunEnd("gradient", "the gradient is 0")
        told = f"the line search finds no smaller loss, and the gradient is {format_float(norm, 3)} long"
        flat = norm <= FLAT_GRADIENT * max(1.0, self._first_norm)
        return (
            RunEnd("line search", told)
            if flat
            else RunEnd("divergence", told, 4, self._criteria.hint)
        )

    def _evaluate(self, theta: Any) -> tuple[float, list[float]]:
        """The loss and its gradient; infinite where there is none, from which the line search turns back."""
        key = tuple(map(float, theta))
        try:
            loss, *gradient = self._evaluations[key] = self._evaluations.get(key) or self.objective(
                key
            )
        except PointError:
            return math.inf, [0.0] * len(key)
        return loss, gradient

    def _after_step(self, intermediate_result: Any) -> None:
        key = tuple(map(float, intermediate_result.x))
        self._state = self._state._replace(step=self._state.step + 1)
        self._record_step(key)
        self._evaluations = {key: self._evaluations[key]}

    def _record_step(self, theta: tuple[float, ...]) -> None:
        """Looks at the parameters of a step. Raises Stopped at the end."""
        whole = self._evaluations[theta] = self._evaluations.get(theta) or self.objective(theta)
        state = self._criteria.observe_loss(self._state._replace(parameters=theta), whole[0])
        step = OptimizerStep(state.step, state.step, whole[0], whole[1:], theta, whole)
        if not state.step:
            self._first_norm = step.gradient_norm
        self._state = state
        if state.step < self._resumed_step:
            return
        end = self._criteria.find_end(
            state, step.gradient_norm, self._criteria.find_limit_end(state.step, state.step)
        )
        end = self._observe(step, state) or end
        if end:
            raise RunStopped(end)
