"""Python, NumPy and C: both passes written out, line by line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graddiff.autodiff.notices import find_reached_lines
from graddiff.autodiff.result import Result
from graddiff.errors import make_printable
from graddiff.notation.labels import format_headline
from graddiff.notation.line_names import assign_line_names as line_names
from graddiff.notation.style import ATOM, Term
from graddiff.operations.table import COMPARISONS, NUMBER, WHERE, get_branch_slot
from graddiff.programs.target_languages import NUMPY, PYTHON, C, CodeWriter, TargetLanguage


class ProgramPasses(NamedTuple):
    """Both passes: bindings and assignments as (name, text), what they are, and the functions they need."""

    title: str
    bindings: tuple[tuple[str, str], ...]
    forward: tuple[tuple[str, str], ...]
    backward: tuple[
        tuple[str, str, bool], ...
    ]  # the last says whether it is added to what is there
    output: str
    gradient: tuple[tuple[str, str], ...]
    functions: tuple[str, ...]


def transcribe_passes(result: Result, language: TargetLanguage) -> ProgramPasses:
    """Writes out what the output was computed from; of a `where` the branch that is taken at this point."""
    return PassTranscript(result, CodeWriter(language)).build_passes()


class PassTranscript:
    """One result in one language."""

    def __init__(self, result: Result, writer: CodeWriter) -> None:
        self.result, self.graph, self.expression, self.writer = (
            result,
            result.graph,
            result.expression,
            writer,
        )
        self.reached = sorted(find_reached_lines(result.graph))
        given = {
            line: name
            for line, name in line_names(result.expression).items()
            if line in self.reached
        }
        own = writer.choose_identifiers(dict.fromkeys(given.values()))
        adjoints = writer.choose_identifiers([f"d_{own[name]}" for name in own], own.values())
        self.names = {line: own[name] for line, name in given.items()}
        self.adjoints = {line: adjoints[f"d_{own[name]}"] for line, name in given.items()}

    def build_passes(self) -> ProgramPasses:
        lines = [
            n for n in self.reached if self.expression.operands[n] and not self.is_comparison(n)
        ]
        forward = tuple((self.names[line], self.format_assigned_value(line)) for line in lines)
        backward = tuple(self.list_adjoint_updates())
        gradient = tuple(
            (
                name,
                self.zero
                if line is None or self.graph.adjoints[line] is None
                else self.adjoints[line],
            )
            for name, line in self.result.requested.items()
        )
        bindings = tuple(
            (
                self.names[line],
                self.writer.language.format_literal(repr(float(self.result.at[name]))),
            )
            for name, line in self.expression.variables.items()
            if line in self.names
        )
        title = make_printable(format_headline(self.expression))
        output = self.make_line_term(self.expression.output).text
        return ProgramPasses(
            title,
            bindings,
            forward,
            backward,
            output,
            gradient,
            tuple(self.writer.definitions.values()),
        )

    @property
    def zero(self) -> str:
        return self.writer.language.format_literal("0")

    def is_comparison(self, line: int) -> bool:
        return self.expression.operations[line] in COMPARISONS

    def make_line_term(self, line: int) -> Term:
        operation = self.expression.operations[line]
        if operation is NUMBER:
            return self.writer.make_literal_term(self.expression.literals[line])
        return Term(self.names[line])

    def format_assigned_value(self, line: int) -> str:
        operation, operands = self.expression.operations[line], self.expression.operands[line]
        if operation is WHERE:
            return self.make_line_term(
                operands[get_branch_slot(self.graph.values[operands[0]])]
            ).text
        terms = [self.make_line_term(operand) for operand in operands]
        if operation.variadic:
            return self.format_extremum(operation.name, terms)
        return self.writer.compose_operation(operation, terms).text

    def format_extremum(self, name: str, terms: Sequence[Term]) -> str:
        """The smallest or largest of several."""
        if len(terms) == 1:
            return terms[0].text
        if name in self.writer.language.functions:
            return (
                f"{self.writer.language.functions[name]}({', '.join(term.text for term in terms)})"
            )
        text = terms[0].text
        for term in terms[1:]:
            text = f"f{name}({text}, {term.text})"
        return text

    def list_adjoint_updates(self) -> Iterator[tuple[str, str, bool]]:
        """The adjoints, from the last line to the first."""
        graph, output = self.graph, self.expression.output
        if graph.adjoints[output] is None or output not in self.adjoints:
            return
        yield self.adjoints[output], self.writer.language.format_literal("1"), False
        seen: Counter[int] = Counter()
        for target in reversed(self.reached):
            for slot, partial in enumerate(graph.partials[target]):
                if partial is None:
                    continue
                source = self.expression.operands[target][slot]
                text = self.format_edge_contribution(target, slot)
                yield self.adjoints[source], text, bool(seen[source])
                seen[source] += 1

    def format_edge_contribution(self, target: int, slot: int) -> str:
        """Adjoint times local partial."""
        adjoint = Term(self.adjoints[target])
        partial = self.make_partial_term(target, slot)
        if partial.text in ("1", "1.0"):
            return adjoint.text
        if partial.text in ("-1", "-1.0"):
            return f"-{adjoint.text}"
        return f"{adjoint.text} * {partial.bracket_below(ATOM)}"

    def make_partial_term(self, target: int, slot: int) -> Term:
        """The local partial as a formula of names."""
        operation, operands = self.expression.operations[target], self.expression.operands[target]
        if operation is WHERE:
            return self.writer.make_literal_term("1")
        terms = [self.make_line_term(line) for line in (*operands, target)]
        return self.writer.compose_local_partial(
            operation, slot, terms, [self.graph.values[line] for line in (*operands, target)]
        )


def write_python_program(result: Result) -> Iterator[str]:
    yield from write_script(result, PYTHON)


def write_numpy_program(result: Result) -> Iterator[str]:
    yield from write_script(result, NUMPY)


def write_script(result: Result, target: TargetLanguage) -> Iterator[str]:
    found = transcribe_passes(result, target)
    body, functions = (
        "".join(write_script_body(found)),
        "".join(f"\n{text}\n" for text in found.functions),
    )
    modules = {"math.": "import math\n", "np.": "import numpy as np\n"}
    imports = "".join(line for used, line in modules.items() if used in body + functions)
    yield f"# {found.title.replace(chr(10), ' ')}: value and gradient by reverse mode\n{imports}\n{functions}{body}"


def write_script_body(transcript: ProgramPasses) -> Iterator[str]:
    yield from (f"{name} = {text}\n" for name, text in transcript.bindings)
    yield "\n# forward pass\n"
    yield from (f"{name} = {text}\n" for name, text in transcript.forward)
    yield "\n# reverse pass: d_v is the derivative of the output by v\n"
    yield from (
        f"{name} {'+=' if more else '='} {text}\n" for name, text, more in transcript.backward
    )
    yield f'\nprint("value", {transcript.output})\n'
    yield from (
        f"print({quote_derivative_name(name)}, {text})\n" for name, text in transcript.gradient
    )


def quote_derivative_name(name: str) -> str:
    return f'"d/d{name}"'


def write_c_program(result: Result) -> Iterator[str]:
    found = transcribe_passes(result, C)
    yield f"/* {found.title.replace('*/', '* /')}: value and gradient by reverse mode; cc -lm */\n"
    yield "#include <math.h>\n#include <stdio.h>\n\n"
    yield "".join(found.functions) + "\n" * bool(found.functions)
    yield "int main(void) {\n"
    yield from (f"    double {name} = {text};\n" for name, text in found.bindings)
    yield "\n    /* forward pass */\n"
    yield from (f"    double {name} = {text};\n" for name, text in found.forward)
    yield "\n    /* reverse pass: d_v is the derivative of the output by v */\n"
    yield from (
        f"    {name} += {text};\n" if more else f"    double {name} = {text};\n"
        for name, text, more in found.backward
    )
    yield f'\n    printf("value %.17g\\n", {found.output});\n'
    yield from (
        f'    printf("d/d%s %.17g\\n", {quote_c_string(name)}, (double)({text}));\n'
        for name, text in found.gradient
    )
    yield "    return 0;\n}\n"


def quote_c_string(text: str) -> str:
    """A string of C, in UTF-8."""
    return (
        '"'
        + "".join(
            chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}"
            for b in text.encode()
        )
        + '"'
    )
