"""The options of the main command: typed once, and every row of the tables of conflicts holds."""

from __future__ import annotations

import click
import pytest

from graddiff.commands import load_command
from graddiff.commands.generate import SCRIPT_PATHS
from graddiff.commands.main.command import SHELLS
from graddiff.commands.main.conflicts import (
    CONFLICTS,
    ROWS,
    TABLE_OPTIONS,
    VIEWS,
)
from graddiff.commands.main.formats import DATA_FORMATS
from graddiff.commands.main.options import MainOptions
from graddiff.data.open_table import TABLE_SUFFIXES
from graddiff.render.reference import completion
from running import error, output

# What to write for an option that takes a value, and for the names of the tables that need more.
VALUES = {
    "EXPRESSION": "x",
    "--along": "--along x=1",
    "--data": "--data no.csv",
    "--data-format": "--data-format csv",
    "--digits": "--digits 3",
    "--engine": "--engine rows",
    "--expect": "--expect x=1",
    "--file": "--file no.txt",
    "--gradient": "--gradient x",
    "--jobs": "--jobs 2",
    "--jobs N": "--jobs 2",
    "--mode": "--mode reverse",
    "--order": "--order 2",
    "--output": "--output no.txt",
    "--paths": "--paths x",
    "--precision": "--precision 20",
    "--scheduler": "--scheduler tcp://no:1",
    "--wrt": "--wrt x",
}


def write_option(name: str) -> list[str]:
    return VALUES.get(name, name).split()


def list_parameters() -> dict[str, click.Parameter]:
    return {parameter.name or "": parameter for parameter in load_command("").params}


def test_each_field_is_an_option_of_the_same_name() -> None:
    parameters = list_parameters()
    shown = {name for name, parameter in parameters.items() if name not in ("help", "version")}
    assert set(MainOptions._fields) == shown
    for name, parameter in parameters.items():
        if isinstance(parameter, click.Option) and name != "help":
            assert parameter.opts == [f"--{name.replace('_', '-')}"]


def test_options_cannot_be_changed() -> None:
    parameters = {name: None for name in list_parameters() if name not in ("help", "version")}
    options = MainOptions(**parameters)  # type: ignore[arg-type]
    with pytest.raises(AttributeError):
        options.at = ("x=1",)  # type: ignore[misc]


def test_tables_name_declared_options_only() -> None:
    declared = {option for parameter in list_parameters().values() for option in parameter.opts}
    names = [name for left, right, *_ in CONFLICTS for name in (*left, *right)]
    names += [*TABLE_OPTIONS, *ROWS]
    assert {name.partition(" ")[0] for name in names} - declared == {"EXPRESSION"}


@pytest.mark.parametrize(
    ("lefts", "rights"),
    [row[:2] for row in CONFLICTS],
    ids=[f"{row[0][0]} {row[1][0]}" for row in CONFLICTS],
)
def test_no_option_of_a_conflict_goes_with_one_of_the_other_side(
    lefts: tuple[str, ...], rights: tuple[str, ...]
) -> None:
    for left in lefts:
        for right in rights:
            arguments = [*write_option(left), *write_option(right)]
            if left == "--jobs N":  # which means nothing without a table
                arguments += ["--data", "rows.csv"]
            assert "cannot be combined" in error(*arguments, code=2), arguments


@pytest.mark.parametrize("name", [*TABLE_OPTIONS, *ROWS])
def test_option_of_tables_needs_a_table(name: str) -> None:
    message = error("x", *write_option(name), code=2)
    assert f"{name} is for the rows of --data" in message


@pytest.mark.parametrize("first", VIEWS)
@pytest.mark.parametrize("second", VIEWS)
def test_two_views_are_two_answers(first: str, second: str) -> None:
    if first != second:
        message = error("x^2", *write_option(first), *write_option(second), code=2)
        assert "they are two answers" in message


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--value --json", "--value and --json cannot be combined: both decide what is written"),
        ("--json --format svg", "--json and --format svg cannot be combined: both decide"),
        ("--explain --output a.svg", "--explain and --output a.svg cannot be combined"),
        ("--output a.csv", "--output a.csv is for the rows of --data"),
        ("--data a.csv --format svg", "--data writes a table, and --format svg is for"),
    ],
)
def test_message_names_what_was_written(arguments: str, message: str) -> None:
    assert message in error("x", *arguments.split(), code=2)


def test_json_and_its_long_form_are_one_answer() -> None:
    assert output("x", "--at", "x=2", "--json", "--format", "json").startswith('{"schema"')


def test_choices_are_the_keys_of_tables_that_a_single_answer_does_not_import() -> None:
    assert set(SHELLS) == {*completion.SHELLS} == {*SCRIPT_PATHS}
    assert set(DATA_FORMATS) == {*TABLE_SUFFIXES.values()}
