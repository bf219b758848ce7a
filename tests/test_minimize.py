"""graddiff minimize: paths, data, stopping, what is shown, runs that go on, and bad input."""

from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import pty
import random
import re
import signal
import struct
import subprocess
import sys
import termios
import time
import xml.etree.ElementTree as ElementTree
from array import array
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import numpy
import pytest
from scipy.optimize import minimize as scipy_minimize

from graddiff import GraddiffError, differentiate
from graddiff.commands.minimize.command import command
from graddiff.commands.minimize.listeners import ListenerGroup
from graddiff.commands.minimize.options import MinimizeOptions
from graddiff.data.numeric_rows import locate_table
from graddiff.minimize.history import History
from graddiff.minimize.objectives import MeanObjective
from graddiff.minimize.optimizers import OPTIMIZER_RULES
from graddiff.minimize.run_state import OptimizerStep, RunLimits, RunState
from graddiff.minimize.saved_run import STATE_KEYS, load_run
from graddiff.minimize.stopping import StoppingCriteria, compute_loss_rise
from graddiff.minimize.training_rows import Samples, read_samples
from graddiff.render.json.schema import build_result_schema
from graddiff.render.pictures.contours import join_segments, trace_level
from running import (
    COMMAND,
    ROOT,
    environment,
    error,
    graddiff,
    need_linux,
    need_terminal,
    output,
    read_terminal,
)
from trajectories import LOSSES, POINTS, SETTINGS, Loss, of_torch

SCHEMA = jsonschema.Draft202012Validator(build_result_schema())
RECORDED = json.loads((ROOT / "tests/golden/trajectories.json").read_text())
XOR = "a,b,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n"
NETWORK = (
    "h1 = tanh(u1*a + v1*b + c1); h2 = tanh(u2*a + v2*b + c2); p = sigmoid(w1*h1 + w2*h2 + d); "
    "-(y*log(p) + (1 - y)*log(1 - p))"
)
LINE = "(w*x + b - y)^2"


def minimized(
    *arguments: str, code: int = 0, stdin: str = "", cwd: Path | None = None
) -> dict[str, Any]:
    process = graddiff("minimize", *arguments, "--json", stdin=stdin, cwd=cwd)
    assert process.returncode == code, process.stderr.decode()
    outcome: dict[str, Any] = json.loads(process.stdout, parse_constant=pytest.fail)
    SCHEMA.validate(outcome)
    return outcome


def records(*arguments: str, code: int = 0, cwd: Path | None = None) -> list[dict[str, Any]]:
    process = graddiff("minimize", *arguments, "--format", "jsonl", cwd=cwd)
    assert process.returncode == code, process.stderr.decode()
    outcome = [json.loads(line, parse_constant=pytest.fail) for line in process.stdout.splitlines()]
    for record in (outcome[0], outcome[-1]):
        SCHEMA.validate(record)
    return outcome


def a_line(folder: Path, count: int, seed: int = 0) -> tuple[Path, list[float], list[float]]:
    """A table of points near a line."""
    rng = random.Random(seed)
    xs = [rng.uniform(-1, 1) for _ in range(count)]
    ys = [3 * x + 0.5 + rng.gauss(0, 0.1) for x in xs]
    path = folder / "points.csv"
    path.write_text("x,y\n" + "".join(f"{x!r},{y!r}\n" for x, y in zip(xs, ys)))
    return path, xs, ys


def closed_form(xs: list[float], ys: list[float]) -> tuple[float, float]:
    solution = numpy.linalg.lstsq(numpy.array([xs, [1.0] * len(xs)]).T, numpy.array(ys))[0]
    return float(solution[0]), float(solution[1])


# paths


def path_of(
    loss: Loss, optimizer: str, folder: Path, settings: dict[str, float]
) -> list[dict[str, float]]:
    data: list[str] = []
    if "w" in loss.start:
        (folder / "p.csv").write_text("x,y\n" + "".join(f"{x!r},{y!r}\n" for x, y in POINTS))
        data = ["--data", "p.csv"]
    at = ",".join(f"{name}={value!r}" for name, value in loss.start.items())
    hyper = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    arguments = [
        loss.text,
        "--at",
        at,
        "--optimizer",
        optimizer,
        "--lr",
        repr(loss.lr[optimizer]),
        *hyper,
        *data,
    ]
    return [record["parameters"] for record in records(*arguments, "--steps", "100", cwd=folder)]


@pytest.mark.parametrize("optimizer", OPTIMIZER_RULES)
@pytest.mark.parametrize("name", LOSSES)
def test_paths_are_those_that_pytorch_was_seen_to_take(
    name: str, optimizer: str, tmp_path: Path
) -> None:
    outcome = path_of(LOSSES[name], optimizer, tmp_path, {})
    for number, expected in RECORDED["paths"][name][optimizer].items():
        assert [*outcome[int(number)].values()] == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("optimizer", OPTIMIZER_RULES)
def test_hyperparameters_do_what_they_do_in_pytorch(optimizer: str, tmp_path: Path) -> None:
    ours, _ = SETTINGS[optimizer]
    assert {*ours, "lr"} == {*OPTIMIZER_RULES[optimizer].defaults}
    outcome = path_of(LOSSES["rosenbrock"], optimizer, tmp_path, ours)
    for number, expected in RECORDED["settings"][optimizer].items():
        assert [*outcome[int(number)].values()] == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("optimizer", OPTIMIZER_RULES)
def test_defaults_are_those_of_pytorch(optimizer: str) -> None:
    theirs = RECORDED["defaults"][optimizer]
    for name, value in OPTIMIZER_RULES[optimizer].defaults.items():
        assert theirs[name] == value


