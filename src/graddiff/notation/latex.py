"""The alphabet of LaTeX, for the package amsmath."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graddiff.notation.style import ATOM, PRECEDENCE, Alphabet, OperationPattern, make_infix_pattern
from graddiff.operations.table import TABLE

GREEK_LETTERS = "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ"
GREEK_NAMES = """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau
    upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega
"""
GREEK_COMMANDS = dict(zip(GREEK_LETTERS, GREEK_NAMES.split()))

# The functions for which LaTeX has a command.
FUNCTION_COMMANDS = {
    **{name: name for name in ("sin", "cos", "tan", "sec", "csc", "cot")},
    **{name: name for name in ("sinh", "cosh", "tanh", "coth")},
    **{f"a{name}": f"arc{name}" for name in ("sin", "cos", "tan")},
    "exp": "exp",
    "log": "ln",
    "min": "min",
    "max": "max",
}


def format_latex_name(text: str) -> str:
    r"""Writes a name: x, \alpha, x_{1}, \mathit{rate}. Letters in front of a number or of _ are one
    word, and what follows is an index."""
    match = re.fullmatch(r"([^\W\d_]+)_?(\w*)", text)
    word, index = match.groups() if match else (text, "")
    word = GREEK_COMMANDS.get(word, word)
    if word in GREEK_COMMANDS.values():
        word = f"\\{word}"
    elif len(word) > 1:
        word = f"\\mathit{{{escape_underscores(word)}}}"
    return f"{word}_{{{escape_underscores(index)}}}" if index else word


def escape_underscores(text: str) -> str:
    return text.replace("_", r"\_")


def format_latex_call(function: str, operands: Sequence[str]) -> str:
    """Writes a call, with brackets that grow with the operands."""
    if function in FUNCTION_COMMANDS:
        name = f"\\{FUNCTION_COMMANDS[function]}"
    else:
        name = f"\\operatorname{{{escape_underscores(function)}}}"
    return f"{name}\\left({', '.join(operands)}\\right)"


def join_latex_factors(factors: Sequence[str]) -> str:
    r"""Writes factors side by side, with a dot before a digit: 2 x, x \cdot 2."""
    text = factors[0]
    for factor in factors[1:]:
        text += rf" \cdot {factor}" if factor[0].isdigit() else f" {factor}"
    return text


LATEX_PATTERNS = {row.name: make_infix_pattern(row) for row in TABLE.values() if row.symbol}
LATEX_PATTERNS |= {
    name: LATEX_PATTERNS[name]._replace(text=f"{{0}} {sign} {{1}}")
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
LATEX_PATTERNS |= {
    "div": OperationPattern(r"\frac{{{0}}}{{{1}}}", PRECEDENCE["mul"]),
    "pow": OperationPattern("{0}^{{{1}}}", PRECEDENCE["pow"], (ATOM, 0)),
    "exp": OperationPattern("e^{{{0}}}", PRECEDENCE["pow"]),
    "sqrt": OperationPattern(r"\sqrt{{{0}}}"),
    "cbrt": OperationPattern(r"\sqrt[3]{{{0}}}"),
    "abs": OperationPattern(r"\left|{0}\right|"),
    "floor": OperationPattern(r"\left\lfloor {0} \right\rfloor"),
    "ceil": OperationPattern(r"\left\lceil {0} \right\rceil"),
    "log2": OperationPattern(r"\log_{{2}}\left({0}\right)"),
    "log10": OperationPattern(r"\log_{{10}}\left({0}\right)"),
    "where": OperationPattern(
        r"\begin{{cases}} {1} & \text{{if }} {0} \\ {2} & \text{{otherwise}} \end{{cases}}"
    ),
}

LATEX = Alphabet(
    patterns=LATEX_PATTERNS,
    format_call=format_latex_call,
    join_factors=join_latex_factors,
    brackets=r"\left({}\right)",
    format_name=format_latex_name,
    plus=" + ",
    minus=" - ",
)
