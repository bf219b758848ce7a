"""Python with its math module, and NumPy."""

from __future__ import annotations

import keyword
from collections.abc import Sequence

from graddiff.operations.table import TABLE
from graddiff.programs.languages.target import (
    TargetLanguage,
    make_conditional_pattern,
    make_operator_patterns,
    make_power_pattern,
    map_function_names,
)

# Names that the programs themselves use.
PROGRAM_NAMES = """
    math np torch jax jnp print min max abs round zip float int smallest largest
    name slope gradient value function
"""


def define_python_function(name: str, parameters: Sequence[str], body: str) -> str:
    return f"def {name}({', '.join(parameters)}):\n    return {body}\n"


PYTHON = TargetLanguage(
    patterns=make_operator_patterns(
        pow=make_power_pattern("**"), where=make_conditional_pattern("{1} if {0} else {2}")
    ),
    functions=map_function_names(
        "math.",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil sin cos tan asin acos atan atan2 "
        "sinh cosh tanh asinh acosh atanh hypot erf erfc",
    )
    | {"abs": "abs", "min": "min", "max": "max", "round": "round", "mod": "({0}) % ({1})"},
    helper_definitions={
        "sign": define_python_function("sign", ["x"], "(x > 0) - (x < 0)"),
        "clamp": define_python_function("clamp", ["x", "a", "b"], "min(max(x, a), b)"),
    },
    constants={"pi": "math.pi", "e": "math.e", "tau": "math.tau"},
    format_definition=define_python_function,
    float_literals=False,
    reserved=frozenset([*keyword.kwlist, *PROGRAM_NAMES.split(), *TABLE]),
)

NUMPY = PYTHON._replace(
    functions=map_function_names(
        "np.",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil sin cos tan "
        "asin=arcsin acos=arccos atan=arctan atan2=arctan2 "
        "sinh cosh tanh asinh=arcsinh acosh=arccosh atanh=arctanh "
        "hypot abs sign round=rint mod logaddexp",
    )
    | {"erf": "math.erf", "erfc": "math.erfc", "min": "min", "max": "max", "clamp": "np.clip"},
    constants={"pi": "np.pi", "e": "np.e", "tau": "2*np.pi"},
    float_literals=True,
)
