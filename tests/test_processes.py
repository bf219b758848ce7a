"""Results come in the order of the work, and what a killed run leaves is removed by that run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graddiff.errors import FileError
from graddiff.system.files import UNFINISHED_SUFFIX, remove_unfinished_files
from graddiff.system.processes import map_in_order


def test_work_begins_ahead_and_its_results_keep_its_order() -> None:
    events: list[str] = []

    def submit(item: int) -> Callable[[], int]:
        events.append(f"begin {item}")
        return lambda: item * item

    results = map_in_order(submit, range(4), ahead=2)
    assert next(results) == (0, 0)
    assert events == ["begin 0", "begin 1", "begin 2"]
    assert [*results] == [(1, 1), (2, 4), (3, 9)]


def test_error_of_the_source_comes_after_the_results_before_it() -> None:
    def read_items() -> Iterator[int]:
        yield from (1, 2)
        raise FileError("the source ends here")

    results = map_in_order(lambda item: lambda: -item, read_items(), ahead=8)
    assert [next(results), next(results)] == [(1, -1), (2, -2)]
    with pytest.raises(FileError, match="the source ends here"):
        next(results)


def test_unfinished_files_of_other_runs_stay(tmp_path: Path) -> None:
    names = [
        f".answers.csv.first.7f{UNFINISHED_SUFFIX}",
        f".answers.csv.second.7f{UNFINISHED_SUFFIX}",
        "answers.first.csv",
    ]
    for name in names:
        (tmp_path / name).touch()
    remove_unfinished_files(str(tmp_path), "first")
    assert {path.name for path in tmp_path.iterdir()} == {*names[1:]}
