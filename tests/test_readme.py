"""Runs every example of the README."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

import pytest

from running import COMMAND, ROOT, environment, graddiff, need

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
EXAMPLES = [
    example
    for block in CONSOLE
    for example in re.findall(r"^\$ (.*?)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE)
]
FILES = dict(re.findall(r"```(?:toml|csv)?\n# (\S+)\n(.*?)```", README, re.DOTALL))
POINTS = "id,x\na,0\nb,0.5\nc,-1\nd,two\n"


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A folder with the command graddiff in it, in front of the path."""
    script = tmp_path / "bin" / "graddiff"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {" ".join(COMMAND)} "$@"\n')
    script.chmod(0o755)
    return f"{script.parent}{os.pathsep}{os.environ['PATH']}"


def words_without_a_shell(command: str) -> list[str]:
    """Returns the words of a command line, if a shell would do nothing but split it."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = [*lexer]
    plain = words == shlex.split(command) and not {*"|;<>&$"} & {*"".join(words)}
    return words if plain and words[0] == "graddiff" else []


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 10
    assert EXAMPLES[0][0] == 'graddiff "(x+y)*z" --at x=1,y=3,z=-3'


@pytest.mark.parametrize(
    ("command", "expected"), EXAMPLES, ids=[command for command, _ in EXAMPLES]
)
def test_example_prints_what_the_readme_shows(
    command: str, expected: str, path: str, tmp_path: Path
) -> None:
    for name, text in {"points.csv": POINTS, **FILES}.items():
        (tmp_path / name).write_text(text)
    if words := words_without_a_shell(command):
        assert graddiff(*words[1:], cwd=tmp_path, joined=True).stdout.decode() == expected
        return
    for program in sorted({"bash", *command.split()} & {"bash", "jq", "mlr", "xargs"}):
        need(program)
    process = subprocess.run(
        ["bash", "-c", f"{{ {command}; }} 2>&1"],
        capture_output=True,
        text=True,
        env=environment(PATH=path),
        cwd=tmp_path,
        check=False,
    )
    assert process.stdout == expected


def test_picture_is_the_one_that_graddiff_draws() -> None:
    process = graddiff("(x+y)*z", "--at", "x=1,y=3,z=-3", "--format", "svg")
    assert process.stdout == (ROOT / "tests/golden/graph.svg").read_bytes()
    assert "(tests/golden/graph.svg)" in README


class Shape(NamedTuple):
    """An element of a picture; of a line only the number of its points, and both ends."""

    name: str
    text: str
    points: int
    ends: list[str]


def shapes(path: Path) -> list[Shape]:
    """Returns the elements of a picture, without the course of its lines."""
    elements = []
    for element in ElementTree.parse(path).iter():
        name = f"{element.tag.rpartition('}')[2]} {element.get('class', '')}".strip()
        points = element.get("points", "").split()
        elements.append(Shape(name, element.text or "", len(points), points[:1] + points[-1:]))
    return elements


def test_descent_is_the_one_that_graddiff_draws(tmp_path: Path) -> None:
    (command,) = re.findall(r"`graddiff (minimize [^`]*--plot descent\.svg)`", README)
    process = graddiff(*shlex.split(command), cwd=tmp_path)
    assert (process.returncode, process.stderr) == (0, b"")
    drawn, shown = (shapes(folder / "descent.svg") for folder in (tmp_path, ROOT / "tests/golden"))
    assert drawn == shown
    assert {"path level", "polyline loss", "polyline path", "circle start", "circle end"} <= {
        shape.name for shape in drawn
    }
    assert "(tests/golden/descent.svg)" in README


def test_python_example_runs() -> None:
    codes = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(codes) == 2
    for code in codes:
        subprocess.run([COMMAND[0], "-c", code], env=environment(), check=True)


def test_two_commands_are_those_that_ci_runs() -> None:
    commands = re.findall(r"```sh\n(.*?)\n```", README, re.DOTALL)
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert len(commands) == 2
    assert all(command in ci for command in commands)
