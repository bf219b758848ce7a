"""The options of graddiff minimize, and which of them cannot be combined."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from graddiff.commands.shared.output_file import choose_format_by_suffix, refuse_to_overwrite
from graddiff.errors import FileError, UsageError
from graddiff.minimize.optimizers import LBFGS

RUN_FORMATS = ("table", "json", "jsonl", "csv")
RECORD_FORMATS = ("jsonl", "csv")  # formats of one record per step
RUN_SUFFIXES = {
    ".txt": "table",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
}

# Options that are about a table of data, and options that --resume takes from the saved run.
DATA_OPTIONS = ("epochs", "batch_size", "shuffle_seed", "test_data", "engine", "data_format")
START_OPTIONS = (
    "at",
    "wrt",
    "random",
    "random_seed",
    "optimizer",
    "lr",
    "set",
    "batch_size",
    "shuffle_seed",
    "engine",
)
OUTPUT_OPTIONS = ("output", "save", "plot")


@dataclass(frozen=True, kw_only=True, eq=False)
class MinimizeOptions:
    """A command line of `graddiff minimize`, as click has read it. Each field has the name of its
    option; None, False and () mean that the option was not used."""

    # The loss and its parameters.
    expression: str | None
    file: str | None
    at: tuple[str, ...]
    wrt: tuple[str, ...]
    random: tuple[str, ...]
    random_seed: int | None

    # The optimizer, and when it stops.
    optimizer: str | None
    lr: str | None
    set: tuple[str, ...]
    steps: int | None
    tolerance: str | None
    patience: int | None

    # The data.
    data: str | None
    data_format: str | None
    epochs: int | None
    batch_size: int | None
    shuffle_seed: int | None
    test_data: str | None
    engine: str | None

    # The output.
    format: str | None
    json: bool
    explain: bool
    plot: str | None
    save: str | None
    resume: str | None
    output: str | None
    digits: int | None
    ascii: bool
    color: str
    width: int | None

    def validate(self) -> None:
        """Raises UsageError where two options cannot be combined.

        It raises FileError where an output cannot be written."""
        self._validate_format()
        self._validate_outputs()
        if self.resume is not None:
            return  # the saved run says what the other options may be
        if self.data is None:
            self.refuse_data_options()
        self._validate_standard_input()
        if self.random_seed is not None and not self.random:
            raise UsageError(
                "--random-seed has an effect with --random only",
                hint="--random v,w names parameters",
            )
        self._validate_batches()

    def choose_format(self) -> str:
        """Returns the format of the output. Raises UsageError where a suffix says none."""
        if self.json:
            return "json"
        if self.format is not None:
            return self.format
        return choose_format_by_suffix(self.output, RUN_SUFFIXES) if self.output else "table"

    def list_outputs(self) -> dict[str, str]:
        """Returns the files to write, by their options."""
        paths = {name: getattr(self, name) for name in OUTPUT_OPTIONS}
        return {name: path for name, path in paths.items() if path is not None}

    def refuse_overwriting(self, inputs: Sequence[str | None]) -> None:
        """Raises UsageError if an output would take the place of one of the inputs."""
        for name, path in self.list_outputs().items():
            refuse_to_overwrite(path, inputs, spell_option(name))

    def refuse_data_options(self) -> None:
        """Raises UsageError for an option that means nothing without data."""
        for name in DATA_OPTIONS:
            if getattr(self, name) is not None:
                raise UsageError(
                    f"{spell_option(name)} is for --data", hint="--data FILE names a table"
                )

    def refuse_start_options(self) -> None:
        """Raises UsageError for an option that a run which goes on takes from the saved run."""
        for name in START_OPTIONS:
            if getattr(self, name) not in (None, ()):
                option = spell_option(name)
                raise UsageError(
                    f"--resume keeps the settings of the saved run, so {option} cannot be given",
                    hint=f"leave {option} out, or start a new run from the last point",
                )

    def _validate_format(self) -> None:
        if self.json and self.format not in (None, "json"):
            raise UsageError(
                f"--json and --format {self.format} cannot be combined: "
                "both decide what is written",
                hint="write one of them",
            )
        form = self.choose_format()
        if self.explain and form != "table":
            raise UsageError(
                f"--explain writes text for readers, not {form}", hint="leave one of them out"
            )

    def _validate_outputs(self) -> None:
        self.refuse_overwriting([self.file, self.data, self.test_data])
        # --save may have the name that --resume has: the run goes on in the same file.
        refuse_to_overwrite(self.output, [self.resume])
        refuse_to_overwrite(self.plot, [self.resume], "--plot")
        if self.plot is not None and not self.plot.lower().endswith(".svg"):
            raise UsageError(
                f"--plot draws SVG, and {self.plot} does not end in .svg", hint="--plot loss.svg"
            )
        paths = [*self.list_outputs().values()]
        if len(paths) > len({*map(os.path.realpath, paths)}):
            raise UsageError("two outputs would go into one file", hint="choose another name")
        for path in paths:
            folder = os.path.dirname(path) or "."
            if not os.access(folder, os.W_OK):
                raise FileError(f"{path} cannot be written: {folder} is not a folder to write to")

    def _validate_standard_input(self) -> None:
        reads_expression = self.expression is None and self.file in (None, "-")
        if self.data == "-" and (reads_expression or self.expression == "-"):
            raise UsageError(
                "standard input holds the data, so the expression cannot come from there"
            )

    def _validate_batches(self) -> None:
        if self.shuffle_seed is not None and self.batch_size is None:
            raise UsageError(
                "--shuffle-seed is for batches, and each step uses all rows",
                hint="--batch-size 32",
            )
        if self.optimizer == LBFGS and self.batch_size is not None:
            raise UsageError(
                "lbfgs needs the loss over all rows, and --batch-size divides them",
                hint="--optimizer adam works with batches",
            )


def spell_option(name: str) -> str:
    """Returns an option as the command line spells it."""
    return f"--{name.replace('_', '-')}"