@pytest.mark.peers
@pytest.mark.parametrize("optimizer", OPTIMIZER_RULES)
@pytest.mark.parametrize("name", LOSSES)
def test_paths_are_those_of_pytorch(name: str, optimizer: str, tmp_path: Path) -> None:
    outcome = path_of(LOSSES[name], optimizer, tmp_path, {})
    for ours, theirs in zip(outcome[1:], of_torch(LOSSES[name], optimizer, {}), strict=True):
        assert [*ours.values()] == pytest.approx(theirs, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", ["rosenbrock", "himmelblau", "beale"])
def test_lbfgs_takes_the_steps_of_scipy(name: str) -> None:
    loss = LOSSES[name]

    def function(theta: Any) -> tuple[float, list[float]]:
        result = differentiate(loss.text, dict(zip("xy", map(float, theta))))
        return result.value, [*result.gradient.values()]

    seen: list[list[float]] = [[*loss.start.values()]]
    options = {"ftol": 0.0, "gtol": 0.0, "maxiter": 8}
    start = [*loss.start.values()]
    scipy_minimize(
        function,
        start,
        jac=True,
        method="L-BFGS-B",
        options=options,
        callback=lambda x: seen.append(x.tolist()),
    )
    at = ",".join(f"{name}={value!r}" for name, value in loss.start.items())
    outcome = records(loss.text, "--at", at, "--optimizer", "lbfgs", "--steps", "8")
    assert len(outcome) == 9
    for record, expected in zip(outcome, seen):
        assert [*record["parameters"].values()] == pytest.approx(expected, rel=1e-6)


def test_lbfgs_turns_back_where_there_is_no_loss() -> None:
    outcome = minimized("x - log(x)", "--at", "x=0.01", "--optimizer", "lbfgs")
    assert outcome["parameters"]["x"] == pytest.approx(1)
    assert outcome["stopped"] in ("gradient", "line search")


@pytest.mark.parametrize("optimizer", OPTIMIZER_RULES)
def test_record_holds_what_the_step_goes_by(optimizer: str) -> None:
    outcome = records(
        "x^2 + x*y + y^4", "--at", "x=1,y=-2", "--optimizer", optimizer, "--steps", "7"
    )
    assert [record["step"] for record in outcome] == [*range(8)]
    for record in outcome:
        result = differentiate("x^2 + x*y + y^4", record["parameters"])
        assert record["value"] == pytest.approx(result.value, rel=1e-14)
        assert record["gradient"] == pytest.approx(result.gradient, rel=1e-14)


def test_csv_holds_what_json_lines_hold() -> None:
    arguments = [
        "minimize",
        "(x-1)^2 + y^2",
        "--at",
        "x=0,y=2",
        "--lr",
        "0.1",
        "--steps",
        "3",
        "--format",
    ]
    header, *rows = output(*arguments, "csv").splitlines()
    assert header == "step,value,gradient.x,gradient.y,x,y"
    for row, line in zip(rows, output(*arguments, "jsonl").splitlines(), strict=True):
        record = json.loads(line)
        expected = [
            record["step"],
            record["value"],
            *record["gradient"].values(),
            *record["parameters"].values(),
        ]
        assert [*map(float, row.split(","))] == expected


def test_other_names_are_left_where_they_are() -> None:
    outcome = minimized(
        "(x - c)^2 + y^2", "--at", "x=0,c=5,y=1", "--wrt", "x", "--lr", "0.1", "--steps", "300"
    )
    assert outcome["parameters"] == {"x": pytest.approx(5)}
    assert outcome["fixed"] == {"c": 5, "y": 1}
    assert outcome["value"] == pytest.approx(1)


# data


@pytest.mark.parametrize("engine", ["rows", "columns"])
def test_line_is_that_of_the_closed_form(engine: str, tmp_path: Path) -> None:
    path, xs, ys = a_line(tmp_path, 500)
    arguments = [
        LINE,
        "--data",
        str(path),
        "--at",
        "w=0,b=0",
        "--lr",
        "0.3",
        "--epochs",
        "200",
        "--engine",
        engine,
    ]
    outcome = minimized(*arguments)["parameters"]
    assert (outcome["w"], outcome["b"]) == pytest.approx(closed_form(xs, ys), rel=1e-6)


@pytest.mark.parametrize("engine", ["rows", "columns"])
@pytest.mark.parametrize("seed", [None, 3])
def test_batches_are_the_rows_in_their_order_or_in_that_of_a_seed(
    engine: str, seed: int | None, tmp_path: Path
) -> None:
    path, xs, ys = a_line(tmp_path, 10)
    mixed = [] if seed is None else ["--shuffle-seed", str(seed)]
    arguments = [
        LINE,
        "--data",
        str(path),
        "--at",
        "w=0,b=0",
        "--lr",
        "0.1",
        "--batch-size",
        "4",
        "--epochs",
        "3",
    ]
    outcome = records(*arguments, *mixed, "--engine", engine)
    assert [record["epoch"] for record in outcome] == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]
    assert [record["loss"] is None for record in outcome] == [False, True, True] * 3 + [False]
    w = b = 0.0
    orders = set()
    for step in range(9):
        epoch, index = divmod(step, 3)
        order = [*range(10)]
        if seed is not None:
            drawn = random.Random(f"{seed} {epoch}")
            keys = [int(drawn.random() * 2**60) for _ in order]
            order.sort(key=keys.__getitem__)
        orders.add(tuple(order))
        rows = order[4 * index : 4 * index + 4]
        errors = [w * xs[row] + b - ys[row] for row in rows]
        assert outcome[step]["parameters"] == pytest.approx({"w": w, "b": b}, rel=1e-12)
        assert outcome[step]["value"] == pytest.approx(
            sum(e * e for e in errors) / len(rows), rel=1e-12
        )
        w, b = (
            w - 0.1 * 2 * sum(e * xs[row] for e, row in zip(errors, rows)) / len(rows),
            b - 0.1 * 2 * sum(errors) / len(rows),
        )
    assert len(orders) == (1 if seed is None else 3)
    whole = sum((w * x + b - y) ** 2 for x, y in zip(xs, ys)) / 10
    assert outcome[-1]["value"] == outcome[-1]["loss"] == pytest.approx(whole, rel=1e-12)


def test_xor_is_learned_from_a_stated_seed(tmp_path: Path) -> None:
    (tmp_path / "xor.csv").write_text(XOR)
    arguments = ["--data", "xor.csv", "--random", "u1,v1,c1,u2,v2,c2,w1,w2,d", "--random-seed", "1"]
    outcome = minimized(
        NETWORK, *arguments, "--optimizer", "adam", "--lr", "0.05", "--epochs", "1000", cwd=tmp_path
    )
    network = NETWORK.rpartition(";")[0]
    for line in XOR.split()[1:]:
        a, b, y = map(float, line.split(","))
        assert differentiate(
            network, {**outcome["parameters"], "a": a, "b": b}
        ).value == pytest.approx(y, abs=0.1)


def test_sine_is_fitted_by_a_small_network(tmp_path: Path) -> None:
    xs = [place / 10 - 3 for place in range(61)]
    (tmp_path / "sine.csv").write_text(
        "x,y\n" + "".join(f"{x},{float(numpy.sin(x))}\n" for x in xs)
    )
    text = "p = a1*tanh(u1*x + b1) + a2*tanh(u2*x + b2) + a3*tanh(u3*x + b3); (p - y)^2"
    arguments = [
        "--data",
        "sine.csv",
        "--random",
        "a1,u1,b1,a2,u2,b2,a3,u3,b3",
        "--random-seed",
        "2",
    ]
    outcome = minimized(
        text, *arguments, "--optimizer", "adam", "--lr", "0.03", "--epochs", "2000", cwd=tmp_path
    )
    assert outcome["value"] < 1e-3
    assert outcome["epochs"] == outcome["steps"] == 2000


def test_logistic_regression_ends_where_its_gradient_is_zero(tmp_path: Path) -> None:
    rng = random.Random(4)
    rows = [
        (x, int(rng.random() < 1 / (1 + numpy.exp(-(2 * x - 1)))))
        for x in (rng.gauss(0, 2) for _ in range(300))
    ]
    (tmp_path / "p.jsonl").write_text("".join(json.dumps({"x": x, "y": y}) + "\n" for x, y in rows))
    text = "softplus(w*x + b) - y*(w*x + b)"
    arguments = [
        "--data",
        "p.jsonl",
        "--at",
        "w=0,b=0",
        "--optimizer",
        "lbfgs",
        "--tolerance",
        "1e-8",
    ]
    outcome = minimized(text, *arguments, cwd=tmp_path)
    assert outcome["stopped"] in ("tolerance", "line search")
    w, b = outcome["parameters"].values()
    errors = [1 / (1 + numpy.exp(-(w * x + b))) - y for x, y in rows]
    assert sum(errors) / 300 == pytest.approx(0, abs=1e-7)
    assert sum(error * x for error, (x, _) in zip(errors, rows)) / 300 == pytest.approx(0, abs=1e-7)
    assert w == pytest.approx(2, abs=0.7)


@pytest.mark.parametrize("form", ["jsonl", "pipe", "gz", "parquet", "quoted"])
def test_rows_come_from_every_kind_of_table(form: str, tmp_path: Path) -> None:
    import gzip

    import polars

    path, _, _ = a_line(tmp_path, 50)
    expected = minimized(LINE, "--data", str(path), "--at", "w=0,b=0", "--lr", "0.1")
    text, stdin, more = path.read_text(), "", []
    frame = polars.read_csv(path)
    other = tmp_path / {"jsonl": "p.jsonl", "gz": "p.csv.gz", "parquet": "p.parquet"}.get(
        form, "q.csv"
    )
    if form == "jsonl":
        frame.write_ndjson(other)
    elif form == "parquet":
        frame.write_parquet(other)
    elif form == "gz":
        other.write_bytes(gzip.compress(text.encode()))
    elif form == "quoted":
        header, *lines = text.splitlines()
        other.write_text(
            "note," + header + "\r\n" + "".join(f'"a, b\n",{line}\r\n' for line in lines)
        )
    else:
        other, stdin, more = Path("-"), text, ["--data-format", "csv"]
    outcome = minimized(
        LINE, "--data", str(other), *more, "--at", "w=0,b=0", "--lr", "0.1", stdin=stdin
    )
    assert outcome["parameters"] == expected["parameters"]


