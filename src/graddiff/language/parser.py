"""Text -> Expression: a driver for lark's LALR tables that reduces straight into the Wengert list.

Nothing recurses, so a hundred thousand nested brackets are as ordinary as three."""

from __future__ import annotations

from collections.abc import Collection

from graddiff._tables import ACTIONS, IMMEDIATE, RULES
from graddiff.errors import GrammarError
from graddiff.language import syntax_errors as diagnosis
from graddiff.language.builder import ExpressionBuilder, ResultStack
from graddiff.language.expression import Expression
from graddiff.language.tokens import END, TokenizedText
from graddiff.operations.table import TABLE


def parse(text: str, names: Collection[str] = ()) -> Expression:
    """Reads an expression. `names` are bound by the caller, so that they win over constants of the same name.

    Raises ExpressionError (GrammarError, NamingError) with the place and a hint."""
    source = TokenizedText(text)
    if not source.tokens:
        raise GrammarError("there is no expression", hint='write one in quotes, such as "(x+y)*z"')
    writer = ExpressionBuilder(source, frozenset(names))
    run_parse_tables(source, writer)
    return writer.build_expression()


def run_parse_tables(source: TokenizedText, builder: ExpressionBuilder) -> None:
    """Runs the tables. A state and a first token stand on the stacks for each symbol, a result for each operand."""
    # An alias is an operation or a method of the writer, or means that nothing is to be done.
    rules = [
        (origin, size, TABLE.get(alias), getattr(builder, alias, _keep_operand))
        for origin, size, alias in RULES
    ]
    operations, operands = builder.operations, builder.operands
    write_first, write_last = builder.firsts.append, builder.lasts.append
    kinds, names = source.kinds, builder.names
    states, firsts, row = [0], [0], ACTIONS[0]
    results: ResultStack = []
    for position, token in enumerate([*source.tokens, END]):
        kind = kinds[token]
        last = (
            position - 1
        )  # of the symbols that can be reduced: the look-ahead is not among them yet
        while True:
            action = row.get(kind)
            if action is None:
                raise diagnosis.make_unexpected_token_error(source, position)
            if action > 0:
                rule = IMMEDIATE[action]
                if not rule:
                    states.append(action)
                    firsts.append(position)
                    row = ACTIONS[action]
                    break
                last = position
                origin, size, operation, method = rules[rule]
                if size == 1:  # a number, a name or a signature: a symbol of its own
                    line = names.get(token)
                    if line is None:
                        method(results, [position], position)
                    else:
                        results.append(line)
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
            else:
                return
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
                else:
                    method(results, firsts[-size:], last)
                if size > 1:
                    del firsts[1 - size :]
                del states[-size:]
                state = ACTIONS[states[-1]][origin]
                states.append(state)
                rule = IMMEDIATE[state]
            row = ACTIONS[state]
            if last == position:
                break


def _keep_operand(results: ResultStack, firsts: list[int], last: int) -> None:
    """Brackets, a sign + and a list of statements leave the operand as it is."""
