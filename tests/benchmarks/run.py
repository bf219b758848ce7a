"""Measures what README.md beside this file reports.

`python tests/benchmarks/run.py` runs all of its PARTS, with their names as arguments only some.
What is compared is timed in turn in one run; peers that are not installed are left out.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import platform
import random
import resource
import statistics
import sys
import time
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "src"))

from columns import columns  # noqa: E402, found beside this file
from descent import descent  # noqa: E402
from formulas import formulas  # noqa: E402
from measure import GRADDIFF, PYTHON, in_turn, seconds  # noqa: E402
from pictures import pictures  # noqa: E402
from tables import tables  # noqa: E402

from homework import homework  # noqa: E402

ARTICLE = ["(x+y)*z", "--at", "x=1,y=3,z=-3"]

# The same gradient, as the documentation of each peer writes it.
PEERS = {
    "micrograd": "from micrograd.engine import Value as V\nx, y, z = V(1.), V(3.), V(-3.)\n"
    "f = (x + y)*z\nf.backward()\nprint(f.data, x.grad, y.grad, z.grad)",
    "autograd": "from autograd import grad\n"
    "print(grad(lambda v: (v[0] + v[1])*v[2])([1., 3., -3.]))",
    "casadi": "import casadi as c\nx, y, z = c.SX.sym('x'), c.SX.sym('y'), c.SX.sym('z')\n"
    "f = (x + y)*z\n"
    "print(c.Function('g', [x, y, z], [f, c.gradient(f, c.vertcat(x, y, z))])(1, 3, -3))",
    "sympy": "from sympy import *\nx, y, z = symbols('x y z')\nf = sympify('(x+y)*z')\n"
    "print([diff(f, v).subs({x: 1, y: 3, z: -3}) for v in (x, y, z)])",
    "jax": "import jax\nprint(jax.grad(lambda v: (v[0] + v[1])*v[2])([1., 3., -3.]))",
    "torch": "import torch\nx, y, z = [torch.tensor(v, requires_grad=True) for v in (1., 3., -3)]\n"
    "f = (x + y)*z\n"
    "f.backward()\nprint(f, x.grad, y.grad, z.grad)",
}


def start() -> None:
    """A single answer, whole process, against the empty program."""
    commands = {
        "python -c pass": [PYTHON, "-c", "pass"],
        "graddiff, JSON": [*GRADDIFF, *ARTICLE, "--json"],
        "graddiff, tree": [*GRADDIFF, *ARTICLE],
        "graddiff, tree in colour": [*GRADDIFF, *ARTICLE, "--color", "always"],
        "graddiff --version": [*GRADDIFF, "--version"],
        "graddiff --help": [*GRADDIFF, "--help"],
    }
    peers = {
        name: [PYTHON, "-c", text] for name, text in PEERS.items() if importlib.util.find_spec(name)
    }
    tasks = {
        name: (lambda c=command: seconds(c)) for name, command in {**commands, **peers}.items()
    }
    medians = in_turn(tasks, 21)
    base = medians["python -c pass"]
    print("\n| whole process | ms | against `python -c pass` |\n|---|---|---|")
    for name, median in medians.items():
        print(f"| {name} | {median * 1e3:.1f} | {median / base:.2f} |")


def random_text(operations: int, names: int = 10) -> str:
    """Operations of every sign over a few variables, values staying near 1."""
    rng = random.Random(7)
    parts = ["1.5"]
    for _ in range(operations // 4):
        x, y = rng.randrange(names), rng.randrange(names)
        parts.append(f"{rng.choice('+-')} x{x}*{rng.choice(['0.5', '(x1 - 2)', '.25'])}/x{y}^2")
    return " ".join(parts)


def parse() -> None:
    """Parses 100,000 tokens: lark's own driver with an inline transformer, and graddiff's."""
    from lark import Transformer

    from build_tables import make_lark_parser
    from graddiff import parse as parse_text

    class Lines(Transformer[Any, Any]):
        def __init__(self) -> None:
            super().__init__()
            self.lines: list[Any] = []
            self.names: dict[str, int] = {}

        def write(self, *line: Any) -> int:
            self.lines.append(line)
            return len(self.lines) - 1

        def number(self, parts: Any) -> int:
            return self.write("number", parts[0])

        def variable(self, parts: Any) -> int:
            if parts[0] not in self.names:
                self.names[parts[0]] = self.write("variable", parts[0])
            return self.names[parts[0]]

        def group(self, parts: Any) -> Any:
            return parts[1]

        def neg(self, parts: Any) -> int:
            return self.write("neg", parts[1])

    for name in ("add", "sub", "mul", "div", "pow"):
        setattr(Lines, name, lambda self, parts, name=name: self.write(name, parts[0], parts[2]))

    rng = random.Random(3)
    operands = ["x", "yy", "z1", "3", "2.5", "(x + 1)", "-y"]
    text = " ".join(f"{rng.choice(operands)} {rng.choice('+-*/^')}" for _ in range(36_000)) + " x"
    tokens = len(parse_text(text).source.tokens)

    def by_lark() -> float:
        parser = make_lark_parser(transformer=Lines())
        began = time.perf_counter()
        parser.parse(text)
        return time.perf_counter() - began

    def by_graddiff() -> float:
        began = time.perf_counter()
        parse_text(text)
        return time.perf_counter() - began

    gc.disable()  # as the command does, for both
    medians = in_turn({"lark": by_lark, "graddiff": by_graddiff}, 9)
    print(f"\n| parse, {tokens:,} tokens | tokens a second |\n|---|---|")
    for name, median in medians.items():
        print(f"| {name} | {tokens / median:,.0f} |")
    print(
        f"\ngraddiff is {medians['lark'] / medians['graddiff']:.1f} times faster than lark's driver"
    )


def size() -> None:
    """Time an operation of parse, forward pass and reverse pass, by size."""
    from graddiff import differentiate

    at = {f"x{i}": 1.0 + i / 10 for i in range(10)}
    gc.disable()
    print("\n| operations | microseconds an operation |\n|---|---|")
    for operations in (1_000, 10_000, 100_000, 1_000_000):
        text = random_text(operations)
        count = 0
        spent = []
        for _ in range(7 if operations < 1_000_000 else 3):
            began = time.perf_counter()
            result = differentiate(text, at)
            spent.append(time.perf_counter() - began)
            count = sum(map(bool, result.expression.operands))
            del result
        print(f"| {count:,} | {statistics.median(spent) / count * 1e6:.2f} |")


TORCH = """
import sys, torch
text = sys.stdin.read()
kind = {"dtype": torch.float64, "requires_grad": True}
names = {f"x{i}": torch.tensor(1 + i/10, **kind) for i in range(10)}
total = torch.tensor(1.5, dtype=torch.float64)
words = text.split(" ")[1:]
for sign, term in zip(words[0::2], words[1::2]):
    x, rest = term.split("*", 1)
    factor, _, y = rest.partition("/")
    factor = names["x1"] - 2 if factor.startswith("(") else float(factor)
    product = names[x]*factor/names[y[:-2]]**2
    total = total + product if sign == "+" else total - product
