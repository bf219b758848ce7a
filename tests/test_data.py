"""Many points: CSV and JSON Lines in and out, row by row."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import pty
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from graddiff import differentiate
from graddiff.data.blocks import BOM, ByteSource, read_blocks
from graddiff.render.json.schema import build_result_schema
from running import (
    COMMAND,
    environment,
    error,
    graddiff,
    need_linux,
    need_terminal,
    output,
    read_terminal,
)

SCHEMA = jsonschema.Draft202012Validator(build_result_schema())
SMALL = 'id,x,note\n1,0.5,"a, b"\n2,-1,c\n3,2e0,\n'


def table(text: str) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(text))]


def test_rows_get_value_gradient_and_an_empty_error() -> None:
    text = output("w*x^2", "--data", "-", "--data-format", "csv", "--at", "w=3", stdin=SMALL)
    assert text.split("\n")[0] == "id,x,note,value,gradient.w,gradient.x,error"
    assert text.split("\n")[1] == '1,0.5,"a, b",0.75,0.25,3.0,'
    for row in table(text):
        result = differentiate("w*x^2", {"w": 3, "x": float(row["x"])})
        assert float(row["value"]) == result.value
        assert float(row["gradient.x"]) == result.gradient["x"]
        assert row["error"] == ""


def test_json_lines_keep_their_objects() -> None:
    stdin = '{"x": 1, "deep": {"a": [1, 2]}}\n\n{"x":2.50}\n'
    lines = output("x^2", "--data", "-", "--data-format", "jsonl", stdin=stdin).splitlines()
    assert (
        lines[0]
        == '{"x": 1, "deep": {"a": [1, 2]}, "value": 1.0, "gradient": {"x": 2.0}, "error": null}'
    )
    assert lines[1] == '{"x":2.50, "value": 6.25, "gradient": {"x": 5.0}, "error": null}'


@pytest.mark.parametrize(
    ("reads", "writes", "stdin", "expected"),
    [
        (
            "csv",
            "jsonl",
            "x,n\n2,a\n",
            '{"x": 2, "n": "a", "value": 4.0, "gradient": {"x": 4.0}, "error": null}\n',
        ),
        (
            "jsonl",
            "csv",
            '{"x": 2, "n": "a,b"}\n',
            'x,n,value,gradient.x,error\n2,"a,b",4.0,4.0,\n',
        ),
    ],
)
def test_one_format_becomes_the_other(reads: str, writes: str, stdin: str, expected: str) -> None:
    assert (
        output("x^2", "--data", "-", "--data-format", reads, "--format", writes, stdin=stdin)
        == expected
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--value",), ["0.25", "1", "4"]),
        (("--gradient", "x"), ["1", "-2", "4"]),
        (("--no-input",), ["value,gradient.x,error", "0.25,1.0,", "1.0,-2.0,", "4.0,4.0,"]),
        (
            ("--no-input", "--wrt", "q"),
            ["value,gradient.q,error", "0.25,0.0,", "1.0,0.0,", "4.0,0.0,"],
        ),
    ],
)
def test_output_may_be_less(options: tuple[str, ...], expected: list[str]) -> None:
    assert (
        output("x^2", "--data", "-", "--data-format", "csv", *options, stdin=SMALL).splitlines()
        == expected
    )


@pytest.mark.parametrize(
    ("field", "expected", "code"),
    [
        ("two", "column x: 'two' is no number", 5),
        ("", "column x: there is no number", 5),
        ("  ", "column x: there is no number", 5),
        ("nan", "column x: nan is no finite number", 5),
        ("-inf", "column x: -inf is no finite number", 5),
        ("1e999", "column x: 1e999 is no finite number", 5),
        ("-1", "log needs x > 0; here x = -1", 4),
        ("1,2,3", "4 fields, where the header has 2: 1,2,3,end", 5),
        ('"1', "is a quote that is never closed?", 5),
    ],
)
def test_row_that_fails_says_why_and_the_others_go_on(field: str, expected: str, code: int) -> None:
    process = graddiff(
        "log(x)",
        "--data",
        "-",
        "--data-format",
        "csv",
        stdin=f"x,n\n1,begin\n{field},end\n1,after\n",
    )
    assert process.returncode == code
    rows = process.stdout.decode().splitlines()
    assert rows[1] == "1,begin,0.0,1.0,"
    if field != '"1':
        assert expected in table(process.stdout.decode())[1]["error"]
        assert rows[3] == "1,after,0.0,1.0,"
        assert "1 of 3 rows failed, the first in line 3" in process.stderr.decode()


def test_undefined_derivative_is_empty_and_null() -> None:
    arguments = ("x^y", "--data", "-", "--data-format")
    text = output(*arguments, "csv", stdin="x,y\n-2,2\n", code=4)
    assert text.splitlines()[1].startswith("-2,2,4.0,-4.0,,")
    record = json.loads(output(*arguments, "jsonl", stdin='{"x": -2, "y": 2}\n', code=4))
    assert record["gradient"] == {"x": -4.0, "y": None}
    assert record["error"]["kind"] == "undefined"


def test_infinite_slope_is_an_answer() -> None:
    arguments = ("sqrt(x)", "--data", "-", "--data-format")
    assert output(*arguments, "csv", stdin="x\n0\n").splitlines()[1] == "0,0.0,inf,"
    assert json.loads(output(*arguments, "jsonl", stdin='{"x": 0}\n'))["gradient"] == {
        "x": "Infinity"
    }


def test_conventions_are_told_once_for_all_rows() -> None:
    process = graddiff("relu(x)", "--data", "-", "--data-format", "csv", stdin="x\n0\n1\n0\n0\n")
    expected = (
        "graddiff: kink: relu(x) has a kink at x = 0: its slopes by x are 0 and 1; "
        "0 is used (line 2 and 2 more)\n"
    )
    assert (process.returncode, process.stderr.decode()) == (0, expected)


@pytest.mark.parametrize(
    ("record", "expected", "kind"),
    [
        ('{"x": "2"}', 'x is no number, but "2"', "file"),
        ('{"x": true}', "x is no number, but true", "file"),
        ('{"x": -1, "x": 2}', "", ""),  # the last one counts, as it does for jq
        ('{"x": null}', "x is no number, but null", "file"),
        ('{"x": [1]}', "x is no number, but [1]", "file"),
        ('{"x": 1e999}', "x is inf, which is no finite number", "file"),
        ('{"x": -Infinity}', "x is -inf, which is no finite number", "file"),
        ('{"x": NaN}', "x is nan, which is no finite number", "file"),
        ('{"x": 1, "error": 0}', "the object has a member 'error' itself", "file"),
        ('{"y": 1}', "there is no x", "file"),
        ("[1]", "no JSON object: [1]", "file"),
        ("{bad", "no JSON, expecting property name", "file"),
        ('{"x": -1}', "log needs x > 0; here x = -1", "domain"),
    ],
)
def test_record_that_fails_says_why(record: str, expected: str, kind: str) -> None:
    stdin = f'{{"x": 1}}\n{record}\n{{"x": 1}}\n'
    process = graddiff("log(x)", "--data", "-", "--data-format", "jsonl", stdin=stdin)
    records = [json.loads(line) for line in process.stdout.splitlines()]
    assert [record["error"] is None for record in records] == [True, not kind, True]
    if kind:
        assert records[1]["error"]["kind"] == kind
        assert expected in records[1]["error"]["message"]
        assert process.returncode > 1


def test_fail_fast_stops_behind_the_first_row_that_fails() -> None:
    text = output(
        "log(x)",
        "--data",
        "-",
        "--data-format",
        "csv",
        "--fail-fast",
        stdin="x\n1\n-1\n2\n",
        code=4,
    )
    assert len(text.splitlines()) == 3


@pytest.mark.parametrize(
    ("stdin", "arguments", "code", "expected"),
    [
        ("", (), 2, "standard input is empty"),
        ("y\n1\n", (), 3, "no value for x: neither a column of standard input nor in --at"),
        ("x;y\n1;2\n", (), 2, "has ; between its columns"),
        ("x\ty\n1\t2\n", (), 2, "has a tabulator between its columns"),
        ("x,value\n1,2\n", (), 2, "has a column 'value' itself"),
        ("x,gradient.x\n1,2\n", (), 2, "has a column 'gradient.x' itself"),
        ("x,x\n1,2\n", (), 2, "two columns of standard input have the name 'x'"),
        ("x\n1\n", ("--at", "x=2"), 2, "x is bound by --at, and a column"),
        ("x\n1\n", ("--at", "q=2"), 2, "q is bound, but does not occur"),
        ("x\n1\n", ("--expect", "x=1"), 2, "--expect compares a single answer"),
        ("x\n1\n", ("--format", "tree"), 2, "--data writes a table, and --format tree is for"),
    ],
)
def test_table_that_does_not_fit_is_one_sentence(
    stdin: str, arguments: tuple[str, ...], code: int, expected: str
) -> None:
    assert expected in error(
        "x^2", "--data", "-", "--data-format", "csv", *arguments, stdin=stdin, code=code
    )


def test_member_with_the_name_of_a_result_is_one_sentence() -> None:
    arguments = ("x", "--data", "-", "--data-format", "jsonl")
    assert "has a member 'value' itself" in error(
        *arguments, stdin='{"x": 1, "value": 2}\n', code=2
    )
    assert output(*arguments, "--no-input", "--value", stdin='{"x": 1, "value": 2}\n') == "1\n"


@pytest.mark.parametrize(
    ("stdin", "rows"),
    [
        ("x\n1\n\n3\n", ["1,2.0,2.0,", ",,,column x: there is no number", "3,6.0,2.0,"]),
        ('x\n1\n\n"3"\n', ["1,2.0,2.0,", ",,,column x: there is no number", '"3",6.0,2.0,']),
        ("x,n\n1,a\r2\n3,b\n", [None, "3,b,6.0,2.0,"]),
        ('x,n\n1,"a\r2"\n3,b\n', [None, "3,b,6.0,2.0,"]),
        (f'x,n\n1,"{"a" * 200_000}"\n3,b\n', [None, "3,b,6.0,2.0,"]),
    ],
)
def test_odd_records_are_rows(stdin: str, rows: list[str | None]) -> None:
    process = graddiff("2x", "--data", "-", "--data-format", "csv", stdin=stdin)
    outcome = process.stdout.decode().split("\n")[1:-1]
    assert process.stderr == b"" or process.stderr.startswith(b"graddiff: 1 of ")
    assert rows[-1] == outcome[-1]
    if None not in rows:
        assert outcome == rows


def test_numbers_of_a_csv_stand_in_json_as_they_were_written() -> None:
    stdin = f"x,n\n1,-0\n1,1e5\n1,1e999\n1,{'1' * 5000}\n1,007\n"
    text = output("x", "--data", "-", "--data-format", "csv", "--format", "jsonl", stdin=stdin)
    written = [line.split('"n": ')[1].split(', "value"')[0] for line in text.splitlines()]
    assert written == ["-0", "1e5", "1e999", "1" * 5000, '"007"']


def test_member_without_a_column_is_said_in_its_row() -> None:
    stdin = '{"x": 1}\n{"x": 2, "more": 7}\n{"x": 3}\n'
    text = output(
        "x", "--data", "-", "--data-format", "jsonl", "--format", "csv", stdin=stdin, code=5
    )
    expected = '"member more is not in the first record, so there is no column for it"'
    assert text.splitlines()[1:] == ["1,1.0,1.0,", f"2,,,{expected}", "3,3.0,1.0,"]


def test_half_a_character_of_json_is_an_escape_in_csv() -> None:
    arguments = ("x", "--data", "-", "--data-format", "jsonl", "--format", "csv")
    assert (
        output(*arguments, stdin='{"x": 1, "n": "\\ud800"}\n').splitlines()[1]
        == "1,\\ud800,1.0,1.0,"
    )


def test_member_with_the_name_of_a_result_far_down_fails_alone() -> None:
    stdin = '{"x": 1}\n' * 20_000 + '{"x": 2, "value": 7}\n' + '{"x": 1}\n'
    process = graddiff("x", "--data", "-", "--data-format", "jsonl", stdin=stdin)
    assert process.returncode == 5
    lines = process.stdout.splitlines()
    assert len(lines) == 20_002
    assert json.loads(lines[20_000])["input"] == '{"x": 2, "value": 7}'
    assert b"the first in line 20,001" in process.stderr


def test_blank_lines_before_a_header_are_counted_only() -> None:
    process = graddiff("x", "--data", "-", "--data-format", "csv", stdin="\r\n \nx,y\n1,2\nq,3\n")
    assert process.stdout.decode().splitlines()[:2] == [
        "x,y,value,gradient.x,error",
        "1,2,1.0,1.0,",
    ]
    assert "the first in line 5" in process.stderr.decode()


def test_header_alone_gives_a_header() -> None:
    assert (
        output("x", "--data", "-", "--data-format", "csv", stdin="x\n")
        == "x,value,gradient.x,error\n"
    )


def test_mark_line_ends_quotes_and_other_bytes_pass() -> None:
    stdin = BOM + b'x,"a ""b"""\r\n1,"two\nlines"\r\n2,\xff\r\n'
    process = graddiff("x^2", "--data", "-", "--data-format", "csv", stdin=stdin)
    assert (
        process.stdout
        == b'x,"a ""b""",value,gradient.x,error\n1,"two\nlines",1.0,2.0,\n2,\xff,4.0,4.0,\n'
    )


