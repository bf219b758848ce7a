"""The man pages, in roff: graddiff(1) from the click commands, graddiff-language(7) from the grammar and the table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources

import click

from graddiff.operations.table import CONSTANTS, ROWS
from graddiff.render.reference.command_line import list_options, list_spellings
from graddiff.render.terminal.operations import (
    LEGEND,
    describe_convention,
    list_aliases,
    list_partial_rules,
)

ENVIRONMENT = (
    (
        "NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM",
        "Decide, in this order and behind --color, whether to use colour.",
    ),
    ("COLUMNS", "The width of the terminal."),
    ("GRADDIFF_DEBUG", "Where it is set, the traceback of an error is printed above its message."),
)
EXIT_STATUSES = (
    ("0", "Done."),
    (
        "1",
        "The answer is no: --expect found something else, an answer is not right, a homework is unwise.",
    ),
    ("2", "The command line contradicts itself."),
    (
        "3",
        "The expression cannot be read: its grammar, an unknown function, a variable without a value; or a homework, "
        "or an answer to it.",
    ),
    ("4", "There is no value, or some requested derivative does not exist, at that point."),
    ("5", "A file cannot be read or written."),
    ("130", "Interrupted."),
    ("141", "Nobody reads the output any more."),
)

LANGUAGE = (
    ("NUMBERS", "3, .5, 5. and 1e-3. A number is exact until it is computed with."),
    (
        "OPERATORS",
        "From the loosest to the tightest: < <= > >= == != (only as the condition of a where), + -, * /, the signs - "
        "+, and ^ or **, which binds to the right: -x^2 is -(x^2), 2^3^2 is 2^(3^2), 2^-1 is fine.",
    ),
    (
        "PRODUCTS WITHOUT A SIGN",
        "After a number, a ) or a superscript and before a name or a (: 2x, 2(x+1), 3sin(x), (x+1)(x-1). They bind as "
        "tightly as *, so that 1/2x is (1/2)*x; a notice says so wherever / or ^ stands before one.",
    ),
    (
        "AS COPIED FROM THE WEB",
        "The signs − · × ÷ ≤ ≥ ≠, superscripts as in x², π and τ, and letters of any alphabet in names.",
    ),
    (
        "STATEMENTS",
        "Separated by ; or a new line; # begins a comment. The last one is the output, the others define: "
        "p = x + y; p*z. A new line inside brackets or behind an operator separates nothing. A definition is for good.",
    ),
    (
        "FUNCTIONS OF ONE'S OWN",
        "h(x) = x^2; f(y) = y + 1; f(h(3)). They use what was defined before them, and not themselves.",
    ),
)

DRAWING = (
    "The graph is drawn as a tree, the output on top: the value of every node, its adjoint, and on the edge to "
    "the node above the local partial. Adjoint above times local partial is what the edge contributes; where a "
    "node is used several times its adjoint is the sum of its contributions. A first word that is exactly a "
    "command's name is that command; anything else is an expression, also one that begins with a minus: a word is "
    "an option only if it is exactly one of those below. Everything behind -- is an expression."
)

TABLES = (
    (
        "--data",
        "reads CSV with a header or JSON Lines, packed by gzip or not, Parquet or Arrow, and writes a row for each: "
        "the input's columns as they were, then value, gradient.x and so on, and error, which is empty where all is "
        "well. A row that fails says why in its place, and the exit status is the worst of the rows. A folder is "
        "answered file by file into the folder --output.",
    ),
    (
        "--each",
        "reads an expression a line, or a JSON object a line with the members expression, at and expect, of which the "
        "first is needed, and writes a line for each. With --value or --gradient, standard error has what there is to "
        "say about a number, behind the number of its line.",
    ),
    (
        "--engine",
        "rows is plain Python; columns, with the extra batch, is many times as fast; auto takes columns where they "
        "are installed and there is enough to do. A row in which something is not finite, or a matter of "
        "convention, is answered as a single point would be; a block of CSV with quotes in it, or one that becomes "
        "another format, is answered by rows. dask, with the extra distributed, gives the files of a folder to "
        "workers.",
    ),
)

KINK_CONVENTIONS = (
    "Derivatives follow the conventions above and are never silent: a notice names the node, the value used and, where "
    "the node has a kink or a jump of its own, the slopes on both sides. The conventions are PyTorch's where it has "
    "one, save at the edges of clamp (1 there), at hypot(0, 0) (undefined there) and at atan2(0, 0) (0 there). Where "
    "the tangent is vertical the slope is an infinity. Where the value exists and a derivative does not, that "
    "derivative is undefined, and the exit status is 4. An infinity times 0 is undefined. Partials are computed only "
    "along edges that lead to a requested variable, and an untaken branch of a where has no edge at all."
)


# The backslash first, since the others bring one.
ROFF_ESCAPES = {"\\": "\\e", "-": "\\-", "^": "\\(ha", "~": "\\(ti", "`": "\\(ga"}


def escape_roff(text: str) -> str:
    """Text that roff prints as it is."""
    for character, roff in ROFF_ESCAPES.items():
        text = text.replace(character, roff)
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def render_man_header(name: str, section: int, version: str, line: str) -> Iterator[str]:
    yield f'.TH "{name.upper()}" "{section}" "" "graddiff {version}" ""'
    yield ".SH NAME"
    yield f"{escape_roff(name)} \\- {line}"


def render_help_paragraphs(text: str) -> Iterator[str]:
    """Help text of a click command: paragraphs, those after \\b as they stand."""
    for part in text.strip().split("\n\n"):
        lines = part.strip("\n").split("\n")
        if lines[0].strip() == "\b":
            yield from (".PP", ".nf", *map(escape_roff, lines[1:]), ".fi")
        else:
            yield from (".PP", escape_roff(" ".join(lines)))


def render_option_entries(command: click.Command) -> Iterator[str]:
    context = click.Context(command, **command.context_settings)
    for option in list_options(command):
        told = option.get_help_record(context)
        if told:
            written = ", ".join(list_spellings(option)) if option.is_flag else told[0]
            yield from (
                ".TP",
                f"\\fB{escape_roff(written)}\\fR",
                escape_roff(told[1].replace("  [", " [")),
            )


def format_operand_metavars(command: click.Command) -> str:
    """What stands behind the options."""
    context = click.Context(command)
    names = [
        argument.make_metavar(context)
        for argument in command.params
        if isinstance(argument, click.Argument)
    ]
    return " ".join(names)


def render_command_page(commands: Mapping[str, click.Command], version: str) -> str:
    """graddiff(1)."""
    parts = [
        *render_man_header(
            "graddiff", 1, version, "differentiate an expression and show its computational graph"
        )
    ]
    parts += [".SH SYNOPSIS", "\\fBgraddiff\\fR [\\fIOPTIONS\\fR] \\fIEXPRESSION\\fR"]
    parts += [
        f".br\n\\fBgraddiff {name}\\fR [\\fIOPTIONS\\fR] {format_operand_metavars(command)}"
        for name, command in commands.items()
        if name
    ]
    parts += [".SH DESCRIPTION", *render_help_paragraphs(commands[""].help or "")]
    parts += [".PP", escape_roff(DRAWING)]
    for name, command in commands.items():
        title = f"COMMAND {name.upper()}" if name else "OPTIONS"
        parts += [
            f".SH {title}",
            *(render_help_paragraphs(command.help or "") if name else ()),
            *render_option_entries(command),
        ]
    parts += [".SH TABLES"]
    for option, text in TABLES:
        parts += [".TP", f"\\fB{escape_roff(option)}\\fR", escape_roff(text)]
    parts += [".SH EXIT STATUS"]
    for code, text in EXIT_STATUSES:
        parts += [".TP", code, escape_roff(text)]
    parts += [".SH ENVIRONMENT"]
    for variables, text in ENVIRONMENT:
        parts += [".TP", variables, escape_roff(text)]
    parts += [".SH SEE ALSO", "\\fBgraddiff\\-language\\fR(7)"]
    return "\n".join(parts) + "\n"


def render_language_page(version: str) -> str:
    """graddiff-language(7)."""
    parts = [*render_man_header("graddiff-language", 7, version, "what can stand in an expression")]
    for title, text in LANGUAGE:
        parts += [f".SH {title}", escape_roff(text)]
    constants = ", ".join(name for name in CONSTANTS if name.isascii())
    parts += [
        ".SH CONSTANTS",
        f"{constants}. A binding or a definition of that name wins, with a notice.",
    ]
    parts += [".SH OPERATIONS", escape_roff(LEGEND)]
    parts += render_operation_entries()
    parts += [".SH AT AWKWARD POINTS"]
    parts += [escape_roff(KINK_CONVENTIONS)]
    parts += [
        ".SH GRAMMAR",
        ".nf",
        *map(escape_roff, read_grammar_rules()),
        ".fi",
        ".SH SEE ALSO",
        "\\fBgraddiff\\fR(1)",
    ]
    return "\n".join(parts) + "\n"


def render_operation_entries() -> Iterator[str]:
    for row in ROWS:
        also = f", also {', '.join(list_aliases(row))}" if list_aliases(row) else ""
        told: Iterable[str] = [f"d/d{name} = {rule}" for name, rule in list_partial_rules(row)]
        facts = [
            "; ".join(told),
            f"domain: {row.domain}" if row.domain else "",
            describe_convention(row),
        ]
        yield from (
            ".TP",
            f"\\fB{escape_roff(row.notation)}\\fR",
            escape_roff(f"{row.meaning}{also}"),
        )
        for fact in filter(None, facts):
            yield from (".br", escape_roff(fact))


def read_grammar_rules() -> list[str]:
    """The rules of grammar.lark, without the patterns of its tokens."""
    text = resources.files("graddiff").joinpath("grammar.lark").read_text(encoding="utf-8")
    rules = text.partition("\nPLUS:")[0]
    lines = [
        re.sub(r"\s+->.*", "", line) for line in rules.split("\n") if not line.startswith("//")
    ]
    return "\n".join(lines).strip().split("\n")
