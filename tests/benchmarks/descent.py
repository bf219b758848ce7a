"""Descents against PyTorch on the CPU: 1,000 steps on two parameters, and mini-batches."""

from __future__ import annotations

import os
import random
import subprocess
import tempfile

from measure import ENVIRONMENT, GRADDIFF, PYTHON, in_turn, report, seconds

ROSENBROCK = "(1-x)^2 + 100*(y-x^2)^2"
STEPS = [
    "minimize",
    ROSENBROCK,
    "--at",
    "x=-1.2,y=1",
    "--optimizer",
    "adam",
    "--lr",
    "0.01",
    "--steps",
    "1000",
]

TORCH_STEPS = """
import torch
x, y = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (-1.2, 1.0))
adam = torch.optim.Adam([x, y], lr=0.01)
for step in range(1000):
    adam.zero_grad()
    loss = (1 - x)**2 + 100*(y - x**2)**2
    loss.backward()
    adam.step()
print(x.item(), y.item())
"""

# A model: the loss of a row, and its parameters.
MODELS = {
    "a line": ("(w*x + b - y)^2", ["w", "b"]),
    "4 hidden units": (
        "; ".join(f"h{i} = tanh(u{i}*x + c{i})" for i in range(4))
        + "; ("
        + " + ".join(f"w{i}*h{i}" for i in range(4))
        + " + d - y)^2",
        [f"{name}{i}" for i in range(4) for name in "ucw"] + ["d"],
    ),
}

# Trains as is usual: columns in memory, an order drawn for each epoch, the optimizer of PyTorch.
# Prints the seconds of training alone.
TORCH_ROWS = """
import sys, time, torch, numpy
path, size, epochs, hidden, threads = sys.argv[1], *map(int, sys.argv[2:6])
if threads:
    torch.set_num_threads(threads)
table = torch.from_numpy(numpy.loadtxt(path, delimiter=",", skiprows=1))
x, y = table[:, :1], table[:, 1:]
torch.manual_seed(0)
linear = torch.nn.Linear
layers = [linear(1, hidden), torch.nn.Tanh(), linear(hidden, 1)] if hidden else [linear(1, 1)]
model = torch.nn.Sequential(*layers)
model = model.double()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
mean_square = torch.nn.MSELoss()
begun = time.perf_counter()
for epoch in range(epochs):
    order = torch.randperm(len(x))
    for rows in order.split(size):
        optimizer.zero_grad()
        loss = mean_square(model(x[rows]), y[rows])
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        total = mean_square(model(x), y)
print(time.perf_counter() - begun, total.item())
"""

ROWS = 100_000


def a_table(path: str) -> None:
    draw = random.Random(1)
    with open(path, "w", encoding="utf-8") as file:
        file.write("x,y\n")
        for _ in range(ROWS):
            x = draw.uniform(-1, 1)
            file.write(f"{x},{3 * x + 0.5 + draw.gauss(0, 0.1)}\n")


def by_graddiff(model: str, path: str, size: int, epochs: int) -> list[str]:
    text, names = MODELS[model]
    run = [
        *GRADDIFF,
        "minimize",
        text,
        "--data",
        path,
        "--random",
        ",".join(names),
        "--optimizer",
        "adam",
    ]
    run += [
        "--lr",
        "0.01",
        "--batch-size",
        str(size),
        "--shuffle-seed",
        "1",
        "--epochs",
        str(epochs),
    ]
    return [*run, "--engine", "columns", "--json"]


def training(model: str, path: str, size: int, epochs: int) -> float:
    """Seconds of an epoch: what the process takes for several, without what it takes for one."""
    return (
        seconds(by_graddiff(model, path, size, epochs + 1))
        - seconds(by_graddiff(model, path, size, 1))
    ) / epochs


def by_torch(model: str, path: str, size: int, epochs: int, threads: int) -> list[str]:
    hidden = "4" if "hidden" in model else "0"
    return [PYTHON, "-c", TORCH_ROWS, path, str(size), str(epochs), hidden, str(threads)]


def torch_training(model: str, path: str, size: int, epochs: int, threads: int) -> float:
    command = by_torch(model, path, size, epochs, threads)
    process = subprocess.run(command, capture_output=True, env=ENVIRONMENT, check=True)
    return float(process.stdout.split()[0]) / epochs


def descent() -> None:
    tasks = {
        "graddiff minimize": lambda: seconds([*GRADDIFF, *STEPS]),
        "PyTorch": lambda: seconds([PYTHON, "-c", TORCH_STEPS]),
    }
    report(
        "1,000 Adam steps on Rosenbrock, whole process | s",
        in_turn(tasks, 7),
        "graddiff minimize",
        1,
        3,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "points.csv")
        a_table(path)
        for model in MODELS:
            for size in (32, 256, 4096):
                epochs = {32: 2, 256: 10, 4096: 40}[size]
                timed = {
                    "graddiff": lambda m=model, s=size, e=epochs: training(m, path, s, e),
                    "PyTorch": lambda m=model, s=size, e=epochs: torch_training(m, path, s, e, 0),
                    "PyTorch, one thread": lambda m=model, s=size, e=epochs: torch_training(
                        m, path, s, e, 1
                    ),
                }
                title = f"{model}, {ROWS:,} rows, batches of {size}: training, an epoch | s"
                report(title, in_turn(timed, 3), "graddiff", 1, 3)
        whole = {
            "graddiff": lambda: seconds(by_graddiff("a line", path, 256, 5)),
            "PyTorch": lambda: seconds(by_torch("a line", path, 256, 5, 0)),
        }
        report(
            "a line, batches of 256, 5 epochs: whole process | s",
            in_turn(whole, 3),
            "graddiff",
            1,
            3,
        )