def test_suffix_says_the_format_and_gzip_is_unpacked(tmp_path: Path) -> None:
    packed = tmp_path / "points.csv.gz"
    packed.write_bytes(gzip.compress(b"x\n3\n"))
    assert output("x^2", "--data", str(packed), "--value") == "9\n"
    plain = tmp_path / "points.ndjson"
    plain.write_text('{"x": 3}\n', encoding="utf-8")
    assert output("x^2", "--data", str(plain), "--value") == "9\n"
    assert "points.txt is not known" in error("x", "--data", str(tmp_path / "points.txt"), code=2)


def test_file_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    assert "no such file" in error("x", "--data", "nowhere.csv", code=5)
    assert "is a folder" in error("x", "--data", f"{tmp_path}", code=2)
    packed = gzip.compress(b"x\n" + b"1\n" * 100_000)
    for data in (packed[:-20], packed[:10] + b"\xff" * 10 + packed[20:]):
        broken = tmp_path / "broken.csv.gz"
        broken.write_bytes(data)
        process = graddiff("x", "--data", str(broken), "--value")
        assert process.returncode == 5
        assert process.stderr.startswith(b"graddiff: ")
        assert b"cannot be read" in process.stderr


def test_first_output_comes_before_the_last_input() -> None:
    command = [*COMMAND, "x^2", "--data", "-", "--data-format", "csv", "--line-buffered"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for number in range(3):
        process.stdin.write(f"{'x' + chr(10) if not number else ''}{number}\n".encode())
        process.stdin.flush()
        if not number:
            assert process.stdout.readline() == b"x,value,gradient.x,error\n"
        assert process.stdout.readline() == f"{number},{number**2:.1f},{2 * number:.1f},\n".encode()
    process.stdin.close()
    assert process.wait(timeout=30) == 0


def test_interrupt_leaves_whole_lines(tmp_path: Path) -> None:
    written = tmp_path / "out.csv"
    with written.open("wb") as out:
        process = subprocess.Popen(
            [*COMMAND, "x^2", "--data", "-", "--data-format", "csv"],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.PIPE,
            env=environment(),
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
        )
        assert process.stdin is not None
        process.stdin.write(b"x\n" + b"1.25\n" * 200_000)
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, b"")
    assert {*written.read_bytes().splitlines(keepends=True)[1:]} <= {b"1.25,1.5625,2.5,\n"}


