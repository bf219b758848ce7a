"""What the grammar finds becomes an expression: its statements, definitions and functions.

The lines of the last statement and of definitions are those of the expression; the lines of a
function's body are collected by a builder of their own and copied at each call."""

from __future__ import annotations

from itertools import chain, count

from graddiff.errors import UNUSED_STATEMENT, Notice
from graddiff.language import name_errors, syntax_errors
from graddiff.language.expression import Expression
from graddiff.language.line_builder import LineBuilder, ResultStack
from graddiff.language.tokens import TokenizedText
from graddiff.language.unfolding import CallUnfolder
from graddiff.language.user_functions import CALL, UserFunction
from graddiff.operations.table import FUNCTIONS, VARIABLE


class ExpressionBuilder(LineBuilder):
    """Builds an expression from its statements.

    `output_line` is the line of the last statement, None if that defines a function;
    `plain_statement` are the first and last tokens of the last statement, None if it defines a
    name or a function."""

    def __init__(self, source: TokenizedText, bound_names: frozenset[str]) -> None:
        super().__init__(source, bound_names)
        self.definitions: dict[str, int] = {}
        self.statements: list[int] = []  # the line of each statement that has a value
        self.output_line: int | None = None
        self.plain_statement: tuple[int, int] | None = None
        self.unfolder = CallUnfolder(self)

    def build_expression(self) -> Expression:
        """Returns the expression. Raises GrammarError if the last statement has no value."""
        if self.output_line is None:
            function = [*self.functions.values()][-1]
            raise syntax_errors.make_missing_output_error(self.source, function)
        # Reversed, so that the first of several names of a line stays.
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
            inlined=frozenset(self.unfolder.inlined),
            tokens=(self.firsts, self.lasts),
            statements=tuple(self.statements),
            output=self.output_line,
            output_name=names.get(self.output_line) or self._choose_output_name(),
            notices=tuple(self.notices.values()),
        )

    def _choose_output_name(self) -> str:
        """Returns a name for an output without one: f, or the next letter without a meaning."""
        for name in chain("fghFGH", (f"f{number}" for number in count())):
            if name not in self.names and name not in self.functions:
                break
        return name

    def call_user_function(
        self, function: UserFunction, operands: tuple[int, ...], first: int, last: int
    ) -> int:
        return self.unfolder.unfold_call(function, operands, first, last)

    # statements

    def output(self, results: ResultStack, firsts: list[int], last: int) -> None:
        self._start_statement((firsts[0], last))
        self.output_line = results.pop()
        self.statements.append(self.output_line)

    def definition(self, results: ResultStack, firsts: list[int], last: int) -> None:
        first = firsts[0]
        name = self.tokens[first][:-1].rstrip()
        if name in self.definitions or name in self.functions:
            raise name_errors.make_redefinition_error(self.source, first, name)
        if name in self.first_uses:
            raise name_errors.make_early_use_error(self.source, self.first_uses[name], name)
        self._start_statement(None)
        self.notice_shadowed_constant(name, first, "a definition")
        self.output_line = self.definitions[name] = self.names[name] = results.pop()
        self.statements.append(self.output_line)

    def _start_statement(self, plain_statement: tuple[int, int] | None) -> None:
        """Begins a statement; a plain statement before it turns out to be unused."""
        if self.plain_statement:
            text = self.source.get_text(*self.plain_statement)
            span = self.source.get_span(*self.plain_statement)
            message = f"the statement {text} is not used: the last statement is the output"
            notice = Notice(UNUSED_STATEMENT.name, message, text, span)
            self.notices[f"{message} {span}"] = notice
        self.plain_statement = plain_statement

    # definitions of functions

    def signature(self, results: ResultStack, firsts: list[int], last: int) -> FunctionBuilder:
        """Begins the definition h(x, y) = …: the body has a builder of its own."""
        name, _, inside = self.tokens[last].rpartition(")")[0].partition("(")
        name = name.rstrip()
        parameters = tuple(parameter.strip() for parameter in inside.split(","))
        name_errors.validate_signature(self.source, last, name, parameters)
        if name in FUNCTIONS or name in self.functions or name in self.names:
            raise name_errors.make_redefinition_error(self.source, last, name)
        return FunctionBuilder(self, name, parameters, last)

    def end_function(self, function: UserFunction) -> None:
        """Adds a function whose body is complete."""
        self._start_statement(None)
        self.output_line = None
        self.functions[function.name] = function


class FunctionBuilder(LineBuilder):
    """Collects the lines of a function's body.

    A name that is not a parameter means the same as outside. `outer_lines` gives the line outside
    for each line that stands for one, `callees` the function that a line of the body calls."""

    def __init__(
        self, outer: ExpressionBuilder, name: str, parameters: tuple[str, ...], token: int
    ) -> None:
        super().__init__(outer.source, outer.bound_names)
        self.outer, self.function_name, self.parameters = outer, name, parameters
        self.outer_names = outer.names
        self.functions, self.notices = outer.functions, outer.notices
        self.first_uses = outer.first_uses
        self.outer_lines: dict[int, int] = {}
        self.callees: dict[int, UserFunction] = {}
        for parameter in parameters:
            self.names[parameter] = self.append_line(VARIABLE, (), token, token)

    def resolve_new_name(self, name: str, token: int) -> int:
        outer_line = self.outer_names.get(name)
        if outer_line is None:
            return super().resolve_new_name(name, token)
        # A message about the line points to where it is defined.
        first, last = self.outer.firsts[outer_line], self.outer.lasts[outer_line]
        line = self.names[name] = self.append_line(VARIABLE, (), first, last)
        self.outer_lines[line] = outer_line
        return line

    def call_user_function(
        self, function: UserFunction, operands: tuple[int, ...], first: int, last: int
    ) -> int:
        # One line, which is unfolded where the function itself is called.
        line = self.append_line(CALL, operands, first, last)
        self.callees[line] = function
        return line

    def function(self, results: ResultStack, firsts: list[int], last: int) -> ExpressionBuilder:
        """Ends the definition: the following statements are for the outer builder."""
        unfolded = sum(callee.size for callee in self.callees.values())
        function = UserFunction(
            name=self.function_name,
            parameters=self.parameters,
            operations=self.operations,
            operands=self.operands,
            firsts=self.firsts,
            lasts=self.lasts,
            literals=self.literals,
            callees=self.callees,
            outer_lines=self.outer_lines,
            variables={line: name for name, line in self.variables.items()},
            result=results.pop(),
            size=len(self.operations) - len(self.outer_lines) + unfolded,
        )
        self.outer.end_function(function)
        return self.outer
