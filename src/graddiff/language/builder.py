"""What each rule of the grammar writes: lines, definitions, calls, and notices about what was read into the text.

A method for a rule has the name of the rule's alias. It is given the results so far, the first tokens of the rule's
symbols and the rule's last token; it takes its operands off the results and puts its own result there."""

from __future__ import annotations

from itertools import chain, count
from typing import Any

from graddiff.errors import IMPLICIT_MULTIPLICATION, SHADOWED_CONSTANT, UNUSED_STATEMENT, Notice
from graddiff.language import name_errors as naming
from graddiff.language import syntax_errors as diagnosis
from graddiff.language.expression import Expression
from graddiff.language.tokens import SUPERSCRIPTS, TokenizedText
from graddiff.language.user_functions import CALL, FunctionBody, UserFunction
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, CONSTANTS, FUNCTIONS, NUMBER, TABLE, VARIABLE

ResultStack = list[Any]  # a line for each operand, a list of lines for the operands of a call

MAX_UNFOLDED_LINES = 10_000_000  # lines that calls of one's own functions may unfold to


class ExpressionBuilder:
    """Collects the lines of an expression while it is parsed."""

    def __init__(self, source: TokenizedText, bound_names: frozenset[str]) -> None:
        self.source, self.tokens, self.bound_names = source, source.tokens, bound_names
        self.operations: list[Operation] = []
        self.operands: list[tuple[int, ...]] = []
        self.firsts: list[int] = []
        self.lasts: list[int] = []
        self.literals: dict[int, str] = {}
        self.names: dict[
            str, int
        ] = {}  # what a name stands for here: a variable, a definition, a parameter
        self.variables: dict[str, int] = {}
        self.definitions: dict[str, int] = {}
        self.functions: dict[str, UserFunction] = {}
        self.calls: dict[int, tuple[str, tuple[int, ...]]] = {}
        self.inlined: set[int] = set()
        self.notices: dict[str, Notice] = {}
        self.first_uses: dict[
            str, int
        ] = {}  # name of a variable or constant -> the token that first used it
        self.body: FunctionBody | None = None  # of the function that is being defined
        self.plain_statement: tuple[int, int] | None = (
            None  # first and last token of the last statement, if it defines nothing
        )
        self.statements: list[int] = []  # the line of each statement that has a value
        self.output_line: int | None = (
            None  # of the last statement; None if that defines a function
        )

    def build_expression(self) -> Expression:
        if self.output_line is None:
            raise diagnosis.make_missing_output_error(
                self.source, list(self.functions.values())[-1]
            )
        names = {line: name for name, line in reversed(self.definitions.items())}
        return Expression(
            source=self.source,
            operations=self.operations,
            operands=self.operands,
            literals=self.literals,
            variables=self.variables,
            definitions=self.definitions,
            names=names,
            calls=self.calls,
            inlined=frozenset(self.inlined),
            tokens=(self.firsts, self.lasts),
            statements=tuple(self.statements),
            output=self.output_line,
            output_name=names[self.output_line]
            if self.output_line in names
            else self.choose_output_name(),
            notices=tuple(self.notices.values()),
        )

    def choose_output_name(self) -> str:
        """What the output is called where it has no name of its own: f, or the next letter that means nothing yet."""
        for name in chain("fghFGH", (f"f{number}" for number in count())):
            if name not in self.names and name not in self.functions:
                break
        return name

    def append_line(
        self, operation: Operation, operands: tuple[int, ...], first: int, last: int
    ) -> int:
        self.operations.append(operation)
        self.operands.append(operands)
        self.firsts.append(first)
        self.lasts.append(last)
        return len(self.operations) - 1

    # numbers and names

    def number(self, results: ResultStack, firsts: list[int], last: int) -> None:
        line = len(self.operations)
        results.append(line)
        self.operations.append(NUMBER)
        self.operands.append(())
        self.firsts.append(last)
        self.lasts.append(last)
        self.literals[line] = self.tokens[last].replace("−", "-")  # of an exponent

    def append_literal(self, text: str, first: int, last: int) -> int:
        line = self.append_line(NUMBER, (), first, last)
        self.literals[line] = text
        return line

    def variable(self, results: ResultStack, firsts: list[int], last: int) -> None:
        name = self.tokens[last]
        line = self.names.get(name)
        results.append(self.resolve_new_name(name, last) if line is None else line)

    def resolve_new_name(self, name: str, token: int) -> int:
        """The line of a name that has none yet: a constant or, from now on, a variable."""
        self.first_uses.setdefault(name, token)
        if name in CONSTANTS and name not in self.bound_names:
            return self.append_literal(CONSTANTS[name], token, token)
        if name in FUNCTIONS and name not in self.bound_names:
            raise naming.make_uncalled_function_error(self.source, token, FUNCTIONS[name])
        if name in self.functions:
            raise naming.make_uncalled_function_error(self.source, token, self.functions[name])
        self.notice_shadowed_constant(name, token, "a binding")
        line = self.names[name] = self.append_line(VARIABLE, (), token, token)
        if self.body is None:
            self.variables[name] = line
        else:
            self.body.notes[line] = name
            self.body.outer_names.setdefault(name, None)
        return line

    def notice_shadowed_constant(self, name: str, token: int, replacement: str) -> None:
        if name in CONSTANTS:
            message = f"{name} is {replacement} here, not the constant {CONSTANTS[name]}"
            self.notices.setdefault(
                message, Notice(SHADOWED_CONSTANT.name, message, name, self.source.get_span(token))
            )

    # products without a sign, and superscripts

    def superscript(self, results: ResultStack, firsts: list[int], last: int) -> None:
        power = self.append_literal(self.tokens[last].translate(SUPERSCRIPTS), last, last)
        results[-1] = self.append_line(TABLE["pow"], (results[-1], power), firsts[0], last)

    def juxtaposition(self, results: ResultStack, firsts: list[int], last: int) -> None:
        """2x, 2(x+1), (x+1)(x-1): after a number, `)` or superscript, before a name or `(`."""
        first, middle = firsts
        if not self.is_closing_token(middle - 1) or self.tokens[middle][0] in "0123456789.":
            raise diagnosis.make_missing_operator_error(self.source, middle)
        right, left = results.pop(), results[-1]
        if self.has_final_quotient_or_power(left, middle - 1):
            self.notice_implicit_product(first, middle, last)
        results[-1] = self.append_line(TABLE["mul"], (left, right), first, last)

    def is_closing_token(self, token: int) -> bool:
        """Whether a token is a number, `)` or a superscript."""
        return (
            self.tokens[token][-1] in "0123456789.)" and self.source.get_kind(token) != "NAME"
        ) or (self.source.get_kind(token) == "SUPERSCRIPT")

    def has_final_quotient_or_power(self, line: int, last: int) -> bool:
        """Whether the last operation before token `last`, outside brackets, is a `/` or `^`."""
        while (
            self.lasts[line] == last
            and line not in self.calls
            and self.operations[line].name in ("neg", "mul")
        ):
            line = self.operands[line][-1]
        if (
            self.lasts[line] != last
            or line in self.calls
            or self.source.get_kind(last) == "SUPERSCRIPT"
        ):
            return False
        return self.operations[line].name in ("div", "pow")

    def notice_implicit_product(self, first: int, middle: int, last: int) -> None:
        left, right = self.source.get_text(first, middle - 1), self.source.get_text(middle, last)
        whole = self.source.get_text(first, last)
        message = f"{whole} is read as ({left})*{right}"
        self.notices[f"{message} {first}"] = Notice(
            IMPLICIT_MULTIPLICATION.name, message, whole, self.source.get_span(first, last)
        )

    # calls

    def gather(self, results: ResultStack, firsts: list[int], last: int) -> None:
        """Operands of a call: the first one, or one more."""
        if len(firsts) == 1:
            results[-1] = [results[-1]]
        else:
            operand = results.pop()
            results[-1].append(operand)

    def call(self, results: ResultStack, firsts: list[int], last: int) -> None:
        first = firsts[0]
        name = self.tokens[first][:-1].rstrip()
        operands: list[int] = results.pop() if len(firsts) == 3 else []
        if name not in self.functions and (name not in FUNCTIONS or name in self.names):
            recursive = self.body is not None and name == self.body.name
            later = any(
                token[:-1].rstrip().startswith(f"{name}(")
                for token in self.tokens[last:]
                if token[-1] == "="
            )
            raise naming.make_unknown_function_error(
                self.source, first, last, self.names, self.functions, recursive, later
            )
        for slot, line in enumerate(operands):
            condition = name == "where" and slot == 0
            if (self.operations[line] in COMPARISONS) != condition:
                raise diagnosis.make_comparison_error(
                    self.source, (self.firsts[line], self.lasts[line]), condition
                )
        if name in self.functions:
            results.append(
                self.call_user_function(self.functions[name], tuple(operands), first, last)
            )
        else:
            results.append(self.call_operation(FUNCTIONS[name], operands, first, last))

    def call_operation(
        self, operation: Operation, operands: list[int], first: int, last: int
    ) -> int:
        missing = len(operation.parameters) - len(operands)
        if missing and not (operation.variadic and operands):
            if not 0 < missing <= len(operation.defaults):
                raise diagnosis.make_operand_count_error(
                    self.source, first, last, len(operands), operation
                )
            operands += [
                self.append_literal(text, first, last) for text in operation.defaults[-missing:]
            ]
        return self.append_line(operation, tuple(operands), first, last)

    def call_user_function(
        self, function: UserFunction, operands: tuple[int, ...], first: int, last: int
    ) -> int:
        if len(operands) != len(function.parameters):
            raise diagnosis.make_operand_count_error(
                self.source, first, last, len(operands), function
            )
        if len(self.operations) + function.size > MAX_UNFOLDED_LINES:
            raise diagnosis.make_too_many_lines_error(self.source, first, last, MAX_UNFOLDED_LINES)
        if self.body is not None:
            self.body.size += function.size
            line = self.append_line(CALL, operands, first, last)
            self.body.notes[line] = function
            return line
        return self.unfold_call(function, operands, first, last)

    def unfold_call(
        self, function: UserFunction, operands: tuple[int, ...], first: int, last: int
    ) -> int:
        """Copies the lines of a function's body, and of those it calls, with the operands in place of parameters."""
        frames: list[tuple[UserFunction, list[int], int, int]] = [
            (function, [*operands], first, last)
        ]
        while True:
            body, places, first, last = frames[-1]
            local = len(places)
            if local == len(body.operations):
                frames.pop()
                result = body.locate_line(body.result, places)
                self.label_call_result(
                    body,
                    tuple(places[: len(body.parameters)]),
                    result,
                    first,
                    last,
                    outermost=not frames,
                )
                if not frames:
                    return result
                frames[-1][1].append(result)
                continue
            operation, note = body.operations[local], body.notes.get(body.start + local)
            inner = tuple(body.locate_line(line, places) for line in body.operands[local])
            first, last = body.firsts[local], body.lasts[local]
            if isinstance(note, UserFunction):
                frames.append((note, [*inner], first, last))
            else:
                places.append(self.copy_line(operation, inner, note, first, last))

    def copy_line(
        self, operation: Operation, operands: tuple[int, ...], note: Any, first: int, last: int
    ) -> int:
        if operation is NUMBER:
            return self.append_literal(note, first, last)
        if operation is VARIABLE:
            line = self.names.get(note)
            return self.resolve_new_name(note, first) if line is None else line
        line = self.append_line(operation, operands, first, last)
        self.inlined.add(line)
        return line

    def label_call_result(
        self,
        function: UserFunction,
        operands: tuple[int, ...],
        result: int,
        first: int,
        last: int,
        outermost: bool,
    ) -> None:
        """A line that a call has made is known by that call: it takes its text and its span."""
        if result in self.inlined and result not in operands:
            self.calls[result] = (function.name, operands)
            self.firsts[result], self.lasts[result] = first, last
            if outermost:
                self.inlined.discard(result)

    # statements

    def output(self, results: ResultStack, firsts: list[int], last: int) -> None:
        self.start_statement((firsts[0], last))
        self.output_line = results.pop()
        self.statements.append(self.output_line)

    def start_statement(self, plain_statement: tuple[int, int] | None) -> None:
        """Begins a statement, a plain one if it defines nothing; a plain one before it has come to nothing."""
        if self.plain_statement:
            text, span = (
                self.source.get_text(*self.plain_statement),
                self.source.get_span(*self.plain_statement),
            )
            message = f"the statement {text} is not used: the last statement is the output"
            self.notices[f"{message} {span}"] = Notice(UNUSED_STATEMENT.name, message, text, span)
        self.plain_statement = plain_statement

    def definition(self, results: ResultStack, firsts: list[int], last: int) -> None:
        first = firsts[0]
        name = self.tokens[first][:-1].rstrip()
        if name in self.definitions or name in self.functions:
            raise naming.make_redefinition_error(self.source, first, name)
        if name in self.first_uses:
            raise naming.make_early_use_error(self.source, self.first_uses[name], name)
        self.start_statement(None)
        self.notice_shadowed_constant(name, first, "a definition")
        self.output_line = self.definitions[name] = self.names[name] = results.pop()
        self.statements.append(self.output_line)

    def signature(self, results: ResultStack, firsts: list[int], last: int) -> None:
        """h(x, y) = …: from here on x and y are the function's own."""
        name, _, inside = self.tokens[last].rpartition(")")[0].partition("(")
        name, parameters = (
            name.rstrip(),
            tuple(parameter.strip() for parameter in inside.split(",")),
        )
        naming.validate_signature(self.source, last, name, parameters)
        if name in FUNCTIONS or name in self.functions or name in self.names:
            raise naming.make_redefinition_error(self.source, last, name)
        self.body = FunctionBody(
            name, parameters, len(self.operations), outer_literals=self.literals
        )
        self.literals = self.body.notes
        for parameter in parameters:
            self.body.outer_names[parameter] = self.names.get(parameter)
            self.names[parameter] = self.append_line(VARIABLE, (), last, last)

    def function(self, results: ResultStack, firsts: list[int], last: int) -> None:
        self.start_statement(None)
        body = self.body
        assert body is not None
        self.body, self.output_line, start = None, None, body.start
        self.literals = body.outer_literals
        for name, line in body.outer_names.items():
            del self.names[name]
            if line is not None:
                self.names[name] = line
        self.functions[body.name] = UserFunction(
            name=body.name,
            parameters=body.parameters,
            start=start,
            operations=self.operations[start:],
            operands=self.operands[start:],
            firsts=self.firsts[start:],
            lasts=self.lasts[start:],
            notes=body.notes,
            result=results.pop(),
            size=body.size + len(self.operations) - start,
        )
        for lines in (self.operations, self.operands, self.firsts, self.lasts):
            del lines[start:]
