"""graddiff --each: many expressions, one a line, or one JSON record a line with its own bindings. A line without any is
answered with formulas."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from graddiff.autodiff.point import add_bindings, list_object_bindings, parse_json
from graddiff.checks.expectations import choose_exit_code, differentiate_and_compare
from graddiff.commands.shared.options import (
    format_single_number,
    list_number_remarks,
    print_message,
)
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
    """What the command line asks of every line, and the form of the answers: a bare number or JSON."""

    at: Mapping[str, float]
    expected: Mapping[str, float]
    wrt: tuple[str, ...] | None
    form: str
    options: Mapping[str, Any]

    @property
    def is_single_number(self) -> bool:
        return self.form in ("value", "gradient")


class LineRecord(NamedTuple):
    """What a line asks."""

    source: TokenizedText  # of its expression
    at: Mapping[str, Any] = {}
    expect: Mapping[str, Any] = {}


def answer_lines(request: LineRequest) -> int:
    """Writes one answer a line and returns the exit code, the worst of the lines."""
    source = open_source(request.options["path"] or "-")
    worst = 0
    for block in read_blocks(source, LINE_BLOCK_BYTES, quotes=False):
        for number, line in enumerate(block.text.split(b"\n"), block.line):
            if not line.strip():
                continue
            code = answer_line(line, number, request)
            if request.options["line_buffered"]:
                sys.stdout.flush()
            worst = max(worst, code)
            if code and request.options["fail_fast"]:
                return worst
    return worst


def answer_line(line: bytes, number: int, request: LineRequest) -> int:
    """Writes the answer to one line and returns its exit code."""
    record = None
    options = request.options
    try:
        record = read_record(line)
        at, expected = bind_record(record, request)
        expression = parse(record.source.text, at)
        if expression.variables and not at and not expected and request.form != "value":
            return write_formula(expression, number, request)
        result, checks = differentiate_and_compare(
            expression, at, request.wrt, expected, options["rtol"], options["atol"]
        )
    except GraddiffError as error:
        if request.is_single_number:
            sys.stdout.write("undefined\n")
            print_message(f"line {number:,}: {error.message}")
        else:
            sys.stdout.write(
                render_failure_json(error, record.source.text if record else error.text or None)
            )
        return error.exit_code
    if request.is_single_number:
        sys.stdout.write(format_single_number(result, request.form, options["digits"]) + "\n")
        for remark in list_number_remarks(result, checks):
            print_message(f"line {number:,}: {remark}")
    else:
        sys.stdout.writelines(render_result_json(result, not options["no_graph"], checks))
    return choose_exit_code(result, checks)


def write_formula(expression: Expression, number: int, request: LineRequest) -> int:
    """Writes the derivatives of a line without a point as formulas."""
    from graddiff.algebra.derivatives import derivatives
    from graddiff.render.terminal.formulas import render_formulas_json

    found = derivatives(expression, request.wrt)
    if request.is_single_number:
        sys.stdout.write(found.written().join_definitions(*found.formulas) + "\n")
        for notice in found.notices:
            print_message(f"line {number:,}: {notice.kind}: {notice.message}")
    else:
        sys.stdout.write(render_formulas_json(found))
    return 0


def read_record(line: bytes) -> LineRecord:
    """A line: an expression, or a JSON object with one. Raises FileError where it is neither."""
    try:
        text = line.decode().strip()
    except UnicodeDecodeError:
        raise FileError("the line is not UTF-8 text") from None
    if not text.startswith("{"):
        return LineRecord(TokenizedText(text))
    try:
        found = parse_json(text)
    except (ValueError, RecursionError) as error:
        raise make_json_error(error, text) from None
    unknown = [name for name in found if name not in RECORD_MEMBERS]
    if unknown or not isinstance(found.get("expression"), str):
        told = f"no member {unknown[0]!r} is known" if unknown else "there is no expression"
        raise FileError(f"{told}: a record has {', '.join(RECORD_MEMBERS)}")
    return LineRecord(
        TokenizedText(found["expression"]), found.get("at", {}), found.get("expect", {})
    )


def bind_record(
    record: LineRecord, request: LineRequest
) -> tuple[dict[str, float], dict[str, float]]:
    """The bindings of a record and what it expects; the command line binds what it has as variables and does not bind
    itself."""
    own = add_bindings({}, list_object_bindings(record.at, "at"), "at")
    at = {name: value for name, value in request.at.items() if name in record.source.tokens}
    return {**at, **own}, add_bindings(
        {**request.expected}, list_object_bindings(record.expect, "expect"), "--expect"
    )
