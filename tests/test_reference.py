"""Completion scripts and man pages: up to date, accepted by their programs, and complete."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from graddiff.commands.generate import SCRIPT_PATHS, load_commands, render_shipped_files
from graddiff.errors import NOTICE_KINDS
from graddiff.operations.table import FUNCTIONS, ROWS
from graddiff.render.reference.command_line import list_options
from running import ROOT, need, output

CHECKERS = {
    "bash": ["bash", "-n"],
    "zsh": ["zsh", "-n"],
    "fish": ["fish", "--no-execute"],
}
MAN = ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z"]


@pytest.mark.parametrize("path", render_shipped_files())
def test_committed_file_is_fresh(path: str) -> None:
    """`python -m graddiff.commands.generate` writes the files anew."""
    assert (ROOT / path).read_text(encoding="utf-8") == render_shipped_files()[path]


@pytest.mark.parametrize("shell", SCRIPT_PATHS)
def test_option_prints_the_committed_script(shell: str) -> None:
    assert output("--completion", shell) == (ROOT / SCRIPT_PATHS[shell]).read_text(encoding="utf-8")


@pytest.mark.parametrize("shell", SCRIPT_PATHS)
def test_shell_accepts_its_script(shell: str) -> None:
    need(shell)
    process = subprocess.run(
        [*CHECKERS[shell], str(ROOT / SCRIPT_PATHS[shell])], capture_output=True, check=False
    )
    assert (process.returncode, process.stderr) == (0, b"")


@pytest.mark.parametrize(
    "page", [path for path in render_shipped_files() if path.startswith("man/")]
)
def test_man_page_has_no_warnings(page: str) -> None:
    need("man")
    process = subprocess.run([*MAN, str(ROOT / page)], capture_output=True, check=False)
    assert (process.returncode, process.stderr) == (0, b"")


@pytest.mark.parametrize("shell", SCRIPT_PATHS)
def test_script_knows_every_option(shell: str) -> None:
    script = render_shipped_files()[SCRIPT_PATHS[shell]]
    for command in load_commands().values():
        for option in list_options(command):
            long = next(name for name in option.opts if name.startswith("--"))
            assert (f"-l {long[2:]}" if shell == "fish" else long) in script


def test_manual_documents_every_option_and_operation() -> None:
    page, language = (
        render_shipped_files()["man/graddiff.1"],
        render_shipped_files()["man/graddiff-language.7"],
    )
    for command in load_commands().values():
        for option in list_options(command):
            for name in option.opts:
                assert name.replace("-", "\\-") in page
    for row in ROWS:
        assert row.meaning.replace("-", "\\-").replace("^", "\\(ha") in language
    for name in FUNCTIONS:
        assert name in language


def test_manual_explains_every_kind_of_notice() -> None:
    language = render_shipped_files()["man/graddiff-language.7"]
    for kind in NOTICE_KINDS.values():
        status = " The exit status is 4." * kind.is_derivative_missing
        entry = f"\\fB{kind.name}\\fR\n{kind.meaning}{status}\n"
        assert entry.replace("^", "\\(ha") in language


COMPLETE = """
source {script}
COMP_LINE={line!r}; COMP_POINT=${{#COMP_LINE}}
COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1))
_graddiff
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize(
    ("line", "words", "expected"),
    [
        ("graddiff f", "graddiff f", ["functions"]),
        ("graddiff x --for", "graddiff x --for", ["--format"]),
        ("graddiff functions asi", "graddiff functions asi", ["asin", "asinh"]),
        ("graddiff check hw", "graddiff check README.m", ["README.md"]),
        ("graddiff check --format g", "graddiff check --format g", ["github", "gradescope"]),
        ("graddiff x --format g", "graddiff x --format la", ["latex"]),
        ("graddiff x --data ", "graddiff x --data pyproj", ["pyproject.toml"]),
        ("graddiff x --color ", "graddiff x --color ''", ["always", "auto", "never"]),
        (
            'graddiff "(x+y)*sin(zz)" --at ',
            "graddiff '\"(x+y)*sin(zz)\"' --at ''",
            ["x=", "y=", "zz="],
        ),
        (
            'graddiff "(x+y)*sin(zz)" --at x=1,z',
            "graddiff '\"(x+y)*sin(zz)\"' --at x = 1,z",
            ["1,zz="],
        ),
        ('graddiff "x*y + pi" --wrt ', "graddiff '\"x*y + pi\"' --wrt ''", ["x", "y"]),
    ],
)
def test_bash_completes(line: str, words: str, expected: list[str]) -> None:
    need("bash")
    script = COMPLETE.format(script=ROOT / SCRIPT_PATHS["bash"], line=line, words=words)
    process = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert sorted(process.stdout.split()) == expected


def test_fish_completes_variables() -> None:
    shell = need("fish")
    script = f"source {ROOT / SCRIPT_PATHS['fish']}; complete -C 'graddiff \"(x+y)*sin(zz)\" --at '"
    process = subprocess.run([shell, "-c", script], capture_output=True, text=True, check=True)
    assert [line.split("\t")[0] for line in process.stdout.splitlines()] == ["x=", "y=", "zz="]


def test_zsh_finds_its_script_in_its_path(tmp_path: Path) -> None:
    shell = need("zsh")
    (tmp_path / "_graddiff").write_text(
        render_shipped_files()[SCRIPT_PATHS["zsh"]], encoding="utf-8"
    )
    find = (
        f"fpath=({tmp_path} $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[graddiff]"
    )
    process = subprocess.run([shell, "-fc", find], capture_output=True, text=True, check=True)
    assert process.stdout == "_graddiff\n"


def test_no_file_that_is_shipped_names_a_folder_of_a_machine() -> None:
    for path in render_shipped_files():
        assert str(Path.home()) not in render_shipped_files()[path]
