"""PyTorch, as an expression is written there."""

from __future__ import annotations

from graddiff.programs.languages.python import PYTHON
from graddiff.programs.languages.target import map_function_names

STACKED_OPERANDS = "torch.stack([torch.as_tensor(o) for o in operands])"

PYTORCH = PYTHON._replace(
    functions=map_function_names(
        "torch.",
        "exp expm1 log log2 log10 log1p sqrt floor ceil round sin cos tan asin acos atan atan2 "
        "sinh cosh tanh asinh acosh atanh hypot abs sign erf erfc sigmoid relu logaddexp clamp "
        "mod=remainder",
    )
    | map_function_names("torch.nn.functional.", "softplus silu gelu")
    | {"min": "smallest", "max": "largest"},
    helper_definitions={
        "min": f"def smallest(*operands):\n    return {STACKED_OPERANDS}.amin()\n",
        "max": f"def largest(*operands):\n    return {STACKED_OPERANDS}.amax()\n",
        "cbrt": "def cbrt(x):\n    return torch.sign(x)*torch.abs(x)**(1/3)\n",
    },
)
