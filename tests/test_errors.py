"""Bad input: a file for each in bad/, with command line, exit code and what standard error says."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from graddiff import errors
from graddiff.errors import NoticeKind
from running import ROOT, error, graddiff

BAD = sorted((Path(__file__).parent / "bad").glob("*.txt"))


@pytest.mark.parametrize("path", BAD, ids=[path.stem for path in BAD])
def test_bad_input_has_its_diagnosis(path: Path) -> None:
    command, _, rest = path.read_text(encoding="utf-8").partition("\nexit ")
    code, _, expected = rest.partition("\n")
    assert error(*shlex.split(command)[1:], code=int(code)) == expected


@pytest.mark.parametrize("path", BAD, ids=[path.stem for path in BAD])
def test_diagnosis_is_one_sentence_in_lower_case(path: Path) -> None:
    block = path.read_text(encoding="utf-8").partition("\nexit ")[2].split("\n")[1:]
    assert block[0].startswith("graddiff: ")
    assert not block[0].endswith(".")
    assert "Traceback" not in "\n".join(block)
    assert all(line.isprintable() for line in block)
    assert sum(line.startswith("graddiff:") for line in block) == 1


@pytest.mark.parametrize(
    ("stdin", "code", "said"),
    [
        (b"x+\xff", 5, "byte 0xff at position 2"),
        (bytes(range(128, 256)), 5, "not UTF-8"),
        (b"x+\0y", 3, "U+0000"),
        (b"", 3, "there is no expression"),
        (b"\n\n# only this\n", 3, "there is no expression"),
        (b"x +", 3, "at the end"),
        (b"x +  \n", 3, "|     ^"),
    ],
)
def test_bad_text_on_standard_input(stdin: bytes, code: int, said: str) -> None:
    assert said in error("-", stdin=stdin, code=code)


@pytest.mark.parametrize("megabytes", [1, pytest.param(10, marks=pytest.mark.slow)])
def test_megabytes_of_brackets_are_one_error(megabytes: int) -> None:
    assert "never closed" in error("-", stdin=b"(" * 1_000_000 * megabytes, code=3)


@pytest.mark.parametrize("length", [100, 100_000])
def test_long_names_and_numbers_are_shortened(length: int) -> None:
    for text in ("a" * length, "9" * length + "9" * 300, f"nofunction{'a' * length}(x)"):
        process = graddiff("--value", "-", stdin=text)
        assert process.returncode in (3, 4)
        assert len(process.stderr) < 1500


def test_debug_shows_the_traceback_above_the_same_message() -> None:
    plain = error("x+", code=3)
    block = error("x+", code=3, env={"GRADDIFF_DEBUG": "1"})
    assert "Traceback" not in plain
    assert block.startswith("Traceback (most recent call last):")
    assert "language/parser.py" in block.replace("\\", "/")
    assert block.endswith(plain)


def test_all_unbound_variables_are_named_with_a_binding_to_fill_in() -> None:
    said = error("a*b + sin(c)", "--value", code=3)
    assert "no value for a, b, c" in said
    assert "hint: --at a=…,b=…,c=…" in said


def test_caret_stands_below_the_culprit_in_a_long_line_of_wide_letters() -> None:
    said = error("漢字 + " * 40 + "foo(x)", code=3).split("\n")
    assert said[1].startswith("  |  …")
    place = said[1].index("foo")
    wide = sum(ord(c) > 0x2E80 for c in said[1][:place])
    assert said[2].index("^") == place + wide


def test_errors_form_the_tree_that_their_docstring_draws() -> None:
    drawn = re.findall(r"(\w+Error) +(\d)?", (errors.__doc__ or "").partition("\n\n")[2])
    code = None
    for name, digit in drawn:
        code = int(digit) if digit else code
        if name != "GraddiffError":
            assert getattr(errors, name).exit_code == code
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    ]
    assert {kind.__name__ for kind in kinds} == {name for name, _ in drawn}


def test_notice_kind_has_a_sentence_for_readers() -> None:
    constants = {row.name: row for row in vars(errors).values() if isinstance(row, NoticeKind)}
    assert constants == errors.NOTICE_KINDS
    for name, kind in errors.NOTICE_KINDS.items():
        assert name == name.lower()
        assert re.fullmatch(r"[A-Z][^.]+\.", kind.meaning)


def find_literal_kinds(tree: ast.AST) -> Iterator[ast.expr]:
    """The texts that a module writes where the kind of a notice is made or compared."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in ("Notice", "make_notice") and isinstance(node.args[0], ast.Constant):
                yield node.args[0]
        elif isinstance(node, ast.Compare) and ast.unparse(node.left) == "notice.kind":
            yield from (c for c in ast.walk(node) if isinstance(c, ast.Constant))


def test_notice_kind_is_named_by_its_constant_so_that_no_typo_passes() -> None:
    assert len([*find_literal_kinds(ast.parse('Notice("kink", ""); notice.kind == "kink"'))]) == 2
    offenders = [
        f"{path}: {ast.unparse(literal)}"
        for path in sorted((ROOT / "src/graddiff").rglob("*.py"))
        for literal in find_literal_kinds(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert offenders == []
