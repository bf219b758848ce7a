"""One word, one meaning: names of functions and types, words that are no names, sizes."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from test_structure import TREES

# Names that more than three files define, and why.
ARITHMETIC = "a method of Arithmetic, which each kind of number defines"
ROW_WRITER = "a method of the protocol RowWriter, which each format of rows defines"
SHARED_NAMES = {
    "command": "click's function, one for each command",
    **dict.fromkeys(("make_natives", "read_literal", "compute_limit", "is_finite"), ARITHMETIC),
    "count_ties": ARITHMETIC,
    **dict.fromkeys(("format_header", "format_row", "format_answer_row"), ROW_WRITER),
    **dict.fromkeys(("convert_members", "validate_members"), ROW_WRITER),
}

# Functions of more than 40 lines, and why.
LONG_FUNCTIONS = {
    "language.parser.run_parse_tables": "the inner loop of the parser, where calls cost most",
}

# Words that say too little to be part of a name.
VAGUE_WORDS = {
    *("told", "tell", "found", "given", "written", "whole", "look", "begin", "asked"),
    *("awkward", "bare", "spot"),
}
# What README promises to users of the library.
PUBLIC_NAMES = {"algebra.derivatives: written"}

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def iterate_definitions() -> Iterator[tuple[str, Definition]]:
    """Every function and class of the package, with its module."""
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, Definition) and module != "_tables":
                yield module, node


DEFINITIONS = list(iterate_definitions())


def test_function_name_stands_in_at_most_three_files() -> None:
    homes = defaultdict(set)
    for module, node in DEFINITIONS:
        is_dunder = node.name.startswith("__") and node.name.endswith("__")
        if not isinstance(node, ast.ClassDef) and not is_dunder:
            homes[node.name].add(module)
    spread = {name for name, modules in homes.items() if len(modules) > 3}
    assert spread == {*SHARED_NAMES}
    assert len(SHARED_NAMES) <= 12


def test_class_name_means_one_thing() -> None:
    homes = defaultdict(list)
    for module, node in DEFINITIONS:
        if isinstance(node, ast.ClassDef):
            homes[node.name].append(module)
    assert {name: modules for name, modules in homes.items() if len(modules) > 1} == {}


def test_names_have_no_vague_words() -> None:
    vague = set()
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            name = ""
            if isinstance(node, Definition):
                name = node.name
            elif isinstance(node, ast.arg):
                name = node.arg
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                name = node.id
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                name = node.attr
            if VAGUE_WORDS & {*name.lower().split("_")}:
                vague.add(f"{module}: {name}")
    assert vague == PUBLIC_NAMES


def test_functions_fit_on_a_screen() -> None:
    long = set()
    for module, node in DEFINITIONS:
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if not isinstance(node, ast.ClassDef) and lines > 40:
            long.add(f"{module}.{node.name}")
    assert long == {*LONG_FUNCTIONS}
