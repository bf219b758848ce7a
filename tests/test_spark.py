"""The column kernel in Spark: run by pytest -m spark, with pyspark and Java installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import polars
import pytest

from graddiff import differentiate
from graddiff.data.tables import column_kernel
from running import ROOT

pytestmark = pytest.mark.spark


def test_column_kernel_answers_the_batches_of_map_in_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    from pyspark.sql import SparkSession

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}")

    def answer(batches: Iterator[Any]) -> Iterator[Any]:
        kernel = column_kernel("log(x)*y")
        for batch in batches:
            part: Any = polars.from_arrow(batch)
            answered = part.with_columns(**kernel(part)).to_arrow(
                compat_level=polars.CompatLevel.oldest()
            )
            yield from answered.to_batches()

    spark = SparkSession.builder.master("local[2]").getOrCreate()
    points = [(1.0, 2.0), (3.5, -1.0), (-1.0, 0.0)]
    schema = (
        "x double, y double, value double, `gradient.x` double, `gradient.y` double, error string"
    )
    rows = spark.createDataFrame(points, "x double, y double").mapInArrow(answer, schema).collect()
    for row, (x, y) in zip(rows[:2], points):
        result = differentiate("log(x)*y", {"x": x, "y": y})
        assert row.value == pytest.approx(result.value, rel=1e-14)
        assert row["gradient.x"] == pytest.approx(result.gradient["x"], rel=1e-14)
    assert rows[2].error == "log needs x > 0; here x = -1"
    spark.stop()
