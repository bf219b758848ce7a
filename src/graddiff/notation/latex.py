"""The alphabet of LaTeX (amsmath)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graddiff.notation.style import ATOM, PRECEDENCE, Alphabet, Pattern, infix
from graddiff.operations.table import TABLE

_NAMES = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi
    psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"""
GREEK = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", _NAMES.split()))
# Functions that LaTeX has a command for.
COMMANDS = {
    name: name
    for name in ("sin", "cos", "tan", "sec", "csc", "cot", "sinh", "cosh", "tanh", "coth")
} | {
    **{f"a{name}": f"arc{name}" for name in ("sin", "cos", "tan")},
    "exp": "exp",
    "log": "ln",
    "min": "min",
    "max": "max",
}


def name(text: str) -> str:
    r"""x, \alpha, x_{1}, \mathit{rate}: a word in one piece, a number or what stands behind _ below the line."""
    found = re.fullmatch(r"([^\W\d_]+)_?(\w*)", text)
    head, index = found.groups() if found else (text, "")
    head = GREEK.get(head, head)
    if head in GREEK.values():
        head = f"\\{head}"
    elif len(head) > 1:
        head = f"\\mathit{{{escaped(head)}}}"
    return f"{head}_{{{escaped(index)}}}" if index else head


def escaped(text: str) -> str:
    return text.replace("_", r"\_")


def call(function: str, operands: Sequence[str]) -> str:
    head = (
        f"\\{COMMANDS[function]}"
        if function in COMMANDS
        else f"\\operatorname{{{escaped(function)}}}"
    )
    return f"{head}\\left({', '.join(operands)}\\right)"


def product(factors: Sequence[str]) -> str:
    """Factors side by side, with a dot before a digit."""
    text = factors[0]
    for factor in factors[1:]:
        text += rf" \cdot {factor}" if factor[0].isdigit() else f" {factor}"
    return text


PATTERNS = {row.name: infix(row) for row in TABLE.values() if row.symbol}
PATTERNS |= {
    name: PATTERNS[name]._replace(text=f"{{0}} {sign} {{1}}")
    for name, sign in {
        "add": "+",
        "sub": "-",
        "mul": r"\cdot",
        "le": r"\le",
        "ge": r"\ge",
        "eq": "=",
        "ne": r"\ne",
    }.items()
}
PATTERNS |= {
    "div": Pattern(r"\frac{{{0}}}{{{1}}}", PRECEDENCE["mul"]),
    "pow": Pattern("{0}^{{{1}}}", PRECEDENCE["pow"], (ATOM, 0)),
    "exp": Pattern("e^{{{0}}}", PRECEDENCE["pow"]),
    "sqrt": Pattern(r"\sqrt{{{0}}}"),
    "cbrt": Pattern(r"\sqrt[3]{{{0}}}"),
    "abs": Pattern(r"\left|{0}\right|"),
    "floor": Pattern(r"\left\lfloor {0} \right\rfloor"),
    "ceil": Pattern(r"\left\lceil {0} \right\rceil"),
    "log2": Pattern(r"\log_{{2}}\left({0}\right)"),
    "log10": Pattern(r"\log_{{10}}\left({0}\right)"),
    "where": Pattern(
        r"\begin{{cases}} {1} & \text{{if }} {0} \\ {2} & \text{{otherwise}} \end{{cases}}"
    ),
}

LATEX = Alphabet(
    patterns=PATTERNS,
    call=call,
    product=product,
    brackets=r"\left({}\right)",
    name=name,
    plus=" + ",
    minus=" - ",
)
