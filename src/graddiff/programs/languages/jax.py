"""JAX, as an expression is written there."""

from __future__ import annotations

from graddiff.programs.languages.python import PYTHON
from graddiff.programs.languages.target import (
    make_call_pattern,
    make_operator_patterns,
    make_power_pattern,
    map_function_names,
)

STACKED_OPERANDS = "jnp.stack([jnp.float64(o) for o in operands])"

JAX = PYTHON._replace(
    patterns=make_operator_patterns(
        pow=make_power_pattern("**"),
        # The branches are functions, so that the one not taken has no part in the derivative.
        where=make_call_pattern(
            "jax.lax.cond({0}, lambda: jnp.float64({1}), lambda: jnp.float64({2}))"
        ),
    ),
    functions=map_function_names(
        "jnp.",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil round sin cos tan "
        "asin=arcsin acos=arccos atan=arctan atan2=arctan2 "
        "sinh cosh tanh asinh=arcsinh acosh=arccosh atanh=arctanh "
        "hypot abs sign logaddexp mod clamp=clip",
    )
    | map_function_names("jax.nn.", "sigmoid relu softplus silu leaky_relu")
    | map_function_names("jax.scipy.special.", "erf erfc")
    | {"gelu": "jax.nn.gelu({0}, approximate=False)", "min": "smallest", "max": "largest"},
    helper_definitions={
        "min": f"def smallest(*operands):\n    return jnp.min({STACKED_OPERANDS})\n",
        "max": f"def largest(*operands):\n    return jnp.max({STACKED_OPERANDS})\n",
    },
    constants={"pi": "jnp.pi", "e": "jnp.e", "tau": "2*jnp.pi"},
    float_literals=True,
)
