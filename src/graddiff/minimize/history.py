"""The history of a run: some of its steps, evenly spaced, however long the run is."""

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from graddiff.errors import PointError
from graddiff.minimize.run_state import OptimizerStep

HISTORY_CAPACITY = 512  # items of a series; a power of 2

Item = TypeVar("Item")
Parameters = tuple[float, ...]


class LossRecord(NamedTuple):
    """A step at which the loss over all rows is known, and its loss on test data, if known."""

    step: OptimizerStep
    test: float | None


class ThinnedSeries(Generic[Item]):
    """Keeps all items at first, then every second one, every fourth one and so on."""

    def __init__(self) -> None:
        self.kept: list[Item] = []
        self._count, self._stride = 0, 1

    @property
    def keeps_next(self) -> bool:
        """Whether the next item will be kept."""
        return self._count % self._stride == 0

    def add_item(self, item: Item) -> None:
        """Adds an item, and drops every second one where the series is full."""
        if self.keeps_next:
            self.kept.append(item)
        self._count += 1
        if len(self.kept) == HISTORY_CAPACITY:
            self.kept = self.kept[::2]
            self._stride *= 2


class History:
    """The losses and the parameters of a run, thinned, and always the last ones.

    `compute_test` returns the loss on test data, then its gradient. Where that raises a PointError,
    `test_error` keeps the first message."""

    def __init__(self, compute_test: Callable[[Parameters], tuple[float, ...]] | None) -> None:
        self.last_record: LossRecord | None = None
        self.test_error = ""
        self._loss_records = ThinnedSeries[LossRecord]()
        self._points = ThinnedSeries[Parameters]()
        self._compute_test = compute_test

    def record_step(self, step: OptimizerStep) -> None:
        """Adds a step."""
        self._points.add_item(step.parameters)
        if step.full_batch is not None:
            # The loss on test data costs as much as a step: it is computed only where it is kept.
            test = self._compute_test_loss(step) if self._loss_records.keeps_next else None
            self.last_record = LossRecord(step, test)
            self._loss_records.add_item(self.last_record)

    def _compute_test_loss(self, step: OptimizerStep) -> float | None:
        if self._compute_test is None:
            return None
        try:
            return self._compute_test(step.parameters)[0]
        except PointError as error:
            self.test_error = self.test_error or error.message
            return None

    def list_loss_records(self) -> list[LossRecord]:
        """Returns the records that are kept, and the last one, with its loss on test data."""
        last, kept = self.last_record, self._loss_records.kept
        if last is None or (kept and kept[-1].step.number == last.step.number):
            return kept
        if last.test is None:
            last = self.last_record = last._replace(test=self._compute_test_loss(last.step))
        return [*kept, last]

    def list_points(self) -> list[Parameters]:
        """Returns the parameters that are kept, from the first step to the last."""
        kept, last = self._points.kept, self.last_record
        if last is None or kept[-1] == last.step.parameters:
            return kept
        return [*kept, last.step.parameters]
