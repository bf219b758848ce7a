"""graddiff --each: many expressions, one on every line, or JSON records with points of their own.
A line without a point is answered with formulas."""

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from graddiff.autodiff.point import (
    add_bindings,
    list_object_bindings,
    parse_bindings,
    parse_json,
)
from graddiff.checks.expectations import choose_exit_code, differentiate_and_compare
from graddiff.commands.main.options import MainOptions
from graddiff.commands.main.single_number import format_single_number, list_number_remarks
from graddiff.commands.shared.options import print_message
from graddiff.data.blocks import open_source, read_blocks
from graddiff.data.formats.jsonl import make_json_error
from graddiff.errors import FileError, GraddiffError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.language.tokens import TokenizedText
from graddiff.render.json.result import render_failure_json, render_result_json

LINE_BLOCK_BYTES = 64 << 10  # bytes
RECORD_MEMBERS = ("expression", "at", "expect")


class LineRequest(NamedTuple):
    """What the command line asks of every line: its bindings and expectations, and the names to
    differentiate by (None for all variables)."""

    at: Mapping[str, float]
    expected: Mapping[str, float]
    wrt: tuple[str, ...] | None
    options: MainOptions


class LineRecord(NamedTuple):
    """What one line asks: an expression, and what its record binds and expects."""

    source: TokenizedText
    at: Mapping[str, Any] = {}
    expect: Mapping[str, Any] = {}


def answer_lines(options: MainOptions) -> int:
    """Writes one answer per line and returns the exit code, the worst of the lines."""
    at, expected = parse_bindings(options.at, "--at"), parse_bindings(options.expect, "--expect")
    request = LineRequest(at, expected, options.parse_requested_names(), options)
    worst = 0
    for block in read_blocks(open_source(options.file or "-"), LINE_BLOCK_BYTES, quotes=False):
        for number, line in enumerate(block.text.split(b"\n"), block.line):
            if not line.strip():
                continue
            code = answer_line(line, number, request)
            if options.line_buffered:
                sys.stdout.flush()
            worst = max(worst, code)
            if code and options.fail_fast:
                return worst
    return worst


def answer_line(line: bytes, number: int, request: LineRequest) -> int:
    """Writes the answer to one line, or why there is none, and returns its exit code."""
    record = None
    try:
        record = read_record(line)
        return answer_record(record, number, request)
    except GraddiffError as error:
        if request.options.is_single_number:
            sys.stdout.write("undefined\n")
            print_message(f"line {number:,}: {error.message}")
        else:
            text = record.source.text if record else error.text or None
            sys.stdout.write(render_failure_json(error, text))
        return error.exit_code


def answer_record(record: LineRecord, number: int, request: LineRequest) -> int:
    """Writes the answer to a record and returns its exit code. Raises GraddiffError where there is
    no answer, before anything is written."""
    options = request.options
    at, expected = bind_record(record, request)
    expression = parse(record.source.text, at)
    if expression.variables and not at and not expected and not options.value:
        return write_formulas_of_line(expression, number, request)
    result, comparisons = differentiate_and_compare(
        expression, at, request.wrt, expected, options.rtol, options.atol
    )
    if options.is_single_number:
        sys.stdout.write(format_single_number(result, options) + "\n")
        for remark in list_number_remarks(result, comparisons):
            print_message(f"line {number:,}: {remark}")
    else:
        sys.stdout.writelines(render_result_json(result, not options.no_graph, comparisons))
    return choose_exit_code(result, comparisons)


def write_formulas_of_line(expression: Expression, number: int, request: LineRequest) -> int:
    """Writes the derivatives of a line without a point as formulas and returns the exit code."""
    from graddiff.algebra.derivatives import derivatives
    from graddiff.render.json.formulas import render_formulas_json

    answer = derivatives(expression, request.wrt)
    if request.options.is_single_number:
        sys.stdout.write(answer.written().join_definitions(*answer.formulas) + "\n")
        for notice in answer.notices:
            print_message(f"line {number:,}: {notice.kind}: {notice.message}")
    else:
        sys.stdout.write(render_formulas_json(answer))
    return 0


def read_record(line: bytes) -> LineRecord:
    """Reads a line: an expression, or a JSON object with one. Raises FileError for anything
    else."""
    try:
        text = line.decode().strip()
    except UnicodeDecodeError:
        raise FileError("the line is not UTF-8 text") from None
    if not text.startswith("{"):
        return LineRecord(TokenizedText(text))
    try:
        members = parse_json(text)
    except (ValueError, RecursionError) as error:
        raise make_json_error(error, text) from None
    require_record_members(members)
    return LineRecord(
        TokenizedText(members["expression"]), members.get("at", {}), members.get("expect", {})
    )


def require_record_members(members: Mapping[str, Any]) -> None:
    known = f"a record has {', '.join(RECORD_MEMBERS)}"
    for name in members:
        if name not in RECORD_MEMBERS:
            raise FileError(f"no member {name!r} is known: {known}")
    if not isinstance(members.get("expression"), str):
        raise FileError(f"there is no expression: {known}")


def bind_record(
    record: LineRecord, request: LineRequest
) -> tuple[dict[str, float], dict[str, float]]:
    """Returns the bindings and the expectations of a record, those of the command line included.
    Of the command line's bindings only those hold that the record's expression uses and the
    record does not bind itself."""
    own = add_bindings({}, list_object_bindings(record.at, "at"), "at")
    common = {name: value for name, value in request.at.items() if name in record.source.tokens}
    expectations = list_object_bindings(record.expect, "expect")
    expected = add_bindings({**request.expected}, expectations, "--expect")
    return {**common, **own}, expected
