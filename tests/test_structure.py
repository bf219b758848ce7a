"""The house: the order of its folders, imports for a single answer, what the wheel holds."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

from running import ROOT, environment

SOURCE = ROOT / "src/graddiff"

# Bottom to top: a module imports from its own folder and from folders that stand before it.
FOLDERS = """
    _tables version errors system operations language numbers notation autodiff kernel algebra
    checks programs data minimize homework render __init__ pytest_plugin commands __main__
""".split()  # noqa: SIM905

# The only modules that may import a library, at their "top" or "late", inside a function.
HEAVY = {
    "lark": {},
    "numpy": {
        **dict.fromkeys(
            ("data.tables", "data.fast_reader", "data.column_stream", "data.parquet_arrow"), "top"
        ),
        "minimize.training_columns": "top",
        "kernel.vector": "late",
    },
    "polars": dict.fromkeys(
        ("data.tables", "data.fast_reader", "data.column_stream", "data.parquet_arrow"), "top"
    ),
    "distributed": {"data.dask": "top"},
    "scipy": {"minimize.lbfgs": "late"},
    "mpmath": {"numbers.multiprecision": "late"},
}


class Import(NamedTuple):
    """One name that a module imports, from where, and whether inside a function."""

    module: str
    imported: str
    late: bool


def name_of(path: Path) -> str:
    name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    return name.removesuffix(".__init__") or "__init__"


MODULES = {name_of(path): path for path in sorted(SOURCE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def imports_of(module: str) -> Iterator[Import]:
    """What a module imports: modules of graddiff by their name in MODULES, others in full."""
    functions = [node for node in ast.walk(TREES[module]) if isinstance(node, ast.FunctionDef)]
    inside = {node for function in functions for node in ast.walk(function)}
    for node in ast.walk(TREES[module]):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, alias.name, node in inside)
        elif isinstance(node, ast.ImportFrom):
            package = node.module or ""
            for alias in node.names:
                deeper = f"{package}.{alias.name}".removeprefix("graddiff.")
                above = package.removeprefix("graddiff.") if package != "graddiff" else "__init__"
                yield Import(module, deeper if deeper in MODULES else above, node in inside)


IMPORTS = [found for module in MODULES for found in imports_of(module)]


def folder_of(module: str) -> str:
    return module.partition(".")[0]


def test_every_folder_has_its_place() -> None:
    assert {folder_of(module) for module in MODULES} == set(FOLDERS)


def test_imports_run_downhill() -> None:
    own = [found for found in IMPORTS if found.imported in MODULES]
    uphill = [
        found
        for found in own
        if FOLDERS.index(folder_of(found.imported)) > FOLDERS.index(folder_of(found.module))
    ]
    assert len(own) > 500
    assert uphill == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for found in IMPORTS:
        if found.imported in MODULES:
            sorter.add(found.module, found.imported)
    circle: list[str] = []
    try:
        sorter.prepare()
    except CycleError as error:
        circle = error.args[1]
    assert circle == []


def test_heavy_libraries_stay_in_their_rooms() -> None:
    strays = []
    for found in IMPORTS:
        library = found.imported.partition(".")[0]
        if library in HEAVY:
            place = HEAVY[library].get(found.module)
            if place is None or (place == "late" and not found.late):
                strays.append(found)
        elif library == "click" and folder_of(found.module) != "commands":
            if not found.module.startswith("render.reference."):
                strays.append(found)
        elif library == "rich" and not (
            found.late and folder_of(found.module) in ("render", "commands")
        ):
            strays.append(found)
    assert strays == []


def test_modules_are_short_and_say_what_they_are() -> None:
    faults = []
    for module, path in MODULES.items():
        caption = (ast.get_docstring(TREES[module]) or "").split("\n")[0]
        if module != "_tables" and not 10 < len(caption) <= 120:
            faults.append(f"{module}: {caption!r}")
        if module != "_tables" and path.read_text(encoding="utf-8").count("\n") > 250:
            faults.append(f"{module} is long")
    assert faults == []


def modules_after(*arguments: str) -> set[str]:
    """What sys.modules holds at the end of a run."""
    code = (
        "import sys, json; from graddiff.commands import run_command_line; "
        f"run_command_line({[*arguments]!r}); "
        "print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True
    )
    return {module.partition(".")[0] for module in json.loads(process.stderr)}


def test_json_run_imports_nothing_heavy() -> None:
    held = modules_after("(x+y)*z", "--at", "x=1,y=3,z=-3", "--json")
    assert "graddiff" in held
    assert not held & {
        *[
            "rich",
            "lark",
            "numpy",
            "importlib_metadata",
            "dataclasses",
            "fractions",
            "decimal",
            "difflib",
            "asyncio",
        ]
    }


def test_schema_files_are_read_only_when_a_schema_is_requested() -> None:
    code = "import sys, graddiff.commands.check as _; print('importlib.resources' in sys.modules)"
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True
    )
    assert process.stdout == "False\n"


def test_tree_without_colour_needs_no_rich() -> None:
    assert "rich" not in modules_after("(x+y)*z", "--at", "x=1,y=3,z=-3")
    assert "rich" in modules_after("(x+y)*z", "--at", "x=1,y=3,z=-3", "--color", "always")


def test_wheel_holds_tables_types_pages_and_completions_and_runs(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [
        *pip,
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("graddiff-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    shared = [name.partition(".data/data/")[2] for name in names if ".data/data/" in name]
    assert {
        "graddiff/_tables.py",
        "graddiff/grammar.lark",
        "graddiff/py.typed",
        "graddiff/render/json/schema.json",
        "graddiff/render/reports/schema.json",
    } <= set(names)
    assert sorted(shared) == [
        "share/bash-completion/completions/graddiff",
        "share/fish/vendor_completions.d/graddiff.fish",
        "share/man/man1/graddiff.1",
        "share/man/man7/graddiff-language.7",
        "share/zsh/site-functions/_graddiff",
    ]
    target = tmp_path / "installed"
    subprocess.run(
        [*pip, "install", "--no-deps", "--target", str(target), str(wheel)],
        check=True,
        capture_output=True,
    )
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
