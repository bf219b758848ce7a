"""What a language calls the operations, and how what it lacks is written out by the formulas of the table."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from graddiff.language.parser import parse
from graddiff.notation.style import ATOM, PRECEDENCE, SPACED, Alphabet, OperationPattern, Term
from graddiff.notation.terms import format_partial_formula, make_literal_term
from graddiff.numbers.arithmetic import Number
from graddiff.operations.row import Operation
from graddiff.operations.table import TABLE

NUMERAL_PATTERN = re.compile(r"-?[0-9.]+(e[+-]?[0-9]+)?|math\.\w+|\d\*math\.pi")


class TargetLanguage(NamedTuple):
    """A language: how operators are written, what functions are called ({0}, {1} for the operands, or a name), the
    functions it lacks as texts of its own, numbers, constants, how a function is defined, and names that are taken."""

    patterns: Mapping[str, OperationPattern]
    functions: Mapping[str, str]
    helper_definitions: Mapping[str, str]
    format_literal: Callable[[str], str]
    constants: Mapping[str, str]
    format_definition: Callable[[str, Sequence[str], str], str]
    reserved: frozenset[str]


class CodeWriter:
    """Writes formulas in a language, and remembers which functions have to be defined for them."""

    def __init__(self, language: TargetLanguage) -> None:
        self.language = language
        self.definitions: dict[str, str] = {}
        self.alphabet = Alphabet(
            language.patterns,
            self._format_call,
            "*".join,
            "({})",
            self._translate_constant,
            "+",
            "-",
        )

    def _translate_constant(self, name: str) -> str:
        return self.language.constants.get(name, name)

    def _format_call(self, name: str, operands: Sequence[str]) -> str:
        known = self.language.functions.get(name)
        if known is None or name in self.language.helper_definitions:
            self._define_function(name)
        known = known or name
        if known.startswith("torch."):  # which takes no plain numbers
            operands = [
                f"torch.tensor({text})" if NUMERAL_PATTERN.fullmatch(text) else text
                for text in operands
            ]
        return known.format(*operands) if "{" in known else f"{known}({', '.join(operands)})"

    def _define_function(self, name: str) -> None:
        """Defines a function that the language lacks, behind those that it needs itself."""
        if name in self.definitions:
            return
        text = self.language.helper_definitions.get(name)
        if text is None:
            operation = TABLE[name]
            terms = {parameter: Term(parameter) for parameter in operation.parameters}
            text = self.language.format_definition(
                name, operation.parameters, self.translate_formula(operation.value, terms)
            )
        self.definitions[name] = text

    def compose_operation(self, operation: Operation, operands: Sequence[Term]) -> Term:
        return self.alphabet.compose_term(operation, operands)

    def make_literal_term(self, text: str) -> Term:
        return Term(
            self.language.constants.get(text) or self.language.format_literal(text),
            ATOM,
            make_literal_term(text).constant,
        )

    def compose_local_partial(
        self, operation: Operation, slot: int, terms: Sequence[Term], values: Sequence[Number]
    ) -> Term:
        """A local partial, worked out as far as it is at a point; the last of terms and values are the result's."""
        text = format_partial_formula(
            operation, slot, [*terms[:-1]], terms[-1], [*values[:-1]], values[-1], self.alphabet
        )
        if self.language.format_literal is format_float_literal:
            text = re.sub(r"(?<![\w.])(\d+)(?![\w.])", r"\1.0", text)
        return Term(text, ATOM if re.fullmatch(r"\w+(\([^()]*\))?", text) else 0)

    def translate_formula(self, text: str, terms: Mapping[str, Term]) -> str:
        """A formula of the table with terms for its names."""
        rule = parse(text, tuple(terms))
        line_terms = rule.fold(
            variable=terms.__getitem__,
            number=self.make_literal_term,
            apply=self.compose_operation,
        )
        return line_terms[rule.output].text

    def choose_identifiers(
        self, wanted: Iterable[str], avoid: Iterable[str] = ()
    ) -> dict[str, str]:
        """A name of the language for each name: itself where that is possible."""
        taken, found = {*self.language.reserved, *avoid}, dict[str, str]()
        for name in wanted:
            own = re.sub(r"\W", lambda match: f"u{ord(match[0]):x}", name, flags=re.ASCII)
            while own in taken:
                own += "_"
            taken.add(own)
            found[name] = own
        return found


