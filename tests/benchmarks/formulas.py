"""Formulas: whole processes against SymPy, shared parts, cost against size, Taylor coefficients."""

from __future__ import annotations

import importlib.util
import itertools
import math
import time

from measure import GRADDIFF, PYTHON, in_turn, report, seconds, spent

TWENTY = "x^2*sin(3*x)*exp(-x)/(1 + x^2) + log(x^2 + 1)*sqrt(x)"  # operations
NESTED = "; ".join(["p0 = x", *(f"p{i} = p{i - 1}*sin(p{i - 1})" for i in range(1, 61)), "p60"])


def formulas() -> None:
    whole_process()
    shared()
    size()
    series()


def whole_process() -> None:
    """The derivative of twenty operations, printed."""
    text = TWENTY.replace("^", "**")
    code = f"from sympy import *\nx = symbols('x')\nprint(diff(sympify({text!r}), x))"
    tasks = {"graddiff": lambda: seconds([*GRADDIFF, TWENTY])}
    if importlib.util.find_spec("sympy"):
        tasks["sympy"] = lambda: seconds([PYTHON, "-c", code])
    report(
        "derivative of 20 operations, whole process | ms", in_turn(tasks, 15), "graddiff", 1e-3, 1
    )


def shared() -> None:
    """Subexpressions that are used twice, one in another."""
    from graddiff import derivatives

    tasks = {"graddiff, 60 nested": spent(lambda: derivatives(NESTED).written())}
    report("shared subexpressions | ms", in_turn(tasks, 7), "graddiff, 60 nested", 1e-3, 1)
    if importlib.util.find_spec("sympy"):
        import sympy

        x = sympy.symbols("x")
        for depth in (8, 10, 12, 14):
            p = x
            for _ in range(depth):
                p = p * sympy.sin(p)
            start = time.perf_counter()
            derivative = sympy.diff(p, x)
            duration = time.perf_counter() - start
            count = sympy.count_ops(derivative)
            print(f"sympy, {depth} nested: {duration:.3f} s, {count:,} operations", flush=True)


def size() -> None:
    """Differentiating n operations."""
    from graddiff import derivatives, parse

    columns = ("operations", "reading s", "differentiating s", "writing s", "µs an operation")
    print(f"\n| {' | '.join(columns)} |\n{'|---' * len(columns)}|")
    for n in (1_000, 10_000, 100_000):
        text = " + ".join(f"sin({i}*x)*y" for i in range(1, n // 4))
        times = [time.perf_counter()]
        expression = parse(text)
        times.append(time.perf_counter())
        gradient = derivatives(expression)
        times.append(time.perf_counter())
        gradient.written()
        times.append(time.perf_counter())
        spans = [later - earlier for earlier, later in itertools.pairwise(times)]
        each = sum(spans) / expression.size * 1e6
        durations = " | ".join(f"{span:.3f}" for span in spans)
        print(f"| {expression.size:,} | {durations} | {each:.0f} |", flush=True)


def series() -> None:
    """Derivatives of order 8 at a point: by truncated series, and by formulas, eight times."""
    from graddiff import parse
    from graddiff.algebra.derivatives import derive_orders
    from graddiff.autodiff.forward_pass import run_forward_pass
    from graddiff.autodiff.higher_order import compute_taylor_coefficients

    expression, at, order = parse("x^2*exp(x)*sin(x)"), {"x": 0.7}, 8

    def by_formulas() -> float:
        written = derive_orders(expression, "x", order).written()
        last = parse(written.join_definitions(("x",) * order))
        return float(run_forward_pass(last, at)[last.output])

    coefficient = compute_taylor_coefficients(expression, at, "x", order)[order]
    assert abs(by_formulas() / (coefficient * math.factorial(order)) - 1) < 1e-9
    tasks = {
        "series": spent(lambda: compute_taylor_coefficients(expression, at, "x", order)),
        "formulas": spent(by_formulas),
    }
    report("order 8 at a point | ms", in_turn(tasks, 7), "series", 1e-3)
