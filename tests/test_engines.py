"""The engines agree: rows, columns, several processes, the workers of Dask, other libraries."""

from __future__ import annotations

import contextlib
import gzip
import json
import math
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask.dataframe
import pandas
import polars
import pytest
from distributed import Client, LocalCluster

from graddiff import differentiate
from graddiff.data.blocks import Block
from graddiff.data.column_stream import ColumnStream
from graddiff.data.open_table import open_rows
from graddiff.data.row_answers import RowQuestion, RowTally
from graddiff.data.streams import RowStream, StreamPlan
from graddiff.data.tables import column_kernel
from graddiff.errors import GraddiffError, UsageError
from graddiff.system.files import create_scratch_file, remove_unfinished_files
from graddiff.system.processes import map_in_order
from running import COMMAND, environment, error, graddiff, need_linux, output, spawn

LOGISTIC = "1/(1+exp(-(w*x+b)))"
AWKWARD = (
    "log(x)*abs(y) + where(x > y, sqrt(x - y), y/x)"  # domains, kinks, branches, an infinite slope
)


def answers(
    engine: type[RowStream], text: str, path: Path, size: int, **plan: Any
) -> tuple[list[str], RowTally]:
    """The lines of text that an engine gives, blocks being of `size` bytes."""
    rows = open_rows(f"{path}", plan.get("reads", "csv"), size)
    settings: dict[str, Any] = {
        "writes": rows.reads,
        "copies": True,
        "fail_fast": False,
        "only": None,
        **plan,
    }
    question = RowQuestion(text, {}, None, settings["only"])
    stream = engine(
        StreamPlan(
            question,
            "it",
            tuple(rows.columns),
            rows.reads,
            settings["writes"],
            settings["copies"],
            settings["fail_fast"],
        )
    )
    total, written = RowTally(), [stream.writer.format_header()]
    for block in rows.blocks:
        lines, tally = stream.answer_block(block)
        written.append(lines.decode("utf-8", "surrogateescape"))
        total.add_tally(tally)
        if total.failed and settings["fail_fast"]:
            break
    return "".join(written).split("\n"), total


def assert_same(left: list[str], right: list[str]) -> None:
    """Equal but for blanks, `.0`, and the last places of numbers."""
    assert len(left) == len(right)
    for one, other in zip(left, right):
        if one == other:
            continue
        pieces = [
            piece.replace("{", ",").replace("}", ",").replace(":", ",").split(",")
            for piece in (one, other)
        ]
        assert len(pieces[0]) == len(pieces[1]), (one, other)
        for a, b in zip(*pieces):
            assert a.strip() == b.strip() or math.isclose(float(a), float(b), rel_tol=1e-13), (
                one,
                other,
            )


def same_in_both(text: str, path: Path, size: int, **plan: Any) -> None:
    (left, tally), (right, other) = (
        answers(engine, text, path, size, **plan) for engine in (RowStream, ColumnStream)
    )
    assert_same(left, right)
    assert vars(tally) == vars(other)


FIELDS = [
    *[
        "1",
        "-1",
        "0",
        "2.5",
        "1e3",
        ".5",
        "-0.0",
        "1e-310",
        "7e300",
        "nan",
        "inf",
        "x",
        "12a",
        "0x1",
        "1_0",
    ],
    "",
    " ",
    " 3 ",
    "+4",
]
RAGGED = ["1", "1,2", "1,2,3,4", "", '"', ",,", "\r"]


@pytest.mark.parametrize("seed", range(40))
def test_rows_and_columns_say_the_same_of_any_csv(tmp_path: Path, seed: int) -> None:
    pick = random.Random(seed)
    end = pick.choice(["\n", "\n", "\r\n"])
    lines = ["x,y,note"]
    for _ in range(60):
        fields = [
            pick.choice(FIELDS) if pick.random() < 0.2 else f"{pick.uniform(-3, 3):.3g}"
            for _ in "xy"
        ]
        note = pick.choice(["a", "", "é", '"b"', '"c, d"', '"e""\n"']) if seed % 2 else "a"
        lines.append(
            pick.choice(RAGGED)
            if pick.random() < 0.02 * (seed % 3)
            else f"{fields[0]},{fields[1]},{note}"
        )
    path = tmp_path / "it.csv"
    path.write_bytes((end.join(lines) + end * pick.randrange(2)).encode())
    writes = pick.choice(["csv", "csv", "jsonl"])
    size = pick.choice([100, 300, 10_000])
    only = pick.choice([None, None, "value", "gradient"])
    plan = {
        "writes": writes,
        "copies": pick.random() < 0.8,
        "fail_fast": pick.random() < 0.2,
        "only": only,
    }
    same_in_both(AWKWARD, path, size, **plan)


