"""The house: floors, sizes, what is imported on the way to a single answer, and what the wheel holds."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from running import ROOT, environment

SOURCE = ROOT / "src/graddiff"
MODULES = sorted(path for path in SOURCE.rglob("*.py") if path.name != "_tables.py")

# Bottom to top; a module imports only from floors below its own, or from its own floor what stands before it.
FLOORS = """
    _tables version operation operations errors tokens expression functions naming diagnosis writer parser
    alphabets latex arithmetic exact precision notation failures evaluator reverse symbols kernel rows columns
    tangent series sides conventions differentiation higher algebra algebra.formula algebra.formulas algebra.identities
    algebra.typesetting algebra.factoring algebra.rewriting algebra.shortening symbolic verification
    forward paths words explanation programs programs.language programs.reverse programs.frameworks programs.page
    files expectations bindings processes
    homework homework.mistakes homework.problems homework.reading homework.submissions homework.scale homework.points
    homework.answers homework.verdicts homework.bending homework.readings homework.hypotheses homework.key
    homework.linting homework.grading homework.classes
    data data.blocks data.answers data.csv data.jsonl data.bare data.streams data.inputs data.jobs data.tables
    data.regular data.frames data.engines data.columnar data.numbers data.parts data.cluster
    descent descent.optimizers descent.updates descent.samples descent.arrays descent.objectives descent.runs
    descent.line_search descent.tasks descent.history
    render render.markup render.scales render.terminal render.table render.tree render.checks render.json render.schema
    render.functions render.forward render.explanation render.formulas render.higher render.higher_formulas render.paths
    render.pictures render.pictures.figure render.pictures.dot render.pictures.mermaid render.pictures.layout
    render.pictures.svg render.pictures.html render.pictures.contours render.pictures.plot render.records
    render.descent
    render.progress render.completion render.manual
    render.reports render.reports.words render.reports.text render.reports.json render.reports.csv
    render.reports.junit render.reports.github render.reports.gradescope render.reports.classroom render.reports.tap
    __init__ pytest_plugin
    commands commands.destination commands.options commands.asked commands.output commands.functions commands.data
    commands.each commands.check commands.lint commands.key commands.repl
    commands.beginning commands.descent commands.minimize
    commands.explain commands.drawing commands.formulas commands.higher commands.differentiate
    commands.reference __main__
""".split()  # noqa: SIM905


def name_of(path: Path) -> str:
    name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    return name.removesuffix(".__init__") or "__init__"


def imports(path: Path) -> list[tuple[str, bool]]:
    """The modules a file imports, and whether it does so inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {node for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for node in ast.walk(f)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node in inside) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            for alias in node.names:
                deeper = f"{module}.{alias.name}"
                is_module = (SOURCE.parent / f"{deeper.replace('.', '/')}.py").exists()
                found.append((deeper if is_module else module, node in inside))
    return found


def test_every_module_has_a_floor() -> None:
    assert {name_of(path) for path in MODULES} | {"_tables"} == set(FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_run_downhill(path: Path) -> None:
    own = name_of(path)
    for module, inside in imports(path):
        if module == "graddiff" or module.startswith("graddiff."):
            below = module.removeprefix("graddiff").removeprefix(".") or "__init__"
            called_for = own.startswith("commands") and below.startswith("commands") and inside
            assert called_for or FLOORS.index(below) < FLOORS.index(own), (own, below)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_heavy_libraries_stay_in_their_rooms(path: Path) -> None:
    for module, inside in imports(path):
        library = module.partition(".")[0]
        assert library != "lark"
        assert (
            library not in ("numpy", "polars")
            or name_of(path) in ("data.tables", "data.regular", "data.frames", "data.columnar", "descent.arrays")
            or (inside and name_of(path) == "columns")
        )
        assert library != "distributed" or name_of(path) == "data.cluster"
        assert library != "mpmath" or (inside and name_of(path) == "precision")
        assert library != "click" or name_of(path).startswith(("commands", "render.completion", "render.manual"))
        assert library != "rich" or (inside and name_of(path).startswith("render"))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 320
    caption = (ast.get_docstring(ast.parse(text)) or "").split("\n")[0]
    assert 10 < len(caption) <= 120


def modules_after(*arguments: str) -> set[str]:
    """What sys.modules holds at the end of a run."""
    code = (
        "import sys, json; from graddiff.commands import run; "
        f"run({[*arguments]!r}); print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True
    )
    return {module.partition(".")[0] for module in json.loads(process.stderr)}


def test_json_run_imports_nothing_heavy() -> None:
    held = modules_after("(x+y)*z", "--at", "x=1,y=3,z=-3", "--json")
    assert "graddiff" in held
    assert not held & {
        *["rich", "lark", "numpy", "importlib_metadata", "dataclasses", "fractions", "decimal", "difflib", "asyncio"]
    }


def test_tree_without_colour_needs_no_rich() -> None:
    assert "rich" not in modules_after("(x+y)*z", "--at", "x=1,y=3,z=-3")
    assert "rich" in modules_after("(x+y)*z", "--at", "x=1,y=3,z=-3", "--color", "always")


def test_wheel_holds_tables_types_pages_and_completions_and_runs(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("graddiff-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    shared = [name.partition(".data/data/")[2] for name in names if ".data/data/" in name]
    assert {"graddiff/_tables.py", "graddiff/grammar.lark", "graddiff/py.typed"} <= set(names)
    assert sorted(shared) == [
        "share/bash-completion/completions/graddiff",
        "share/fish/vendor_completions.d/graddiff.fish",
        "share/man/man1/graddiff.1",
        "share/man/man7/graddiff-language.7",
        "share/zsh/site-functions/_graddiff",
    ]
    target = tmp_path / "installed"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(target), str(wheel)], check=True, capture_output=True)
    process = subprocess.run(
        [sys.executable, "-m", "graddiff", "(x+y)*z", "--at", "x=1,y=3,z=-3", "--gradient", "x"],
        capture_output=True,
        text=True,
        env={**environment(), "PYTHONPATH": str(target)},
        cwd=tmp_path,
        check=True,
    )
    assert process.stdout == "-3\n"


def test_version_is_the_same_everywhere() -> None:
    import tomllib

    from graddiff import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__