def test_closed_pipe_ends_quietly() -> None:
    command = (
        f"{' '.join(COMMAND)} 'x^2' --data - --data-format csv | head -1; exit ${{PIPESTATUS[0]}}"
    )
    process = subprocess.run(
        ["bash", "-c", command],
        input=b"x\n" + b"1\n" * 500_000,
        capture_output=True,
        env=environment(),
        check=False,
    )
    assert (process.returncode, process.stderr) == (141, b"")


def test_full_disk_is_one_sentence() -> None:
    need_linux("/dev/full")
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [*COMMAND, "x^2", "--data", "-", "--data-format", "csv"],
            input=b"x\n" + b"1\n" * 50_000,
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
        )
    assert process.returncode == 5
    assert process.stderr.startswith(b"graddiff: the output cannot be written: no space left")


def peak(size: int) -> int:
    """Kilobytes that a run over so many rows takes at its peak."""
    rows = f"import sys; sys.stdout.write('x,y\\n' + '1.5,2.5\\n' * {size})"
    measure = "import resource; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    command = [*COMMAND, "x*y", "--data", "-", "--data-format", "csv"]
    code = (
        "import subprocess, sys; "
        f"subprocess.run({command!r}, stdout=subprocess.DEVNULL, stdin=sys.stdin); {measure}"
    )
    source = subprocess.Popen([COMMAND[0], "-c", rows], stdout=subprocess.PIPE)
    outcome = subprocess.run(
        [COMMAND[0], "-c", code],
        stdin=source.stdout,
        capture_output=True,
        env=environment(),
        check=True,
    )
    source.wait()
    return int(outcome.stdout)