RECORDS = [
    "[1]",
    "{bad",
    "",
    '"a"',
    "{}",
    '{"x": 1}',
    '{"x": 1, "x": 2, "y": 1}',
    '{"y": {"x": 3}, "x": 1}',
]
MEMBERS = [
    *[
        "0",
        "1",
        "-1",
        "2.5",
        "1e3",
        "true",
        "null",
        "[]",
        "{}",
        "1e999",
        "-0.0",
        "12345678901234567890",
        "NaN",
        "Infinity",
    ],
    '"3"',
    '{"x": 1}',
]


@pytest.mark.parametrize("seed", range(40))
def test_rows_and_columns_say_the_same_of_any_json_lines(tmp_path: Path, seed: int) -> None:
    pick = random.Random(seed)
    lines = []
    for _ in range(60):
        x, y = [
            pick.choice(MEMBERS) if pick.random() < 0.1 else f"{pick.uniform(-3, 3):.3g}"
            for _ in "xy"
        ]
        tail = pick.choice(["", ', "n": {"x": [1, "}"]}', ', "é": "\\u00e9"'])
        lines.append(
            pick.choice(RECORDS)
            if pick.random() < 0.04 * (seed % 3)
            else f'{{"x": {x}, "y":{y}{tail}}}'
        )
    path = tmp_path / "it.jsonl"
    path.write_text("\n".join(lines) + "\n" * pick.randrange(2), encoding="utf-8")
    plan = {
        "writes": pick.choice(["csv", "jsonl", "jsonl"]),
        "copies": pick.random() < 0.8,
        "reads": "jsonl",
    }
    try:
        same_in_both(AWKWARD, path, pick.choice([200, 10_000]), **plan)
    except (
        GraddiffError
    ) as stopped:  # the first line is no object that has columns: both engines say so
        with pytest.raises(type(stopped)):
            answers(RowStream, AWKWARD, path, 200, **plan)


@pytest.mark.parametrize(
    ("text", "stdin"),
    [
        ("where(log(x) > 1, 2*log(x), 5)", "x\n-1\n1\n"),
        ("x^y + where(y > 0, x^y, 1)", "x,y\n0,-1\n2,3\n"),
        ("clamp(x, 4, 3)", "x\n1\n"),
        ("leaky_relu(x, log(y))", "x,y\n1,-1\n2,3\n"),
        ("x^0 + where(log(y) > 0, x, x)", "x,y\ntwo,3\n1,-1\n1,2\n"),
        ("1024*(1e306*x)", "x\n1\n1e-10\n"),
        ("2^-300*(1e-300*x)", "x\n1e300\n"),
        ("x*y", "x,y,n\n1,2,a,b\n1,2\n3,4,c\n"),
        ("x - 2y", "y,n,x\n1,2,3\n4,5,6\n"),
    ],
)
def test_rows_and_columns_say_the_same_where_it_is_hard(
    tmp_path: Path, text: str, stdin: str
) -> None:
    (tmp_path / "it.csv").write_text(stdin)
    same_in_both(text, tmp_path / "it.csv", 10_000)


@pytest.mark.parametrize(
    "record",
    [
        '{"x": 1, "x": 2}',
        '{"x" : 1, "x" : 2}\n{"y": 1}',
        r'{"x": 1, "\u0078": 2}',
        r'{"\u0078": 2}',
        '{"x": -1, "x": 2}',
        '{"x": 2, "x": true}',
        '{"x": true}',
        '{"x": "x", "x": 2}',
        '{"n": {"x": 1}, "x": 2}',
        '{"n": "x", "x": 2}',
        '  \n{"x": 2}',
    ],
)
@pytest.mark.parametrize("writes", ["jsonl", "csv"])
def test_rows_and_columns_take_the_same_member(tmp_path: Path, record: str, writes: str) -> None:
    (tmp_path / "it.jsonl").write_text(f'{{"x": 3, "n": 0, "y": 0}}\n{record}\n', encoding="utf-8")
    plan = {"reads": "jsonl", "writes": writes, "copies": writes == "jsonl"}
    same_in_both("log(x)", tmp_path / "it.jsonl", 10_000, **plan)


