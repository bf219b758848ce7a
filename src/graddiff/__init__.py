"""graddiff: an expression differentiator that shows the computational graph.

>>> from graddiff import differentiate
>>> result = differentiate("(x+y)*z", {"x": 1, "y": 3, "z": -3})
>>> result.value, result.gradient
(-12.0, {'x': -3.0, 'y': -3.0, 'z': 4.0})
"""

from graddiff.differentiation import Result, differentiate
from graddiff.errors import GraddiffError
from graddiff.expression import Expression
from graddiff.parser import parse
from graddiff.reverse import Edge, Graph

__all__ = ["Edge", "Expression", "GraddiffError", "Graph", "Result", "differentiate", "parse"]
__version__ = "0.1.0"