def test_memory_does_not_grow_with_the_rows() -> None:
    assert peak(1_000_000) - peak(10_000) < 20_000


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    source = ByteSource(
        io.BufferedReader(io.BytesIO(data)), io.BufferedReader(io.BytesIO()), "it", None
    )
    return (block.text for block in read_blocks(source, size, quotes=True))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 100])
def test_mark_is_no_text_however_it_is_read(size: int) -> None:
    for text in (b"a,b\n1,2\n", b"", b"a", b"\xef", b"\xef\xbb", BOM + b"a\n"):
        assert b"".join(chunks(BOM + text, size)) == text
    assert b"".join(chunks(b"\xef\xbb", size)) == b"\xef\xbb"


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 100])
def test_blocks_end_where_records_end(size: int) -> None:
    data = b'a,b\n1,"x\ny\n"\n2,"""\n"\n3,z'
    records = [b"a,b\n", b'1,"x\ny\n"\n', b'2,"""\n"\n', b"3,z"]
    outcome = [*chunks(data, size)]
    assert b"".join(outcome) == data
    ends = {len(b"".join(records[:count])) for count in range(len(records) + 1)}
    assert {len(b"".join(outcome[:count])) for count in range(len(outcome) + 1)} <= ends


@pytest.mark.parametrize(
    "line", [b"2" * 9_999 + b"\n", pytest.param(b"2\n", marks=pytest.mark.slow)], ids=len
)
def test_record_without_an_end_stops_with_a_sentence(line: bytes) -> None:
    stdin = b'x\n1\n"' + line * (80_000_000 // len(line))
    process = graddiff("x", "--data", "-", "--data-format", "csv", "--value", stdin=stdin)
    assert process.returncode == 5
    assert process.stdout == b"1\n"
    assert b"line 3: a record of more than 64 MB" in process.stderr
    assert b"hint: is there a quote that is never closed?" in process.stderr


def test_progress_is_shown_on_a_terminal_only_and_only_for_long_runs() -> None:
    need_terminal()
    leader, follower = pty.openpty()
    command = [*COMMAND, "x^2", "--data", "-", "--data-format", "csv", "--engine", "rows"]
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=follower,
        env=environment(),
    )
    assert process.stdin is not None
    process.stdin.write(b"x\n")
    deadline = time.monotonic() + 30
    while not select.select([leader], [], [], 0.05)[0] and time.monotonic() < deadline:
        process.stdin.write(b"1\n")
        process.stdin.flush()
    process.stdin.close()
    process.wait(timeout=60)
    os.close(follower)
    shown = read_terminal(leader)
    os.close(leader)
    assert process.returncode == 0
    assert b" rows, " in shown
    assert shown.endswith(b"\r\x1b[0K")  # the line is taken away


