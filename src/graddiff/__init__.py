"""graddiff: an expression differentiator that shows the computational graph.

>>> from graddiff import differentiate
>>> result = differentiate("(x+y)*z", {"x": 1, "y": 3, "z": -3})
>>> result.value, result.gradient
(-12.0, {'x': -3.0, 'y': -3.0, 'z': 4.0})
>>> from graddiff import derivatives
>>> derivatives("x^2*sin(x)").written().formulas
{'x': '2*x*sin(x) + x^2*cos(x)'}
"""

from typing import Any

from graddiff.differentiation import Result, differentiate
from graddiff.errors import GraddiffError
from graddiff.expression import Expression
from graddiff.parser import parse
from graddiff.reverse import Edge, Graph

__all__ = [
    "Derivatives",
    "Edge",
    "Expression",
    "GraddiffError",
    "Graph",
    "Result",
    "derivatives",
    "differentiate",
    "parse",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """What is imported when it is asked for: one answer at a point does without fractions."""
    if name in ("Derivatives", "derivatives"):
        from graddiff import symbolic

        return getattr(symbolic, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
