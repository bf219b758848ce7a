"""What a language calls the operations, and how what it lacks is written out by the formulas of the table."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from graddiff.language.parser import parse
from graddiff.notation.style import ATOM, PRECEDENCE, SPACED, Alphabet, Pattern, Term
from graddiff.notation.terms import formula, number
from graddiff.numbers.kind import Number
from graddiff.operations.row import Operation
from graddiff.operations.table import NUMBER, TABLE, VARIABLE

NUMERAL = re.compile(r"-?[0-9.]+(e[+-]?[0-9]+)?|math\.\w+|\d\*math\.pi")


class Language(NamedTuple):
    """A language: how operators are written, what functions are called ({0}, {1} for the operands, or a name), the
    functions it lacks as texts of its own, numbers, constants, how a function is defined, and names that are taken."""

    patterns: Mapping[str, Pattern]
    functions: Mapping[str, str]
    written: Mapping[str, str]
    number: Callable[[str], str]
    constants: Mapping[str, str]
    define: Callable[[str, Sequence[str], str], str]
    reserved: frozenset[str]


class Writer:
    """Writes formulas in a language, and remembers which functions have to be defined for them."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.defined: dict[str, str] = {}
        self.alphabet = Alphabet(
            language.patterns, self._call, "*".join, "({})", self._constant, "+", "-"
        )

    def _constant(self, name: str) -> str:
        return self.language.constants.get(name, name)

    def _call(self, name: str, operands: Sequence[str]) -> str:
        known = self.language.functions.get(name)
        if known is None or name in self.language.written:
            self._define(name)
        known = known or name
        if known.startswith("torch."):  # which takes no plain numbers
            operands = [
                f"torch.tensor({text})" if NUMERAL.fullmatch(text) else text for text in operands
            ]
        return known.format(*operands) if "{" in known else f"{known}({', '.join(operands)})"

    def _define(self, name: str) -> None:
        """Defines a function that the language lacks, behind those that it needs itself."""
        if name in self.defined:
            return
        text = self.language.written.get(name)
        if text is None:
            operation = TABLE[name]
            terms = {parameter: Term(parameter) for parameter in operation.parameters}
            text = self.language.define(
                name, operation.parameters, self.formula(operation.value, terms)
            )
        self.defined[name] = text

    def operation(self, operation: Operation, operands: Sequence[Term]) -> Term:
        return self.alphabet.compose(operation, operands)

    def literal(self, text: str) -> Term:
        return Term(
            self.language.constants.get(text) or self.language.number(text),
            ATOM,
            number(text).constant,
        )

    def partial(
        self, operation: Operation, slot: int, terms: Sequence[Term], values: Sequence[Number]
    ) -> Term:
        """A local partial, worked out as far as it is at a point; the last of terms and values are the result's."""
        text = formula(
            operation, slot, [*terms[:-1]], terms[-1], [*values[:-1]], values[-1], self.alphabet
        )
        if self.language.number is as_float:
            text = re.sub(r"(?<![\w.])(\d+)(?![\w.])", r"\1.0", text)
        return Term(text, ATOM if re.fullmatch(r"\w+(\([^()]*\))?", text) else 0)

    def formula(self, text: str, terms: Mapping[str, Term]) -> str:
        """A formula of the table with terms for its names."""
        read = parse(text, tuple(terms))
        names = {line: name for name, line in read.variables.items()}
        found: list[Term] = []
        for line, operation in enumerate(read.operations):
            if operation is VARIABLE:
                found.append(terms[names[line]])
            elif operation is NUMBER:
                found.append(self.literal(read.literals[line]))
            else:
                found.append(
                    self.operation(operation, [found[operand] for operand in read.operands[line]])
                )
        return found[read.output].text

    def names(self, wanted: Iterable[str], avoid: Iterable[str] = ()) -> dict[str, str]:
        """A name of the language for each name: itself where that is possible."""
        taken, found = {*self.language.reserved, *avoid}, dict[str, str]()
        for name in wanted:
            own = re.sub(r"\W", lambda match: f"u{ord(match[0]):x}", name, flags=re.ASCII)
            while own in taken:
                own += "_"
            taken.add(own)
            found[name] = own
        return found


