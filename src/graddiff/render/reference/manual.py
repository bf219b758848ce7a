"""The man pages: graddiff(1) from the click commands, graddiff-language(7) from the grammar and the
table of operations, with the prose of manual_prose in between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import resources

import click

from graddiff.errors import NOTICE_KINDS, NoticeKind
from graddiff.operations.row import Operation
from graddiff.operations.table import CONSTANTS, ROWS
from graddiff.render.reference import manual_prose as prose
from graddiff.render.reference.command_line import (
    format_operand_metavars,
    list_options,
    list_spellings,
)
from graddiff.render.reference.roff import (
    escape_roff,
    set_entries,
    set_entry,
    set_literal_lines,
    set_paragraphs,
    set_title,
)
from graddiff.render.views.operations import (
    LEGEND,
    describe_convention,
    list_aliases,
    list_partial_rules,
)


def render_command_page(commands: Mapping[str, click.Command], version: str) -> str:
    """Returns the page graddiff(1); `commands` maps "" to the main command, names to the others."""
    lines = [
        *set_title("graddiff", 1, version, prose.COMMAND_LINE),
        ".SH SYNOPSIS",
        *set_synopsis(commands),
        ".SH DESCRIPTION",
        *set_help_text(commands[""].help or ""),
        *set_paragraphs(prose.DRAWING),
    ]
    for name, command in commands.items():
        lines += set_command_section(name, command)
    for title, entries in (
        ("TABLES", prose.TABLES),
        ("EXIT STATUS", prose.EXIT_STATUSES),
        ("ENVIRONMENT", prose.ENVIRONMENT),
    ):
        lines += [f".SH {title}", *set_entries(entries)]
    lines += [".SH SEE ALSO", "\\fBgraddiff\\-language\\fR(7)"]
    return "\n".join(lines) + "\n"


def set_synopsis(commands: Mapping[str, click.Command]) -> Iterator[str]:
    """Yields the usage of each command."""
    yield "\\fBgraddiff\\fR [\\fIOPTIONS\\fR] \\fIEXPRESSION\\fR"
    for name, command in commands.items():
        if name:
            yield ".br"
            operands = format_operand_metavars(command)
            yield f"\\fBgraddiff {name}\\fR [\\fIOPTIONS\\fR] {operands}".rstrip()


def set_command_section(name: str, command: click.Command) -> Iterator[str]:
    """Yields the options of a command, below its help text unless it is the main command."""
    if name:
        yield f".SH COMMAND {name.upper()}"
        yield from set_help_text(command.help or "")
    else:
        yield ".SH OPTIONS"
    yield from set_options(command)


def set_help_text(text: str) -> Iterator[str]:
    r"""Yields the help text of a command; a paragraph that begins with \b keeps its lines."""
    for paragraph in text.strip().split("\n\n"):
        first, *rest = paragraph.strip("\n").split("\n")
        if first.strip() == "\b":
            yield ".PP"
            yield from set_literal_lines(rest)
        else:
            yield from set_paragraphs([" ".join([first, *rest])])


def set_options(command: click.Command) -> Iterator[str]:
    """Yields an entry for each option of a command."""
    context = click.Context(command, **command.context_settings)
    for option in list_options(command):
        record = option.get_help_record(context)
        if record:
            usage, text = record
            term = ", ".join(list_spellings(option)) if option.is_flag else usage
            yield from set_entry(term, text.replace("  [", " ["))


def render_language_page(version: str) -> str:
    """Returns the page graddiff-language(7)."""
    lines = [*set_title("graddiff-language", 7, version, prose.LANGUAGE_LINE)]
    for title, text in prose.LANGUAGE:
        lines += [f".SH {title}", escape_roff(text)]
    constants = ", ".join(name for name in CONSTANTS if name.isascii())
    lines += [".SH CONSTANTS", f"{constants}. {prose.CONSTANTS_SENTENCE}"]
    lines += [".SH OPERATIONS", escape_roff(LEGEND)]
    for operation in ROWS:
        lines += set_operation(operation)
    lines += [
        f".SH {prose.CONVENTIONS_TITLE}",
        *set_paragraphs(prose.CONVENTIONS),
        ".SH NOTICES",
        *set_entries(map(describe_notice_kind, NOTICE_KINDS.values())),
        ".SH GRAMMAR",
        *set_literal_lines(read_grammar_rules()),
        ".SH SEE ALSO",
        "\\fBgraddiff\\fR(1)",
    ]
    return "\n".join(lines) + "\n"


def describe_notice_kind(kind: NoticeKind) -> tuple[str, str]:
    """Returns the name of a kind of notice, and what it means for the result."""
    if kind.is_derivative_missing:
        return kind.name, f"{kind.meaning} The exit status is 4."
    return kind.name, kind.meaning


def set_operation(operation: Operation) -> Iterator[str]:
    """Yields the entry of an operation: its meaning, local partials, domain and convention."""
    aliases = list_aliases(operation)
    meaning = f"{operation.meaning}, also {', '.join(aliases)}" if aliases else operation.meaning
    yield from set_entry(operation.notation, meaning)
    facts = ["; ".join(f"d/d{name} = {rule}" for name, rule in list_partial_rules(operation))]
    if operation.domain:
        facts.append(f"domain: {operation.domain}")
    facts.append(describe_convention(operation))
    for fact in filter(None, facts):
        yield ".br"
        yield escape_roff(fact)


def read_grammar_rules() -> list[str]:
    """Returns the rules of grammar.lark, without comments, aliases, and the patterns of tokens."""
    text = resources.files("graddiff").joinpath("grammar.lark").read_text(encoding="utf-8")
    rules, _, _tokens = text.partition("\nPLUS:")
    lines = [line for line in rules.split("\n") if not line.startswith("//")]
    return re.sub(r" *->.*", "", "\n".join(lines)).strip().split("\n")
