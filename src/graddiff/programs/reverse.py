"""Programs in Python, NumPy and C with both passes written out, one assignment per line."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from graddiff.autodiff.notices import find_reached_lines
from graddiff.autodiff.result import Result
from graddiff.errors import make_printable
from graddiff.notation.labels import format_headline
from graddiff.notation.line_names import assign_line_names
from graddiff.notation.style import ATOM, Term
from graddiff.operations.table import COMPARISONS, NUMBER, WHERE, get_branch_slot
from graddiff.programs.code_writer import CodeWriter
from graddiff.programs.languages.c import C
from graddiff.programs.languages.python import NUMPY, PYTHON
from graddiff.programs.languages.target import TargetLanguage

IMPORTS = {"math.": "import math\n", "np.": "import numpy as np\n"}  # by what needs them


class ProgramAssignment(NamedTuple):
    """A statement of a program; with `is_added`, the variable has a value that is added to."""

    name: str
    text: str
    is_added: bool = False


class ProgramPasses(NamedTuple):
    """Both passes as statements, with the texts of the functions that they call.

    `gradient` has the code for each derivative by the name it is taken by."""

    title: str
    bindings: tuple[ProgramAssignment, ...]
    forward: tuple[ProgramAssignment, ...]
    backward: tuple[ProgramAssignment, ...]
    output: str
    gradient: dict[str, str]
    functions: tuple[str, ...]


def transcribe_passes(result: Result, language: TargetLanguage) -> ProgramPasses:
    """Returns the passes for what the output was computed from.

    Of a `where`, this is the branch that is taken at the point of the result."""
    return PassTranscript(result, CodeWriter(language)).build_passes()


class PassTranscript:
    """The passes of one result in one language."""

    def __init__(self, result: Result, writer: CodeWriter) -> None:
        self.result, self.graph, self.writer = result, result.graph, writer
        self.expression = result.expression
        self.reached_lines = sorted(find_reached_lines(result.graph))
        line_names = assign_line_names(result.expression)
        names = {line: name for line, name in line_names.items() if line in self.reached_lines}
        identifiers = writer.choose_identifiers(dict.fromkeys(names.values()))
        self.names = {line: identifiers[name] for line, name in names.items()}
        # Adjoints are chosen second: a variable that is called d_x keeps its name.
        wanted = dict.fromkeys(f"d_{name}" for name in self.names.values())
        adjoints = writer.choose_identifiers(wanted, identifiers.values())
        self.adjoints = {line: adjoints[f"d_{name}"] for line, name in self.names.items()}

    def build_passes(self) -> ProgramPasses:
        forward = tuple(self.list_forward_assignments())
        backward = tuple(self.list_adjoint_updates())
        return ProgramPasses(
            title=make_printable(format_headline(self.expression)),
            bindings=tuple(self.list_bindings()),
            forward=forward,
            backward=backward,
            output=self.make_line_term(self.expression.output).text,
            gradient=self.collect_gradient(),
            functions=tuple(self.writer.definitions.values()),
        )

    def list_bindings(self) -> Iterator[ProgramAssignment]:
        """Yields the values of the variables at the point."""
        for name, line in self.expression.variables.items():
            if line in self.names:
                value = repr(float(self.result.at[name]))
                yield ProgramAssignment(
                    self.names[line], self.writer.language.format_literal(value)
                )

    def list_forward_assignments(self) -> Iterator[ProgramAssignment]:
        """Yields the values of the operations; a comparison is written where it is used."""
        for line in self.reached_lines:
            operation = self.expression.operations[line]
            if self.expression.operands[line] and operation not in COMPARISONS:
                yield ProgramAssignment(self.names[line], self.format_assigned_value(line))

    def collect_gradient(self) -> dict[str, str]:
        """Returns the code for each requested derivative: an adjoint, or 0 where nothing flows."""
        gradient = {}
        for name, line in self.result.requested.items():
            flows = line is not None and self.graph.adjoints[line] is not None
            zero = self.writer.language.format_literal("0")
            gradient[name] = self.adjoints[line] if line is not None and flows else zero
        return gradient

    def make_line_term(self, line: int) -> Term:
        """Returns what stands for a line in other lines: its literal or its name."""
        if self.expression.operations[line] is NUMBER:
            return self.writer.make_literal_term(self.expression.literals[line])
        return Term(self.names[line])

    def format_assigned_value(self, line: int) -> str:
        """Returns the code for the value of an operation."""
        operation, operands = self.expression.operations[line], self.expression.operands[line]
        if operation is WHERE:
            branch = get_branch_slot(self.graph.values[operands[0]])
            return self.make_line_term(operands[branch]).text
        terms = [self.make_line_term(operand) for operand in operands]
        if operation.variadic:
            return self.format_extremum(operation.name, terms)
        return self.writer.compose_operation(operation, terms).text

    def format_extremum(self, name: str, terms: Sequence[Term]) -> str:
        """Returns the smallest or largest of several terms."""
        if len(terms) == 1:
            return terms[0].text
        function = self.writer.language.functions.get(name)
        if function is not None:
            return f"{function}({', '.join(term.text for term in terms)})"
        # C has fmin and fmax, which take two operands each.
        text = terms[0].text
        for term in terms[1:]:
            text = f"f{name}({text}, {term.text})"
        return text

    def list_adjoint_updates(self) -> Iterator[ProgramAssignment]:
        """Yields the statements of the reverse pass, from the last line to the first."""
        output = self.expression.output
        if self.graph.adjoints[output] is None or output not in self.adjoints:
            return
        yield ProgramAssignment(self.adjoints[output], self.writer.language.format_literal("1"))
        assigned: set[int] = set()
        for target in reversed(self.reached_lines):
            for slot, partial in enumerate(self.graph.partials[target]):
                if partial is None:
                    continue  # no derivative flows along this edge
                source = self.expression.operands[target][slot]
                text = self.format_edge_contribution(target, slot)
                # The first contribution makes the adjoint, each further one is added to it.
                yield ProgramAssignment(self.adjoints[source], text, is_added=source in assigned)
                assigned.add(source)

    def format_edge_contribution(self, target: int, slot: int) -> str:
        """Returns the adjoint of the target times the local partial."""
        adjoint = self.adjoints[target]
        partial = self.make_partial_term(target, slot)
        if partial.text in ("1", "1.0"):
            return adjoint
        if partial.text in ("-1", "-1.0"):
            return f"-{adjoint}"
        return f"{adjoint} * {partial.bracket_below(ATOM)}"

    def make_partial_term(self, target: int, slot: int) -> Term:
        """Returns the local partial as a formula of names."""
        operation = self.expression.operations[target]
        if operation is WHERE:
            return self.writer.make_literal_term("1")
        lines = (*self.expression.operands[target], target)
        terms = [self.make_line_term(line) for line in lines]
        values = [self.graph.values[line] for line in lines]
        return self.writer.compose_local_partial(operation, slot, terms, values)


def write_python_program(result: Result) -> Iterator[str]:
    yield from write_script(result, PYTHON)


def write_numpy_program(result: Result) -> Iterator[str]:
    yield from write_script(result, NUMPY)


def write_script(result: Result, language: TargetLanguage) -> Iterator[str]:
    """Yields a program in Python, with the imports that it needs."""
    passes = transcribe_passes(result, language)
    body = "".join(write_script_body(passes))
    functions = "".join(f"\n{text}\n" for text in passes.functions)
    imports = "".join(line for used, line in IMPORTS.items() if used in body + functions)
    title = passes.title.replace("\n", " ")
    yield f"# {title}: value and gradient by reverse mode\n{imports}\n{functions}{body}"


def write_script_body(passes: ProgramPasses) -> Iterator[str]:
    yield from (f"{name} = {text}\n" for name, text, _ in passes.bindings)
    yield "\n# forward pass\n"
    yield from (f"{name} = {text}\n" for name, text, _ in passes.forward)
    yield "\n# reverse pass: d_v is the derivative of the output by v\n"
    for name, text, is_added in passes.backward:
        yield f"{name} {'+=' if is_added else '='} {text}\n"
    yield f'\nprint("value", {passes.output})\n'
    yield from (f'print("d/d{name}", {text})\n' for name, text in passes.gradient.items())


def write_c_program(result: Result) -> Iterator[str]:
    """Yields a program in C."""
    passes = transcribe_passes(result, C)
    title = passes.title.replace("*/", "* /")
    yield f"/* {title}: value and gradient by reverse mode; cc -lm */\n"
    yield "#include <math.h>\n#include <stdio.h>\n\n"
    if passes.functions:
        yield "".join(passes.functions) + "\n"
    yield "int main(void) {\n"
    yield from (f"    double {name} = {text};\n" for name, text, _ in passes.bindings)
    yield "\n    /* forward pass */\n"
    yield from (f"    double {name} = {text};\n" for name, text, _ in passes.forward)
    yield "\n    /* reverse pass: d_v is the derivative of the output by v */\n"
    for name, text, is_added in passes.backward:
        yield f"    {name} += {text};\n" if is_added else f"    double {name} = {text};\n"
    yield f'\n    printf("value %.17g\\n", {passes.output});\n'
    for name, text in passes.gradient.items():
        yield f'    printf("d/d%s %.17g\\n", {quote_c_string(name)}, (double)({text}));\n'
    yield "    return 0;\n}\n"


def quote_c_string(text: str) -> str:
    """Returns a string literal of C, in UTF-8."""
    characters = []
    for byte in text.encode():
        # `?` may begin a trigraph, and an octal escape ends after three digits.
        is_plain = 32 <= byte < 127 and chr(byte) not in '"\\?'
        characters.append(chr(byte) if is_plain else f"\\{byte:03o}")
    return f'"{"".join(characters)}"'
