"""JavaScript for a page: the forward pass and every local partial, at whatever point is put in."""

from __future__ import annotations

from collections.abc import Sequence

from graddiff.autodiff.result import Result
from graddiff.notation.style import Term
from graddiff.operations.table import WHERE
from graddiff.programs.target_languages import JAVASCRIPT, CodeWriter

EdgeKey = tuple[int, int, int]  # source, target, slot


def write_page_functions(result: Result, edges: Sequence[EdgeKey]) -> str:
    """Two functions: `forward(at)` gives the values of all lines, `partials(v)` those of the edges, null where a branch
    is not taken. Only numbers of lines and operations of the table reach the code, never a user's text."""
    expression, writer = result.expression, CodeWriter(JAVASCRIPT)
    places = {name: place for place, name in enumerate(expression.variables)}
    body: list[str] = []

    def assign_value(text: str) -> Term:
        """Adds a statement for the next line and returns the term that stands for its value."""
        term = make_value_term(len(body))
        body.append(f"  {term.text} = {text};\n")
        return term

    expression.fold(
        variable=lambda name: assign_value(f"at[{places[name]}]"),
        number=lambda text: assign_value(writer.make_literal_term(text).text),
        apply=lambda operation, operands: assign_value(
            writer.compose_operation(operation, operands).text
        ),
    )
    found = [
        f"  p[{place}] = {format_edge_partial(result, writer, edge)};\n"
        for place, edge in enumerate(edges)
    ]
    helpers = "".join(dict.fromkeys(writer.definitions.values()))
    forward = f"function forward(at) {{\n  const v = [];\n{''.join(body)}  return v;\n}}\n"
    backward = f"function partials(v) {{\n  const p = [];\n{''.join(found)}  return p;\n}}\n"
    inside = f"{helpers}{forward}{backward}return {{ forward, partials }};\n"
    return f"const {{ forward, partials }} = (() => {{\n{inside}}})();\n"


def make_value_term(line: int) -> Term:
    return Term(f"v[{line}]")


def format_edge_partial(result: Result, writer: CodeWriter, edge: EdgeKey) -> str:
    """The local partial of an edge, wherever the point is."""
    _, target, slot = edge
    operation, operands = result.expression.operations[target], result.expression.operands[target]
    if operation is WHERE:
        taken, other = ("1", "null") if slot == 1 else ("null", "1")
        return f"v[{operands[0]}] ? {taken} : {other}"
    terms = [make_value_term(operand) for operand in operands]
    if operation.variadic:
        ties = " + ".join(f"(v[{operand}] === v[{target}])" for operand in operands)
        terms = [terms[slot], make_value_term(target), Term(f"({ties})")]
    else:
        terms = [*terms, make_value_term(target)]
    return writer.translate_formula(
        operation.get_partial_rule(slot), dict(zip(operation.rule_variables, terms))
    )