def test_test_data_are_told_of_and_change_nothing(tmp_path: Path) -> None:
    path, _, _ = a_line(tmp_path, 50)
    (tmp_path / "test.csv").write_text("x,y\n0,0\n1,3\n")
    arguments = [LINE, "--data", str(path), "--at", "w=0,b=0", "--lr", "0.1", "--epochs", "20"]
    outcome = minimized(*arguments, "--test-data", str(tmp_path / "test.csv"))
    message = records(*arguments, "--test-data", str(tmp_path / "test.csv"))
    assert message[-1]["test"] == outcome["test"]
    w, b = outcome["parameters"].values()
    assert outcome["test"] == pytest.approx((b**2 + (w + b - 3) ** 2) / 2)
    assert outcome["parameters"] == minimized(*arguments)["parameters"]
    shown = output("minimize", *arguments, "--test-data", str(tmp_path / "test.csv"))
    assert ["step", "loss", "test", "loss", "|∇f|", "w", "b"] in [
        line.split() for line in shown.splitlines()
    ]
    assert f"test loss = {outcome['test']:.7g}" in shown


def test_many_rows_are_kept_in_a_file_and_give_the_same(tmp_path: Path) -> None:
    path, _, _ = a_line(tmp_path, 1000)
    for engine in ("rows", "columns"):
        small, read = read_samples(locate_table(str(path), None), LINE, {"w", "b"})
        large = Samples(small.name, small.columns, budget=100)
        for row in range(small.count):
            large.append_rows(small.read_rows(row, row + 1), small.find_line(row))
        assert small.is_in_memory and not large.is_in_memory
        assert small.checksum == large.checksum
        for seed in (None, "1 0"):
            one, other = (
                MeanObjective(read, ["w", "b"], {}, samples, engine) for samples in (small, large)
            )
            assert one((1.0, 2.0), 10, 400, seed) == other((1.0, 2.0), 10, 400, seed)


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    need_linux()
    code = (
        "import sys; from graddiff.commands import run_command_line; "
        "code = run_command_line(sys.argv[1:]); "
        "peaks = [line for line in open('/proc/self/status') if line.startswith('VmHWM')]; "
        "print(peaks[0].split()[1]); sys.exit(code)"
    )
    peaks = []
    for count in (3_000_000, 9_000_000):
        path = tmp_path / f"{count}.csv"
        path.write_text("x,y\n" + "0.25,1.5\n-0.5,0.125\n" * (count // 2))
        arguments = [
            "minimize",
            LINE,
            "--data",
            str(path),
            "--at",
            "w=0,b=0",
            "--lr",
            "0.1",
            "--epochs",
            "2",
            "--json",
        ]
        process = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            env=environment(),
            check=True,
        )
        path.unlink()
        peaks.append(int(process.stdout.splitlines()[-1]))
    assert peaks[1] < 1.15 * peaks[0]


def test_rows_at_a_kink_go_by_the_convention_and_are_told_of(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("x,y\n0,1\n2,3\n")
    for engine in ("rows", "columns"):
        arguments = [
            "relu(w*x) + (b - y)^2",
            "--data",
            "p.csv",
            "--at",
            "w=0,b=0",
            "--lr",
            "0.5",
            "--steps",
            "1",
        ]
        process = graddiff("minimize", *arguments, "--engine", engine, "--json", cwd=tmp_path)
        outcome = json.loads(process.stdout)
        assert outcome["parameters"] == {"w": 0.0, "b": 2.0}
        assert b"kink: relu(w*x)" in process.stderr
        assert b"more times" in process.stderr
        assert outcome["notices"][0]["kind"] == "kink"


@pytest.mark.parametrize("engine", ["rows", "columns"])
@pytest.mark.parametrize("seed", [None, "5 0"])
@pytest.mark.parametrize("place", [3, 5_000, 70_000])
def test_bad_row_is_named_wherever_it_comes(
    engine: str, seed: str | None, place: int, tmp_path: Path
) -> None:
    path = tmp_path / "p.csv"
    path.write_text("x\n" + "".join("0\n" if row == place else "2\n" for row in range(80_000)))
    samples, read = read_samples(locate_table(str(path), None), "w*log(x)", {"w"})
    with pytest.raises(
        GraddiffError, match=re.escape(f"line {place + 2:,} of {path}: log needs x > 0")
    ):
        MeanObjective(read, ["w"], {}, samples, engine)((1.0,), 0, 80_000, seed)


def test_some_rows_are_spread_over_all_of_them() -> None:
    ramp = Samples("ramp", ["x"])
    ramp.append_rows(array("d", range(1000)).tobytes(), 2)
    some = ramp.select_evenly(10)
    assert array("d", bytes(some.read_rows(0, 10))).tolist() == [
        100.0 * place for place in range(10)
    ]
    assert [some.find_line(row) for row in range(10)] == [100 * place + 2 for place in range(10)]


@pytest.mark.parametrize("engine", ["rows", "columns"])
def test_loss_that_no_column_changes_is_the_same_over_all_rows(engine: str, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("x\n1\n2\n3\n")
    for text, value in (("where(1 > 0, w^2, x)", 4), ("where(1 > 0, 3, w*x)", 3)):
        arguments = [
            text,
            "--data",
            "p.csv",
            "--at",
            "w=2",
            "--engine",
            engine,
            "--epochs",
            "1",
            "--lr",
            "1e-9",
        ]
        assert minimized(*arguments, cwd=tmp_path)["value"] == pytest.approx(value)


def test_looks_are_kept_evenly_however_many() -> None:
    history = History(None)
    for number in range(5_000):
        history.record_step(
            OptimizerStep(number, number, 1.0, (2.0,), (float(number),), (1.0, 2.0))
        )
    numbers = [look.step.number for look in history.list_loss_records()]
    assert len(numbers) <= 513
    assert numbers[-1] == 4_999
    assert {b - a for a, b in pairwise(numbers[:-1])} == {16}
    assert [place[0] for place in history.list_points()] == numbers


def test_batches_stop_by_what_is_over_all_rows(tmp_path: Path) -> None:
    path, xs, ys = a_line(tmp_path, 40)
    data = [LINE, "--data", str(path), "--at", "w=0,b=0", "--batch-size", "10", "--epochs", "500"]
    outcome = minimized(*data, "--lr", "0.02", "--tolerance", "0.02")
    assert outcome["stopped"] == "tolerance"
    assert outcome["steps"] == 4 * outcome["epochs"]
    w, b = outcome["parameters"].values()
    errors = [w * x + b - y for x, y in zip(xs, ys)]
    slopes = [2 * sum(e * x for e, x in zip(errors, xs)) / 40, 2 * sum(errors) / 40]
    assert [*outcome["gradient"].values()] == pytest.approx(slopes)
    assert sum(slope**2 for slope in slopes) ** 0.5 <= 0.02
    assert minimized(*data, "--lr", "0.2", "--patience", "3")["stopped"] == "patience"
    outcome = minimized(*data, "--lr", "2", code=4)
    assert outcome["stopped"] == "divergence"
    w, b = outcome["parameters"].values()
    assert outcome["value"] == pytest.approx(sum((w * x + b - y) ** 2 for x, y in zip(xs, ys)) / 40)


def test_test_data_without_a_loss_are_told_of_once(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("x\n1\n2\n")
    (tmp_path / "t.csv").write_text("x\n-1\n")
    for optimizer in ("sgd", "lbfgs"):
        arguments = ["(w - log(x))^2", "--data", "p.csv", "--test-data", "t.csv", "--at", "w=0"]
        process = graddiff("minimize", *arguments, "--optimizer", optimizer, cwd=tmp_path)
        assert process.returncode == 0
        message = (
            b"graddiff: there is no loss on the test data: "
            b"line 2 of t.csv: log needs x > 0; here x = -1\n"
        )
        assert process.stderr == message


# stopping


def test_reasons_to_stop() -> None:
    bowl = ["(x-3)^2", "--at", "x=0", "--lr", "0.1"]
    outcome = minimized(*bowl, "--tolerance", "1e-3")
    assert outcome["stopped"] == "tolerance"
    assert abs(outcome["gradient"]["x"]) <= 1e-3 < abs(outcome["gradient"]["x"]) / 0.8
    assert minimized(*bowl, "--steps", "5")["message"] == "5 steps done"
    assert minimized("(x-3)^2", "--at", "x=0", "--lr", "1e-4")["steps"] == 1000
    outcome = minimized("x^2 + 1", "--at", "x=2", "--lr", "0.5")
    assert (outcome["stopped"], outcome["steps"], outcome["parameters"]) == (
        "gradient",
        1,
        {"x": 0.0},
    )
    assert minimized("x^2", "--at", "x=0", "--optimizer", "adam")["steps"] == 0
    outcome = minimized("abs(x)", "--at", "x=0.04", "--lr", "0.1", "--patience", "7")
    assert (outcome["stopped"], outcome["steps"]) == ("patience", 7)
    assert outcome["message"] == "the loss has not become smaller 7 times in a row"


@pytest.mark.parametrize(
    ("arguments", "steps", "expected"),
    [
        (
            ["(x-3)^2", "--at", "x=0", "--lr", "1.1"],
            10,
            "the loss has grown 10 times in a row, and is above where it",
        ),
        (["x^4", "--at", "x=3", "--lr", "1"], 4, "there is no loss: x^4 overflows"),
        (["exp(x) - 2*x", "--at", "x=1", "--lr", "2000"], 1, "there is no loss: "),
        (
            ["log(x)", "--at", "x=0.5", "--lr", "0.1"],
            1,
            "after 2 steps there is no loss: log needs x > 0",
        ),
    ],
)
def test_divergence_says_what_to_try(arguments: list[str], steps: int, expected: str) -> None:
    process = graddiff("minimize", *arguments, "--json")
    assert process.returncode == 4
    assert json.loads(process.stdout)["stopped"] == "divergence"
    assert json.loads(process.stdout)["steps"] == steps
    assert expected in process.stderr.decode()
    assert f"try a smaller --lr: it is {float(arguments[-1]):g}" in process.stderr.decode()


def test_a_rise_that_ends_below_the_start_is_no_divergence() -> None:
    rolling = [
        "x^2",
        "--at",
        "x=1",
        "--optimizer",
        "momentum",
        "--set",
        "momentum=0.999",
        "--lr",
        "1e-4",
    ]
    outcome = records(*rolling, "--steps", "600")
    growing = [b["value"] > a["value"] for a, b in pairwise(outcome)]
    assert sum(growing) > 100
    assert len(outcome) == 601


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["x^2", "--at", "x=1", "--lr", "1.2", "--steps", "9"], 4),
        (["x^2", "--at", "x=1", "--lr", "1.2", "--patience", "3"], 4),
        (["x^2", "--at", "x=1", "--lr", "1.2", "--steps", "2"], 0),
        (
            [
                "(x-3)^2",
                "--at",
                "x=3.0001",
                "--optimizer",
                "momentum",
                "--lr",
                "0.1",
                "--steps",
                "9",
            ],
            0,
        ),
    ],
)
def test_run_that_only_went_uphill_is_no_success(arguments: list[str], code: int) -> None:
    process = graddiff("minimize", *arguments)
    assert process.returncode == code
    uphill = (
        b"the loss has grown" if code else b"the loss is larger than at the start: a smaller --lr"
    )
    assert (uphill in process.stderr) == (arguments[0] == "x^2")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("log(x)", "the line search finds no smaller loss, and the gradient is 1 long"),
        ("-x^2", "long"),
    ],
)
def test_line_search_that_fails_is_no_minimum(text: str, expected: str) -> None:
    process = graddiff("minimize", text, "--at", "x=1", "--optimizer", "lbfgs", "--json")
    assert process.returncode == 4
    assert expected in process.stderr.decode()
    assert "hint: try another start, or adam" in process.stderr.decode()