def test_bad_row_far_down_is_named_by_its_line(tmp_path: Path) -> None:
    good = '{"x": 1.5, "y": 2}\n' * 70_000
    (tmp_path / "it.jsonl").write_text(good + "{bad\n" + good, encoding="utf-8")
    for engine in ("rows", "columns"):
        process = graddiff("x*y", "--data", str(tmp_path / "it.jsonl"), "--engine", engine)
        assert process.returncode == 5
        assert b"1 of 140,001 rows failed, the first in line 70,001" in process.stderr
        lines = process.stdout.splitlines()
        assert len(lines) == 140_001
        assert json.loads(lines[70_000])["error"]["message"].startswith(
            "no JSON, expecting property name"
        )
        assert json.loads(lines[-1])["gradient"] == {"x": 2.0, "y": 1.5}


def test_very_long_line_is_a_row_or_a_sentence(tmp_path: Path) -> None:
    for size, code in ((40 << 20, 0), (100 << 20, 5)):
        path = tmp_path / "it.csv"
        path.write_bytes(b"x,note\n1,a\n2," + b"b" * size + b"\n3,c\n")
        process = graddiff("x^2", "--data", str(path), "--value")
        assert process.returncode == code
        assert process.stdout == (b"1\n4\n9\n" if not code else b"1\n")
        assert not code or b"line 3: a record of more than 64 MB" in process.stderr


