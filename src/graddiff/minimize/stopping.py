"""When a run stops: after enough steps, at a minimum, or where the loss grows."""

from __future__ import annotations

from graddiff.errors import PointError
from graddiff.minimize.run_state import RunEnd, RunLimits, RunState
from graddiff.notation.numerals import format_count

# The reasons for which a run stops.
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

# A loss that has grown at so many observations in a row diverges, even if it had fallen before. For
# a run that ends for another reason and has never found a smaller loss than its first one, fewer
# are enough.
MAX_GROWTHS = 10
MAX_UPHILL_GROWTHS = 3

# A loss counts as larger than the first one only beyond this part of the first one: losses of
# batches scatter, and optimizers with a momentum swing around a minimum.
LOSS_NOISE = 0.01


class StoppingCriteria:
    """Decides when a run stops. `hint` says what to try where the loss grows."""

    def __init__(self, limits: RunLimits, hint: str) -> None:
        self.limits, self.hint = limits, hint

    def observe_loss(self, state: RunState, value: float) -> RunState:
        """Returns the state after an observation of the loss; each step is observed once."""
        if state.observed_step == state.step:
            return state
        is_best = state.best_loss is None or value < state.best_loss
        has_grown = state.last_loss is not None and value > state.last_loss
        return state._replace(
            observed_step=state.step,
            first_loss=value if state.first_loss is None else state.first_loss,
            last_loss=value,
            best_loss=value if is_best else state.best_loss,
            since_best=0 if is_best else state.since_best + 1,
            growth_count=state.growth_count + 1 if has_grown else 0,
        )

    def find_end(self, state: RunState, norm: float, limit_end: RunEnd | None) -> RunEnd | None:
        """Returns the end that the last observation is a reason for, or else `limit_end`.

        `norm` is the length of the gradient there."""
        limits = self.limits
        if limits.tolerance is not None and norm <= limits.tolerance:
            return RunEnd("tolerance", f"the gradient is no longer than {limits.tolerance:g}")
        if limits.patience is not None and state.since_best >= limits.patience:
            times = format_count(limits.patience, "time")
            limit_end = RunEnd("patience", f"the loss has not become smaller {times} in a row")
        # A run that reaches a limit, and went only uphill on the way, has diverged.
        only_uphill = limit_end is not None and state.best_loss == state.first_loss
        enough = MAX_UPHILL_GROWTHS if only_uphill else MAX_GROWTHS
        if state.growth_count >= enough and compute_loss_rise(state) > 0:
            grown = f"the loss has grown {state.growth_count} times in a row"
            return make_divergence_end(f"{grown}, and is above where it began", self.hint)
        return limit_end

    def find_limit_end(self, step: int, epoch: int) -> RunEnd | None:
        """Returns the end of a run that has taken enough steps or epochs."""
        if self.limits.epochs is not None and epoch >= self.limits.epochs:
            return RunEnd("epochs", f"{format_count(epoch, 'epoch')} done")
        if self.limits.steps is not None and step >= self.limits.steps:
            return RunEnd("steps", f"{format_count(step, 'step')} done")
        return None

    def make_lost_end(self, state: RunState, error: PointError) -> RunEnd:
        """Returns the end of a run where the loss, or its gradient, is undefined."""
        if state.step == 0:
            return RunEnd("start", error.message, error.exit_code, error.hint)
        hint = self.hint
        if state.first_loss is not None and state.last_loss == state.best_loss != state.first_loss:
            hint = f"the loss has fallen up to there, perhaps without end; or {self.hint}"
        steps = format_count(state.step, "step")
        message = f"after {steps} there is no loss: {error.message}"
        return make_divergence_end(message, hint)


def make_divergence_end(message: str, hint: str) -> RunEnd:
    """Returns the end of a run that has found no minimum, with the reason and what to try."""
    return RunEnd("divergence", message, PointError.exit_code, hint)


def compute_loss_rise(state: RunState) -> float:
    """Returns how far the last loss is above the first one, beyond noise; 0 if it is not."""
    if state.first_loss is None or state.last_loss is None:
        return 0.0
    return max(0.0, state.last_loss - state.first_loss - LOSS_NOISE * abs(state.first_loss))
