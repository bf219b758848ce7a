"""Build hook: grammar.lark -> graddiff/_tables.py, by lark's own LALR generator.

lark is needed to build the package, not to run it. Two things are done to lark's tables so that a short driver
can run them fast:

* unit reductions (`?sum: product`) are folded away: a state of the new automaton is the chain of lark's states
  that a run of unit reductions could leave on top of the stack, and each look-ahead picks its member of the chain
  (Aho & Ullman, The Theory of Parsing, Translation, and Compiling, vol. 2, section 7.6);
* a state whose every action is the same reduction is marked, so that it is reduced without asking what comes next.
"""

from __future__ import annotations

import pprint
import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from lark import Lark
from lark.lexer import BasicLexer
from lark.parsers.lalr_analysis import Reduce, Shift

Chain = tuple[int, ...]  # lark's states, in the order in which unit reductions visit them

TYPES = {
    "SCAN": "str",
    "KINDS": "dict[str, str]",
    "ACTIONS": "tuple[dict[str, int], ...]",
    "IMMEDIATE": "tuple[int, ...]",
    "RULES": "tuple[tuple[str, int, str], ...]",
}
PACKAGE = Path(__file__).parent / "graddiff"


class TablesHook(BuildHookInterface[Any]):
    """Writes the tables before a wheel or an editable install is made."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        (PACKAGE / "_tables.py").write_text(tables_module(), encoding="utf-8")
        build_data["artifacts"].append("src/graddiff/_tables.py")


def lark_parser(**options: Any) -> Lark:
    """lark's own parser of the same grammar: the reference that the tests compare with."""
    grammar = (PACKAGE / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", start="program", **options)


def tables_module() -> str:
    """The text of _tables.py."""
    parser = lark_parser()
    actions, immediate, rules = fold(parser)
    scan, kinds = scanner(parser)
    parts = {
        "SCAN": scan,
        "KINDS": kinds,
        "ACTIONS": tuple(actions),
        "IMMEDIATE": tuple(immediate),
        "RULES": tuple(rules),
    }
    head = '"""Generated from grammar.lark by build_tables.py: do not edit."""\n\n'
    texts = {name: pprint.pformat(value, width=118, compact=True) for name, value in parts.items()}
    return head + "".join(f"{name}: {TYPES[name]} = {text}\n" for name, text in texts.items())


def scanner(parser: Lark) -> tuple[str, dict[str, str]]:
    """One pattern whose matches are the tokens, and the kind of every token whose text is fixed.

    Single characters need no alternative of their own, since any character is a token at last, and terminals that
    begin alike (x, `x =`, `x(`) are tried once, the longest first."""
    lexer = parser.parser.lexer
    assert isinstance(lexer, BasicLexer)
    kinds: dict[str, str] = {}
    patterns: list[str] = []
    for terminal in lexer.terminals:  # in lark's order of trial
        pattern = terminal.pattern.to_regexp()
        texts = literals(pattern)
        kinds.update(dict.fromkeys(texts, terminal.name))
        if not texts and terminal.name not in lexer.ignore_types:
            patterns.append(pattern)
    alternatives: dict[str, list[str]] = {}  # the beginning of a pattern -> what may follow it
    for pattern in patterns:
        beginning = min((p for p in patterns if pattern.startswith(p)), key=len)
        alternatives.setdefault(beginning, []).append(pattern.removeprefix(beginning))
    scan = [
        b if rest == [""] else f"{b}(?:{'|'.join(filter(None, rest))})?+"
        for b, rest in alternatives.items()
    ]
    scan += sorted(re.escape(text) for text in kinds if len(text) > 1)
    return "|".join([*scan, r"\S"]), kinds


def literals(pattern: str) -> list[str]:
    """The texts that a pattern of plain alternatives stands for; none if it is more than that."""
    parts = pattern[3:-1].split("|") if pattern.startswith("(?:") else [pattern]
    texts = [re.sub(r"\\(.)", r"\1", part) for part in parts]
    return texts if parts == [re.escape(text) for text in texts] else []


def fold(parser: Lark) -> tuple[list[dict[str, int]], list[int], list[tuple[str, int, str]]]:
    """Actions by state and symbol (n: shift or go to state n; -r: reduce by rule r; 0: accept), the rule that a
    state reduces by whatever follows (0: none), and the rules (origin, number of symbols, alias)."""
    table = parser.parser.parser._parse_table
    rules: list[tuple[str, int, str]] = [("none", 0, "none")]  # rule 0 is no rule
    numbers: dict[Any, int] = {}
    start: Chain = (table.start_states["program"],)
    chains: dict[Chain, int] = {start: 0}
    queue = [start]
    actions: list[dict[str, int]] = []

    def number_of(rule: Any) -> int:
        if rule not in numbers:
            numbers[rule] = len(rules)
            rules.append(
                (str(rule.origin.name), len(rule.expansion), rule.alias or str(rule.origin.name))
            )
        return numbers[rule]

    def state_of(chain: Chain) -> int:
        if chain not in chains:
            chains[chain] = len(chains)
            queue.append(chain)
        return chains[chain]

    for chain in queue:  # the queue grows while it is read
        row: dict[str, int] = {"$END": 0} if table.end_states["program"] in chain else {}
        for symbol in sorted({symbol for state in chain for symbol in table.states[state]}):
            action, argument = effective(table.states, chain, symbol)
            if action is None:
                continue
            if action is Reduce:
                row[symbol] = -number_of(argument)
            elif symbol.isupper():
                row[symbol] = state_of((argument,))
            else:
                row[symbol] = state_of(tuple(unit_chain(table.states, chain, argument)))
        actions.append(row)
    immediate = [only_reduction(row) for row in actions]
    return [{} if rule else row for row, rule in zip(actions, immediate)], immediate, rules


def is_unit(rule: Any) -> bool:
    return (
        len(rule.expansion) == 1
        and rule.alias is None
        and not rule.expansion[0].is_term
        and rule.options.expand1
    )


def effective(states: Any, chain: Chain, symbol: str) -> tuple[Any, Any]:
    """What a chain of states does at a symbol: the first action that is not a unit reduction."""
    for state in chain:
        action, argument = states[state].get(symbol, (None, None))
        if action is Shift or (action is Reduce and not is_unit(argument)):
            return action, argument
    return None, None


def unit_chain(states: Any, below: Chain, top: int) -> list[int]:
    """The states that unit reductions can put on top of `below`, beginning with `top`."""
    chain = [top]
    for state in chain:  # grows while it is read
        for action, rule in states[state].values():
            if action is Reduce and is_unit(rule):
                following = effective(states, below, str(rule.origin.name))[1]
                if following not in chain:
                    chain.append(following)
    return chain


def only_reduction(row: dict[str, int]) -> int:
    """The rule that a state reduces by at every symbol; 0 if there is a choice."""
    choices = set(row.values())
    return -min(choices) if len(choices) == 1 and min(choices) < 0 else 0


if __name__ == "__main__":
    (PACKAGE / "_tables.py").write_text(tables_module(), encoding="utf-8")