@pytest.mark.parametrize(
    "options", [("--engine", "rows"), ("--engine", "columns"), ("--jobs", "2")]
)
def test_what_comes_before_a_source_breaks_is_answered(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = tmp_path / "it.csv.gz"
    path.write_bytes(gzip.compress(b"x\n" + b"".join(b"%d\n" % i for i in range(600_000)))[:-1000])
    run = spawn if "--jobs" in options else graddiff
    process = run("2x", "--data", str(path), "--value", *options)
    assert process.returncode == 5
    assert b"cannot be read" in process.stderr
    lines = process.stdout.split()
    assert len(lines) > 500_000
    assert lines == [b"%d" % (2 * i) for i in range(len(lines))]


def test_file_that_shrinks_ends_earlier(tmp_path: Path) -> None:
    path = tmp_path / "it.csv"
    path.write_bytes(b"x\n" + b"1.5\n" * 3_000_000)
    command = [*COMMAND, "x^2", "--data", f"{path}", "--engine", "rows"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, bufsize=0, stdout=pipe, stderr=pipe, env=environment())
    assert process.stdout is not None
    process.stdout.readline()  # without a buffer, whose rest communicate() would drop
    os.truncate(path, 2 + 4 * 200_000)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert {*out.splitlines()} == {b"1.5,2.25,3.0,"}


def big(path: Path, rows: int = 50_000) -> Path:
    pick = random.Random(1)
    lines = [
        f"{i},{pick.uniform(-3, 3):.6g},{'bad' if i % 9_973 == 5 else i}\n" for i in range(rows)
    ]
    path.write_text("id,x,y\n" + "".join(lines), encoding="utf-8")
    return path


def test_two_processes_give_what_one_gives(tmp_path: Path) -> None:
    path = str(big(tmp_path / "it.csv", 30_000))  # three blocks
    one, two = (spawn(AWKWARD, "--data", path, "--engine", "rows", "--jobs", jobs) for jobs in "12")
    assert (one.stdout, one.stderr, one.returncode) == (two.stdout, two.stderr, two.returncode)
    assert one.returncode == 5
    assert "--jobs divides the work of the rows engine" in error(
        "x", "--data", path, "--jobs", "2", "--engine", "columns", code=2
    )


def test_process_that_is_killed_is_one_sentence(tmp_path: Path) -> None:
    need_linux()
    with (tmp_path / "out").open("wb") as out:
        process = subprocess.Popen(
            [*COMMAND, "x^2", "--data", "-", "--data-format", "csv", "--jobs", "2"],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        assert process.stdin is not None
        process.stdin.write(b"x\n" + b"1\n" * 500_000)
        process.stdin.flush()
        children: list[str] = []
        while not children:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            time.sleep(0.01)
        os.kill(int(children[-1]), signal.SIGKILL)
        _, err = process.communicate(b"1\n" * 500_000, timeout=60)
    assert process.returncode == 5
    assert err == b"graddiff: a process of --jobs ended before its time\n"
    assert {*(tmp_path / "out").read_bytes().splitlines(keepends=True)[1:]} <= {b"1,1.0,2.0,\n"}


def test_so_many_blocks_are_ahead_and_no_more() -> None:
    drawn: list[Block] = []

    def source() -> Iterator[Block]:
        for line in range(10):
            drawn.append(Block(b"", line, 0))
            yield drawn[-1]

    def submit(block: Block) -> Callable[[], tuple[bytes, RowTally]]:
        return lambda: (b"%d" % block.line, RowTally())

    seen = [(written, len(drawn)) for _, (written, _) in map_in_order(submit, source(), 3)]
    assert seen == [(b"%d" % line, min(line + 4, 10)) for line in range(10)]


# Parquet and Arrow

TABLE = polars.DataFrame(
    {
        "x": [1.0, -1.0, None, math.nan, 4.0],
        "i": [1, 2, 3, 4, 5],
        "note": ["a", "b,", '"', None, "e"],
        "deep": [[1], [], None, [2, 3], [4]],
    }
)
MESSAGES = [
    None,
    "log needs x > 0; here x = -1",
    "column x: there is no number",
    "column x: nan is no finite number",
    None,
]


@pytest.mark.parametrize("reads", ["parquet", "arrow"])
@pytest.mark.parametrize("writes", ["parquet", "arrow"])
def test_columnar_file_becomes_another_with_its_answers(
    tmp_path: Path, reads: str, writes: str
) -> None:
    source, target = tmp_path / f"it.{reads}", tmp_path / f"out.{writes}"
    (TABLE.write_parquet if reads == "parquet" else TABLE.write_ipc)(source)
    err = error("i*log(x)", "--data", str(source), "--output", str(target), code=5)
    assert "3 of 5 rows failed, the first in line 2" in err
    outcome = polars.read_parquet(target) if writes == "parquet" else polars.read_ipc(target)
    assert outcome.columns == [*TABLE.columns, "value", "gradient.i", "gradient.x", "error"]
    assert outcome.select(TABLE.columns).equals(TABLE)
    assert outcome["error"].to_list() == MESSAGES
    assert outcome["gradient.x"].to_list()[::4] == [1, 1.25]
    assert os.listdir(tmp_path) == [source.name, target.name] or {*os.listdir(tmp_path)} == {
        source.name,
        target.name,
    }


def test_columnar_file_becomes_text_as_a_text_file_would(tmp_path: Path) -> None:
    flat = TABLE.drop("deep").filter(polars.col("x").is_null() | polars.col("x").is_not_nan())
    flat.write_parquet(tmp_path / "it.parquet")
    flat.write_csv(tmp_path / "it.csv")
    flat.write_ndjson(tmp_path / "it.jsonl")
    for form in ("csv", "jsonl"):
        for options in ((), ("--no-input",), ("--value",), ("--fail-fast",), ("--engine", "rows")):
            left, right = (
                graddiff("i*log(x)", "--data", str(tmp_path / name), "--format", form, *options)
                for name in ("it.parquet", f"it.{form}")
            )
            assert left.stdout.replace(b" ", b"") == right.stdout.replace(b" ", b"")
            assert left.returncode == right.returncode


def test_columns_that_nothing_needs_are_in_nobodys_way(tmp_path: Path) -> None:
    path = tmp_path / "it.parquet"
    TABLE.head(1).with_columns(b=polars.lit(b"\xff")).write_parquet(path)
    assert output("log(x)", "--data", str(path), "--value") == "0\n"
    process = graddiff("log(x)", "--data", str(path), "--format", "csv")
    assert process.returncode == 5
    assert b"it.parquet cannot be read: CSV format does not support nested data" in process.stderr


def test_what_is_no_number_in_parquet_is_none_in_any_format(tmp_path: Path) -> None:
    frame = polars.DataFrame({"x": ["1", "2020-01-01"]}).with_columns(day=polars.date(2020, 1, 1))
    frame.write_parquet(tmp_path / "it.parquet")
    for text, messages in (
        ("2x", [None, "column x: '2020-01-01' is no number"]),
        ("2day", 2 * ["column day: '2020-01-01' is no number"]),
    ):
        target = tmp_path / "out.parquet"
        process = graddiff(text, "--data", str(tmp_path / "it.parquet"), "--output", str(target))
        assert process.returncode == 5
        assert polars.read_parquet(target)["error"].to_list() == messages
        assert polars.read_parquet(target)["value"].to_list() == [
            None if message else 2.0 for message in messages
        ]


def test_output_follows_a_link(tmp_path: Path) -> None:
    TABLE.head(1).write_parquet(tmp_path / "it.parquet")
    (tmp_path / "link.parquet").symlink_to(tmp_path / "target.parquet")
    output("x", "--data", str(tmp_path / "it.parquet"), "--output", str(tmp_path / "link.parquet"))
    assert (tmp_path / "link.parquet").is_symlink()
    assert polars.read_parquet(tmp_path / "target.parquet")["value"].to_list() == [1.0]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_text_becomes_a_columnar_file(tmp_path: Path, form: str) -> None:
    text = (
        'x,note\n1,"a, b"\nq,\n2,7\n'
        if form == "csv"
        else '{"x": 1, "note": "a, b"}\n{"x": "q"}\n{"x": 2, "note": 7}\n'
    )
    target = tmp_path / "out.parquet"
    process = graddiff(
        "x^2", "--data", "-", "--data-format", form, "--output", str(target), stdin=text
    )
    assert process.returncode == 5
    outcome = polars.read_parquet(target)
    assert outcome["value"].to_list() == [1, None, 4]
    assert outcome["gradient.x"].to_list() == [2, None, 4]
    assert outcome["note"].to_list() == ["a, b", None, "7"]
    assert outcome["error"].to_list()[0] is None
    assert "no number" in outcome["error"].to_list()[1]
    assert os.listdir(tmp_path) == [target.name]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (["1", "-2", ""], [1, -2, None]),
        (["1", "2.50", "1e5"], [1.0, 2.5, 1e5]),
        (["-0", "0.30000000000000004"], [-0.0, 0.30000000000000004]),
        (["9007199254740993", "1"], [9007199254740993, 1]),
        (["true", "false"], [True, False]),
        (["007", "8"], ["007", "8"]),
        (["+1", "2"], ["+1", "2"]),
        (["1", "1e999"], ["1", "1e999"]),
        (["1", "12345678901234567890"], ["1", "12345678901234567890"]),
        (["0.1234567890123456789", "1"], ["0.1234567890123456789", "1"]),
        (["true", "1"], ["true", "1"]),
        (["2020-01-01", "2020-01-02"], ["2020-01-01", "2020-01-02"]),
        (["", ""], [None, None]),
    ],
)
def test_column_of_a_csv_says_in_a_columnar_file_what_it_said(
    tmp_path: Path, fields: list[str], expected: list[Any]
) -> None:
    text = "".join(f"1,{field}\n" for field in fields)
    output(
        "x",
        "--data",
        "-",
        "--data-format",
        "csv",
        "--output",
        f"{tmp_path / 'o.arrow'}",
        stdin=f"x,n\n{text}",
    )
    outcome = polars.read_ipc(tmp_path / "o.arrow")["n"].to_list()
    assert [*map(repr, outcome)] == [*map(repr, expected)]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (["1", "-2", "null"], [1, -2, None]),
        (["1", "2.5"], [1.0, 2.5]),
        (["true", "false"], [True, False]),
        (['"007"', '"8"'], ["007", "8"]),
        (['"7"', '"8"'], ["7", "8"]),
        (['"true"', '"false"'], ["true", "false"]),
        (['""', "null"], ["", None]),
        (['"a"', "7"], ["a", "7"]),
        ([r'"\"q\u00e9\n"', "[1]"], ['"q\u00e9\n', "[1]"]),
    ],
)
def test_member_says_in_a_columnar_file_what_it_said(
    tmp_path: Path, members: list[str], expected: list[Any]
) -> None:
    text = "".join(f'{{"x": 1, "n": {member}}}\n' for member in members)
    output(
        "x",
        "--data",
        "-",
        "--data-format",
        "jsonl",
        "--output",
        f"{tmp_path / 'o.arrow'}",
        stdin=text,
    )
    outcome = polars.read_ipc(tmp_path / "o.arrow")["n"].to_list()
    assert [*map(repr, outcome)] == [*map(repr, expected)]


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (
            ("--data", "it.parquet", "--output", "it.parquet"),
            2,
            "--output it.parquet would overwrite it.parquet",
        ),
        (("--data", "it.parquet", "--format", "parquet"), 2, "parquet is written to a file only"),
        (
            ("--data", "it.parquet", "--output", "o.arrow", "--value"),
            2,
            "arrow is written as a whole table",
        ),
        (
            ("--data", "it.parquet", "--output", "no/o.arrow"),
            5,
            "no/o.arrow cannot be written: no such file",
        ),
        (("--data", "-", "--data-format", "arrow"), 2, "arrow is read from a file only"),
        (("--data", "no.parquet",), 5, "no.parquet cannot be read: No such file"),
        (("--data", "bad.parquet",), 5, "bad.parquet cannot be read"),
        (("--data", "cut.parquet", "--output", "o.parquet"), 5, "cut.parquet cannot be read"),
        (
            ("--data", "it.parquet", "--at", "x=2"),
            2,
            "x is bound by --at, and a column of it.parquet",
        ),
        (
            ("--data", "it.parquet", "--scheduler", "tcp://nowhere:1"),
            2,
            "--scheduler is for --engine dask",
        ),
        (
            ("--data", "it.parquet", "--output", "o.csv.gz"),
            2,
            "--output o.csv.gz would not be compressed",
        ),
        (("--data", "it.parquet", "--output", "o.txt"), 2, "hint: --format csv or jsonl names it"),
        (
            ("--data", "it.parquet", "--output", "pipe.parquet"),
            5,
            "pipe.parquet is not an ordinary file",
        ),
        (
            ("--data", "it.parquet", "--jobs", "2", "--line-buffered"),
            2,
            "--jobs 2 and --line-buffered cannot be combined",
        ),
        (("--data", "it.parquet", "--each"), 2, "--data and --each cannot be combined"),
        (("--data", "it.parquet", "--engine", "dask"), 2, "--engine dask answers a folder"),
        (("--at", "x=1,i=1", "--output", "o.csv"), 2, "is for the rows of --data"),
    ],
)  # fmt: skip
def test_columnar_file_that_does_not_fit_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    code: int,
    expected: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    TABLE.drop("deep").head(1).write_parquet("it.parquet")
    Path("bad.parquet").write_text("hello", encoding="utf-8")
    Path("cut.parquet").write_bytes(Path("it.parquet").read_bytes()[:-9])
    os.mkfifo("pipe.parquet")
    before = {*os.listdir()}
    assert expected in error("i*log(x)", *arguments, code=code)
    assert {*os.listdir()} == before


