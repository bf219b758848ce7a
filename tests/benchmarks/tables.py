"""Tables in files, whole processes: CSV and JSON Lines, rows and columns, memory, two processes."""

from __future__ import annotations

import importlib.util
import os
import random
import subprocess
import tempfile
from functools import partial

from measure import ENVIRONMENT, GRADDIFF, PYTHON, in_turn, report, seconds

EXPRESSION = "s = 1/(1+exp(-(0.3*x0+0.4*x1+0.5))); s*x2 + x3*x4"  # value and five partials

# polars reads the table and writes one with six more columns in which nothing is computed.
COPIES = """
import sys, polars as pl, numpy as np
source, target = sys.argv[1:]
frame = pl.read_csv(source) if source.endswith("csv") else pl.read_ndjson(source)
more = np.random.default_rng(0).normal(size=(6, frame.height))
wider = frame.with_columns([pl.Series(f"g{i}", column) for i, column in enumerate(more)])
wider.write_csv(target) if source.endswith("csv") else wider.write_ndjson(target)
"""

TORCH = """
import sys, pandas, torch
frame = pandas.read_csv(sys.argv[1])
x = [torch.from_numpy(frame[name].to_numpy().copy()).requires_grad_() for name in frame.columns]
s = 1/(1 + torch.exp(-(0.3*x[0] + 0.4*x[1] + 0.5)))
value = s*x[2] + x[3]*x[4]
value.sum().backward()
frame["value"] = value.detach().numpy()
for name, column in zip(["x0", "x1", "x2", "x3", "x4"], x):
    frame["gradient." + name] = column.grad.numpy()
frame.to_csv(sys.argv[2], index=False)
"""

LOOP = """
import csv, math, sys
rows, out = csv.reader(open(sys.argv[1], newline="")), csv.writer(sys.stdout, lineterminator="\\n")
out.writerow([*next(rows), "value", "g0", "g1", "g2", "g3", "g4"])
for row in rows:
    x0, x1, x2, x3, x4 = map(float, row)
    s = 1/(1 + math.exp(-(0.3*x0 + 0.4*x1 + 0.5)))
    d = s*(1 - s)
    out.writerow([*row, s*x2 + x3*x4, d*0.3*x2, d*0.4*x2, s, x4, x3])
"""

SYMPY = """
import sys
from sympy import diff, sympify
for line in sys.stdin:
    f = sympify(line)
    at = {v: {"x": 1.5, "y": 0.5}[v.name] for v in f.free_symbols}
    print(f.evalf(subs=at), [diff(f, v).evalf(subs=at) for v in at])
"""


def tables() -> None:
    with tempfile.TemporaryDirectory() as folder:
        small, large = (os.path.join(folder, f"{rows}") for rows in (100_000, 1_000_000))
        for path, rows in ((small, 100_000), (large, 1_000_000)):
            write(path, rows)
        text_formats(large, folder)
        rows_engine(small, large)
        memory(small, large, folder)
    expressions()


def write(path: str, rows: int) -> None:
    """A CSV and the same in JSON Lines: five columns."""
    rng = random.Random(7)
    with open(f"{path}.csv", "w") as csv, open(f"{path}.jsonl", "w") as jsonl:
        csv.write("x0,x1,x2,x3,x4\n")
        for _ in range(rows):
            row = [round(rng.gauss(0, 1), 6) for _ in range(5)]
            csv.write(",".join(map(str, row)) + "\n")
            jsonl.write("{" + ", ".join(f'"x{i}": {x}' for i, x in enumerate(row)) + "}\n")


def text_formats(path: str, folder: str) -> None:
    """1e6 rows, five columns in and six more out, by columns."""
    for suffix in ("csv", "jsonl"):
        target = os.path.join(folder, f"out.{suffix}")
        source = f"{path}.{suffix}"
        own = [*GRADDIFF, EXPRESSION, "--data", source, "--engine", "columns"]
        tasks = {
            "graddiff, columns": partial(seconds, own, stdout=target),
            "polars, nothing computed": partial(seconds, [PYTHON, "-c", COPIES, source, target]),
        }
        if (
            suffix == "csv"
            and importlib.util.find_spec("torch")
            and importlib.util.find_spec("pandas")
        ):
            tasks["pandas and PyTorch"] = partial(seconds, [PYTHON, "-c", TORCH, source, target])
        report(
            f"{suffix}, 1,000,000 rows, 5 columns in, 6 more out | s",
            in_turn(tasks, 7),
            "polars, nothing computed",
        )


