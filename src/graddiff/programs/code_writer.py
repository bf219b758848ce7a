"""Formulas in a target language; what the language lacks is defined by the table's formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from graddiff.language.parser import parse
from graddiff.notation.style import ATOM, Alphabet, Term
from graddiff.notation.terms import format_partial_formula, make_literal_term
from graddiff.numbers.arithmetic import Number
from graddiff.operations.row import Operation
from graddiff.operations.table import TABLE
from graddiff.programs.languages.target import TargetLanguage

NUMERAL_PATTERN = re.compile(r"-?[0-9.]+(e[+-]?[0-9]+)?|math\.\w+|\d\*math\.pi")
INTEGER_PATTERN = re.compile(r"(?<![\w.])(\d+)(?![\w.])")  # 2, but not in 2.5, x2 or 1e2
ATOM_PATTERN = re.compile(r"\w+(\([^()]*\))?")  # a name, a number or a call


class CodeWriter:
    """Writes formulas in a language and collects the definitions of the functions they call."""

    def __init__(self, language: TargetLanguage) -> None:
        self.language = language
        self.definitions: dict[str, str] = {}
        self.alphabet = Alphabet(
            patterns=language.patterns,
            format_call=self._format_call,
            join_factors="*".join,
            brackets="({})",
            format_name=self._translate_constant,
            plus="+",
            minus="-",
        )

    def _translate_constant(self, name: str) -> str:
        return self.language.constants.get(name, name)

    def _format_call(self, name: str, operands: Sequence[str]) -> str:
        called = self.language.functions.get(name)
        if called is None or name in self.language.helper_definitions:
            self._define_function(name)
        called = called or name
        if called.startswith("torch."):
            # PyTorch's functions take tensors only, where a number stands alone.
            operands = [
                f"torch.tensor({text})" if NUMERAL_PATTERN.fullmatch(text) else text
                for text in operands
            ]
        return called.format(*operands) if "{" in called else f"{called}({', '.join(operands)})"

    def _define_function(self, name: str) -> None:
        """Defines a function that the language lacks, behind those that it calls itself."""
        if name in self.definitions:
            return
        text = self.language.helper_definitions.get(name)
        if text is None:
            operation = TABLE[name]
            terms = {parameter: Term(parameter) for parameter in operation.parameters}
            # Translating the formula defines the functions in it first.
            body = self.translate_formula(operation.value, terms)
            text = self.language.format_definition(name, operation.parameters, body)
        self.definitions[name] = text

    def compose_operation(self, operation: Operation, operands: Sequence[Term]) -> Term:
        return self.alphabet.compose_term(operation, operands)

    def make_literal_term(self, text: str) -> Term:
        """Returns the term of a literal or constant of the expression language."""
        code = self.language.constants.get(text) or self.language.format_literal(text)
        return Term(code, ATOM, make_literal_term(text).constant)

    def compose_local_partial(
        self, operation: Operation, slot: int, terms: Sequence[Term], values: Sequence[Number]
    ) -> Term:
        """Returns a local partial, simplified as far as the point allows.

        `terms` and `values` are those of the operands and, last, of the result."""
        text = format_partial_formula(
            operation, slot, [*terms[:-1]], terms[-1], [*values[:-1]], values[-1], self.alphabet
        )
        if self.language.float_literals:
            # The rules of the table have whole numbers, whose quotients would be whole in C.
            text = INTEGER_PATTERN.sub(r"\1.0", text)
        return Term(text, ATOM if ATOM_PATTERN.fullmatch(text) else 0)

    def translate_formula(self, text: str, terms: Mapping[str, Term]) -> str:
        """Returns a formula of the table with terms in place of its names."""
        rule = parse(text, tuple(terms))
        line_terms = rule.fold(
            variable=terms.__getitem__,
            number=self.make_literal_term,
            apply=self.compose_operation,
        )
        return line_terms[rule.output].text

    def choose_identifiers(self, names: Iterable[str], avoid: Iterable[str] = ()) -> dict[str, str]:
        """Returns an identifier of the language for each name: the name itself where possible."""
        taken = {*self.language.reserved, *avoid}
        identifiers: dict[str, str] = {}
        for name in names:
            # A letter that is not ASCII becomes its code point: α is u3b1.
            identifier = re.sub(r"\W", lambda m: f"u{ord(m[0]):x}", name, flags=re.ASCII)
            while identifier in taken:
                identifier += "_"
            taken.add(identifier)
            identifiers[name] = identifier
        return identifiers
