"""graddiff --each: many expressions, one a line, or one JSON record a line with its own bindings. A line without any is
answered with formulas."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from graddiff.autodiff.point import bind, from_object, read_json
from graddiff.checks.expectations import answer, exit_code
from graddiff.commands.shared.options import bare, remarks, tell
from graddiff.data.blocks import blocks, open_source
from graddiff.data.formats.jsonl import no_json
from graddiff.errors import FileError, GraddiffError
from graddiff.language.expression import Expression
from graddiff.language.parser import parse
from graddiff.language.tokens import Source
from graddiff.render.json.result import document, failure

BLOCK = 64 << 10  # bytes
MEMBERS = ("expression", "at", "expect")


class Asked(NamedTuple):
    """What the command line asks of every line, and the form of the answers: a bare number or JSON."""

    at: Mapping[str, float]
    expected: Mapping[str, float]
    wrt: tuple[str, ...] | None
    form: str
    options: Mapping[str, Any]

    @property
    def bare(self) -> bool:
        return self.form in ("value", "gradient")


class Record(NamedTuple):
    """What a line asks."""

    source: Source  # of its expression
    at: Mapping[str, Any] = {}
    expect: Mapping[str, Any] = {}


def answer_lines(asked: Asked) -> int:
    """Writes one answer a line and returns the exit code, the worst of the lines."""
    source = open_source(asked.options["path"] or "-")
    worst = 0
    for block in blocks(source, BLOCK, quotes=False):
        for number, line in enumerate(block.text.split(b"\n"), block.line):
            if not line.strip():
                continue
            code = answer_line(line, number, asked)
            if asked.options["line_buffered"]:
                sys.stdout.flush()
            worst = max(worst, code)
            if code and asked.options["fail_fast"]:
                return worst
    return worst


def answer_line(line: bytes, number: int, asked: Asked) -> int:
    """Writes the answer to one line and returns its exit code."""
    record = None
    options = asked.options
    try:
        record = read_record(line)
        at, expected = bound(record, asked)
        expression = parse(record.source.text, at)
        if expression.variables and not at and not expected and asked.form != "value":
            return write_formula(expression, number, asked)
        result, checks = answer(
            expression, at, asked.wrt, expected, options["rtol"], options["atol"]
        )
    except GraddiffError as error:
        if asked.bare:
            sys.stdout.write("undefined\n")
            tell(f"line {number:,}: {error.message}")
        else:
            sys.stdout.write(failure(error, record.source.text if record else error.text or None))
        return error.exit_code
    if asked.bare:
        sys.stdout.write(bare(result, asked.form, options["digits"]) + "\n")
        for remark in remarks(result, checks):
            tell(f"line {number:,}: {remark}")
    else:
        sys.stdout.writelines(document(result, not options["no_graph"], checks))
    return exit_code(result, checks)


def write_formula(expression: Expression, number: int, asked: Asked) -> int:
    """Writes the derivatives of a line without a point as formulas."""
    from graddiff.algebra.derivatives import derivatives
    from graddiff.render.terminal.formulas import document

    found = derivatives(expression, asked.wrt)
    if asked.bare:
        sys.stdout.write(found.written().text(*found.formulas) + "\n")
        for notice in found.notices:
            tell(f"line {number:,}: {notice.kind}: {notice.message}")
    else:
        sys.stdout.write(document(found))
    return 0


def read_record(line: bytes) -> Record:
    """A line: an expression, or a JSON object with one. Raises FileError where it is neither."""
    try:
        text = line.decode().strip()
    except UnicodeDecodeError:
        raise FileError("the line is not UTF-8 text") from None
    if not text.startswith("{"):
        return Record(Source(text))
    try:
        found = read_json(text)
    except (ValueError, RecursionError) as error:
        raise no_json(error, text) from None
    unknown = [name for name in found if name not in MEMBERS]
    if unknown or not isinstance(found.get("expression"), str):
        told = f"no member {unknown[0]!r} is known" if unknown else "there is no expression"
        raise FileError(f"{told}: a record has {', '.join(MEMBERS)}")
    return Record(Source(found["expression"]), found.get("at", {}), found.get("expect", {}))


def bound(record: Record, asked: Asked) -> tuple[dict[str, float], dict[str, float]]:
    """The bindings of a record and what it expects; the command line binds what it has as variables and does not bind
    itself."""
    own = bind({}, from_object(record.at, "at"), "at")
    at = {name: value for name, value in asked.at.items() if name in record.source.tokens}
    return {**at, **own}, bind({**asked.expected}, from_object(record.expect, "expect"), "--expect")