def operators(**others: Pattern) -> dict[str, Pattern]:
    """The signs of arithmetic with room around them, and what a language writes otherwise."""
    return {**SPACED.patterns, **others}


def call(text: str) -> Pattern:
    """A pattern that brackets its own operands."""
    return Pattern(text, ATOM, (0, 0, 0))


def power(sign: str) -> Pattern:
    return Pattern(f"{{0}}{sign}{{1}}", PRECEDENCE["pow"], (ATOM, ATOM))


def as_float(text: str) -> str:
    """A literal as a floating-point number: 2 is 2.0, where 1/2 would be 0 otherwise."""
    return f"{text}.0" if text.isdigit() else text


def named(module: str, names: str) -> dict[str, str]:
    """Functions that a module has under the names of the table, or under `name=other`."""
    pairs = [name.partition("=") for name in names.split()]
    return {name: f"{module}{other or name}" for name, _, other in pairs}


def python_function(name: str, parameters: Sequence[str], body: str) -> str:
    return f"def {name}({', '.join(parameters)}):\n    return {body}\n"


def conditional(text: str) -> Pattern:
    return Pattern(text, 0, (1, 1, 1))


TAKEN = """math np torch jax jnp print min max abs round zip float int smallest largest
    name slope gradient value function"""  # by the programs themselves
PYTHON_WORDS = frozenset([*keyword.kwlist, *TAKEN.split()])

PYTHON = Language(
    patterns=operators(pow=power("**"), where=conditional("{1} if {0} else {2}")),
    functions=named(
        "math.",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil sin cos tan asin acos atan atan2 sinh cosh tanh asinh "
        "acosh atanh hypot erf erfc",
    )
    | {"abs": "abs", "min": "min", "max": "max", "round": "round", "mod": "({0}) % ({1})"},
    written={
        "sign": "def sign(x):\n    return (x > 0) - (x < 0)\n",
        "clamp": "def clamp(x, a, b):\n    return min(max(x, a), b)\n",
    },
    number=str,
    constants={"pi": "math.pi", "e": "math.e", "tau": "math.tau"},
    define=python_function,
    reserved=PYTHON_WORDS | {*TABLE},
)

NUMPY = PYTHON._replace(
    functions=named(
        "np.",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil sin cos tan asin=arcsin acos=arccos atan=arctan "
        "atan2=arctan2 sinh cosh tanh asinh=arcsinh acosh=arccosh atanh=arctanh hypot abs sign round=rint mod "
        "logaddexp",
    )
    | {"erf": "math.erf", "erfc": "math.erfc", "min": "min", "max": "max", "clamp": "np.clip"},
    constants={"pi": "np.pi", "e": "np.e", "tau": "2*np.pi"},
    number=as_float,
)


def c_function(name: str, parameters: Sequence[str], body: str) -> str:
    typed = ", ".join(f"double {parameter}" for parameter in parameters)
    return f"static double {name}({typed}) {{ return {body}; }}\n"


C_WORDS = """auto break case char const continue default do double else enum extern float for goto if inline int long
    register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while main
    printf fabs pow fmin fmax rint j0 j1 jn y0 y1 yn gamma signgam INFINITY NAN NULL EOF unix linux i386 stdin stdout
    stderr I HUGE_VAL FILE BUFSIZ"""

