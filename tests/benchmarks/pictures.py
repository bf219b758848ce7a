"""Pictures of graphs with 1,000 nodes, whole processes."""

from __future__ import annotations

import os
import random
import tempfile

from measure import GRADDIFF, in_turn, report, seconds


def pictures() -> None:
    draw = random.Random(1)
    names, lines = ["x", "y"], []
    for number in range(500):
        left, right = draw.choice(names[-40:]), draw.choice(names[-40:])
        lines.append(f"n{number} = tanh({left}*{right})")
        names.append(f"n{number}")
    shapes = {
        "a sum": " + ".join(f"sin({i}*x)" for i in range(250)),
        "a tangle": "; ".join([*lines, names[-1]]),
    }
    tasks = {}
    with tempfile.TemporaryDirectory() as folder:
        for shape, text in shapes.items():
            path = os.path.join(folder, f"{shape}.txt")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            at = "x=1" if shape == "a sum" else "x=1,y=2"
            for form in ("svg", "dot", "mermaid", "html"):
                command = [*GRADDIFF, "--file", path, "--at", at, "--format", form]
                tasks[f"{shape}, {form}"] = lambda command=command: seconds(command)
        report("1,000 nodes, whole process | s", in_turn(tasks, 3), "a sum, svg", 1, 2)
