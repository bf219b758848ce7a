"""JavaScript for a page: the forward pass and all local partials, at any point."""

from __future__ import annotations

from collections.abc import Sequence

from graddiff.autodiff.result import Result
from graddiff.notation.style import Term
from graddiff.operations.table import WHERE
from graddiff.programs.code_writer import CodeWriter
from graddiff.programs.languages.javascript import JAVASCRIPT

EdgeKey = tuple[int, int, int]  # source, target, slot


def write_page_functions(result: Result, edges: Sequence[EdgeKey]) -> str:
    """Returns a script that defines two functions.

    `forward(at)` returns the values of all lines, `partials(v)` the local partials of the edges
    from these values, null where a branch is not taken. The script consists of line numbers and
    operations of the table: no text of a user's reaches it."""
    writer = CodeWriter(JAVASCRIPT)
    assignments = "".join(
        f"  v[{line}] = {value};\n" for line, value in enumerate(list_line_values(result, writer))
    )
    partials = "".join(
        f"  p[{place}] = {format_edge_partial(result, writer, edge)};\n"
        for place, edge in enumerate(edges)
    )
    # erf and erfc share one text, which defines both.
    helpers = "".join(dict.fromkeys(writer.definitions.values()))
    forward = f"function forward(at) {{\n  const v = [];\n{assignments}  return v;\n}}\n"
    backward = f"function partials(v) {{\n  const p = [];\n{partials}  return p;\n}}\n"
    body = f"{helpers}{forward}{backward}return {{ forward, partials }};\n"
    return f"const {{ forward, partials }} = (() => {{\n{body}}})();\n"


def list_line_values(result: Result, writer: CodeWriter) -> list[str]:
    """Returns the value of each line as a formula of the values of earlier lines."""
    expression = result.expression
    places = {name: place for place, name in enumerate(expression.variables)}
    texts: list[str] = []

    def add_line(text: str) -> Term:
        """Keeps the formula of the next line and returns what other lines call its value."""
        texts.append(text)
        return make_value_term(len(texts) - 1)

    expression.fold(
        variable=lambda name: add_line(f"at[{places[name]}]"),
        number=lambda text: add_line(writer.make_literal_term(text).text),
        apply=lambda operation, operands: add_line(
            writer.compose_operation(operation, operands).text
        ),
    )
    return texts


def make_value_term(line: int) -> Term:
    return Term(f"v[{line}]")


def format_edge_partial(result: Result, writer: CodeWriter, edge: EdgeKey) -> str:
    """Returns the local partial of an edge as a formula of the lines' values."""
    _, target, slot = edge
    operation, operands = result.expression.operations[target], result.expression.operands[target]
    if operation is WHERE:
        # A branch that is not taken has no edge: null, not 0.
        branches = ("1", "null") if slot == 1 else ("null", "1")
        return f"v[{operands[0]}] ? {branches[0]} : {branches[1]}"
    terms = [make_value_term(operand) for operand in operands]
    value = make_value_term(target)
    if operation.variadic:
        # The rule of min and max knows its own operand, the value and the number of ties.
        ties = " + ".join(f"(v[{operand}] === v[{target}])" for operand in operands)
        terms = [terms[slot], value, Term(f"({ties})")]
    else:
        terms = [*terms, value]
    rule = operation.get_partial_rule(slot)
    return writer.translate_formula(rule, dict(zip(operation.rule_variables, terms)))