# Folders and clusters


def parts(folder: Path) -> Path:
    folder.mkdir()
    for number in range(8):
        big(folder / f"{number}.csv", 20_000 + number)
    (folder / "8.jsonl").write_text('{"x": 2, "y": 1}\n', encoding="utf-8")
    polars.DataFrame({"x": [1.0], "y": [3]}).write_parquet(folder / "9.parquet")
    (folder / "-other.csv").write_text("q\n1\n", encoding="utf-8")
    (folder / "readme.txt").write_text("no table", encoding="utf-8")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
def test_folder_is_answered_part_by_part_here_and_by_a_cluster_that_loses_a_worker(
    tmp_path: Path,
) -> None:
    source = parts(tmp_path / "in")
    here = graddiff(AWKWARD, "--data", str(source), "--output", str(tmp_path / "here"))
    assert here.returncode == 5
    assert b": skipped 1 file that is not a table" in here.stderr
    assert b"other.csv: no value for x, y" in here.stderr
    assert {*contents(tmp_path / "here")} == {*contents(source)} - {"-other.csv", "readme.txt"}
    alone = graddiff(AWKWARD, "--data", str(source / "3.csv"))
    assert (tmp_path / "here" / "3.csv").read_bytes() == alone.stdout
    local = spawn(
        AWKWARD,
        "--data",
        str(source),
        "--output",
        str(tmp_path / "local"),
        "--engine",
        "dask",
        "--jobs",
        "2",
    )
    assert (local.returncode, local.stderr) == (here.returncode, here.stderr)
    assert contents(tmp_path / "local") == contents(tmp_path / "here")
    with LocalCluster(
        2, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL"
    ) as cluster:
        command = [
            *COMMAND,
            AWKWARD,
            "--data",
            f"{source}",
            "--output",
            f"{tmp_path / 'lost'}",
            "--engine",
            "dask",
        ]
        process = subprocess.Popen(
            [*command, "--scheduler", cluster.scheduler_address],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        while not (tmp_path / "lost").exists() or not [*(tmp_path / "lost").iterdir()]:
            assert process.poll() is None
            time.sleep(0.002)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)
        process.communicate(timeout=100)
    assert process.returncode == here.returncode
    assert contents(tmp_path / "lost") == contents(tmp_path / "here")


