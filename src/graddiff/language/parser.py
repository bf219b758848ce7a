"""Text -> Expression: a driver for lark's LALR tables that reduces straight into the Wengert list.

Nothing recurses, so a hundred thousand nested brackets are as ordinary as three.

Source: Aho, Lam, Sethi & Ullman, Compilers: Principles, Techniques, and Tools, section 4.5
(shift-reduce parsing) and 4.7 (LALR tables)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache

from graddiff._tables import ACTIONS, IMMEDIATE, RULES
from graddiff.errors import GrammarError
from graddiff.language.builder import ExpressionBuilder, FunctionBuilder
from graddiff.language.expression import Expression
from graddiff.language.line_builder import LineBuilder, ResultStack
from graddiff.language.tokens import END, TokenizedText
from graddiff.operations.row import Operation
from graddiff.operations.table import TABLE

BuilderMethod = Callable[[LineBuilder, ResultStack, list[int], int], LineBuilder | None]
ParseRule = tuple[str, int, Operation | None, BuilderMethod]


def parse(text: str, names: Collection[str] = ()) -> Expression:
    """Parses an expression. `names` are bound by the caller, so they win over constants.

    Raises ExpressionError (GrammarError, NamingError) with the place and a hint."""
    source = TokenizedText(text)
    if not source.tokens:
        raise GrammarError("there is no expression", hint='write one in quotes, such as "(x+y)*z"')
    builder = ExpressionBuilder(source, frozenset(names))
    run_parse_tables(source, builder)
    return builder.build_expression()


@cache
def parse_partial_rule(operation: Operation, slot: int) -> Expression:
    """Parses the rule of the table for the local partial by the operand in a slot."""
    return parse(operation.get_partial_rule(slot), operation.rule_variables)


def run_parse_tables(source: TokenizedText, builder: LineBuilder) -> None:
    """Runs the tables over the tokens and lets the builder write a line for each reduction.

    For each grammar symbol on the stack there are a state and its first token, and for each operand
    a result. The function is long, and inlines what a clearer one would call, because it does a
    few operations for every token of a text of megabytes."""
    rules = _get_rules()
    operations, operands, names = builder.operations, builder.operands, builder.names
    write_first, write_last = builder.firsts.append, builder.lasts.append
    kinds = source.kinds
    states, firsts, row = [0], [0], ACTIONS[0]
    results: ResultStack = []
    for position, token in enumerate([*source.tokens, END]):
        kind = kinds[token]
        # The last token of the symbols that can be reduced: the look-ahead is not among them yet.
        last = position - 1
        # Each round shifts the token or reduces by one rule, until the token is shifted.
        while True:
            action = row.get(kind)
            if action is None:
                # Imported here, because texts without a mistake do without it.
                from graddiff.language.unexpected_tokens import make_unexpected_token_error

                raise make_unexpected_token_error(source, position)

            # Shift: the token becomes a symbol on the stack.
            if action > 0:
                rule = IMMEDIATE[action]
                if not rule:
                    states.append(action)
                    firsts.append(position)
                    row = ACTIONS[action]
                    break
                # The state reduces whatever follows, so the token is among the reduced symbols.
                last = position
                origin, size, operation, method = rules[rule]
                if size == 1:
                    # A number, a name or a signature is a symbol of its own: its state would be
                    # popped at once, so it is never pushed.
                    line = names.get(token)
                    if line is not None:
                        results.append(line)
                    elif (following := method(builder, results, [position], position)) is not None:
                        # A signature: the tokens of the body are for another builder.
                        builder = following
                        operations, operands = following.operations, following.operands
                        write_first, write_last = following.firsts.append, following.lasts.append
                        names = following.names
                    state = row[origin]
                    states.append(state)
                    firsts.append(position)
                    rule = IMMEDIATE[state]
                    if not rule:
                        row = ACTIONS[state]
                        break
                else:
                    states.append(action)
                    firsts.append(position)
            elif action:
                rule = -action
            else:  # accept: the text is complete
                return

            # Reduce: the rule's symbols leave the stack, and the symbol it defines takes their
            # place; as long as the new state reduces whatever follows, this goes on.
            while rule:
                origin, size, operation, method = rules[rule]
                if operation is not None:  # an operator: one or two operands become one line
                    if size == 3:
                        right = results.pop()
                        operands.append((results[-1], right))
                    else:
                        operands.append((results[-1],))
                    results[-1] = len(operations)
                    operations.append(operation)
                    write_first(firsts[-size])
                    write_last(last)
                elif (following := method(builder, results, firsts[-size:], last)) is not None:
                    # The end of a body: the tokens are for the outer builder again.
                    builder = following
                    operations, operands = following.operations, following.operands
                    write_first, write_last = following.firsts.append, following.lasts.append
                    names = following.names
                # The first token of the first symbol is that of the new symbol, too.
                if size > 1:
                    del firsts[1 - size :]
                del states[-size:]
                state = ACTIONS[states[-1]][origin]
                states.append(state)
                rule = IMMEDIATE[state]
            row = ACTIONS[state]
            if last == position:  # the token was shifted before it was reduced
                break


@cache
def _get_rules() -> list[ParseRule]:
    """Returns origin, size, operation and method of each rule of the grammar.

    An alias is an operation of the table, or else a method of a builder, or else it means that the
    operand stays as it is. The two builders share the methods for what is inside a statement, and
    only one of them has that for the end of a statement, so a rule has one method."""
    methods = {**vars(LineBuilder), **vars(ExpressionBuilder), **vars(FunctionBuilder)}
    return [
        (origin, size, TABLE.get(alias), methods.get(alias, _keep_operand))
        for origin, size, alias in RULES
    ]


def _keep_operand(builder: LineBuilder, results: ResultStack, firsts: list[int], last: int) -> None:
    """Leaves the operand as it is: for brackets, a sign + and a list of statements."""
