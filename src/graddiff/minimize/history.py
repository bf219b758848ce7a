"""What is remembered of a run: some of its steps, evenly spaced, however long it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from graddiff.errors import PointError
from graddiff.minimize.loop import Step

CAPACITY = 512

Item = TypeVar("Item")


class Look(NamedTuple):
    """A step at which the loss over all rows is known, and the loss on test data, where that is known, too."""

    step: Step
    test: float | None


class Thinned(Generic[Item]):
    """Keeps everything at first, then every second, fourth and so on."""

    def __init__(self) -> None:
        self.kept: list[Item] = []
        self._seen, self._stride = 0, 1

    @property
    def wants(self) -> bool:
        """Whether the next one will be kept."""
        return self._seen % self._stride == 0

    def add(self, item: Item) -> None:
        if self.wants:
            self.kept.append(item)
        self._seen += 1
        if len(self.kept) == CAPACITY:
            self.kept = self.kept[::2]
            self._stride *= 2


class History:
    """Looks at the loss, the places where the run was, and always the last of them. `failed` says why there is no loss
    on test data, where there is none."""

    def __init__(self, test: Callable[[tuple[float, ...]], tuple[float, ...]] | None) -> None:
        self.last: Look | None = None
        self.failed = ""
        self._looks, self._path = Thinned[Look](), Thinned[tuple[float, ...]]()
        self._test = test

    def add(self, step: Step) -> None:
        """Takes a step into account."""
        self._path.add(step.parameters)
        if step.whole is not None:
            self.last = Look(step, self._tested(step) if self._looks.wants else None)
            self._looks.add(self.last)

    def _tested(self, step: Step) -> float | None:
        try:
            return self._test(step.parameters)[0] if self._test else None
        except PointError as error:
            self.failed = self.failed or error.message
            return None

    def looks(self) -> list[Look]:
        """What is kept, the last look behind it, with what it is on test data."""
        last, kept = self.last, self._looks.kept
        if last is None or (kept and kept[-1].step.number == last.step.number):
            return kept
        if last.test is None:
            last = self.last = last._replace(test=self._tested(last.step))
        return [*kept, last]

    def path(self) -> list[tuple[float, ...]]:
        """The parameters from the first step to the last."""
        kept = self._path.kept
        return (
            kept
            if self.last is None or kept[-1] == self.last.step.parameters
            else [*kept, self.last.step.parameters]
        )
