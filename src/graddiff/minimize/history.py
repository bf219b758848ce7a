"""What is remembered of a run: some of its steps, evenly spaced, however long it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from graddiff.errors import PointError
from graddiff.minimize.loop import OptimizerStep

HISTORY_CAPACITY = 512

Item = TypeVar("Item")


class LossRecord(NamedTuple):
    """A step at which the loss over all rows is known, and the loss on test data, where that is known, too."""

    step: OptimizerStep
    test: float | None


class ThinnedSeries(Generic[Item]):
    """Keeps everything at first, then every second, fourth and so on."""

    def __init__(self) -> None:
        self.kept: list[Item] = []
        self._seen, self._stride = 0, 1

    @property
    def keeps_next(self) -> bool:
        """Whether the next one will be kept."""
        return self._seen % self._stride == 0

    def add_item(self, item: Item) -> None:
        if self.keeps_next:
            self.kept.append(item)
        self._seen += 1
        if len(self.kept) == HISTORY_CAPACITY:
            self.kept = self.kept[::2]
            self._stride *= 2


class History:
    """Looks at the loss, the places where the run was, and always the last of them. `failed` says why there is no loss
    on test data, where there is none."""

    def __init__(self, test: Callable[[tuple[float, ...]], tuple[float, ...]] | None) -> None:
        self.last_record: LossRecord | None = None
        self.test_error = ""
        self._loss_records, self._points = (
            ThinnedSeries[LossRecord](),
            ThinnedSeries[tuple[float, ...]](),
        )
        self._test_loss = test

    def record_step(self, step: OptimizerStep) -> None:
        """Takes a step into account."""
        self._points.add_item(step.parameters)
        if step.full_batch is not None:
            self.last_record = LossRecord(
                step, self._compute_test_loss(step) if self._loss_records.keeps_next else None
            )
            self._loss_records.add_item(self.last_record)

    def _compute_test_loss(self, step: OptimizerStep) -> float | None:
        try:
            return self._test_loss(step.parameters)[0] if self._test_loss else None
        except PointError as error:
            self.test_error = self.test_error or error.message
            return None

    def list_loss_records(self) -> list[LossRecord]:
        """What is kept, the last look behind it, with what it is on test data."""
        last, kept = self.last_record, self._loss_records.kept
        if last is None or (kept and kept[-1].step.number == last.step.number):
            return kept
        if last.test is None:
            last = self.last_record = last._replace(test=self._compute_test_loss(last.step))
        return [*kept, last]

    def list_points(self) -> list[tuple[float, ...]]:
        """The parameters from the first step to the last."""
        kept = self._points.kept
        return (
            kept
            if self.last_record is None or kept[-1] == self.last_record.step.parameters
            else [*kept, self.last_record.step.parameters]
        )
