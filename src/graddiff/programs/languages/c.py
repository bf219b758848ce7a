"""C with its math library."""

from __future__ import annotations

from collections.abc import Sequence

from graddiff.operations.table import TABLE
from graddiff.programs.languages.target import (
    TargetLanguage,
    make_call_pattern,
    make_conditional_pattern,
    make_operator_patterns,
    map_function_names,
)

# Keywords, names of the standard headers, and those that the program itself uses.
C_WORDS = """
    auto break case char const continue default do double else enum extern float for goto if inline
    int long register restrict return short signed sizeof static struct switch typedef union
    unsigned void volatile while main printf fabs pow fmin fmax rint j0 j1 jn y0 y1 yn gamma
    signgam INFINITY NAN NULL EOF unix linux i386 stdin stdout stderr I HUGE_VAL FILE BUFSIZ
"""


def define_c_function(name: str, parameters: Sequence[str], body: str) -> str:
    typed = ", ".join(f"double {parameter}" for parameter in parameters)
    return f"static double {name}({typed}) {{ return {body}; }}\n"


C = TargetLanguage(
    patterns=make_operator_patterns(
        pow=make_call_pattern("pow({0}, {1})"), where=make_conditional_pattern("{0} ? {1} : {2}")
    ),
    functions=map_function_names(
        "",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil sin cos tan asin acos atan atan2 "
        "sinh cosh tanh asinh acosh atanh hypot erf erfc abs=fabs round=rint",
    ),
    helper_definitions={
        "sign": define_c_function("sign", ["x"], "(x > 0) - (x < 0)"),
        "clamp": define_c_function("clamp", ["x", "a", "b"], "fmin(fmax(x, a), b)"),
        "mod": define_c_function("mod", ["x", "y"], "x - y*floor(x/y)"),
    },
    constants={
        "pi": "3.14159265358979323846",
        "e": "2.71828182845904523536",
        "tau": "6.28318530717958647692",
    },
    format_definition=define_c_function,
    float_literals=True,
    reserved=frozenset([*C_WORDS.split(), *TABLE]),
)
