"""Options, operands, exit codes, pipes and signals, in a process of its own."""

from __future__ import annotations

import os
import pty
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from graddiff import __version__
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


def last_line(text: str) -> str:
    return text.rstrip("\n").rpartition("\n")[2]


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        (("x^2", "--at", "x=3", "--gradient", "x"), "6"),
        (("x^2", "--at", "x=3", "--value"), "9"),
        (("x/3", "--at", "x=1", "--value"), "0.3333333333333333"),
        (("x/3", "--at", "x=1", "--value", "--digits", "4"), "0.3333"),
        (("-x^2", "--at", "x=3", "--value"), "-9"),
        (("--x", "--at", "x=3", "--value"), "3"),
        (("--at", "x=3", "--value", "--", "-x"), "-3"),
        (("--value", "-x*-2", "--at=x=3"), "6"),
        (("x*y*z", "--at", "x=2", "--at", "y=3,z=4", "--gradient", "x"), "12"),
        (("x", "--at", "x=max(1,2)*pi", "--value"), "6.283185307179586"),
        (("x+y", "--at", " x = 1 , y = -2 ", "--value"), "-1"),
        (("functions+1", "--at", "functions=1", "--value"), "2"),
        (("--value", "--", "2"), "2"),
        (("é + Ω", "--at", "é=1,Ω=2", "--value"), "3"),
        (("x²", "--at", "x=3", "--value"), "9"),
    ],
)
def test_bare_number(arguments: tuple[str, ...], number: str) -> None:
    process = graddiff(*arguments)
    assert process.stdout.decode() == number + "\n"
    assert (process.returncode, process.stderr) == (0, b"")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("-h", "--at", "h=3", "--value"), 0),
        (("--value", "--", "-x"), 3),
        (("x", "--at", "x=1e400/1e200", "--value"), 4),
        (("x*y", "--at", "x=1,y=2", "--gradient", "x,y"), 2),
        (("x", "--at", "x=1", "--gradient", ""), 2),
        (("x", "--at", "x=1", "--wrt", "2x"), 2),
        (("x", "--at", "x=1", "--wrt", "\x1b[31mq"), 2),
        (("x", "--at", "x=2;y=3"), 2),
        (("x", "--at", "x=2\ny=3"), 2),
        (("x", "--at", "x=1", "--expect", "x=5;1"), 2),
        (("x", "--at", "x=1", "--expect", "x=1", "--rtol", "nan"), 2),
        (("x", "--at", "x=1", "--expect", "x=1", "--atol", "-1"), 2),
        (("x # \udc9b", "--at", "x=1"), 3),
        (("atan2(y, x)", "--at", "x=0,y=0"), 4),
    ],
)
def test_exit_code(arguments: tuple[str, ...], code: int) -> None:
    process = graddiff(*arguments)
    assert process.returncode == code
    assert b"Traceback" not in process.stderr
    assert b"\x1b" not in process.stderr


@pytest.mark.parametrize(
    ("redirection", "code", "said"),
    [
        ("x --at x=1 >&-", 5, "standard output is closed"),
        ("functions >&-", 5, "standard output is closed"),
        ("- --at x=1 <&-", 5, "standard input is closed"),
        ("repl <&-", 5, "standard input is closed"),
        ("'log(x)' --at x=-1 2>&-", 4, ""),
        ("'abs(x)' --at x=0 --gradient x 2>&-", 0, ""),
    ],
)
def test_closed_stream_is_no_traceback(redirection: str, code: int, said: str) -> None:
    command = f"{shlex.join(COMMAND)} {redirection}"
    process = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, env=environment(), check=False
    )
    assert process.returncode == code
    assert said in process.stderr
    assert "log" not in process.stdout


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        ("x=inf", 0),
        ("x=-inf", 1),
        ("x=1e300", 1),
        ("f.value=0,f=1", 0),
        ("p.adjoint=inf,p=inf", 0),
        ("x=undefined", 1),
    ],
)
def test_expected_infinity(expected: str, code: int) -> None:
    assert (
        graddiff("p = x; sqrt(p)", "--at", "x=0", "--expect", expected, "--value").returncode
        == code
    )


def test_expected_undefined() -> None:
    arguments = ("x^y", "--at", "x=-2,y=2", "--json", "--no-graph")
    assert '"ok": true' in output(*arguments, "--expect", "y=undefined", code=4)
    assert '"ok": false' in output(*arguments, "--expect", "y=1", code=1)


def test_relative_tolerance_is_of_what_is_expected() -> None:
    for expected, found, code in (
        (100, 101, 1),
        (101, 100, 0),
    ):  # 1/100 is more than 0.00995, 1/101 is less
        arguments = (
            "x",
            "--at",
            f"x={found}",
            "--expect",
            f"value={expected}",
            "--rtol",
            "0.00995",
        )
        assert graddiff(*arguments).returncode == code


def test_adjoint_that_is_asked_for_is_found_whatever_the_gradient_is_by() -> None:
    assert (
        graddiff("p = 3; p*x", "--at", "x=2", "--expect", "p.adjoint=2,p.value=3").returncode == 0
    )
    assert (
        graddiff(
            "p = x*y; p*x", "--at", "x=2,y=3", "--wrt", "y", "--expect", "p.adjoint=2"
        ).returncode
        == 0
    )


