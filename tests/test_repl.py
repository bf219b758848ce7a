"""graddiff repl, through a pipe and at a terminal; and what a notebook shows."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from graddiff import differentiate
from running import COMMAND, environment, graddiff, need_terminal


def said(*lines: str, code: int = 0) -> tuple[str, str]:
    process = graddiff("repl", stdin="\n".join(lines) + "\n")
    assert process.returncode == code
    return process.stdout.decode(), process.stderr.decode()


def test_expression_bindings_and_options_are_changed_one_at_a_time() -> None:
    out, err = said(
        "x*y",
        ":at x=2,y=3",
        ":with --value",
        ":at y=4",
        ":with --gradient x",
        "-x^2*y",
        ":quit",
        "never",
    )
    assert "∂f/∂x = y" in out
    assert out.splitlines()[-4:] == ["6", "8", "4", "-16"]
    assert err == ""


def test_what_is_wrong_is_said_and_the_prompt_comes_back() -> None:
    lines = [
        "x*(",
        "sni(x)",
        ":nothing",
        ":at 3",
        ":with 'open",
        "x",
        ":at x=1/3",
        ":with --value",
        ":at x=",
        ":show",
    ]
    out, err = said(*lines, code=3)
    for text in (
        "never closed",
        "did you mean sin?",
        "there is no :nothing",
        "is no binding",
        "cannot be read",
    ):
        assert err.count(text) == 1
    assert "0.333" in out
    assert "no value for x" in err


def test_what_cannot_be_read_leaves_everything_as_it_was() -> None:
    lines = [
        "x*y",
        ":at x=2,y=3",
        ":with --value",
        "x*",
        ":at x=foo",
        ":with --nonsense",
        ":at x=5",
        "x*z",
        ":at z=4",
    ]
    out, err = said(*lines, code=3)
    assert out.splitlines()[-3:] == ["6", "15", "20"]
    assert "no value for z" in err


def test_a_line_of_an_earlier_session_comes_back(tmp_path: Path) -> None:
    need_terminal()
    for keys in ("2*x\n:quit\n", "\x1b[A\x1b[A\n:quit\n"):
        ours, theirs = pty.openpty()
        env = environment(XDG_STATE_HOME=str(tmp_path), TERM="xterm", NO_COLOR="1")
        process = subprocess.Popen(
            [*COMMAND, "repl"], stdin=theirs, stdout=theirs, stderr=theirs, env=env
        )
        os.close(theirs)
        shown = b""
        for key in keys.split("\n")[:-1]:
            shown += until(ours, b"graddiff> ")
            os.write(ours, key.encode() + b"\n")
        shown += until(ours, b"never")
        assert process.wait(20) == 0
        os.close(ours)
    assert "∂f/∂x = 2" in shown.decode()


def until(terminal: int, text: bytes) -> bytes:
    """What is written until a text comes, or nothing for a while."""
    shown, end = b"", time.monotonic() + 5
    while text not in shown and time.monotonic() < end:
        ready, _, _ = select.select([terminal], [], [], 1)
        if not ready:
            continue
        try:
            shown += os.read(terminal, 65536)
        except OSError:
            break
    return shown


@pytest.mark.parametrize("expression", ["(x+y)*x", "x*y # </iframe><script>"])
def test_notebook_shows_the_graph(expression: str) -> None:
    result = differentiate(expression, {"x": 1, "y": 3})
    svg, html = result._repr_svg_(), result._repr_html_()  # type: ignore[attr-defined]
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert html.count("<") == 2  # the frame and its end
    assert "srcdoc=" in html
