"""graddiff lint HOMEWORK: what a teacher should know about it before students do."""

from __future__ import annotations

import json
import sys

import click

from graddiff.errors import make_printable
from graddiff.homework.answer_key import AnswerKey
from graddiff.homework.homework_file import read_homework
from graddiff.homework.linting import lint_homework

HELP = """Looks for what is unwise in a homework.

That is a point at which a usual mistake leads to the right answer, as x = 0 and x = 1 hide many; a point on a kink; a
part without marks; a formula that nothing can be compared with; an `expect` that is wrong.

Exit codes: 0 nothing found, 1 something found, 3 the homework cannot be read, or an `expect` is wrong."""


@click.command(
    help=HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.argument("homework", type=click.Path(), metavar="HOMEWORK")
@click.option("--json", "as_json", is_flag=True, help="Write JSON, a finding a line.")
def command(homework: str, as_json: bool) -> int:
    found = [*lint_homework(AnswerKey(read_homework(homework)))]
    for finding in found:
        if as_json:
            sys.stdout.write(json.dumps(finding._asdict()) + "\n")
        else:
            place = ".".join(filter(None, (finding.problem, finding.part)))
            sys.stdout.write(
                make_printable(f"{homework}: {place}: {finding.kind}: {finding.message}") + "\n"
            )
    return max((3 if finding.kind == "wrong expect" else 1 for finding in found), default=0)
