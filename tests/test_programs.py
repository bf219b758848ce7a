"""Programs in other languages: run, and compared with what graddiff itself computes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graddiff import Result, differentiate
from graddiff.operations import TABLE
from graddiff.programs import frameworks, reverse
from running import error, output

EXPRESSIONS: list[tuple[str, dict[str, float]]] = [
    ("(x+y)*z", {"x": 1, "y": 3, "z": -3}),
    ("x*y*z", {"x": 2, "y": 3, "z": 4}),
    ("h(x)=x^2; f(y)=y+1; f(h(x))", {"x": 2}),
    ("(x+y)*sin(x)", {"x": 3.14159, "y": 3.14159}),
    ("p = x + y; relu(p*sin(x)) + x*x - 1/3", {"x": 2, "y": 3}),
    ("s = sigmoid(w*x + b); -(y*log(s) + (1-y)*log(1-s))", {"w": 0.5, "x": 1, "b": 0.1, "y": 1}),
    ("where(x > 0, sqrt(x), x^2) + where(y > 0, log(y), y)", {"x": 4, "y": -2}),
    ("max(x, y, z, 3) + min(x, y) + clamp(x, 0, 1)", {"x": 5, "y": 2, "z": 4}),
    ("max(x, y) * 2", {"x": 2, "y": 2}),
    ("lambda + print*math - e^print + pi", {"lambda": 2, "print": 3, "math": 4}),
    ("double*int - α + β_1^2", {"double": 2, "int": 3, "α": 4, "β_1": 5}),
    ("d_x*x + v1 + d_v1*x", {"d_x": 2, "x": 3, "v1": 4, "d_v1": 5}),
    ("x^y + 2^x + x^0.5 + x^-2", {"x": 2, "y": 3}),
    ("-x^2 - (-x)^2 - -x", {"x": 3}),
    ("x - (y - (x - y)) / (x / (y / x))", {"x": 3, "y": 5}),
    ("5", {}),
    ("x", {"x": 7}),
    ("# a comment */ \nx*2", {"x": 3}),
    ("x*x + x*x*x", {"x": 1e-3}),
]
AT = {"asin": 0.4, "acos": 0.4, "atanh": 0.4, "acosh": 1.7, "asech": 0.4, "asec": 1.7, "acsc": 1.7, "acoth": 1.7}


def calls() -> list[tuple[str, dict[str, float]]]:
    """A call of every function of the table."""
    found = []
    for row in TABLE.values():
        if not row.symbol and row.name != "where":
            names = ["x", "y", "z"][: max(1, len(row.parameters))] if not row.variadic else ["x", "y", "z"]
            at = dict(zip(names, (AT.get(row.name, 0.7), 1.3, 2.1)))
            if row.name == "clamp":
                at = {"x": 0.7, "y": 0.2, "z": 2.1}
            found.append((f"{row.name}({', '.join(names)}) * x", at))
    return found


def numbers(text: str) -> dict[str, float]:
    """What a program prints: a name and a number a line."""
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.strip().splitlines()}


def expected(result: Result) -> dict[str, float]:
    return {"value": result.value, **{f"d/d{name}": value for name, value in result.gradient.items()}}


def check(found: str, result: Result) -> None:
    told = numbers(found)
    assert told.keys() == expected(result).keys()
    for name, number in expected(result).items():
        assert told[name] == pytest.approx(number, rel=1e-12, abs=1e-14), name


def run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("language", ["python", "numpy"])
def test_python_and_numpy_programs_compute_the_same(language: str, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    for expression, at in EXPRESSIONS + calls():
        result = differentiate(expression, at)
        script.write_text("".join({"python": reverse.python, "numpy": reverse.numpy}[language](result)))
        names: dict[str, object] = {}
        lines: list[str] = []
        names["print"] = lambda *parts, lines=lines: lines.append(" ".join(map(str, parts)))
        exec(compile(script.read_text(), expression, "exec"), names)
        check("\n".join(lines), result)
    run([sys.executable, str(script)])


def test_c_programs_compute_the_same(tmp_path: Path) -> None:
    compiler = shutil.which("cc") or shutil.which("gcc")
    assert compiler, "a C compiler is needed: apt install gcc"
    source = tmp_path / "program.c"
    for expression, at in EXPRESSIONS + calls():
        result = differentiate(expression, at)
        source.write_text("".join(reverse.c(result)))
        run(
            [
                compiler,
                "-std=c11",
                "-Wall",
                "-Werror",
                "-Wno-unused-variable",
                "-Wno-unused-but-set-variable",
                "-o",
                str(tmp_path / "program"),
                str(source),
                "-lm",
            ]
        )
        check(run([str(tmp_path / "program")]), result)


@pytest.mark.peers
@pytest.mark.parametrize("framework", ["pytorch", "jax"])
def test_framework_programs_compute_the_same(framework: str, tmp_path: Path) -> None:
    write = {"pytorch": frameworks.pytorch, "jax": frameworks.jax}[framework]
    script = tmp_path / "program.py"
    for expression, at in EXPRESSIONS:
        result = differentiate(expression, at)
        script.write_text("".join(write(result)))
        check(run([sys.executable, str(script)]), result)


@pytest.mark.parametrize("write", [frameworks.pytorch, frameworks.jax])
def test_framework_programs_are_python(write: Callable[[Result], Iterator[str]]) -> None:
    for expression, at in EXPRESSIONS + calls():
        compile("".join(write(differentiate(expression, at))), expression, "exec")


def test_where_is_written_as_the_branch_that_is_taken() -> None:
    text = "".join(reverse.python(differentiate("where(x > 0, sqrt(x), x^2)", {"x": -3})))
    assert "sqrt" not in text.partition("\n")[2]
    assert "if" not in text.partition("\n")[2]


def test_command_writes_programs(tmp_path: Path) -> None:
    arguments = ("(x+y)*z", "--at", "x=1,y=3,z=-3")
    for language in ("python", "numpy", "c", "pytorch", "jax"):
        assert "(x+y)*z" in output(*arguments, "--format", language)
    assert "no value for z" in error("(x+y)*z", "--at", "x=1,y=3", "--format", "python", code=3)
