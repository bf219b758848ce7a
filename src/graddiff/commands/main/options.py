"""The options of the main command, typed: what was written, and what follows from it."""

import math
from typing import NamedTuple

from graddiff.autodiff.point import parse_names
from graddiff.commands.main.conflicts import (
    POINT_VIEWS,
    refuse_conflicts,
    refuse_options_without_table,
    refuse_two_answers,
)
from graddiff.commands.main.formats import DATA_FORMATS, OUTPUT_SUFFIXES
from graddiff.commands.shared.output_file import choose_format_by_suffix
from graddiff.errors import UsageError
from graddiff.notation.numerals import DEFAULT_DIGITS


class MainOptions(NamedTuple):
    """A command line of `graddiff EXPRESSION`, as click has read it, built by keyword. Each field
    has the name of its option; None, False and () mean that the option was not used.

    A named tuple, because a frozen dataclass of so many fields takes 3 % longer to start."""

    expression: str | None

    # The question
    at: tuple[str, ...]
    file: str | None
    wrt: tuple[str, ...]
    explain: bool
    paths: tuple[str, ...]
    hessian: bool
    jacobian: bool
    along: tuple[str, ...]
    order: int | None
    verify: bool
    expect: tuple[str, ...]
    rtol: float
    atol: float
    exact: bool
    precision: int | None

    # The form of the answer
    format: str | None
    json: bool
    no_graph: bool
    mode: str | None
    value: bool
    gradient: str | None
    output: str | None
    digits: int | None
    depth: int | None
    all: bool
    ascii: bool
    color: str
    width: int | None

    # Many answers
    each: bool
    data: str | None
    data_format: str | None
    jobs: int | None
    engine: str | None
    scheduler: str | None
    no_input: bool
    fail_fast: bool
    line_buffered: bool

    # About graddiff itself
    schema: bool
    completion: str | None

    @property
    def view(self) -> str | None:
        """The answer other than value and gradient that is asked for, named as its option."""
        views = (name for name in POINT_VIEWS if is_used(getattr(self, name)))
        return next(views, None)

    @property
    def output_format(self) -> str:
        """The format of a single answer: `tree`, `json`, …, or `value` or `gradient` for one bare
        number. Raises UsageError where the suffix of --output names no format."""
        if self.value:
            return "value"
        if self.gradient is not None:
            return "gradient"
        if self.json:
            return "json"
        if self.format is not None:
            return self.format
        if self.output is not None:
            return choose_format_by_suffix(self.output, OUTPUT_SUFFIXES)
        return "tree"

    @property
    def is_single_number(self) -> bool:
        return self.value or self.gradient is not None

    @property
    def significant_digits(self) -> int:
        return self.digits or DEFAULT_DIGITS

    def parse_requested_names(self) -> tuple[str, ...] | None:
        """Returns the names to differentiate by, None for all variables. Raises UsageError for
        what is no name."""
        if self.value:
            return ()
        if self.gradient is None:
            return tuple(parse_names(self.wrt, "--wrt")) or None
        names = parse_names([self.gradient], "--gradient")
        if len(names) > 1:
            raise UsageError(
                "--gradient writes one number, so it takes one name",
                hint="--wrt x,y --json writes several",
            )
        return tuple(names)

    def validate(self) -> None:
        """Raises UsageError for options that mean nothing, alone or together."""
        used = self.list_used_options()
        refuse_two_answers(used)
        refuse_options_without_table(used)
        refuse_conflicts(used)
        for name, tolerance in (("--rtol", self.rtol), ("--atol", self.atol)):
            if not 0 <= tolerance < math.inf:
                raise UsageError(
                    f"{name} is {tolerance}, which is no tolerance",
                    hint="a tolerance is 0 or more",
                )
        if self.data == "-" and self.reads_expression_from_stdin:
            raise UsageError(
                "standard input holds the data, so the expression cannot come from there",
                hint="write the expression on the command line, or name a --file",
            )

    @property
    def reads_expression_from_stdin(self) -> bool:
        if self.expression is None:
            return self.file in (None, "-")
        return self.expression == "-"

    def list_used_options(self) -> dict[str, str]:
        """Returns the options of the command line, as the table of conflicts names them, such as
        `--format svg`, and as the user wrote them, such as `--output graph.svg`."""
        used = {}
        for name, value in self._asdict().items():
            if is_used(value):
                option = f"--{name.replace('_', '-')}"
                used[option] = option
        if self.expression not in (None, "-"):
            used["EXPRESSION"] = "an expression"
        for name, value in (("mode", self.mode), ("engine", self.engine), ("format", self.format)):
            if value is not None:
                used[f"--{name} {value}"] = f"--{name} {value}"
        # Under Dask, workers run side by side, not the processes of one job.
        if self.jobs is not None and self.jobs > 1 and self.engine != "dask":
            used["--jobs N"] = f"--jobs {self.jobs}"
        if self.is_output_name_decisive:
            self._add_format_of_output(used)
        return used

    @property
    def is_output_name_decisive(self) -> bool:
        """Whether the name of the --output is all that says in which format to write."""
        says_format = self.is_single_number or self.json or self.format is not None
        return self.output is not None and self.data is None and not self.each and not says_format

    def _add_format_of_output(self, used: dict[str, str]) -> None:
        assert self.output is not None
        suffix = self.output.lower().rpartition(".")[2]
        form = suffix if suffix in DATA_FORMATS else self.output_format
        used[f"--format {form}"] = f"--output {self.output}"


def is_used(value: object) -> bool:
    return value is not None and value is not False and value != ()