C = Language(
    patterns=operators(pow=call("pow({0}, {1})"), where=conditional("{0} ? {1} : {2}")),
    functions=named(
        "",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil sin cos tan asin acos atan atan2 sinh cosh tanh asinh "
        "acosh atanh hypot erf erfc abs=fabs round=rint",
    ),
    written={
        "sign": c_function("sign", ["x"], "(x > 0) - (x < 0)"),
        "clamp": c_function("clamp", ["x", "a", "b"], "fmin(fmax(x, a), b)"),
        "mod": c_function("mod", ["x", "y"], "x - y*floor(x/y)"),
    },
    number=as_float,
    constants={
        "pi": "3.14159265358979323846",
        "e": "2.71828182845904523536",
        "tau": "6.28318530717958647692",
    },
    define=c_function,
    reserved=frozenset(C_WORDS.split()) | {*TABLE},
)

TORCH = PYTHON._replace(
    functions=named(
        "torch.",
        "exp expm1 log log2 log10 log1p sqrt floor ceil round sin cos tan asin acos atan atan2 sinh cosh tanh asinh "
        "acosh atanh hypot abs sign erf erfc sigmoid relu logaddexp clamp mod=remainder",
    )
    | named("torch.nn.functional.", "softplus silu gelu")
    | {"min": "smallest", "max": "largest"},
    written={
        "min": "def smallest(*operands):\n    return torch.stack([torch.as_tensor(o) for o in operands]).amin()\n",
        "max": "def largest(*operands):\n    return torch.stack([torch.as_tensor(o) for o in operands]).amax()\n",
        "cbrt": "def cbrt(x):\n    return torch.sign(x)*torch.abs(x)**(1/3)\n",
    },
)

# A choice calls lambdas, so that what is not taken has no part in the derivative.
JAX = PYTHON._replace(
    patterns=operators(
        pow=power("**"),
        where=call("jax.lax.cond({0}, lambda: jnp.float64({1}), lambda: jnp.float64({2}))"),
    ),
    functions=named(
        "jnp.",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil round sin cos tan asin=arcsin acos=arccos atan=arctan "
        "atan2=arctan2 sinh cosh tanh asinh=arcsinh acosh=arccosh atanh=arctanh hypot abs sign logaddexp mod "
        "clamp=clip",
    )
    | named("jax.nn.", "sigmoid relu softplus silu leaky_relu")
    | named("jax.scipy.special.", "erf erfc")
    | {"gelu": "jax.nn.gelu({0}, approximate=False)", "min": "smallest", "max": "largest"},
    written={
        "min": "def smallest(*operands):\n    return jnp.min(jnp.stack([jnp.float64(o) for o in operands]))\n",
        "max": "def largest(*operands):\n    return jnp.max(jnp.stack([jnp.float64(o) for o in operands]))\n",
    },
    constants={"pi": "jnp.pi", "e": "jnp.e", "tau": "2*jnp.pi"},
    number=as_float,
)


def js_function(name: str, parameters: Sequence[str], body: str) -> str:
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

JAVASCRIPT = Language(
    patterns=operators(
        pow=call("Math.pow({0}, {1})"),
        where=conditional("{0} ? {1} : {2}"),
        eq=Pattern("{0} === {1}", 0, (1, 1)),
        ne=Pattern("{0} !== {1}", 0, (1, 1)),
    ),
    functions=named(
        "Math.",
        "exp expm1 log log2 log10 log1p sqrt cbrt floor ceil sin cos tan asin acos atan atan2 sinh cosh tanh asinh "
        "acosh atanh hypot abs sign min max",
    ),
    written={
        "erf": JS_ERF,
        "erfc": JS_ERF,
        "clamp": js_function("clamp", ["x", "a", "b"], "a > b ? NaN : Math.min(Math.max(x, a), b)"),
        "mod": js_function("mod", ["x", "y"], "x - y*Math.floor(x/y)"),
        "round": js_function(
            "round", ["x"], "Math.abs(x % 1) === 0.5 ? 2*Math.round(x/2) : Math.round(x)"
        ),
    },
    number=str,
    constants={"pi": "Math.PI", "e": "Math.E", "tau": "(2*Math.PI)"},
    define=js_function,
    reserved=frozenset(),
)