def make_operator_patterns(**others: OperationPattern) -> dict[str, OperationPattern]:
    """The signs of arithmetic with room around them, and what a language writes otherwise."""
    return {**SPACED.patterns, **others}


def make_call_pattern(text: str) -> OperationPattern:
    """A pattern that brackets its own operands."""
    return OperationPattern(text, ATOM, (0, 0, 0))


def make_power_pattern(sign: str) -> OperationPattern:
    return OperationPattern(f"{{0}}{sign}{{1}}", PRECEDENCE["pow"], (ATOM, ATOM))


def format_float_literal(text: str) -> str:
    """A literal as a floating-point number: 2 is 2.0, where 1/2 would be 0 otherwise."""
    return f"{text}.0" if text.isdigit() else text


def map_function_names(module: str, names: str) -> dict[str, str]:
    """Functions that a module has under the names of the table, or under `name=other`."""
    pairs = [name.partition("=") for name in names.split()]
    return {name: f"{module}{other or name}" for name, _, other in pairs}


def define_python_function(name: str, parameters: Sequence[str], body: str) -> str:
    return f"def {name}({', '.join(parameters)}):\n    return {body}\n"


def make_conditional_pattern(text: str) -> OperationPattern:
    return OperationPattern(text, 0, (1, 1, 1))


PROGRAM_NAMES = """math np torch jax jnp print min max abs round zip float int smallest largest
    name slope gradient value function"""  # by the programs themselves
PYTHON_WORDS = frozenset([*keyword.kwlist, *PROGRAM_NAMES.split()])

PYTHON = TargetLanguage(
    patterns=make_operator_patterns(
        pow=make_power_pattern("**"), where=make_conditional_pattern("{1} if {0} else {2}")
    ),
    functions=map_function_names(
        "math.",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil sin cos tan asin acos atan atan2 sinh cosh tanh asinh "
        "acosh atanh hypot erf erfc",
    )
    | {"abs": "abs", "min": "min", "max": "max", "round": "round", "mod": "({0}) % ({1})"},
    helper_definitions={
        "sign": "def sign(x):\n    return (x > 0) - (x < 0)\n",
        "clamp": "def clamp(x, a, b):\n    return min(max(x, a), b)\n",
    },
    format_literal=str,
    constants={"pi": "math.pi", "e": "math.e", "tau": "math.tau"},
    format_definition=define_python_function,
    reserved=PYTHON_WORDS | {*TABLE},
)

NUMPY = PYTHON._replace(
    functions=map_function_names(
        "np.",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil sin cos tan asin=arcsin acos=arccos atan=arctan "
        "atan2=arctan2 sinh cosh tanh asinh=arcsinh acosh=arccosh atanh=arctanh hypot abs sign round=rint mod "
        "logaddexp",
    )
    | {"erf": "math.erf", "erfc": "math.erfc", "min": "min", "max": "max", "clamp": "np.clip"},
    constants={"pi": "np.pi", "e": "np.e", "tau": "2*np.pi"},
    format_literal=format_float_literal,
)


def define_c_function(name: str, parameters: Sequence[str], body: str) -> str:
    typed = ", ".join(f"double {parameter}" for parameter in parameters)
    return f"static double {name}({typed}) {{ return {body}; }}\n"


C_WORDS = """auto break case char const continue default do double else enum extern float for goto if inline int long
    register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while main
    printf fabs pow fmin fmax rint j0 j1 jn y0 y1 yn gamma signgam INFINITY NAN NULL EOF unix linux i386 stdin stdout
    stderr I HUGE_VAL FILE BUFSIZ"""

C = TargetLanguage(
    patterns=make_operator_patterns(
        pow=make_call_pattern("pow({0}, {1})"), where=make_conditional_pattern("{0} ? {1} : {2}")
    ),
    functions=map_function_names(
        "",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil sin cos tan asin acos atan atan2 sinh cosh tanh asinh "
        "acosh atanh hypot erf erfc abs=fabs round=rint",
    ),
    helper_definitions={
        "sign": define_c_function("sign", ["x"], "(x > 0) - (x < 0)"),
        "clamp": define_c_function("clamp", ["x", "a", "b"], "fmin(fmax(x, a), b)"),
        "mod": define_c_function("mod", ["x", "y"], "x - y*floor(x/y)"),
    },
    format_literal=format_float_literal,
    constants={
        "pi": "3.14159265358979323846",
        "e": "2.71828182845904523536",
        "tau": "6.28318530717958647692",
    },
    format_definition=define_c_function,
    reserved=frozenset(C_WORDS.split()) | {*TABLE},
)

