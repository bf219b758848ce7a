"""Homework: a class of 1,000 with 20 parts each, and formulas compared with SymPy's `equals`."""

from __future__ import annotations

import importlib.util
import os
import random
import tempfile
import time

from measure import GRADDIFF, in_turn, report, seconds

from graddiff.homework.answer_key import AnswerKey, PartKey, judge_text
from graddiff.homework.homework_file import read_homework
from graddiff.homework.number_key import NumberKey

STUDENTS = 1_000
PAIRS = 300  # compared by SymPy, too

HOMEWORK = """
[homework]
id = "benchmark"

[[problem]]
id = "q1"
expression = "q = x + y; q*z"
at = { x = 1, y = 3, z = -3 }
points = { value = 1, q.value = 1, q.adjoint = 1, gradient = { x = 1, y = 1, z = 1 } }

[[problem]]
id = "q2"
expression = "(x+y)*sin(x)"
at = { x = "pi", y = "pi" }
points = { value = 1, "gradient.x" = 1, "gradient.y" = 1 }

[[problem]]
id = "q3"
expression = "sigmoid(w*x + b)"
at = { w = 2, x = 0.5, b = -1.25 }
points = { value = 1, "gradient.w" = 1, "gradient.x" = 1, "gradient.b" = 1 }

[[problem]]
id = "q4"
expression = "x*sin(x^2)"
points = { "derivative.x" = 4 }

[[problem]]
id = "q5"
expression = "(x^2+1)/(x-3)"
points = { "derivative.x" = 2 }

[[problem]]
id = "q6"
expression = "exp(-x^2/2)*cos(y)"
points = { "derivative.x" = 2, "derivative.y" = 2 }

[[problem]]
id = "q7"
expression = "log(1+x^2)"
points = { "derivative.x" = 2 }

[[problem]]
id = "q8"
expression = "sqrt(x^2+y^2)"
points = { "derivative.x" = 2, "derivative.y" = 2 }
"""

# Part -> what a third of the class writes.
WRONG = {
    "q4.derivative.x": ["sin(x^2)+x*cos(x^2)", "2*x*cos(x^2)", "cos(2*x)"],
    "q5.derivative.x": ["2*x", "(2*x*(x-3)+(x^2+1))/(x-3)^2", "(2*x*(x-3)-(x^2+1))/(x-3)"],
    "q6.derivative.x": ["x*exp(-x^2/2)*cos(y)", "exp(-x^2/2)*cos(y)"],
    "q6.derivative.y": ["exp(-x^2/2)*sin(y)"],
    "q7.derivative.x": ["1/(1+x^2)", "2*x"],
    "q8.derivative.x": ["x", "1/(2*sqrt(x^2+y^2))"],
    "q8.derivative.y": ["y"],
}


def homework() -> None:
    with tempfile.TemporaryDirectory() as folder:
        task, table = os.path.join(folder, "homework.toml"), os.path.join(folder, "class.csv")
        with open(task, "w", encoding="utf-8") as file:
            file.write(HOMEWORK)
        key = AnswerKey(read_homework(task))
        pairs = write_answers(table, key)
        check = [
            *GRADDIFF,
            "check",
            task,
            table,
            "--format",
            "json",
            "--output",
            os.path.join(folder, "o.json"),
        ]
        jobs = {
            f"--jobs {n}": (lambda n=n: seconds([*check, "--jobs", str(n), "--exit-zero"]))
            for n in (1, 2)
        }
        report(
            f"{STUDENTS:,} students, 20 parts, whole process | s",
            in_turn(jobs, 5),
            "--jobs 1",
            1,
            2,
        )
        for part in key.parts.values():
            judge_text(part, "1")  # its points are found once
        some = pairs[:: len(pairs) // PAIRS][:PAIRS]
        begun = time.perf_counter()
        ours = [
            judge_text(key.parts[place], text).verdict.status == "correct" for place, text in some
        ]
        spent = time.perf_counter() - begun
        print(f"\ngraddiff: {len(some) / spent:,.0f} different formulas per second, with reasons")
        if importlib.util.find_spec("sympy"):
            against_sympy(
                [(key.parts[place].answer_text, text) for place, text in some], ours, spent
            )


def write_answers(path: str, key: AnswerKey) -> list[tuple[tuple[str, str], str]]:
    """Writes the table of a class and returns its answers that are formulas. Each student writes a
    formula in another way."""
    draw = random.Random(1)
    formulas = []
    with open(path, "w", encoding="utf-8") as file:
        file.write("student,problem,part,answer\n")
        for student in range(STUDENTS):
            for place, part in key.parts.items():
                text = answer(".".join(place), part, draw)
                file.write(f"s{student},{place[0]},{place[1]},{text}\n")
                if place[1].startswith("derivative"):
                    formulas.append((place, text))
    return formulas


def answer(name: str, part: PartKey, draw: random.Random) -> str:
    chance, own = draw.random(), draw.randrange(2, 10**6)
    if name in WRONG:
        text = draw.choice(WRONG[name]) if chance < 0.33 else part.answer_text
        return f"({text})*{own}/{own}"
    assert isinstance(part, NumberKey)
    value = part.truth.value
    if chance < 0.2:
        return f"{value * draw.choice([2, -1, 0.5]):.6g}"
    if chance < 0.33:
        return f"{draw.uniform(-5, 5):.4f}"
    return part.answer_text if chance < 0.7 else f"{value:.7g}"


def against_sympy(pairs: list[tuple[str, str]], ours: list[bool], spent: float) -> None:
    import sympy

    def read(text: str) -> object:
        return sympy.sympify(text.replace("^", "**"))

    read("x")  # what SymPy imports at its first
    begun = time.perf_counter()
    theirs = [read(right).equals(read(text)) for right, text in pairs]  # type: ignore[attr-defined]
    taken = time.perf_counter() - begun
    print(
        f"SymPy, sympify and equals: {len(pairs) / taken:,.0f} per second, "
        f"{taken / spent:.0f} times as long"
    )
    print(f"the same verdict: {sum(a is b for a, b in zip(ours, theirs))} of {len(pairs)}")
