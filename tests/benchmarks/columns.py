"""Columns in memory: value and all partials of five expressions.

Compared with C, NumPy by hand, JAX, PyTorch and CasADi."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import subprocess
import tempfile
from collections.abc import Callable
from typing import Any

from measure import in_turn, report, spent

WEIGHTS = [
    (0.5, 0.2, 0.1, 1.5),
    (-0.3, 0.9, -0.2, -0.5),
    (0.8, -0.4, 0.3, 0.7),
    (0.1, 0.6, 0.0, -1.1),
    (-0.7, 0.3, -0.1, 0.9),
    (0.4, -0.8, 0.2, 0.3),
]
R1, R2, R12 = (
    "sqrt(x^2 + y^2 + z^2)",
    "sqrt(u^2 + v^2 + w^2)",
    "sqrt((x - u)^2 + (y - v)^2 + (z - w)^2)",
)
EXPRESSIONS = {
    "product": "(x+y)*z",
    "logistic": "1/(1+exp(-(w0*x0+w1*x1+w2)))",
    "network": "(0.25"
    + "".join(f" + {v}*tanh({a}*x + {b}*y + {c})" for a, b, c, v in WEIGHTS)
    + " - t)^2",
}
EXPRESSIONS[
    "molecule"
] = (  # the energy of a bent molecule of three atoms, whose slopes are the forces
    f"r = {R1}; s = {R2}; c = (x*u + y*v + z*w)/(r*s); "
    f"4.5*(1 - exp(1.15 - 1.2*r))^2 + 4.5*(1 - exp(1.15 - 1.2*s))^2 + 0.3/{R12} + 0.7*(c + 0.25)^2"
)
NORMALS = [
    (0.3, -1.0, 0.5, 0.7),
    (0.2, 0.4, 1.5, 1.9),
    (0.1, 2.0, -0.8, 0.4),
    (0.2, -0.3, -1.7, 1.1),
    (0.1, 1.2, 0.2, 2.5),
    (0.1, 0.0, 0.0, 0.2),
]
# The logarithm of a density: six normal distributions in the plane.
DENSITIES = [f"{w}*exp(-{p}*((x - {a})^2 + (y - {b})^2))" for w, a, b, p in NORMALS]
EXPRESSIONS["mixture"] = f"log({' + '.join(DENSITIES)})".replace("- -", "+ ")
BLOCK = 32_768


def written(name: str, tanh: Any, exp: Any, sqrt: Any, log: Any) -> Callable[..., Any]:
    """The same in Python, for libraries that trace it."""
    if name == "product":
        return lambda x, y, z: (x + y) * z
    if name == "logistic":
        return lambda w0, x0, w1, x1, w2: 1 / (1 + exp(-(w0 * x0 + w1 * x1 + w2)))
    if name == "mixture":
        return lambda x, y: log(
            sum(w * exp(-p * ((x - a) ** 2 + (y - b) ** 2)) for w, a, b, p in NORMALS)
        )
    if name == "molecule":

        def energy(x: Any, y: Any, z: Any, u: Any, v: Any, w: Any) -> Any:
            r, s = sqrt(x * x + y * y + z * z), sqrt(u * u + v * v + w * w)
            c = (x * u + y * v + z * w) / (r * s)
            apart = sqrt((x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2)
            bonds = 4.5 * (1 - exp(1.15 - 1.2 * r)) ** 2 + 4.5 * (1 - exp(1.15 - 1.2 * s)) ** 2
            return bonds + 0.3 / apart + 0.7 * (c + 0.25) ** 2

        return energy
    return lambda x, y, t: (
        (0.25 + sum(v * tanh(a * x + b * y + c) for a, b, c, v in WEIGHTS) - t) ** 2
    )


def numpy_blocks(name: str, inputs: list[Any], outputs: list[Any]) -> None:
    """Computes with NumPy as written by hand, in blocks that stay in the cache, reusing buffers."""
    import numpy as np

    size: int = len(inputs[0])
    e: Any
    buffers = [np.empty(BLOCK) for _ in range(8)]
    for start in range(0, size, BLOCK):
        stop = min(start + BLOCK, size)
        i, o = [c[start:stop] for c in inputs], [c[start:stop] for c in outputs]
        e, d, h, p, q, k, n, m = (b[: stop - start] for b in buffers)
        if name == "product":
            x, y, z = i
            np.add(x, y, o[3])
            np.multiply(o[3], z, o[0])
            o[1][:] = z
            o[2][:] = z
        elif name == "logistic":
            w0, x0, w1, x1, w2 = i
            np.multiply(w0, x0, e)
            np.multiply(w1, x1, d)
            np.add(e, d, e)
            np.add(e, w2, e)
            np.negative(e, e)
            np.exp(e, e)
            np.add(e, 1.0, d)
            np.divide(1.0, d, o[0])
            np.multiply(o[0], o[0], d)
            np.multiply(d, e, o[5])
            for column, slope in ((x0, o[1]), (w0, o[2]), (x1, o[3]), (w1, o[4])):
                np.multiply(o[5], column, slope)
        elif name == "mixture":
            x, y = i
            total, p, q = o
            total[:] = 0
            p[:] = 0
            q[:] = 0
            for weight, left, low, narrow in NORMALS:
                np.subtract(x, left, e)
                np.subtract(y, low, d)
                np.multiply(e, e, h)
                np.multiply(d, d, k)
                np.add(h, k, h)
                np.multiply(h, -narrow, h)
                np.exp(h, h)
                np.multiply(h, weight, h)
                np.add(total, h, total)
                np.multiply(h, -2 * narrow, h)
                np.multiply(e, h, e)
                np.add(p, e, p)
                np.multiply(d, h, d)
                np.add(q, d, q)
            np.divide(p, total, p)
            np.divide(q, total, q)
            np.log(total, total)
        elif name == "molecule":
            x, y, z, u, v, w = i
            energy, *forces = o
            dot, r, s, c = e, p, q, k
            np.multiply(x, u, dot)
            np.multiply(y, v, d)
            np.add(dot, d, dot)
            np.multiply(z, w, d)
            np.add(dot, d, dot)
            for (one, two, three), length in (((x, y, z), r), ((u, v, w), s)):
                np.multiply(one, one, length)
                np.multiply(two, two, d)
                np.add(length, d, length)
                np.multiply(three, three, d)
                np.add(length, d, length)
                np.sqrt(length, length)
            np.multiply(r, s, n)  # the energy of the angle, and its slope by c over r*s
            np.divide(dot, n, c)
            np.add(c, 0.25, d)
            np.multiply(d, 1.4, m)
            np.divide(m, n, m)
            np.multiply(d, d, energy)
            np.multiply(energy, 0.7, energy)
            for atom, other, length, slopes in (
                ((x, y, z), (u, v, w), r, forces[:3]),
                ((u, v, w), (x, y, z), s, forces[3:]),
            ):
                np.multiply(length, -1.2, d)
                np.add(d, 1.15, d)
                np.exp(d, d)
                np.subtract(1.0, d, h)
                np.multiply(d, h, d)
                np.multiply(d, 10.8, d)  # the slope of the bond by its length
                np.multiply(h, h, h)
                np.multiply(h, 4.5, h)
                np.add(energy, h, energy)
                np.divide(d, length, d)
                np.multiply(m, dot, h)
                np.divide(h, length, h)
                np.divide(h, length, h)
                np.subtract(d, h, d)
                for own, partner, slope in zip(atom, other, slopes):
                    np.multiply(d, own, slope)
                    np.multiply(m, partner, h)
                    np.add(slope, h, slope)
            np.subtract(x, u, e)
            np.subtract(y, v, p)
            np.subtract(z, w, q)
            np.multiply(e, e, d)
            np.multiply(p, p, h)
            np.add(d, h, d)
            np.multiply(q, q, h)
            np.add(d, h, d)
            np.sqrt(d, h)
            np.divide(0.3, h, h)
            np.add(energy, h, energy)
            np.divide(h, d, h)
            for apart, one, two in zip((e, p, q), forces[:3], forces[3:]):
                np.multiply(apart, h, apart)
                np.subtract(one, apart, one)
                np.add(two, apart, two)
        else:
            x, y, t = i
            total = o[0]
            total[:] = 0.25
            p[:] = 0
            q[:] = 0
            for a, b, bias, v in WEIGHTS:
                np.multiply(x, a, h)
                np.multiply(y, b, d)
                np.add(h, d, h)
                np.add(h, bias, h)
                np.tanh(h, h)
                np.multiply(h, v, d)
                np.add(total, d, total)
                np.multiply(h, h, h)
                np.subtract(1.0, h, h)
                np.multiply(h, v, h)
                np.multiply(h, a, d)
                np.add(p, d, p)
                np.multiply(h, b, d)
                np.add(q, d, q)
            np.subtract(total, t, d)
            np.multiply(d, d, total)
            np.multiply(d, 2.0, d)
            np.multiply(d, p, o[1])
            np.multiply(d, q, o[2])
            np.negative(d, o[3])


def tasks(name: str, inputs: list[Any]) -> dict[str, Callable[[], Any]]:
    """Each gives the value and the partials as arrays."""
    import numpy as np

    from graddiff.data.row_answers import RowEvaluator, RowQuestion
    from graddiff.kernel.vector import VECTOR_NATIVES, ColumnKernel

    answers = RowEvaluator(RowQuestion(EXPRESSIONS[name], {}), ())
    kernel = ColumnKernel(answers.build_program(VECTOR_NATIVES))
    size, count = len(inputs[0]), len(inputs)
    own, hand, machine = ([np.empty(size) for _ in range(count + 1)] for _ in range(3))
    library = ctypes.CDLL(compiled())
    pointers = [column.ctypes.data_as(ctypes.c_void_p) for column in (*inputs, *machine)]

    def graddiff() -> Any:
        assert kernel(inputs, own) is None
        return own

    def by_hand() -> Any:
        numpy_blocks(name, inputs, hand)
        return hand

    def c() -> Any:
        getattr(library, name)(ctypes.c_long(size), *pointers)
        return machine

    found: dict[str, Callable[[], Any]] = {
        "graddiff": graddiff,
        "NumPy by hand": by_hand,
        "C -O3": c,
    }
    if importlib.util.find_spec("jax"):
        import jax

        jax.config.update("jax_enable_x64", True)
        function = written(name, jax.numpy.tanh, jax.numpy.exp, jax.numpy.sqrt, jax.numpy.log)
        traced = jax.jit(jax.vmap(jax.value_and_grad(function, argnums=tuple(range(count)))))
        arrays = [jax.numpy.asarray(column) for column in inputs]

        def with_jax() -> Any:
            value, slopes = jax.block_until_ready(traced(*arrays))
            return [value, *slopes]

        found["JAX jit"] = with_jax
    if importlib.util.find_spec("torch"):
        import torch

        tensors = [torch.from_numpy(column.copy()).requires_grad_() for column in inputs]
        eager = written(name, torch.tanh, torch.exp, torch.sqrt, torch.log)

        def with_torch() -> Any:
            for tensor in tensors:
                tensor.grad = None
            value = eager(*tensors)
            value.sum().backward()
            return [value.detach().numpy(), *(tensor.grad.numpy() for tensor in tensors)]

        found["PyTorch, eager"] = with_torch
    if importlib.util.find_spec("casadi") and size <= 1_000_000:
        import casadi

        symbols = [casadi.SX.sym(f"v{i}") for i in range(count)]
        value = written(name, casadi.tanh, casadi.exp, casadi.sqrt, casadi.log)(*symbols)
        slopes = casadi.gradient(value, casadi.vertcat(*symbols))
        mapped = casadi.Function("f", symbols, [value, *casadi.vertsplit(slopes)]).map(size)
        rows = [casadi.DM(column).T for column in inputs]
        found["CasADi map"] = lambda: [result.full()[0] for result in mapped(*rows)]
    return found


def compiled() -> str:
    """The library of by_hand.c."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "by_hand.c")
    target = os.path.join(tempfile.gettempdir(), "graddiff-by-hand.so")
    subprocess.run(
        ["gcc", "-O3", "-march=native", "-shared", "-fPIC", source, "-o", target, "-lm"], check=True
    )
    return target


def columns() -> None:
    """1e6 and 1e7 rows of five expressions."""
    import numpy as np

    random = np.random.default_rng(5)
    for name, text in EXPRESSIONS.items():
        for size in (1_000_000, 10_000_000):
            inputs = [
                random.normal(size=size)
                for _ in range({"logistic": 5, "molecule": 6, "mixture": 2}.get(name, 3))
            ]
            found = tasks(name, inputs)
            expected = [column.copy() for column in found["C -O3"]()]
            for peer, task in found.items():  # all compute the same before anything is timed
                for left, right in zip(task(), expected):
                    assert np.allclose(left, right, rtol=1e-9, atol=1e-12), (name, peer)
            medians = in_turn({peer: spent(task) for peer, task in found.items()}, 7)
            report(
                f"`{text if len(text) < 40 else name}`, {size:,} rows | ms",
                medians,
                "graddiff",
                1e-3,
                1,
            )