TORCH = PYTHON._replace(
    functions=map_function_names(
        "torch.",
        "exp expm1 log log2 log10 log1p sqrt floor ceil round sin cos tan asin acos atan atan2 sinh cosh tanh asinh "
        "acosh atanh hypot abs sign erf erfc sigmoid relu logaddexp clamp mod=remainder",
    )
    | map_function_names("torch.nn.functional.", "softplus silu gelu")
    | {"min": "smallest", "max": "largest"},
    helper_definitions={
        "min": "def smallest(*operands):\n    return torch.stack([torch.as_tensor(o) for o in operands]).amin()\n",
        "max": "def largest(*operands):\n    return torch.stack([torch.as_tensor(o) for o in operands]).amax()\n",
        "cbrt": "def cbrt(x):\n    return torch.sign(x)*torch.abs(x)**(1/3)\n",
    },
)

# A choice calls lambdas, so that what is not taken has no part in the derivative.
JAX = PYTHON._replace(
    patterns=make_operator_patterns(
        pow=make_power_pattern("**"),
        where=make_call_pattern(
            "jax.lax.cond({0}, lambda: jnp.float64({1}), lambda: jnp.float64({2}))"
        ),
    ),
    functions=map_function_names(
        "jnp.",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil round sin cos tan asin=arcsin acos=arccos atan=arctan "
        "atan2=arctan2 sinh cosh tanh asinh=arcsinh acosh=arccosh atanh=arctanh hypot abs sign logaddexp mod "
        "clamp=clip",
    )
    | map_function_names("jax.nn.", "sigmoid relu softplus silu leaky_relu")
    | map_function_names("jax.scipy.special.", "erf erfc")
    | {"gelu": "jax.nn.gelu({0}, approximate=False)", "min": "smallest", "max": "largest"},
    helper_definitions={
        "min": "def smallest(*operands):\n    return jnp.min(jnp.stack([jnp.float64(o) for o in operands]))\n",
        "max": "def largest(*operands):\n    return jnp.max(jnp.stack([jnp.float64(o) for o in operands]))\n",
    },
    constants={"pi": "jnp.pi", "e": "jnp.e", "tau": "2*jnp.pi"},
    format_literal=format_float_literal,
)


def define_js_function(name: str, parameters: Sequence[str], body: str) -> str:
    return f"function {name}({', '.join(parameters)}) {{ return {body}; }}\n"


# erf by its series near 0, erfc by its continued fraction further out (Abramowitz & Stegun, 7.1.6 and 7.1.14).
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

JAVASCRIPT = TargetLanguage(
    patterns=make_operator_patterns(
        pow=make_call_pattern("Math.pow({0}, {1})"),
        where=make_conditional_pattern("{0} ? {1} : {2}"),
        eq=OperationPattern("{0} === {1}", 0, (1, 1)),
        ne=OperationPattern("{0} !== {1}", 0, (1, 1)),
    ),
    functions=map_function_names(
        "Math.",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil sin cos tan asin acos atan atan2 sinh cosh tanh asinh "
        "acosh atanh hypot abs sign min max",
    ),
    helper_definitions={
        "erf": JS_ERF,
        "erfc": JS_ERF,
        "clamp": define_js_function(
            "clamp", ["x", "a", "b"], "a > b ? NaN : Math.min(Math.max(x, a), b)"
        ),
        "mod": define_js_function("mod", ["x", "y"], "x - y*Math.floor(x/y)"),
        "round": define_js_function(
            "round", ["x"], "Math.abs(x % 1) === 0.5 ? 2*Math.round(x/2) : Math.round(x)"
        ),
    },
    format_literal=str,
    constants={"pi": "Math.PI", "e": "Math.E", "tau": "(2*Math.PI)"},
    format_definition=define_js_function,
    reserved=frozenset(),
)
