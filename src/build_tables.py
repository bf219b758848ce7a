"""Build hook: grammar.lark -> graddiff/_tables.py, by lark's own LALR generator.

lark is needed to build the package, not to run it. Two changes to lark's tables let a short driver
run them fast:

* Unit reductions (`?sum: product`) are folded away. A state of the new automaton is the chain of
  lark's states that a run of unit reductions could leave on top of the stack, and each look-ahead
  picks its member of the chain (Aho & Ullman, The Theory of Parsing, Translation, and Compiling,
  vol. 2, section 7.6).
* A state whose every action is the same reduction is marked, so that the driver reduces without
  asking what comes next."""

from __future__ import annotations

import pprint
import re
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from lark import Lark
from lark.grammar import Rule
from lark.lexer import BasicLexer
from lark.parsers.lalr_analysis import Reduce, Shift

LarkStates = dict[
    int, dict[str, tuple[Any, Any]]
]  # state -> symbol -> (Shift, state) or (Reduce, rule)
Chain = tuple[int, ...]  # lark's states, in the order in which unit reductions visit them
Actions = dict[str, int]  # symbol -> what to do (see TableFolder)

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
        write_tables()
        build_data["artifacts"].append("src/graddiff/_tables.py")


def write_tables() -> None:
    (PACKAGE / "_tables.py").write_text(format_tables_module(), encoding="utf-8")


def make_lark_parser(**options: Any) -> Lark:
    """Returns lark's own parser of the same grammar, which the tests compare with."""
    grammar = (PACKAGE / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", start="program", **options)


def format_tables_module() -> str:
    """Returns the text of _tables.py."""
    parser = make_lark_parser()
    folder = TableFolder(parser)
    scan, kinds = build_scanner(parser)
    # A state that reduces by one rule whatever follows needs no actions.
    immediate = [find_only_reduction(row) for row in folder.actions]
    actions = [{} if rule else row for row, rule in zip(folder.actions, immediate)]
    tables = {
        "SCAN": scan,
        "KINDS": kinds,
        "ACTIONS": tuple(actions),
        "IMMEDIATE": tuple(immediate),
        "RULES": tuple(folder.rules),
    }
    module = '"""Generated from grammar.lark by build_tables.py: do not edit."""\n\n'
    for name, table in tables.items():
        text = pprint.pformat(table, width=118, compact=True)
        module += f"{name}: {TYPES[name]} = {text}\n"
    return module


def build_scanner(parser: Lark) -> tuple[str, dict[str, str]]:
    """Returns a pattern whose matches are the tokens, and the kind of each token of a fixed text.

    Single characters need no alternative of their own, since the last alternative is any character.
    Terminals that begin alike (x, `x =`, `x(`) are tried together, the longest first."""
    lexer = parser.parser.lexer
    assert isinstance(lexer, BasicLexer)
    kinds: dict[str, str] = {}
    patterns: list[str] = []
    for terminal in lexer.terminals:  # in the order in which lark tries them
        pattern = terminal.pattern.to_regexp()
        texts = list_fixed_texts(pattern)
        kinds.update(dict.fromkeys(texts, terminal.name))
        if not texts and terminal.name not in lexer.ignore_types:
            patterns.append(pattern)
    alternatives: dict[str, list[str]] = {}  # a pattern -> what may follow it in longer ones
    for pattern in patterns:
        start = min((p for p in patterns if pattern.startswith(p)), key=len)
        alternatives.setdefault(start, []).append(pattern.removeprefix(start))
    scan = [join_endings(start, endings) for start, endings in alternatives.items()]
    scan += sorted(re.escape(text) for text in kinds if len(text) > 1)
    return "|".join([*scan, r"\S"]), kinds


def join_endings(start: str, endings: list[str]) -> str:
    """Returns a pattern for a start with one of several endings, or none."""
    if endings == [""]:
        return start
    return f"{start}(?:{'|'.join(filter(None, endings))})?+"


def list_fixed_texts(pattern: str) -> list[str]:
    """Returns the texts that a pattern of plain alternatives matches; none for other patterns."""
    parts = pattern[3:-1].split("|") if pattern.startswith("(?:") else [pattern]
    texts = [re.sub(r"\\(.)", r"\1", part) for part in parts]
    return texts if parts == [re.escape(text) for text in texts] else []


class TableFolder:
    """Folds the unit reductions of lark's tables away.

    `actions` has a row for each new state, symbol -> action: n to shift to, or go to, state n; -r
    to reduce by rule r; 0 to accept. `rules` are origin, number of symbols and alias."""

    def __init__(self, parser: Lark) -> None:
        table = parser.parser.parser._parse_table
        self.states: LarkStates = table.states
        self.rules: list[tuple[str, int, str]] = [("none", 0, "none")]  # rule 0 is no rule
        self.actions: list[Actions] = []
        self._rule_numbers: dict[Rule, int] = {}
        start: Chain = (table.start_states["program"],)
        self._chains: dict[Chain, int] = {start: 0}
        self._queue = [start]
        for chain in self._queue:  # grows while it is read
            row = self._fold_state(chain)
            if table.end_states["program"] in chain:
                row = {"$END": 0, **row}
            self.actions.append(row)

    def _fold_state(self, chain: Chain) -> Actions:
        row: Actions = {}
        for symbol in sorted({symbol for state in chain for symbol in self.states[state]}):
            action, argument = find_effective_action(self.states, chain, symbol)
            if action is None:
                continue
            if action is Reduce:
                row[symbol] = -self._number_rule(argument)
            elif symbol.isupper():  # a terminal
                row[symbol] = self._number_chain((argument,))
            else:
                row[symbol] = self._number_chain(find_unit_chain(self.states, chain, argument))
        return row

    def _number_rule(self, rule: Rule) -> int:
        if rule not in self._rule_numbers:
            self._rule_numbers[rule] = len(self.rules)
            origin = str(rule.origin.name)
            self.rules.append((origin, len(rule.expansion), rule.alias or origin))
        return self._rule_numbers[rule]

    def _number_chain(self, chain: Chain) -> int:
        """Returns the new state of a chain, which is put into the queue if it is new."""
        if chain not in self._chains:
            self._chains[chain] = len(self._chains)
            self._queue.append(chain)
        return self._chains[chain]


def is_unit_rule(rule: Rule) -> bool:
    """Whether a rule only renames its one symbol."""
    return (
        len(rule.expansion) == 1
        and rule.alias is None
        and not rule.expansion[0].is_term
        and rule.options.expand1
    )


def find_effective_action(states: LarkStates, chain: Chain, symbol: str) -> tuple[Any, Any]:
    """Returns the first action of a chain at a symbol that is not a unit reduction."""
    for state in chain:
        action, argument = states[state].get(symbol, (None, None))
        if action is Shift or (action is Reduce and not is_unit_rule(argument)):
            return action, argument
    return None, None


def find_unit_chain(states: LarkStates, below: Chain, top: int) -> Chain:
    """Returns the states that unit reductions can put on top of `below`, beginning with `top`."""
    chain = [top]
    for state in chain:  # grows while it is read
        for action, rule in states[state].values():
            if action is Reduce and is_unit_rule(rule):
                following = find_effective_action(states, below, str(rule.origin.name))[1]
                if following not in chain:
                    chain.append(following)
    return tuple(chain)


def find_only_reduction(row: Actions) -> int:
    """Returns the rule that a state reduces by at every symbol; 0 if there is a choice."""
    choices = set(row.values())
    return -min(choices) if len(choices) == 1 and min(choices) < 0 else 0


if __name__ == "__main__":
    write_tables()
