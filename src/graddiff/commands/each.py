"""graddiff --each: many expressions, one a line, or one JSON record a line with its own bindings."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

from graddiff.bindings import bind, from_object, read_json
from graddiff.commands.options import bare, tell
from graddiff.data.blocks import blocks, open_source
from graddiff.errors import FileError, GraddiffError
from graddiff.expectations import answer, exit_code
from graddiff.render.json import document, failure
from graddiff.tokens import Source

BLOCK = 64 << 10  # bytes
MEMBERS = ("expression", "at", "expect")


class Record(NamedTuple):
    """What a line asks."""

    expression: str
    at: dict[str, float]
    expected: dict[str, float]


def answer_lines(
    at: Mapping[str, float],
    expected: Mapping[str, float],
    wrt: tuple[str, ...] | None,
    form: str,
    options: Mapping[str, Any],
) -> int:
    """Writes one answer a line and returns the exit code, the worst of the lines."""
    source = open_source(options["path"] or "-")
    worst = 0
    for block in blocks(source, BLOCK, quotes=False):
        for number, line in enumerate(block.text.split(b"\n"), block.line):
            if not line.strip():
                continue
            code = answer_line(line, number, at, expected, wrt, form, options)
            if options["line_buffered"]:
                sys.stdout.flush()
            worst = max(worst, code)
            if code and options["fail_fast"]:
                return worst
    return worst


def answer_line(
    line: bytes,
    number: int,
    at: Mapping[str, float],
    expected: Mapping[str, float],
    wrt: tuple[str, ...] | None,
    form: str,
    options: Mapping[str, Any],
) -> int:
    """Writes the answer to one line and returns its exit code."""
    text = None
    try:
        text = line.decode().strip()
        record = read_record(text, at, expected)
        result, checks = answer(record.expression, record.at, wrt, record.expected, options["rtol"], options["atol"])
    except (GraddiffError, UnicodeDecodeError) as error:
        told = error if isinstance(error, GraddiffError) else FileError("the line is not UTF-8 text")
        if form in ("value", "gradient"):
            sys.stdout.write("undefined\n")
            tell(f"line {number:,}: {told.message}")
        else:
            sys.stdout.write(failure(told, text))
        return told.exit_code
    if form in ("value", "gradient"):
        sys.stdout.write(bare(result, form, options["digits"]) + "\n")
    else:
        sys.stdout.writelines(document(result, not options["no_graph"], checks))
    return exit_code(result, checks)


def read_record(text: str, at: Mapping[str, float], expected: Mapping[str, float]) -> Record:
    """A line as a record; an expression has the bindings of the command line, as far as it has such variables."""
    if not text.startswith("{"):
        names = {*Source(text).tokens}
        return Record(text, {name: value for name, value in at.items() if name in names}, {**expected})
    try:
        found = read_json(text)
    except (ValueError, RecursionError) as error:
        raise FileError(f"no JSON: {error}") from None
    unknown = [name for name in found if name not in MEMBERS]
    if unknown or not isinstance(found.get("expression"), str):
        told = f"no member {unknown[0]!r} is known" if unknown else "there is no expression"
        raise FileError(f"{told}: a record has {', '.join(MEMBERS)}")
    own = bind({}, from_object(found.get("at", {}), "at"), "at")
    return Record(
        found["expression"],
        {**{name: value for name, value in at.items() if name in Source(found["expression"]).tokens}, **own},
        bind({**expected}, from_object(found.get("expect", {}), "expect"), "--expect"),
    )
