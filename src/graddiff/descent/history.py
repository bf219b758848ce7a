"""What is remembered of a run: some of its looks at the loss, evenly spaced, however long it goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from graddiff.descent.runs import Step

CAPACITY = 512  # looks


class Look(NamedTuple):
    """A step at which the loss over all rows is known, and the loss on test data, where there are some."""

    step: Step
    test: float | None


class History:
    """Keeps every look at first, then every second, fourth and so on, and always the last."""

    def __init__(self, test: Callable[[tuple[float, ...]], float] | None) -> None:
        self.looks: list[Look] = []
        self.last: Look | None = None
        self.seen = 0
        self._test, self._stride = test, 1

    def add(self, step: Step) -> None:
        """Takes a step into account."""
        if step.loss is None:
            return
        wanted = self.seen % self._stride == 0
        self.seen += 1
        self.last = Look(step, self._test(step.parameters) if wanted and self._test else None)
        if wanted:
            self.looks.append(self.last)
            if len(self.looks) == CAPACITY:
                self.looks = self.looks[::2]
                self._stride *= 2

    def all(self) -> list[Look]:
        """What is kept, the last look behind it."""
        if self.last is None or (self.looks and self.looks[-1].step.number == self.last.step.number):
            return self.looks
        test = self._test(self.last.step.parameters) if self._test and self.last.test is None else self.last.test
        return [*self.looks, self.last._replace(test=test)]
