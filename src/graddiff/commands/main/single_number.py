"""--value and --gradient: one bare number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import click

from graddiff.autodiff.result import Result
from graddiff.checks.expectations import ComparedExpectation
from graddiff.commands.main.options import MainOptions
from graddiff.commands.shared.options import print_message
from graddiff.notation.numerals import format_exact_number, format_plain_float


def write_single_number(
    result: Result, comparisons: Sequence[ComparedExpectation], options: MainOptions
) -> None:
    """Writes the number to standard output, and the notices about it to standard error."""
    click.echo(format_single_number(result, options))
    for remark in list_number_remarks(result, comparisons):
        print_message(remark)


def format_single_number(result: Result, options: MainOptions) -> str:
    """Returns the value, or with --gradient the one derivative; all its digits without --digits."""
    number = result.value
    if options.gradient is not None:
        (number,) = result.gradient.values()
    if number != number:
        return "undefined"
    if not isinstance(number, float):
        return format_exact_number(number)
    return format_plain_float(number, options.digits)


def list_number_remarks(
    result: Result, comparisons: Iterable[ComparedExpectation]
) -> Iterator[str]:
    """Yields the notices about a result, then the expectations that it does not meet."""
    for notice in result.notices:
        yield f"{notice.kind}: {notice.message}"
    for comparison in comparisons:
        if not comparison.ok:
            yield (
                f"{comparison.quantity} is {comparison.actual!r}, expected {comparison.expected!r}"
            )
