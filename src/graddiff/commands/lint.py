"""graddiff lint HOMEWORK: reports what a teacher should change before students see the homework."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from graddiff.commands.shared.options import CONTEXT_SETTINGS
from graddiff.errors import HomeworkError, make_printable
from graddiff.homework.answer_key import AnswerKey
from graddiff.homework.homework_file import read_homework
from graddiff.homework.linting import Finding, lint_homework

HELP = """Finds weak points of a homework.

It looks for points at which a common mistake leads to the right answer (many do at x = 0 and at
x = 1), points on a kink, parts without marks, formulas that cannot be compared at enough points,
and an `expect` that is wrong.

Exit codes: 0 nothing found, 1 something found, 3 the homework cannot be read or an `expect` is
wrong."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LintOptions:
    """The options of graddiff lint, each under its own name; all of them combine."""

    homework: str
    json: bool


@click.command(help=HELP, context_settings=CONTEXT_SETTINGS)
@click.argument("homework", type=click.Path(), metavar="HOMEWORK")
@click.option("--json", is_flag=True, help="Write each finding as a line of JSON.")
def command(**parameters: Any) -> int:
    options = LintOptions(**parameters)
    findings = [*lint_homework(AnswerKey(read_homework(options.homework)))]
    for finding in findings:
        sys.stdout.write(format_finding(finding, options) + "\n")
    return choose_lint_exit_code(findings)


def choose_lint_exit_code(findings: Sequence[Finding]) -> int:
    """Returns 0 without a finding, 1 with one; a wrong `expect` is an error of the homework."""
    if any(finding.kind == "wrong expect" for finding in findings):
        return HomeworkError.exit_code
    return int(bool(findings))


def format_finding(finding: Finding, options: LintOptions) -> str:
    """Returns a finding as one line: as JSON, or as `hw.toml: q1.value: kind: message`."""
    if options.json:
        return json.dumps(finding._asdict())
    place = ".".join(filter(None, (finding.problem, finding.part)))
    return make_printable(f"{options.homework}: {place}: {finding.kind}: {finding.message}")