def test_fail_fast_stops_behind_the_first_table_that_fails(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(3):
        (tmp_path / "in" / f"{number}.csv").write_text(
            "x\n1\n" if not number else "x\n-1\n", encoding="utf-8"
        )
    folders = ("--data", f"{tmp_path / 'in'}", "--output", f"{tmp_path / 'out'}")
    message = error("log(x)", *folders, "--fail-fast", code=4)
    assert message.count("failed") == 1
    assert {*contents(tmp_path / "out")} == {"0.csv", "1.csv"}
    assert error("log(x)", *folders, code=4).count("failed") == 2


def test_answers_have_the_names_of_their_tables_whatever_their_case(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("A.CSV.GZ", "B.Csv", "c.d.csv.gz"):
        (tmp_path / "in" / name).write_bytes(
            gzip.compress(b"x\n1\n") if name.lower().endswith("z") else b"x\n1\n"
        )
    output("x", "--data", f"{tmp_path / 'in'}", "--output", f"{tmp_path / 'out'}")
    answered = b"x,value,gradient.x,error\n1,1.0,1.0,\n"
    assert contents(tmp_path / "out") == dict.fromkeys(("A.csv", "B.csv", "c.d.csv"), answered)


def test_run_leaves_alone_what_another_one_has_not_finished(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "in" / "0.csv").write_text("x\n1\n", encoding="utf-8")
    other = tmp_path / "out" / ".0.csv.0123456789abcdef.0.unfinished"
    other.write_text("", encoding="utf-8")
    output("x", "--data", f"{tmp_path / 'in'}", "--output", f"{tmp_path / 'out'}")
    assert {*contents(tmp_path / "out")} == {other.name, "0.csv"}


def test_what_a_killed_process_has_not_finished_is_swept(tmp_path: Path) -> None:
    path = f"{tmp_path / 'it.csv'}"
    with create_scratch_file(path, "other") as others, create_scratch_file(path, "own"):
        remove_unfinished_files(f"{tmp_path}", "own")
        assert [*contents(tmp_path)] == [os.path.basename(others)]


def test_cluster_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    source, target = parts(tmp_path / "in"), str(tmp_path / "out")
    arguments = ("x", "--data", str(source), "--output", target, "--engine", "dask")
    process = spawn(*arguments, "--scheduler", "nowhere")
    assert (process.returncode, process.stdout) == (5, b"")
    assert b"the scheduler nowhere does not answer" in process.stderr
    assert "is a folder" in error("x", "--data", str(source), code=2)
    assert "to another one" in error("x", "--data", str(source), "--output", str(source), code=2)
    assert "parquet is written as a whole table" in error(
        *arguments, "--format", "parquet", "--value", code=2
    )
    (source / "0.jsonl").write_text("{}", encoding="utf-8")
    assert "two tables of" in error(*arguments, "--format", "csv", code=2)
    (tmp_path / "empty").mkdir()
    assert "is a table" in error("x", "--data", str(tmp_path / "empty"), "--output", target, code=5)


@contextlib.contextmanager
def cluster_of_its_own(begin: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process with a scheduler and a worker, which runs `begin` first, and its address."""
    options = (
        "n_workers=1, threads_per_worker=1, processes=False, "
        'protocol="tcp://", dashboard_address=None'
    )
    code = f"{begin}; from distributed import Client, LocalCluster; c = LocalCluster({options})"
    code += "; print(c.scheduler_address, flush=True); input()"
    process = subprocess.Popen(
        [COMMAND[0], "-c", code],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("begin", "expected"),
    [
        ("sys.modules['graddiff'] = None", "graddiff is not installed where the scheduler tcp://"),
        (
            "sys.modules['graddiff'] = types.SimpleNamespace(__version__='0')",
            "graddiff 0 is installed where",
        ),
    ],
)
def test_cluster_without_this_graddiff_is_one_sentence(
    tmp_path: Path, begin: str, expected: str
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "0.csv").write_text("x\n1\n", encoding="utf-8")
    folders = ("--data", f"{tmp_path / 'in'}", "--output", f"{tmp_path / 'out'}")
    with cluster_of_its_own(f"import sys, types; {begin}") as (_, address):
        process = spawn("x", *folders, "--engine", "dask", "--scheduler", address)
    assert (process.returncode, process.stdout) == (5, b"")
    message = process.stderr.decode()
    assert message.startswith(f"graddiff: {expected}")
    assert message.count("\n") == 2
    assert "hint: the scheduler and its workers need the same version" in message


def test_scheduler_that_dies_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "0.csv").write_text("x\n1\n", encoding="utf-8")
    os.mkfifo(tmp_path / "in" / "1.csv")  # takes until somebody writes to it
    folders = ("--data", f"{tmp_path / 'in'}", "--output", f"{tmp_path / 'out'}")
    with cluster_of_its_own("pass") as (cluster, address):
        process = subprocess.Popen(
            [*COMMAND, "x", *folders, "--engine", "dask", "--scheduler", address],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        while not (tmp_path / "out" / "0.csv").exists():
            assert process.poll() is None
            time.sleep(0.01)
        cluster.kill()
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (5, b"")
    assert err.startswith(
        f"graddiff: the scheduler {address} was lost before all files were answered\n".encode()
    )
    assert err.count(b"\n") == 2
    assert {*contents(tmp_path / "out")} == {"0.csv"}


# The kernel for other libraries


def test_column_kernel_serves_polars_pandas_and_dask() -> None:
    kernel = column_kernel(LOGISTIC, at={"w": 2, "b": -1}, wrt=["x"])
    xs = [0.0, 0.5, -3.0, 1e3]
    expected = [differentiate(LOGISTIC, {"x": x, "w": 2, "b": -1}) for x in xs]
    frame = polars.DataFrame({"x": xs, "id": [*range(4)]})
    lazy = frame.lazy().map_batches(
        lambda part: part.with_columns(**kernel(part)), validate_output_schema=False
    )
    answered = lazy.collect()
    assert answered.columns == ["x", "id", "value", "gradient.x", "error"]
    assert answered["value"].to_list() == pytest.approx(
        [result.value for result in expected], rel=1e-14
    )
    assert answered["gradient.x"].to_list() == pytest.approx(
        [result.gradient["x"] for result in expected], rel=1e-14
    )
    distant = dask.dataframe.from_pandas(pandas.DataFrame({"x": xs}), npartitions=2)
    outcome = distant.map_partitions(lambda part: part.assign(**kernel(part))).compute(
        scheduler="sync"
    )
    assert outcome["value"].tolist() == answered["value"].to_list()
    assert outcome["gradient.x"].tolist() == answered["gradient.x"].to_list()


@pytest.mark.slow
def test_column_kernel_means_the_same_to_the_workers_of_a_cluster() -> None:
    kernel = column_kernel("where(x > 0, log(x), abs(x)/w)", at={"w": 2}, wrt=["x"])
    frame = pandas.DataFrame({"x": [1.0, 0.0, -2.0, math.nan]})
    expected = frame.assign(**kernel(frame))
    assert expected["value"].tolist()[:3] == [0, 0, 1]
    with (
        LocalCluster(
            1, threads_per_worker=1, dashboard_address=None, silence_logs="CRITICAL"
        ) as cluster,
        Client(cluster),
    ):
        distant = dask.dataframe.from_pandas(frame, npartitions=2)
        outcome = distant.map_partitions(lambda part: part.assign(**kernel(part))).compute()
    pandas.testing.assert_frame_equal(outcome, expected, check_dtype=False)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ({"w": math.inf}, "w is inf, which is no finite number"),
        ({"w": math.nan}, "w is nan, which is no finite number"),
        ({"w": 10**400}, "w is inf, which is no finite number"),
        ({"q": 1}, "q is bound, but does not occur in the expression"),
    ],
)
def test_column_kernel_refuses_what_it_cannot_bind(at: dict[str, float], expected: str) -> None:
    with pytest.raises(UsageError, match=expected):
        column_kernel("w*x", at=at)


def test_column_kernel_says_what_failed_in_its_row() -> None:
    answered = column_kernel("log(x)")(polars.DataFrame({"x": [1.0, -1.0, math.nan]}))
    assert answered["error"].tolist() == [
        "",
        "log needs x > 0; here x = -1",
        "column x: nan is no finite number",
    ]
    assert answered["value"][0] == 0
    assert all(math.isnan(value) for value in answered["value"][1:])