# --each


def test_each_line_is_an_expression_or_a_record() -> None:
    record = '{"expression": "x^2", "at": {"x": "2*3"}, "expect": {"x": 12, "value": "6^2"}}'
    stdin = f'x*y\n\nlog(-1)\n{record}\n{{"no": 1}}\n'
    lines = [
        json.loads(line)
        for line in output(
            "--each", "--at", "x=2,y=3", "--no-graph", stdin=stdin, code=5
        ).splitlines()
    ]
    assert [line.get("value") for line in lines] == [6, None, 36, None]
    for line in lines:
        SCHEMA.validate(line)
    assert lines[1]["error"] == {
        "kind": "domain",
        "message": "log needs x > 0; here -1",
        "span": [0, 7],
    }
    assert [check["ok"] for check in lines[2]["expect"]] == [True, True]
    assert "a record has expression, at, expect" in lines[3]["error"]["message"]


@pytest.mark.parametrize(
    ("line", "expression", "span"),
    [
        ('{"expression": "1 + log(x)", "at": {"x": -1}}', "1 + log(x)", [4, 10]),
        ('{"expression": "x +"}', "x +", [3, 3]),
        ('{"expression": "x", "at": {"x": "1+"}}', "x", None),  # the place is in another text
        ('{"expression": "x", "at": 3}', "x", None),
        ('{"expression": "\\ud800"}', "\ud800", [0, 1]),
        ("a\u0301 +", "\u00e1 +", [3, 3]),
        ('{"expression": null}', None, None),
        ("{x}", None, None),
        ("\udcff", None, None),
    ],
)
def test_each_failure_has_the_expression_that_its_span_is_of(
    line: str, expression: str | None, span: list[int] | None
) -> None:
    process = graddiff("--each", stdin=line.encode("utf-8", "surrogateescape"))
    outcome = json.loads(process.stdout)
    SCHEMA.validate(outcome)
    assert (outcome["expression"], outcome["error"]["span"]) == (expression, span)


