"""Lines for what the grammar finds inside a statement: numbers, names, products and calls.

A method for a rule of the grammar has the name of the rule's alias. It receives the stack of
results, the first tokens of the rule's symbols and the rule's last token; it takes the lines of its
operands off the stack and puts its own line there. It returns None, or the builder that the
following tokens are for."""

from __future__ import annotations

from collections.abc import Mapping

from graddiff.errors import IMPLICIT_MULTIPLICATION, SHADOWED_CONSTANT, NamingError, Notice
from graddiff.language import name_errors, syntax_errors
from graddiff.language.tokens import SUPERSCRIPTS, TokenizedText
from graddiff.language.user_functions import UserFunction
from graddiff.operations.row import Operation
from graddiff.operations.table import (
    COMPARISONS,
    CONSTANTS,
    FUNCTIONS,
    MUL,
    NUMBER,
    POW,
    VARIABLE,
)

ResultStack = list[int]  # the lines of the operands that are not used yet

MAX_UNFOLDED_LINES = 10_000_000  # lines that the calls of user functions may unfold to


class LineBuilder:
    """Collects lines while a text is parsed.

    `names` gives the line that a name stands for; `first_uses` gives, for each name without a
    definition, the token that used it first. `firsts` and `lasts` are the first and last tokens of
    the lines. In the body of a function, `outer_names` are the names that have lines outside, and
    `function_name` is the name of the function."""

    def __init__(self, source: TokenizedText, bound_names: frozenset[str]) -> None:
        self.source, self.tokens, self.bound_names = source, source.tokens, bound_names
        self.operations: list[Operation] = []
        self.operands: list[tuple[int, ...]] = []
        self.firsts: list[int] = []
        self.lasts: list[int] = []
        self.literals: dict[int, str] = {}
        self.names: dict[str, int] = {}
        self.outer_names: Mapping[str, int] = {}
        self.variables: dict[str, int] = {}
        self.functions: dict[str, UserFunction] = {}
        self.calls: dict[int, tuple[str, tuple[int, ...]]] = {}
        self.first_uses: dict[str, int] = {}
        self.notices: dict[str, Notice] = {}  # the key keeps a notice from being repeated
        self.function_name = ""
        self._operand_counts: list[int] = []  # of the calls whose brackets are open

    def append_line(
        self, operation: Operation, operands: tuple[int, ...], first: int, last: int
    ) -> int:
        """Appends a line and returns its number."""
        self.operations.append(operation)
        self.operands.append(operands)
        self.firsts.append(first)
        self.lasts.append(last)
        return len(self.operations) - 1

    def append_literal(self, text: str, first: int, last: int) -> int:
        """Appends the line of a number or constant and returns its number."""
        line = self.append_line(NUMBER, (), first, last)
        self.literals[line] = text
        return line

    # numbers and names

    def number(self, results: ResultStack, firsts: list[int], last: int) -> None:
        # As append_literal, but without calls: numbers are among the most frequent tokens.
        line = len(self.operations)
        results.append(line)
        self.operations.append(NUMBER)
        self.operands.append(())
        self.firsts.append(last)
        self.lasts.append(last)
        self.literals[line] = self.tokens[last].replace("−", "-")  # the sign of an exponent

    def variable(self, results: ResultStack, firsts: list[int], last: int) -> None:
        name = self.tokens[last]
        line = self.names.get(name)
        results.append(self.resolve_new_name(name, last) if line is None else line)

    def resolve_new_name(self, name: str, token: int) -> int:
        """Returns a line for a name that has none: a constant or, from now on, a variable."""
        self.first_uses.setdefault(name, token)
        is_bound = name in self.bound_names
        if name in CONSTANTS and not is_bound:
            return self.append_literal(CONSTANTS[name], token, token)
        if name in FUNCTIONS and not is_bound:
            raise name_errors.make_uncalled_function_error(self.source, token, FUNCTIONS[name])
        if name in self.functions:
            function = self.functions[name]
            raise name_errors.make_uncalled_function_error(self.source, token, function)
        self.notice_shadowed_constant(name, token, "a binding")
        line = self.append_line(VARIABLE, (), token, token)
        self.names[name] = self.variables[name] = line
        return line

    def notice_shadowed_constant(self, name: str, token: int, replacement: str) -> None:
        """Adds a notice if a name is that of a constant, which `replacement` hides."""
        if name in CONSTANTS:
            message = f"{name} is {replacement} here, not the constant {CONSTANTS[name]}"
            span = self.source.get_span(token)
            notice = Notice(SHADOWED_CONSTANT.name, message, name, span)
            self.notices.setdefault(message, notice)

    # products without a sign, and superscripts

    def superscript(self, results: ResultStack, firsts: list[int], last: int) -> None:
        exponent = self.append_literal(self.tokens[last].translate(SUPERSCRIPTS), last, last)
        operands = (results[-1], exponent)
        results[-1] = self.append_line(POW, operands, firsts[0], last)

    def juxtaposition(self, results: ResultStack, firsts: list[int], last: int) -> None:
        """Writes a product without a sign: 2x, 2(x+1), (x+1)(x-1).

        Raises GrammarError unless its left factor ends with a number, `)` or a superscript and its
        right factor begins with a name or `(`."""
        first, middle = firsts
        is_number = self.tokens[middle][0] in "0123456789."
        if is_number or not self._is_closing_token(middle - 1):
            raise syntax_errors.make_missing_operator_error(self.source, middle)
        right, left = results.pop(), results[-1]
        if self._has_final_quotient_or_power(left, middle - 1):
            self._notice_implicit_product(first, middle, last)
        results[-1] = self.append_line(MUL, (left, right), first, last)

    def _is_closing_token(self, token: int) -> bool:
        """Whether a token is a number, `)` or a superscript."""
        kind = self.source.get_kind(token)
        if kind == "SUPERSCRIPT":
            return True
        return kind != "NAME" and self.tokens[token][-1] in "0123456789.)"

    def _has_final_quotient_or_power(self, line: int, last: int) -> bool:
        """Whether the last operation before token `last`, outside brackets, is a `/` or `^`."""

        def is_open(line: int) -> bool:
            # What stands in brackets, or in those of a call, ends before the token does.
            return self.lasts[line] == last and line not in self.calls

        # A negative or a product ends with its last operand: 1/2 in -1/2x, and x^2 in a*x^2 y.
        while is_open(line) and self.operations[line].name in ("neg", "mul"):
            line = self.operands[line][-1]
        if not is_open(line) or self.source.get_kind(last) == "SUPERSCRIPT":
            return False
        return self.operations[line].name in ("div", "pow")

    def _notice_implicit_product(self, first: int, middle: int, last: int) -> None:
        """Adds a notice that says how a product without a sign is read."""
        left, right = self.source.get_text(first, middle - 1), self.source.get_text(middle, last)
        product, span = self.source.get_text(first, last), self.source.get_span(first, last)
        message = f"{product} is read as ({left})*{right}"
        notice = Notice(IMPLICIT_MULTIPLICATION.name, message, product, span)
        self.notices[f"{message} {first}"] = notice

    # calls

    def gather(self, results: ResultStack, firsts: list[int], last: int) -> None:
        """Counts the operands of a call: the first one, or one more."""
        if len(firsts) == 1:
            self._operand_counts.append(1)
        else:
            self._operand_counts[-1] += 1

    def call(self, results: ResultStack, firsts: list[int], last: int) -> None:
        first = firsts[0]
        name = self.tokens[first][:-1].rstrip()
        operands: list[int] = []
        if len(firsts) == 3:  # the name with its bracket, the operands, the bracket
            count = self._operand_counts.pop()
            if count == 1:  # most functions have one operand
                operands = [results.pop()]
            else:
                operands = results[-count:]
                del results[-count:]
        function = self.functions.get(name)
        if function is None and (
            name not in FUNCTIONS or name in self.names or name in self.outer_names
        ):
            raise self._make_unknown_function_error(name, first, last)
        # The condition of a `where`, its first operand, compares, and no other operand does.
        is_condition = name == "where"
        for line in operands:
            if (self.operations[line] in COMPARISONS) != is_condition:
                tokens = (self.firsts[line], self.lasts[line])
                raise syntax_errors.make_comparison_error(self.source, tokens, is_condition)
            is_condition = False
        if function is None:
            line = self._call_operation(FUNCTIONS[name], operands, first, last)
        else:
            self._validate_user_call(function, len(operands), first, last)
            line = self.call_user_function(function, tuple(operands), first, last)
        results.append(line)

    def _call_operation(
        self, operation: Operation, operands: list[int], first: int, last: int
    ) -> int:
        """Writes the call of an operation, with its defaults for operands that are left out."""
        missing = len(operation.parameters) - len(operands)
        if missing and not (operation.variadic and operands):
            if not 0 < missing <= len(operation.defaults):
                raise syntax_errors.make_operand_count_error(
                    self.source, first, last, len(operands), operation
                )
            for text in operation.defaults[-missing:]:
                operands.append(self.append_literal(text, first, last))
        return self.append_line(operation, tuple(operands), first, last)

    def call_user_function(
        self, function: UserFunction, operands: tuple[int, ...], first: int, last: int
    ) -> int:
        """Writes the call of a user function and returns the line of its value."""
        raise NotImplementedError

    def _validate_user_call(
        self, function: UserFunction, count: int, first: int, last: int
    ) -> None:
        """Raises GrammarError for a wrong number of operands, or too many lines."""
        source = self.source
        if count != len(function.parameters):
            raise syntax_errors.make_operand_count_error(source, first, last, count, function)
        if len(self.operations) + function.size > MAX_UNFOLDED_LINES:
            raise syntax_errors.make_too_many_lines_error(source, first, last, MAX_UNFOLDED_LINES)

    def _make_unknown_function_error(self, name: str, first: int, last: int) -> NamingError:
        later_definitions = [token for token in self.tokens[last:] if token[-1] == "="]
        return name_errors.make_unknown_function_error(
            self.source,
            first,
            last,
            functions=self.functions,
            is_value=name in self.names or name in self.outer_names,
            is_recursive=name == self.function_name,
            is_defined_later=any(
                definition[:-1].rstrip().startswith(f"{name}(") for definition in later_definitions
            ),
        )
