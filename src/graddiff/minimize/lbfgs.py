"""L-BFGS, by SciPy: each step goes along a direction that remembers earlier gradients, as far as a line search finds.

Source: Byrd, Lu, Nocedal and Zhu, A limited memory algorithm for bound constrained optimization, 1995."""

from __future__ import annotations

import importlib.util
import math
from typing import Any

from graddiff.errors import PointError, UsageError
from graddiff.minimize.loop import End, Limits, Look, Objective, State, Step, Watch


def need_scipy() -> None:
    """Raises UsageError if SciPy is not installed."""
    if not importlib.util.find_spec("scipy"):
        hint = "pip install 'graddiff[minimize]' brings it; adam needs nothing"
        raise UsageError("lbfgs needs SciPy, which is not installed", hint=hint)


FLAT = 1e-5  # of the length of the gradient at the start, or of 1: what is left of it at a minimum


class Stopped(Exception):
    """Carries the end of a run through SciPy."""

    def __init__(self, end: End) -> None:
        super().__init__(end.message)
        self.end = end


class LineSearch:
    """L-BFGS from a state on. SciPy keeps what it remembers to itself, so that a run that goes on is run again from its
    start, which gives the same steps, without being shown."""

    def __init__(self, objective: Objective, start: tuple[float, ...], limits: Limits) -> None:
        self.objective, self.start = objective, start
        self._watch = Watch(limits, "try another start, or adam")
        self._found: dict[
            tuple[float, ...], tuple[float, ...]
        ] = {}  # parameters -> loss and gradient

    def run(self, state: State, look: Look) -> tuple[State, End]:
        """Goes on until there is a reason to stop; `look` is shown every step, and the state to go on from."""
        from scipy.optimize import minimize

        self._state, self._shown, self._look = State(0, self.start, ()), state.step, look
        try:
            self._arrive(self.start)
            options = {"maxiter": 10**9, "maxfun": 10**9, "ftol": 0.0, "gtol": 0.0}
            minimize(
                self._evaluate,
                self.start,
                jac=True,
                method="L-BFGS-B",
                options=options,
                callback=self._after_step,
            )
        except Stopped as stopped:
            return self._state, stopped.end
        except PointError as error:
            return self._state, self._watch.lost(self._state, error)
        return self._state, self._stuck()

    def _stuck(self) -> End:
        """The end where a line search finds nothing smaller: at a minimum, as far as numbers can tell, or not."""
        norm = math.hypot(*self._found[self._state.parameters][1:])
        if norm == 0:
            return End("gradient", "the gradient is 0")
        told = f"the line search finds no smaller loss, and the gradient is {norm:.3g} long"
        flat = norm <= FLAT * max(1.0, self._first)
        return End("line search", told) if flat else End("divergence", told, 4, self._watch.hint)

    def _evaluate(self, theta: Any) -> tuple[float, list[float]]:
        """The loss and its gradient; infinite where there is none, from which the line search turns back."""
        key = tuple(map(float, theta))
        try:
            loss, *gradient = self._found[key] = self._found.get(key) or self.objective(key)
        except PointError:
            return math.inf, [0.0] * len(key)
        return loss, gradient

    def _after_step(self, intermediate_result: Any) -> None:
        key = tuple(map(float, intermediate_result.x))
        self._state = self._state._replace(step=self._state.step + 1)
        self._arrive(key)
        self._found = {key: self._found[key]}

    def _arrive(self, theta: tuple[float, ...]) -> None:
        """Looks at the parameters of a step. Raises Stopped at the end."""
        whole = self._found[theta] = self._found.get(theta) or self.objective(theta)
        state = self._watch.look(self._state._replace(parameters=theta), whole[0])
        step = Step(state.step, state.step, whole[0], whole[1:], theta, whole)
        if not state.step:
            self._first = step.norm
        self._state = state
        if state.step < self._shown:
            return
        end = self._watch.judge(state, step.norm, self._watch.done(state.step, state.step))
        end = self._look(step, state) or end
        if end:
            raise Stopped(end)
