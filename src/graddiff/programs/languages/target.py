"""What a language has to say about itself so that formulas can be written in it."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from graddiff.notation.style import ATOM, PRECEDENCE, SPACED, OperationPattern


class TargetLanguage(NamedTuple):
    """A language that programs are written in.

    `functions` are calls by the names of the table, as the name of a function or as a text with
    {0}, {1} for the operands. What is missing there is defined by a text of `helper_definitions`,
    or else by the table's own formula and `format_definition(name, parameters, body)`. With
    `float_literals`, 2 is written 2.0. `reserved` are names that no variable may have."""

    patterns: Mapping[str, OperationPattern]
    functions: Mapping[str, str]
    helper_definitions: Mapping[str, str]
    constants: Mapping[str, str]
    format_definition: Callable[[str, Sequence[str], str], str]
    float_literals: bool
    reserved: frozenset[str]

    def format_literal(self, text: str) -> str:
        """Returns a number; as 2.0 where the quotient 1/2 of whole numbers would be 0."""
        return f"{text}.0" if self.float_literals and text.isdigit() else text


def make_operator_patterns(**others: OperationPattern) -> dict[str, OperationPattern]:
    """Returns the signs of arithmetic with spaces around them, and the other patterns."""
    return {**SPACED.patterns, **others}


def make_call_pattern(text: str) -> OperationPattern:
    """Returns a pattern that has brackets around each of its operands."""
    return OperationPattern(text, ATOM, (0, 0, 0))


def make_power_pattern(sign: str) -> OperationPattern:
    return OperationPattern(f"{{0}}{sign}{{1}}", PRECEDENCE["pow"], (ATOM, ATOM))


def make_conditional_pattern(text: str) -> OperationPattern:
    """Returns the pattern of a `where`, whose own operands must not be conditional."""
    return OperationPattern(text, 0, (1, 1, 1))


def map_function_names(module: str, names: str) -> dict[str, str]:
    """Returns a module's functions by their names in the table.

    `names` lists the latter, with `=` and the module's own name where that differs."""
    pairs = [name.partition("=") for name in names.split()]
    return {name: f"{module}{own or name}" for name, _, own in pairs}