def test_each_says_about_a_bare_number_what_there_is_to_say() -> None:
    stdin = '{"expression": "abs(x)", "at": {"x": 0}, "expect": {"x": 1}}\n\nx^2\n'
    process = graddiff("--each", "--at", "x=0", "--gradient", "x", stdin=stdin)
    assert (process.returncode, process.stdout) == (1, b"0\n0\n")
    assert process.stderr.decode().splitlines() == [
        "graddiff: line 1: kink: abs(x) has a kink at x = 0: "
        "its slopes by x are -1 and 1; 0 is used",
        "graddiff: line 1: gradient.x is 0.0, expected 1.0",
    ]


def test_each_exits_with_the_worst_of_its_lines() -> None:
    assert graddiff("--each", "--at", "x=2", stdin="x\nx^2\n").returncode == 0
    assert (
        graddiff(
            "--each", stdin='{"expression": "x", "at": {"x": 1}, "expect": {"x": 2}}\n'
        ).returncode
        == 1
    )
    assert graddiff("--each", stdin="1\nlog(0)\n").returncode == 4
    assert (
        output("--each", "--fail-fast", "--value", stdin="1\nlog(0)\n2\n", code=4)
        == "1\nundefined\n"
    )


def test_each_reads_a_file_but_no_operand(tmp_path: Path) -> None:
    file = tmp_path / "expressions.txt"
    file.write_text("2*3\nsin(0)\n", encoding="utf-8")
    assert output("--each", "--file", str(file), "--value") == "6\n0\n"
    assert "leave the expression out" in error("--each", "x", code=2)