def test_command_name_behind_dashes_is_a_variable() -> None:
    assert output("--at", "functions=5", "--gradient", "functions", "--", "functions") == "1\n"


def test_bare_number_leaves_notices_to_standard_error() -> None:
    process = graddiff("abs(x)", "--at", "x=0", "--gradient", "x")
    assert process.stdout == b"0\n"
    assert process.stderr.startswith(b"graddiff: kink: abs(x) has a kink at x = 0")


def test_undefined_number_is_said_in_a_word() -> None:
    assert output("sqrt(x*x)", "--at", "x=0", "--gradient", "x", code=4) == "undefined\n"
    assert output("sqrt(x)", "--at", "x=0", "--gradient", "x") == "inf\n"


def test_expression_comes_from_a_pipe_a_dash_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "expression.txt"
    file.write_text("# a product\np = x+y\np*z\n", encoding="utf-8-sig")
    at = ("--at", "x=1,y=3,z=-3", "--value")
    assert output(*at, stdin="(x+y)*z\n") == "-12\n"
    assert output("-", *at, stdin="(x+y)*z\n") == "-12\n"
    assert output("--file", str(file), *at) == "-12\n"
    assert output("--file", "-", *at, stdin="(x+y)*z\n") == "-12\n"


def test_point_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "point.json"
    file.write_text('{"x": 1, "y": "pi/2", "z": 1e2}', encoding="utf-8")
    assert output("x+y*2/pi+z", "--at", f"@{file}", "--value") == "102\n"
    for text in ("[1]", "{", '{"x": null}', '{"x": [1]}', "NaN", '{"x": NaN}'):
        file.write_text(text, encoding="utf-8")
        assert graddiff("x", "--at", f"@{file}").returncode in (2, 5), text


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        ("x=-3,y=-3,z=4,value=-12", 0),
        ("gradient.x=-3", 0),
        ("x=-3.0000001", 0),
        ("x=-3.1", 1),
        ("value=12", 1),
        ("x=-6/2", 0),
    ],
)
def test_expectation_decides_the_exit_code(expected: str, code: int) -> None:
    text = output("(x+y)*z", "--at", "x=1,y=3,z=-3", "--expect", expected, code=code)
    verdicts = [line.split()[-1] for line in text.partition("quantity")[2].strip().split("\n")[1:]]
    assert verdicts
    assert ("no" in verdicts) == (code == 1)


def test_tolerance_is_relative_plus_absolute() -> None:
    arguments = ("x", "--at", "x=100", "--expect", "value=101")
    assert graddiff(*arguments).returncode == 1
    assert graddiff(*arguments, "--rtol", "0.01").returncode == 0
    assert graddiff(*arguments, "--atol", "1", "--rtol", "0").returncode == 0
    assert graddiff(*arguments, "--atol", "0.5", "--rtol", "0.001").returncode == 1


def test_undefined_equals_nothing() -> None:
    assert graddiff("sqrt(x*x)", "--at", "x=0", "--expect", "x=0").returncode == 1
    assert graddiff("sqrt(x*x)", "--at", "x=0", "--expect", "value=0").returncode == 4


def test_variable_called_value_is_asked_for_by_its_gradient() -> None:
    assert (
        graddiff("3*value", "--at", "value=2", "--expect", "value=6,gradient.value=3").returncode
        == 0
    )


def test_version_and_help() -> None:
    assert output("--version") == f"graddiff {__version__}\n"
    text = output("--help")
    assert text.index("Examples:") < text.index("Options:")
    assert 'graddiff "(x+y)*z" --at x=1,y=3,z=-3' in text
    assert max(map(len, text.split("\n"))) <= 100