def test_line_search_needs_a_loss_to_begin_with() -> None:
    message = error("minimize", "log(x)", "--at", "x=-1", "--optimizer", "lbfgs", code=4)
    assert message.startswith(
        "graddiff: the run cannot begin there: log needs x > 0; here x = -1\n"
    )


def test_kept_state_is_one_where_there_is_a_loss(tmp_path: Path) -> None:
    process = graddiff(
        "minimize",
        "log(x)",
        "--at",
        "x=0.5",
        "--lr",
        "0.1",
        "--save",
        "s.json",
        "--json",
        cwd=tmp_path,
    )
    assert process.returncode == 4
    outcome, (_, state) = json.loads(process.stdout), load_run(str(tmp_path / "s.json"))
    assert (state.step, state.parameters) == (1, (outcome["parameters"]["x"],))


def test_loss_that_falls_without_end_is_told_of() -> None:
    process = graddiff("minimize", "-x^2", "--at", "x=1", "--lr", "10", "--json")
    assert process.returncode == 4
    assert b"hint: the loss has fallen up to there, perhaps without end" in process.stderr


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("sqrt(x)", "x=0", "the derivative by x is infinite: sqrt(x) has a vertical tangent"),
        ("x*1e400", "x=1", "the number 1e400 is too large"),
        ("log(x)", "x=-1", "log needs x > 0; here x = -1"),
        ("sqrt(x*x)", "x=0", "the adjoint of x*x is inf and"),
    ],
)
@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "table"])
def test_start_without_a_gradient_is_said_in_every_format(
    text: str, at: str, expected: str, form: str
) -> None:
    process = graddiff("minimize", text, "--at", at, "--format", form)
    assert process.returncode == 4
    assert f"the run cannot begin there: {expected}" in process.stderr.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ["(x-3)^2", "--at", "x=1e-5", "--lr", "0.1", "--steps", "2", "--digits", "1"],
        ["x", "--at", "x=1e308", "--lr", "1e308"],
        ["x+y", "--at", "x=8e307,y=1", "--lr", "1e308", "--steps", "1"],
        ["(x-1e9)^2+(y-1e9)^2", "--at", "x=1000000001,y=1e9", "--lr", "0.1"],
        ["x^2+y^2", "--at", "x=0,y=0"],
        ["1/x + 1/y", "--at", "x=1,y=1", "--steps", "3"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_numbers_of_every_size_are_shown(arguments: list[str], tmp_path: Path) -> None:
    process = graddiff("minimize", *arguments, "--plot", "p.svg", cwd=tmp_path)
    assert b"Traceback" not in process.stderr
    assert process.returncode in (0, 4)
    labels = [
        text.text
        for text in ElementTree.parse(tmp_path / "p.svg").iter("{http://www.w3.org/2000/svg}text")
    ]
    if "1e9" in arguments[0]:
        ticks = [label for label in labels if label and label.startswith("1.000000")]
        assert len(ticks) == len({*ticks}) or len({*ticks}) >= 3


def test_saved_state_keeps_its_keys_so_that_old_files_go_on(tmp_path: Path) -> None:
    minimized("x^2", "--at", "x=1", "--steps", "2", "--save", "s.json", cwd=tmp_path)
    keys = {"step", "parameters", "memory", "looked", "first", "last", "best", "since", "growing"}
    assert json.loads((tmp_path / "s.json").read_text())["state"].keys() == keys
    assert {*STATE_KEYS} == {*RunState._fields}


def test_every_option_has_a_field() -> None:
    options = {parameter.name for parameter in command.params if parameter.expose_value}
    assert options == {field.name for field in dataclasses.fields(MinimizeOptions)}


def test_loss_that_stays_the_same_has_not_grown() -> None:
    criteria, state = StoppingCriteria(RunLimits(), ""), RunState(0, (1.0,), ())
    for step, (loss, growing, since) in enumerate(
        [(1.0, 0, 0), (2.0, 1, 1), (2.0, 0, 2), (3.0, 1, 3), (0.5, 0, 0)]
    ):
        state = criteria.observe_loss(state._replace(step=step), loss)
        assert (state.growth_count, state.since_best) == (growing, since)
        assert criteria.observe_loss(state, 9.0) is state  # nothing is seen twice
    assert (state.first_loss, state.last_loss, state.best_loss) == (1.0, 0.5, 0.5)


def test_noise_is_no_rise() -> None:
    state = RunState(0, (1.0,), (), first_loss=-100.0)
    assert compute_loss_rise(state._replace(last_loss=-99.5)) == 0
    assert compute_loss_rise(state._replace(last_loss=-98.0)) > 0


def test_length_of_the_gradient_is_that_over_all_rows_where_it_is_known() -> None:
    step = OptimizerStep(0, 0, 1.0, (3.0, 4.0), (0.0, 0.0), None)
    assert step.gradient_norm == 5
    assert step._replace(full_batch=(1.0, 6.0, 8.0)).gradient_norm == 10


def test_no_loss_at_the_start_is_the_error_of_that_point() -> None:
    message = error("minimize", "log(x)", "--at", "x=-1", code=4)
    assert message.startswith(
        "graddiff: the run cannot begin there: log needs x > 0; here x = -1\n"
    )


def test_row_without_a_loss_is_named(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("note,x\na,1\n\nb,0\n")
    for engine in ("rows", "columns"):
        arguments = ["w*log(x)", "--data", "p.csv", "--at", "w=1", "--engine", engine]
        process = graddiff("minimize", *arguments, cwd=tmp_path)
        assert process.returncode == 4
        assert b"line 4 of p.csv: log needs x > 0; here x = 0" in process.stderr


# runs that go on


@pytest.mark.parametrize("optimizer", [*OPTIMIZER_RULES, "lbfgs"])
def test_run_goes_on_bit_for_bit(optimizer: str, tmp_path: Path) -> None:
    start = ["(1-x)^2 + 100*(y-x^2)^2", "--at", "x=-1.2,y=1", "--optimizer", optimizer]
    whole = records(*start, "--steps", "30", cwd=tmp_path)
    first = records(*start, "--steps", "13", "--save", "s.json", cwd=tmp_path)
    second = records("--resume", "s.json", "--steps", "30", "--save", "t.json", cwd=tmp_path)
    assert first + second == whole
    records(*start, "--steps", "30", "--save", "u.json", cwd=tmp_path)
    assert (tmp_path / "t.json").read_text() == (tmp_path / "u.json").read_text()


@pytest.mark.parametrize("engine", ["rows", "columns"])
@pytest.mark.parametrize("stop", [7, 10])
def test_run_over_batches_goes_on_bit_for_bit(engine: str, stop: int, tmp_path: Path) -> None:
    a_line(tmp_path, 48)
    start = [
        LINE,
        "--data",
        "points.csv",
        "--at",
        "w=0,b=0",
        "--batch-size",
        "10",
        "--shuffle-seed",
        "1",
    ]
    start += ["--optimizer", "adam", "--lr", "0.1", "--engine", engine]
    whole = records(*start, "--steps", "23", cwd=tmp_path)
    first = records(*start, "--steps", str(stop), "--save", "s.json", cwd=tmp_path)
    second = records("--resume", "s.json", "--steps", "23", cwd=tmp_path)
    if stop == 7:  # it ended within an epoch, at a look at all rows
        assert first[:-1] + second == whole[:7] + whole[8:]
        assert first[-1]["parameters"] == whole[7]["parameters"]
    else:
        assert first[:-1] + second == whole[:10] + whole[11:]


@pytest.mark.parametrize("stop", [1, 5, 10, 13])
def test_states_of_a_run_that_paused_and_of_one_that_did_not_are_the_same(
    stop: int, tmp_path: Path
) -> None:
    a_line(tmp_path, 48)
    start = [
        LINE,
        "--data",
        "points.csv",
        "--at",
        "w=0,b=0",
        "--batch-size",
        "10",
        "--patience",
        "3",
        "--lr",
        "0.4",
    ]
    minimized(*start, "--steps", "25", "--save", "whole.json", cwd=tmp_path)
    minimized(*start, "--steps", str(stop), "--save", "s.json", cwd=tmp_path)
    minimized("--resume", "s.json", "--steps", "25", "--save", "t.json", cwd=tmp_path)
    assert (tmp_path / "t.json").read_text() == (tmp_path / "whole.json").read_text()


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("stop", [4, 5, 10])
def test_records_of_a_run_that_paused_are_those_of_one_that_did_not(
    form: str, stop: int, tmp_path: Path
) -> None:
    a_line(tmp_path, 48)
    (tmp_path / "t.csv").write_text("x,y\n1,3\n")
    start = [
        "minimize",
        LINE,
        "--data",
        "points.csv",
        "--at",
        "w=0,b=0",
        "--batch-size",
        "10",
        "--test-data",
        "t.csv",
    ]
    assert graddiff(*start, "--steps", "12", "--output", f"w.{form}", cwd=tmp_path).returncode == 0
    paused = [*start, "--steps", str(stop), "--save", "s.json", "--output", f"o.{form}"]
    assert graddiff(*paused, cwd=tmp_path).returncode == 0
    resumed = ["minimize", "--resume", "s.json", "--steps", "12", "--output", f"o.{form}"]
    for _ in range(2):  # a second time from the same state: what is behind it is cut off
        assert graddiff(*resumed, cwd=tmp_path).returncode == 0
        assert (tmp_path / f"o.{form}").read_bytes() == (tmp_path / f"w.{form}").read_bytes()
    for text in (b"x,y\n1,2\n", b"", (tmp_path / f"o.{form}").read_bytes()[:150]):
        (tmp_path / f"o.{form}").write_bytes(text)
        process = graddiff(*resumed, cwd=tmp_path)
        assert process.returncode == 5
        assert b"does not hold the records of this run up to step" in process.stderr
        assert (tmp_path / f"o.{form}").read_bytes() == text


def test_run_without_a_first_step_leaves_a_saved_run_alone(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("before")
    start = ["minimize", "log(x)", "--at", "x=-1", "--save", "s.json"]
    assert graddiff(*start, cwd=tmp_path).returncode == 4
    assert (tmp_path / "s.json").read_text() == "before"


def test_run_is_saved_after_its_records(tmp_path: Path) -> None:
    events: list[str] = []

    class Sink:
        def __init__(self, name: str) -> None:
            self.name = name

        def observe_step(self, step: OptimizerStep, state: RunState) -> None:
            events.append(f"{self.name} {step.number}")

        def finish_run(self, state: RunState) -> None:
            events.append(f"{self.name} ends at {state.step}")

    with ExitStack() as stack:
        listeners = ListenerGroup(stack, RunState(0, (1.0,), ()))
        listeners.add(Sink("saver"))
        listeners.add(Sink("records"))
        step = OptimizerStep(0, 0, 1.0, (2.0,), (1.0,), None)
        listeners.observe_step(step, RunState(1, (0.5,), ()))
    assert events == ["saver 0", "records 0", "records ends at 1", "saver ends at 1"]


def test_kept_runs_go_where_a_link_points_and_replace_no_device(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("")
    (tmp_path / "link.json").symlink_to("real.json")
    minimized("x^2", "--at", "x=1", "--steps", "3", "--save", "link.json", cwd=tmp_path)
    assert (tmp_path / "link.json").is_symlink()
    assert load_run(str(tmp_path / "real.json"))[1].step == 3
    os.mkfifo(tmp_path / "pipe")
    reading = ["sh", "-c", "while :; do cat pipe; done"]
    reader = subprocess.Popen(
        reading, cwd=tmp_path, stdout=subprocess.DEVNULL, start_new_session=True
    )
    minimized("x^2", "--at", "x=1", "--steps", "3", "--save", "pipe", cwd=tmp_path)
    assert (tmp_path / "pipe").is_fifo()
    os.killpg(reader.pid, signal.SIGKILL)
    reader.wait()


def test_ticks_far_from_zero_are_told_apart(tmp_path: Path) -> None:
    arguments = [
        "minimize",
        "(x-1e9)^2 + y^2",
        "--at",
        "x=1000000001,y=1",
        "--lr",
        "0.1",
        "--steps",
        "9",
    ]
    output(*arguments, "--plot", str(tmp_path / "p.svg"))
    texts = [
        text.text
        for text in ElementTree.parse(tmp_path / "p.svg").iter("{http://www.w3.org/2000/svg}text")
    ]
    assert any(
        (text and text.startswith("x - 999999999")) or text == "x - 1000000000" for text in texts
    )
    assert max(len(text or "") for text in texts[-20:]) < 30


def test_interrupt_within_an_epoch_is_told_as_it_was_kept(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("x,y\n" + "1,2\n2,3\n" * 100_000)
    start = [
        LINE,
        "--data",
        "p.csv",
        "--at",
        "w=0,b=0",
        "--batch-size",
        "1",
        "--lr",
        "1e-3",
        "--save",
        "s.json",
    ]
    reached = 0
    for arguments in ([*start, "--json"], ["--resume", "s.json", "--save", "t.json", "--json"]):
        process = running(tmp_path, *arguments)
        while not (tmp_path / arguments[arguments.index("--save") + 1]).exists():
            time.sleep(0.02)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 130
        outcome, (_, state) = (
            json.loads(out),
            load_run(str(tmp_path / arguments[arguments.index("--save") + 1])),
        )
        assert state.step > reached
        assert state.step % 200_000
        assert (outcome["steps"], tuple(outcome["parameters"].values())) == (
            state.step,
            state.parameters,
        )
        reached = state.step


def test_patience_is_kept_with_the_run(tmp_path: Path) -> None:
    start = ["abs(x)", "--at", "x=0.04", "--lr", "0.1", "--patience", "7"]
    minimized(*start, "--steps", "4", "--save", "s.json", cwd=tmp_path)
    outcome = minimized("--resume", "s.json", "--steps", "100", cwd=tmp_path)
    assert (outcome["stopped"], outcome["steps"]) == ("patience", 7)


def running(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, "minimize", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
    )


def test_ctrl_c_keeps_the_last_state_and_the_run_goes_on(tmp_path: Path) -> None:
    start = [
        "(1-x)^2 + 100*(y-x^2)^2",
        "--at",
        "x=-1.2,y=1",
        "--optimizer",
        "adam",
        "--format",
        "jsonl",
    ]
    process = running(tmp_path, *start, "--steps", "100000000", "--save", "s.json")
    assert process.stdout is not None
    head = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    rest, message = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (
        message
        == b"graddiff: interrupted: graddiff minimize --resume s.json --save s.json continues it\n"
    )
    first = [json.loads(line) for line in (head + rest).splitlines()]
    task, state = load_run(str(tmp_path / "s.json"))
    assert state.step == first[-1]["step"]
    assert task.limits.steps == 100_000_000
    second = records("--resume", "s.json", "--steps", str(state.step + 50), cwd=tmp_path)
    whole = records(*start[:-2], "--steps", str(state.step + 50), cwd=tmp_path)
    assert first + second == whole


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals_that_end_a_process_keep_the_run_too(
    number: int, code: int, tmp_path: Path
) -> None:
    process = running(
        tmp_path, "x^2 + y^4", "--at", "x=1,y=1", "--steps", "1000000000", "--save", "s.json"
    )
    while not (tmp_path / "s.json").exists():
        time.sleep(0.1)
    time.sleep(0.3)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == code
    assert load_run(str(tmp_path / "s.json"))[1].step > 0


@pytest.mark.slow
def test_killed_run_has_kept_a_state_of_late(tmp_path: Path) -> None:
    process = running(
        tmp_path, "x^2 + y^4", "--at", "x=1,y=1", "--steps", "1000000000", "--save", "s.json"
    )
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and not (
        (tmp_path / "s.json").exists() and load_run(str(tmp_path / "s.json"))[1].step
    ):
        time.sleep(0.2)
    process.kill()
    process.communicate()
    assert load_run(str(tmp_path / "s.json"))[1].step > 0


# what is shown


def test_explanation_is_arithmetic_that_holds() -> None:
    text = output("minimize", "(w-3)^2", "--at", "w=0", "--lr", "0.1", "--explain")
    assert "  w ← w - lr·∂f/∂w = 0 - 0.1·(-6) = 0.6\n" in text
    assert re.findall(r"^step (\d+): f = ", text, re.MULTILINE) == ["1", "2", "3"]
    text = output("minimize", "(w-3)^2", "--at", "w=0", "--lr", "0.1", "--explain", "--steps", "2")
    assert re.findall(r"^step (\d+): f = ", text, re.MULTILINE) == [
        "1",
        "2",
    ]  # those that were made
    for name in OPTIMIZER_RULES:
        more = [
            "--optimizer",
            name,
            "--lr",
            "0.1",
            "--digits",
            "15",
            "--explain",
            "--steps",
            "3",
            "--width",
            "400",
        ]
        message = output("minimize", "(w-3)^2 + w*v^2", "--at", "w=0.3,v=1.7", *more)
        lines = [line.split(" = ") for line in message.splitlines() if "←" in line]
        assert len(lines) >= 6
        for sides in lines:
            value = float(sides[-1])
            if len(sides) == 3:
                computed = differentiate(sides[1].replace("·", "*"), {}).value
                assert computed == pytest.approx(value, rel=1e-9)
        assert all(f"{other} ←" in message for other in ("w", "v"))


def test_optimizers_are_listed_with_their_rules() -> None:
    text = output("minimize", "--optimizers")
    for name, rule in OPTIMIZER_RULES.items():
        assert f"\n{name}: " in f"\n{text}"
        assert all(f"  {assigned} = {formula}\n" in text for assigned, formula in rule.assignments)
    assert "\nlbfgs: " in text


@pytest.mark.parametrize("name", ["b", "g", "t", "momentum", "lr"])
def test_parameter_that_is_called_like_a_part_of_the_rule_is_told_apart(name: str) -> None:
    more = [
        "--optimizer",
        "momentum",
        "--lr",
        "0.1",
        "--explain",
        "--steps",
        "2",
        "--set",
        "weight_decay=0.1",
    ]
    text = output("minimize", f"({name}-3)^2", "--at", f"{name}=0.5", *more)
    lines = [line.strip().split(" = ")[0] for line in text.splitlines() if "←" in line]
    assert [line for line in lines if line.startswith(f"{name} ←")] == [lines[2], lines[5]]
    assert lines[2].startswith(f"{name} ← {name} - ")


def test_explanation_puts_in_the_numbers_of_pytorchs_rule() -> None:
    text = output(
        "minimize", "(w-3)^2", "--at", "w=0", "--lr", "0.1", "--explain", "--optimizer", "adam"
    )
    assert "  m ← beta1·m + (1 - beta1)·∂f/∂w = 0.9·0 + (1 - 0.9)·(-6) = -0.6\n" in text
    assert "  v ← beta2·v + (1 - beta2)·(∂f/∂w)^2 = 0.999·0 + (1 - 0.999)·(-6)^2 = 0.036\n" in text
    assert "  m_hat ← m/(1 - beta1^t) = (-0.6)/(1 - 0.9^1) = -6\n" in text


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("more", [[], ["--ascii"]])
def test_table_fits_and_has_first_and_last_step(width: int, more: list[str]) -> None:
    arguments = [
        "(x-3)^2 + (y+1)^2",
        "--at",
        "x=0,y=0",
        "--lr",
        "0.1",
        "--steps",
        "777",
        "--width",
        str(width),
        *more,
    ]
    text = output("minimize", *arguments)
    assert max(map(len, text.splitlines())) <= width
    rows = [line.split() for line in text.splitlines()]
    assert rows[4][:2] == ["0", "10"]
    assert any(row[:1] == ["777"] for row in rows)
    assert text.isascii() or not more
    assert text.endswith("stopped: 777 steps done\n")


def test_live_line_is_shown_on_a_terminal_only(tmp_path: Path) -> None:
    arguments = ["(1-x)^2 + 100*(y-x^2)^2", "--at", "x=0,y=0", "--steps", "200000", "--json"]
    need_terminal()
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, "minimize", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=environment(),
    )
    os.close(theirs)
    message = read_terminal(ours)
    assert process.wait(60) == 0
    assert b" of 200,000, loss " in message
    assert b"steps a second" in message
    assert message.endswith((b"\r\x1b[K", b"\r\x1b[0K"))  # both erase the line
    assert graddiff("minimize", *arguments).stderr == b""


def test_plot_of_a_small_run_is_the_golden_one(tmp_path: Path) -> None:
    arguments = ["minimize", "(w-3)^2", "--at", "w=0", "--lr", "0.1", "--steps", "8"]
    output(*arguments, "--plot", str(tmp_path / "loss.svg"))
    assert (tmp_path / "loss.svg").read_bytes() == (ROOT / "tests/golden/loss.svg").read_bytes()


def test_plot_is_well_formed_and_goes_from_start_to_end(tmp_path: Path) -> None:
    arguments = [
        "minimize",
        "(x-1)^2 + 3*(y+2)^2",
        "--at",
        "x=-1,y=1",
        "--lr",
        "0.1",
        "--steps",
        "40",
    ]
    output(*arguments, "--plot", str(tmp_path / "loss.svg"))
    root = ElementTree.parse(tmp_path / "loss.svg").getroot()
    space = "{http://www.w3.org/2000/svg}"
    loss, path = root.findall(f"{space}polyline")
    assert len(loss.get("points", "").split()) == len(path.get("points", "").split()) == 41
    circles = {circle.get("class"): circle for circle in root.findall(f"{space}circle")}
    assert sum(circle.get("class") == "path dot" for circle in root.findall(f"{space}circle")) == 41
    for style, point in (
        ("start", path.get("points", "").split()[0]),
        ("end", path.get("points", "").split()[-1]),
    ):
        assert point == f"{circles[style].get('cx')},{circles[style].get('cy')}"
    assert len(root.findall(f"{space}path")) > 5
    output("minimize", "x^2", "--at", "x=1", "--plot", str(tmp_path / "one.svg"))
    one = ElementTree.parse(tmp_path / "one.svg").getroot()
    assert len(one.findall(f"{space}polyline")) == 1


def test_lines_of_equal_loss_are_circles_around_a_minimum() -> None:
    grid = [[(x - 10.0) ** 2 + (y - 10.0) ** 2 for x in range(21)] for y in range(21)]
    for radius in (2.5, 7.0):
        ends = [
            (round(x, 9), round(y, 9)) for pair in trace_level(grid, radius**2) for x, y in pair
        ]
        assert len(ends) > 20
        for x, y in ends:
            assert ((x - 10) ** 2 + (y - 10) ** 2) ** 0.5 == pytest.approx(radius, rel=0.03)
        assert all(ends.count(end) == 2 for end in ends)  # the line is closed
        (line,) = join_segments(trace_level(grid, radius**2))
        assert line[0] == line[-1]
        assert len(line) == len({*line}) + 1 == len(ends) // 2 + 1


def test_hole_in_the_surface_is_left_out() -> None:
    grid: list[list[float | None]] = [[x + y for x in range(5)] for y in range(5)]
    grid[2][2] = None
    places = {(int(min(a[0], b[0])), int(min(a[1], b[1]))) for a, b in trace_level(grid, 3.5)}
    assert places
    assert not places & {(1, 1), (2, 1), (1, 2), (2, 2)}


# bad input

BAD: list[tuple[list[str], int, str]] = [
    (["x^2"], 3, "no value for x"),
    (["2"], 2, "there is no parameter"),
    (["x^2", "--at", "x=1", "--lr", "0"], 2, "--lr is 0, which goes nowhere"),
    (["x^2", "--at", "x=1", "--lr", "-1"], 2, "--lr is -1, which goes uphill"),
    (["x^2", "--at", "x=1", "--lr", "nan"], 2, "lr is nan, which is no finite number"),
    (["x^2", "--at", "x=1", "--lr", "fast"], 2, "the value of lr has the variable fast in it"),
    (["x^2", "--at", "x=1", "--steps", "0"], 2, "0 is not in the range x>=1"),
    (["x^2", "--at", "x=1", "--tolerance", "-1"], 2, "--tolerance is -1"),
    (["x^2", "--at", "x=1", "--set", "momentun=1"], 2, "sgd has no hyperparameter momentun"),
    (
        ["x^2", "--at", "x=1", "--optimizer", "adam", "--set", "beta1=1"],
        2,
        "beta1 is 1, and has to be 0 or more and",
    ),
    (["x^2", "--at", "x=1", "--set", "lr=1"], 2, "lr has an option of its own"),
    (["x^2", "--at", "x=1", "--optimizer", "adem"], 2, "'adem' is not one of"),
    (["x^2", "--at", "x=1", "--optimizer", "lbfgs", "--lr", "1"], 2, "lbfgs takes no --lr"),
    (["x^2", "--at", "x=1", "--epochs", "3"], 2, "--epochs is for --data"),
    (["x^2", "--at", "x=1", "--wrt", "y"], 2, "y is in --wrt, but has no value to begin with"),
    (["x^2 + 0*y", "--at", "x=1,y=2", "--wrt", "z"], 2, "z is in --wrt"),
    (["a = x^2; y^2", "--at", "x=1,y=2", "--wrt", "x"], 2, "the loss does not depend on x"),
    (["x^2", "--at", "x=1", "--random", "x"], 2, "x is both in --at and in --random"),
    (
        ["x^2", "--at", "x=1", "--random-seed", "1"],
        2,
        "--random-seed has an effect with --random only",
    ),
    (["x^2", "--at", "x=1", "--plot", "loss.png"], 2, "--plot draws SVG"),
    (["x^2", "--resume", "none.json"], 5, "none.json cannot be read"),
    (
        ["x^2", "--at", "x=1", "--json", "--format", "csv"],
        2,
        "--json and --format csv cannot be combined: both decide what is written",
    ),
    (["--resume", "points.csv"], 5, "points.csv holds no run of graddiff minimize"),
    (["--resume", "none.json", "--lr", "1"], 5, "none.json cannot be read"),
    (["--resume", "good.json", "--lr", "1"], 2, "the saved run, so --lr cannot be given"),
    (["y^2", "--resume", "good.json"], 2, "good.json is a run of another expression: x^2"),
    (
        ["--resume", "data.json", "--save", "points.csv"],
        2,
        "--save points.csv would overwrite points.csv",
    ),
    (
        ["--resume", "data.json", "--output", "points.csv"],
        2,
        "--output points.csv would overwrite points.csv",
    ),
    (["--resume", "good.json", "--epochs", "3"], 2, "--epochs is for --data"),
    (["--resume", "good.json", "--test-data", "points.csv"], 2, "--test-data is for --data"),
    (
        ["x^2", "--at", "x=1", "--save", "o.json", "--output", "./o.json"],
        2,
        "two outputs would go into one file",
    ),
    (
        ["x^2", "--at", "x=1", "--optimizer", "nesterov", "--set", "momentum=0"],
        2,
        "nesterov with a momentum of 0 is sgd",
    ),
    (["step^2", "--at", "step=1", "--format", "csv"], 2, "a parameter is called step"),
    (
        ["x^2", "--at", "x=1", "--plot", "no/p.svg"],
        5,
        "no/p.svg cannot be written: no is not a folder to write to",
    ),
    (["x*w", "--at", "w=1", "--data", "."], 2, ". is a folder, and one table is minimized over"),
    (
        ["x^2", "--at", "x=1", "--explain", "--json"],
        2,
        "--explain writes text for readers, not json",
    ),
    (
        [LINE, "--data", "points.csv", "--at", "w=0"],
        3,
        "no value for b: neither a column of points.csv nor in --at",
    ),
    (
        [LINE, "--data", "points.csv", "--at", "w=0,b=0,x=1"],
        2,
        "x is a parameter, and a column of points.csv",
    ),
    (
        [LINE, "--data", "text.csv", "--at", "w=0,b=0"],
        5,
        "line 3 of text.csv: column x: 'two' is no number",
    ),
    (
        [LINE, "--data", "short.csv", "--at", "w=0,b=0"],
        5,
        "line 3 of short.csv: 1 fields, where the header has 2",
    ),
    ([LINE, "--data", "empty.csv", "--at", "w=0,b=0"], 2, "empty.csv is empty"),
    ([LINE, "--data", "header.csv", "--at", "w=0,b=0"], 5, "header.csv has no rows"),
    ([LINE, "--data", "none.csv", "--at", "w=0,b=0"], 5, "none.csv cannot be read"),
    (
        [LINE, "--data", "nan.csv", "--at", "w=0,b=0"],
        5,
        "line 2 of nan.csv: column x: nan is no finite number",
    ),
    (
        ["w^2", "--data", "points.csv", "--at", "w=0"],
        2,
        "no column of points.csv occurs in the loss",
    ),
    (["x*y", "--data", "points.csv"], 2, "there is no parameter"),
    (
        [LINE, "--data", "points.csv", "--at", "w=0,b=0", "--batch-size", "0"],
        2,
        "0 is not in the range",
    ),
    (
        [LINE, "--data", "points.csv", "--at", "w=0,b=0", "--shuffle-seed", "1"],
        2,
        "--shuffle-seed is for batches",
    ),
    (
        [LINE, "--data", "points.csv", "--at", "w=0,b=0", "--save", "points.csv"],
        2,
        "--save points.csv would overwrite",
    ),
    (
        [LINE, "--data", "points.csv", "--at", "w=0,b=0", "--save", "no/s.json"],
        5,
        "no/s.json cannot be written",
    ),
    (
        [LINE, "--data", "points.csv", "--test-data", "text.csv", "--at", "w=0,b=0"],
        5,
        "line 3 of text.csv",
    ),
]


@pytest.mark.parametrize(
    ("arguments", "code", "expected"), BAD, ids=[" ".join(arguments) for arguments, *_ in BAD]
)
def test_bad_input_is_one_sentence(
    arguments: list[str], code: int, expected: str, tmp_path: Path
) -> None:
    files = {
        "points": "x,y\n1,2\n3,4\n",
        "text": "x,y\n1,2\ntwo,4\n",
        "short": "x,y\n1,2\n3\n",
        "empty": "",
    }
    for name, text in {**files, "header": "x,y\n", "nan": "x,y\nnan,1\n"}.items():
        (tmp_path / f"{name}.csv").write_text(text)
    output("minimize", "x^2", "--at", "x=1", "--steps", "2", "--save", str(tmp_path / "good.json"))
    begun = [
        "minimize",
        LINE,
        "--data",
        "points.csv",
        "--at",
        "w=0,b=0",
        "--epochs",
        "1",
        "--save",
        "data.json",
    ]
    assert graddiff(*begun, cwd=tmp_path).returncode == 0
    process = graddiff("minimize", *arguments, cwd=tmp_path)
    message = process.stderr.decode()
    assert process.returncode == code, message
    assert expected in message
    assert message.startswith("graddiff: ")
    assert "Traceback" not in message
    assert (tmp_path / "points.csv").read_text() == files["points"]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("optimizer",), "lbfgs"),
        (("optimizer",), "adem"),
        (("hyper", "lr"), -1),
        (("hyper", "lr"), None),
        (("hyper", "beta1"), 1),
        (("hyper", "more"), 1),
        (("state", "memory"), [1.0]),
        (("state", "parameters"), [10**400, 1]),
        (("state", "step"), 1.5),
        (("state", "step"), -5),
        (("state", "step"), None),
        (("data", "test"), 1),
        (("state", "best"), "low"),
        (("limits", "steps"), 0),
        (("limits", "tolerance"), "small"),
        (("data", "batch_size"), -3),
        (("data", "reads"), "xml"),
        (("data", "engine"), "steam"),
        (("data", "path"), 5),
        (("text",), 7),
        (("start",), {}),
        (("fixed",), []),
        (("schema",), "graddiff/1"),
    ],
)
def test_file_that_keeps_no_run_is_refused(
    place: tuple[str, ...], value: object, tmp_path: Path
) -> None:
    a_line(tmp_path, 20)
    minimized(
        LINE,
        "--data",
        "points.csv",
        "--at",
        "w=0,b=0",
        "--save",
        "s.json",
        "--optimizer",
        "adam",
        cwd=tmp_path,
    )
    document = json.loads((tmp_path / "s.json").read_text())
    inner = document
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = value
    (tmp_path / "s.json").write_text(json.dumps(document))
    process = graddiff("minimize", "--resume", "s.json", "--epochs", "200", cwd=tmp_path)
    assert process.returncode == 5
    assert process.stderr.startswith(b"graddiff: s.json holds no run of graddiff minimize")


def test_run_goes_on_with_the_same_rows_in_another_format(tmp_path: Path) -> None:
    import polars

    path, _, _ = a_line(tmp_path, 20)
    minimized(
        LINE,
        "--data",
        "points.csv",
        "--at",
        "w=0,b=0",
        "--save",
        "s.json",
        "--epochs",
        "5",
        cwd=tmp_path,
    )
    polars.read_csv(path).with_columns(deep=[[1]] * 20).write_parquet(tmp_path / "p.parquet")
    outcome = minimized("--resume", "s.json", "--data", "p.parquet", "--epochs", "9", cwd=tmp_path)
    assert outcome == minimized(
        LINE, "--data", "points.csv", "--at", "w=0,b=0", "--epochs", "9", cwd=tmp_path
    )
    process = graddiff("minimize", "--resume", "s.json", cwd=tmp_path)
    assert process.returncode == 0
    assert b"nothing was left to do: 5 epochs done" in process.stderr


def test_test_data_of_a_kept_run_are_not_overwritten(tmp_path: Path) -> None:
    a_line(tmp_path, 20)
    (tmp_path / "t.csv").write_text("x,y\n1,3\n")
    begun = [
        LINE,
        "--data",
        "points.csv",
        "--test-data",
        "t.csv",
        "--at",
        "w=0,b=0",
        "--epochs",
        "2",
    ]
    minimized(*begun, "--save", "s.json", cwd=tmp_path)
    process = graddiff("minimize", "--resume", "s.json", "--save", "t.csv", cwd=tmp_path)
    assert process.returncode == 2
    assert b"--save t.csv would overwrite t.csv" in process.stderr
    assert (tmp_path / "t.csv").read_text() == "x,y\n1,3\n"


def test_other_data_than_those_of_the_run_are_refused(tmp_path: Path) -> None:
    path, _, _ = a_line(tmp_path, 20)
    minimized(LINE, "--data", "points.csv", "--at", "w=0,b=0", "--save", "s.json", cwd=tmp_path)
    path.write_text(path.read_text().replace("0.", "0.0", 1))
    process = graddiff("minimize", "--resume", "s.json", "--steps", "200", cwd=tmp_path)
    assert process.returncode == 5
    assert (
        b"points.csv has other rows than those that the run in s.json began with" in process.stderr
    )


def test_hostile_names_are_written_and_not_obeyed(tmp_path: Path) -> None:
    (tmp_path / "[red]\x1b[31m<b>.csv").write_text("x,y\n1,2\n")
    arguments = [
        LINE,
        "--data",
        "[red]\x1b[31m<b>.csv",
        "--at",
        "w=0,b=0",
        "--plot",
        "p.svg",
        "--color",
        "always",
    ]
    process = graddiff("minimize", *arguments, cwd=tmp_path)
    assert process.returncode == 0
    assert b"[red]\\x1b[31m<b>.csv" in process.stdout
    ElementTree.parse(tmp_path / "p.svg")