total.backward()
print(total.item(), [v.grad.item() for v in names.values()])
"""


def million() -> None:
    """Runs 1,000,000 operations over 10 variables in a process, and the same in PyTorch."""
    text = random_text(1_000_000).replace("(x1 - 2)", "(x1-2)").encode()
    at = ",".join(f"x{i}={1 + i / 10}" for i in range(10))
    command = [*GRADDIFF, "-", "--at", at, "--json", "--no-graph"]
    tasks = {"graddiff, JSON without nodes": lambda: seconds(command, text)}
    if importlib.util.find_spec("torch"):
        tasks["PyTorch, eager"] = lambda: seconds([PYTHON, "-c", TORCH], text)
    seconds(command, text)
    memory = resource.getrusage(
        resource.RUSAGE_CHILDREN
    ).ru_maxrss  # of the largest child so far, in kB
    medians = in_turn(tasks, 5)
    operations = sum(map(text.count, (b"+ ", b"- ", b"*", b"/", b"^", b"-2")))
    print(f"\n| {operations:,} operations over 10 variables, whole process | s |\n|---|---|")
    for name, median in medians.items():
        print(f"| {name} | {median:.2f} |")
    print(f"\ngraddiff's memory at its peak: {memory / 1e6:.2f} GB")


PARTS = {"start": start, "parse": parse, "size": size, "million": million}
PARTS |= {
    "columns": columns,
    "tables": tables,
    "formulas": formulas,
    "homework": homework,
    "pictures": pictures,
}
PARTS["descent"] = descent

if __name__ == "__main__":
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {time.strftime('%Y-%m-%d')}"
    )
    for name in sys.argv[1:] or PARTS:
        PARTS[name]()