def test_closed_pipe_ends_quietly() -> None:
    process = subprocess.Popen(
        [*COMMAND, "-", "--at", "x=1", "--json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"+".join([b"x"] * 20_000))
    process.stdin.close()
    process.stdout.read(100)
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait(30) == 141


def test_full_disk_is_an_error() -> None:
    need_linux("/dev/full")
    with open("/dev/full", "wb") as full:
        process = subprocess.run(
            [*COMMAND, "x", "--at", "x=1"],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
        )
    assert process.returncode == 5
    assert b"cannot be written: no space left" in process.stderr


def test_interrupt_ends_with_130_and_no_traceback() -> None:
    need_linux("/proc/self/wchan")
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [*COMMAND, "-"],
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        env=environment(),
        preexec_fn=lambda: (
            signal.signal(signal.SIGINT, signal.SIG_DFL) and None
        ),  # whoever runs the tests may ignore it
    )
    wait_until_it_reads(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"")


def wait_until_it_reads(pid: int) -> None:
    """Returns when the process is blocked in a read of its standard input."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if Path(f"/proc/{pid}/wchan").read_text() in ("pipe_read", "anon_pipe_read", "0") and (
            "graddiff" in Path(f"/proc/{pid}/cmdline").read_text()
            and Path(f"/proc/{pid}/status").read_text().partition("State:\t")[2][:1] == "S"
        ):
            return
        os.sched_yield()
    raise AssertionError("the process never read its input")


# the terminal


def on_a_terminal(*arguments: str, columns: int = 80, env: dict[str, str] | None = None) -> str:
    """What a run prints on a real terminal of that width."""
    import fcntl
    import struct
    import termios

    need_terminal()
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    settings = environment(TERM="xterm-256color") | (env or {})
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdin=child, stdout=child, stderr=child, env=settings
    )
    os.close(child)
    shown = read_terminal(parent)
    process.wait(30)
    os.close(parent)
    return shown.decode().replace("\r\n", "\n")


LOGISTIC = ("1/(1+exp(-(w0*x0+w1*x1+w2)))", "--at", "w0=2,x0=-1,w1=-3,x1=-2,w2=-3")


@pytest.mark.parametrize("columns", [40, 60, 80, 120])
def test_lines_fit_the_terminal(columns: int) -> None:
    text = on_a_terminal(*LOGISTIC, columns=columns, env={"NO_COLOR": "1"})
    assert max(map(len, text.split("\n"))) <= columns
    assert "0.7310586" in text


def test_terminal_gets_colour_and_the_same_text() -> None:
    import re

    coloured, plain = on_a_terminal(*LOGISTIC), on_a_terminal(*LOGISTIC, env={"NO_COLOR": "1"})
    assert "\x1b[" in coloured
    assert "\x1b[" not in plain
    stripped = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert [line.rstrip() for line in stripped.split("\n")] == [
        line.rstrip() for line in plain.split("\n")
    ]


def test_pipe_gets_no_colour_and_no_wrapping() -> None:
    text = output(*LOGISTIC)
    assert "\x1b[" not in text
    assert "∂(1+exp(-(w0*x0+w1*x1+w2)))/∂exp(-(w0*x0+w1*x1+w2)) = 1" in text


@pytest.mark.parametrize(
    ("options", "env", "coloured"),
    [
        ((), {}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"CLICOLOR_FORCE": "1"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "0"}, False),
    ],
)
def test_colour_by_option_then_by_environment(
    options: tuple[str, ...], env: dict[str, str], coloured: bool
) -> None:
    assert ("\x1b[" in output("x", "--at", "x=1", *options, env=env)) == coloured


@pytest.mark.parametrize("env", [{"CLICOLOR": "0"}, {"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_terminal_without_colour(env: dict[str, str]) -> None:
    assert "\x1b[" not in on_a_terminal("x", "--at", "x=1", env=env)


def test_without_an_expression_a_terminal_gets_a_hint() -> None:
    assert 'graddiff "(x+y)*z" --at x=1,y=3,z=-3' in on_a_terminal("--at", "x=1")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_other_encodings_get_the_ascii_picture(encoding: str) -> None:
    process = graddiff("α²×x·π", "--at", "α=2,x=1", env={"PYTHONIOENCODING": encoding})
    text = process.stdout.decode("ascii")
    assert text == output("α²×x·π", "--at", "α=2,x=1", "--ascii")
    assert (
        "df/dx = alpha^2*pi = 12.56637" in text.replace("d(alpha^2*x)/dx", "")
        or "alpha^2*x*pi" in text
    )


def test_number_of_graph_levels_is_an_option() -> None:
    text = "sin(" * 30 + "x" + ")" * 30
    assert "… 20 more rows" in output(text, "--at", "x=1")
    assert "… 28 more rows" in output(text, "--at", "x=1", "--depth", "2")
    assert "more rows" not in output(text, "--at", "x=1", "--all")


# functions


def test_functions_lists_every_row_as_a_table_and_as_json() -> None:
    import json

    from graddiff.operations.table import ROWS

    table = output("functions")
    records = json.loads(output("functions", "--json"))
    assert [record["name"] for record in records] == [row.name for row in ROWS]
    for row, line in zip(ROWS, table.split("\n")[1:]):
        assert line.startswith(row.notation)
        assert all(partial in line for partial in row.partials)
        assert row.domain in line


@pytest.mark.parametrize("columns", ["40", "80", "120"])
def test_functions_fits_the_width(columns: str) -> None:
    assert max(map(len, output("functions", "--width", columns).split("\n"))) <= int(columns)


def test_functions_shows_one_of_them() -> None:
    assert output("functions", "relu").split("\n")[1].startswith("relu(x)")
    assert "power" in output("functions", "**")
    assert "inverse sine" in output("functions", "arcsin")


def test_bindings_by_the_thousand_are_quick_enough() -> None:
    names = [f"x{i}" for i in range(10_000)]
    at = ",".join(f"{name}=1" for name in names)
    assert output("-", "--at", at, "--value", stdin="+".join(names)) == "10000\n"


def test_nothing_reads_like_markup() -> None:
    text = output("red*bold", "--at", "red=1,bold=2", "--color", "always")
    assert "red" in text
    assert "bold" in text
    assert "[31" in error("x+\x1b[31m", code=3)
    assert "\x1b" not in error("x+\x1b[31m", code=3)
