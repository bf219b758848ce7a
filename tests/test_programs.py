"""Programs in other languages: run, and compared with what graddiff itself computes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graddiff import Result, differentiate
from graddiff.commands.main.draw import load_program_writer
from graddiff.commands.main.formats import PROGRAM_FORMATS
from graddiff.operations.table import TABLE
from graddiff.programs import frameworks, reverse
from running import error, graddiff, need, output

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
    ("p = 5; q = 3/4; max(p*x, q) + cos(p)*q", {"x": 1}),
    ("# a comment */ \nx*2", {"x": 3}),
    ("x*x + x*x*x", {"x": 1e-3}),
]
AT = {
    "asin": 0.4,
    "acos": 0.4,
    "atanh": 0.4,
    "acosh": 1.7,
    "asech": 0.4,
    "asec": 1.7,
    "acsc": 1.7,
    "acoth": 1.7,
}


def calls() -> list[tuple[str, dict[str, float]]]:
    """A call of every function of the table."""
    calls = []
    for row in TABLE.values():
        if not row.symbol and row.name != "where":
            names = (
                ["x", "y", "z"][: max(1, len(row.parameters))]
                if not row.variadic
                else ["x", "y", "z"]
            )
            at = dict(zip(names, (AT.get(row.name, 0.7), 1.3, 2.1)))
            if row.name == "clamp":
                at = {"x": 0.7, "y": 0.2, "z": 2.1}
            calls.append((f"{row.name}({', '.join(names)}) * x", at))
    return calls


def numbers(text: str) -> dict[str, float]:
    """The numbers that a program prints, one line for each, by the names before them."""
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in text.strip().splitlines()
    }


def expected(result: Result) -> dict[str, float]:
    return {
        "value": result.value,
        **{f"d/d{name}": value for name, value in result.gradient.items()},
    }


def check(printed_text: str, result: Result) -> None:
    printed_numbers = numbers(printed_text)
    assert printed_numbers.keys() == expected(result).keys()
    for name, number in expected(result).items():
        assert printed_numbers[name] == pytest.approx(number, rel=1e-12, abs=1e-14), name


def run(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def printed(program: str) -> str:
    """What a program in Python prints."""
    lines: list[str] = []
    exec(
        compile(program, "program", "exec"),
        {"print": lambda *parts: lines.append(" ".join(map(str, parts)))},
    )
    return "\n".join(lines)


@pytest.mark.parametrize("language", PROGRAM_FORMATS)
def test_every_language_says_what_it_computes_and_where(language: str) -> None:
    program = "".join(load_program_writer(language)(differentiate("p*q", {"p": 2.5, "q": 3.25})))
    assert "f = p*q" in program
    assert all(text in program for text in ("2.5", "3.25", "value", "d/d"))


@pytest.mark.parametrize("language", ["python", "numpy"])
def test_python_and_numpy_programs_compute_the_same(language: str, tmp_path: Path) -> None:
    write = {"python": reverse.write_python_program, "numpy": reverse.write_numpy_program}[language]
    for expression, at in EXPRESSIONS + calls():
        result = differentiate(expression, at)
        check(printed("".join(write(result))), result)
    script = tmp_path / "program.py"
    script.write_text("".join(write(differentiate("max(x)*erf(0.4)", {"x": 2}))))
    assert "value" in run([sys.executable, str(script)])


@pytest.mark.parametrize(
    "examples",
    [EXPRESSIONS, pytest.param(calls(), marks=pytest.mark.slow)],
    ids=["expressions", "functions"],
)
def test_c_programs_compute_the_same(
    examples: list[tuple[str, dict[str, float]]], tmp_path: Path
) -> None:
    compiler = need("cc", "gcc")
    source = tmp_path / "program.c"
    for expression, at in examples:
        result = differentiate(expression, at)
        source.write_text("".join(reverse.write_c_program(result)))
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
@pytest.mark.parametrize("write", [frameworks.write_pytorch_program, frameworks.write_jax_program])
def test_framework_programs_compute_the_same(write: Callable[[Result], Iterator[str]]) -> None:
    constant = [
        ("where(x > 0, 1, 2)", {"x": 1.7}),
        ("acot(2)*x", {"x": 3.0}),
        ("zip*x", {"zip": 2.0, "x": 3.0}),
    ]
    for expression, at in EXPRESSIONS + calls() + constant:
        result = differentiate(expression, at)
        check(printed("".join(write(result))), result)


@pytest.mark.parametrize("write", [frameworks.write_pytorch_program, frameworks.write_jax_program])
def test_framework_programs_are_python(write: Callable[[Result], Iterator[str]]) -> None:
    for expression, at in EXPRESSIONS + calls():
        compile("".join(write(differentiate(expression, at))), expression, "exec")


def test_where_is_written_as_the_branch_that_is_taken() -> None:
    text = "".join(
        reverse.write_python_program(differentiate("where(x > 0, sqrt(x), x^2)", {"x": -3}))
    )
    assert "sqrt" not in text.partition("\n")[2]
    assert "if" not in text.partition("\n")[2]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["sqrt(x)", "--at", "x=0", "--format", "python"], 4, "infinite or undefined"),
        (["x^y", "--at", "x=-2,y=3", "--format", "c"], 4, "infinite or undefined"),
        (["x/3", "--at", "x=1", "--exact", "--format", "python"], 2, "computes with floats"),
        (
            ["p = x; p*x", "--at", "x=1", "--wrt", "p", "--format", "jax"],
            2,
            "frameworks differentiate by variables",
        ),
        (
            ["sin(" * 200 + "x" + ")" * 200, "--at", "x=1", "--format", "pytorch"],
            2,
            "too deep for Python",
        ),
    ],
)
def test_what_is_no_program_is_one_sentence(arguments: list[str], code: int, said: str) -> None:
    assert said in error(*arguments, code=code)


def test_conventions_are_told_beside_a_program() -> None:
    process = graddiff("abs(x)", "--at", "x=0", "--format", "jax")
    assert process.returncode == 0
    assert b"kink" in process.stderr
    assert b"another convention" in process.stderr


def test_command_writes_programs(tmp_path: Path) -> None:
    arguments = ("(x+y)*z", "--at", "x=1,y=3,z=-3")
    for language in ("python", "numpy", "c", "pytorch", "jax"):
        assert "(x+y)*z" in output(*arguments, "--format", language)
    assert "no value for z" in error("(x+y)*z", "--at", "x=1,y=3", "--format", "python", code=3)
