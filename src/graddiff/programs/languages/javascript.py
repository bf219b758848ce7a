"""JavaScript, for the page."""

from __future__ import annotations

from collections.abc import Sequence

from graddiff.notation.style import OperationPattern
from graddiff.programs.languages.target import (
    TargetLanguage,
    make_call_pattern,
    make_conditional_pattern,
    make_operator_patterns,
    map_function_names,
)


def define_js_function(name: str, parameters: Sequence[str], body: str) -> str:
    return f"function {name}({', '.join(parameters)}) {{ return {body}; }}\n"


# erf by its series near 0, erfc by its continued fraction further out.
# Source: Abramowitz & Stegun, 7.1.6 and 7.1.14.
JS_ERF = """function erf(x) {
  if (Math.abs(x) > 2.5) return Math.sign(x) * (1 - erfc(Math.abs(x)));
  let term = x, sum = x;
  for (let n = 1; n < 200 && Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= 2 * x * x / (2 * n + 1);
    sum += term;
  }
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}
function erfc(x) {
  if (x < 2.5) return 1 - erf(x);
  let fraction = x;
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
}
"""
JS_CLAMP = "a > b ? NaN : Math.min(Math.max(x, a), b)"
# Math.round rounds 0.5 up; the table rounds ties to even.
JS_ROUND = "Math.abs(x % 1) === 0.5 ? 2*Math.round(x/2) : Math.round(x)"

JAVASCRIPT = TargetLanguage(
    patterns=make_operator_patterns(
        pow=make_call_pattern("Math.pow({0}, {1})"),
        where=make_conditional_pattern("{0} ? {1} : {2}"),
        eq=OperationPattern("{0} === {1}", 0, (1, 1)),
        ne=OperationPattern("{0} !== {1}", 0, (1, 1)),
    ),
    functions=map_function_names(
        "Math.",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil sin cos tan asin acos atan atan2 "
        "sinh cosh tanh asinh acosh atanh hypot abs sign min max",
    ),
    helper_definitions={
        "erf": JS_ERF,
        "erfc": JS_ERF,
        "clamp": define_js_function("clamp", ["x", "a", "b"], JS_CLAMP),
        "mod": define_js_function("mod", ["x", "y"], "x - y*Math.floor(x/y)"),
        "round": define_js_function("round", ["x"], JS_ROUND),
    },
    constants={"pi": "Math.PI", "e": "Math.E", "tau": "(2*Math.PI)"},
    format_definition=define_js_function,
    float_literals=False,
    reserved=frozenset(),
)