def rows_engine(small: str, large: str) -> None:
    """Runs 1e5 rows against a loop written by hand, and 1e6 rows by two processes against one."""
    command = [*GRADDIFF, EXPRESSION, "--engine", "rows", "--data"]
    medians = in_turn(
        {
            "graddiff, rows": lambda: seconds([*command, f"{small}.csv"]),
            "a loop by hand": lambda: seconds([PYTHON, "-c", LOOP, f"{small}.csv"]),
        },
        7,
    )
    report("CSV, 100,000 rows | s", medians, "a loop by hand")
    print(f"\n{100_000 / medians['graddiff, rows']:,.0f} rows a second")
    jobs = {
        f"--jobs {n}": partial(seconds, [*command, f"{large}.csv", "--jobs", f"{n}"])
        for n in (1, 2)
    }
    report("CSV, 1,000,000 rows, rows engine | s", in_turn(jobs, 5), "--jobs 1")


def memory(small: str, large: str, folder: str) -> None:
    """The peak of a run over 1e5 rows and over 1e7, of both engines."""
    huge = os.path.join(folder, "huge.csv")
    with open(f"{large}.csv") as source, open(huge, "w") as out:
        head, *lines = source
        out.write(head)
        for _ in range(10):
            out.writelines(lines)
    print("\n| engine | MB at 1e5 rows | MB at 1e7 rows |\n|---|---|---|")
    for engine in ("rows", "columns"):
        command = [*GRADDIFF, EXPRESSION, "--engine", engine, "--data"]
        peaks = [peak([*command, path]) for path in (f"{small}.csv", huge)]
        print(f"| {engine} | {peaks[0]:.0f} | {peaks[1]:.0f} |")


def peak(command: list[str]) -> float:
    """Returns the largest memory of a command in megabytes."""
    code = "import subprocess, resource as r; "
    code += f"subprocess.run({command!r}, stdout=subprocess.DEVNULL, check=True)"
    code += "; print(r.getrusage(r.RUSAGE_CHILDREN).ru_maxrss)"
    found = subprocess.run([PYTHON, "-c", code], capture_output=True, env=ENVIRONMENT, check=True)
    return int(found.stdout) / 1e3


def expressions() -> None:
    """1e4 expressions, one a line."""
    rng = random.Random(11)
    terms = [
        "x^2*y",
        "sin({}*x*y)",
        "exp(-x/{})",
        "log({}*x + 2)",
        "x/(y + {})",
        "(x - {}*y)^3",
        "sqrt(x + {})",
    ]
    lines = [
        " + ".join(term.format(rng.randrange(1, 99)) for term in rng.sample(terms, 3))
        for _ in range(10_000)
    ]
    text = "\n".join(lines).encode()
    tasks = {
        "graddiff --each --value": lambda: seconds(
            [*GRADDIFF, "--each", "--value", "--at", "x=1.5,y=0.5"], text
        ),
        "graddiff --each --json --no-graph": lambda: seconds(
            [*GRADDIFF, "--each", "--json", "--no-graph", "--at", "x=1.5,y=0.5"], text
        ),
    }
    medians = in_turn(tasks, 5)
    if importlib.util.find_spec("sympy"):  # a twenty-fifth of it
        some = "\n".join(lines[:400]).replace("^", "**").encode()
        start = seconds([PYTHON, "-c", SYMPY], b"")
        medians["SymPy"] = (
            in_turn({"SymPy": lambda: seconds([PYTHON, "-c", SYMPY], some)}, 5)["SymPy"] - start
        ) * 25
    report("10,000 expressions, one a line | s", medians, "graddiff --each --value")
    print(f"\n{10_000 / medians['graddiff --each --value']:,.0f} expressions a second")
