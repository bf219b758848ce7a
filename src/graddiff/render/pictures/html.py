"""One self-contained page: the picture, both passes step by step, and everything computed anew where a binding changes.

No network, no framework: the script stands in the page, and computes with functions made from the table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

from graddiff.autodiff.result import Result
from graddiff.notation.line_names import assign_line_names
from graddiff.notation.numerals import format_number
from graddiff.notation.style import SPACED, Term
from graddiff.notation.terms import format_partial_formula
from graddiff.numbers.arithmetic import parse_partial_rule
from graddiff.operations.table import COMPARISONS, NUMBER, TABLE, WHERE
from graddiff.programs.javascript import write_page_functions
from graddiff.render.explanation.rules_in_words import describe_rule
from graddiff.render.explanation.steps import Explainer, ExplanationStyle
from graddiff.render.markup import escape_xml
from graddiff.render.pictures import svg
from graddiff.render.pictures.figure import Arrow, Figure, build_figure

POW = TABLE["pow"]
BUTTONS = (
    ("first", "|←", "first step"),
    ("back", "←", "back"),
    ("next", "→", "next"),
    ("last", "→|", "last step"),
)


def render_page(result: Result, digits: int) -> Iterator[str]:
    """The page of a result."""
    drawn = add_step_names(result, build_figure(result, digits, branches=True))
    edges = [
        (arrow.source, arrow.target, arrow.slot) for arrow in find_flowing_arrows(result, drawn)
    ]
    script = f"const graph = {encode_script_json(build_page_model(result, drawn))};\n{write_page_functions(result, edges)}{read_page_file('page.js')}"
    f = escape_xml(result.expression.output_name)
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{escape_xml(drawn.title)}</title>\n<style>\n{read_page_file('page.css')}</style>\n</head>\n<body>\n"
    yield f"<h1>{escape_xml(drawn.title)}</h1>\n"
    yield from render_inputs(result)
    yield f'<div id="picture">\n{"".join(svg.render_svg_element(drawn))}</div>\n'
    yield from (
        f'<p class="notice">{escape_xml(f"{one.kind}: {one.message}")}</p>\n'
        for one in result.notices
    )
    yield '<p id="step" role="status" aria-live="polite"></p>\n<p id="controls">\n'
    for name, sign, told in BUTTONS:
        yield f'<button id="{name}" type="button" aria-label="{told}">{sign}</button>\n'
    yield '<span id="place"></span> Arrow keys step; a variable shows its paths; an edge tells its rule.</p>\n<table>\n'
    yield f'<tr><th scope="row">{f}</th><td id="value"></td></tr>\n'
    for place, name in enumerate(list_gradient_variables(result)):
        yield f'<tr><th scope="row">∂{f}/∂{escape_xml(name)}</th><td id="d{place}"></td></tr>\n'
    yield f"</table>\n<script>\n{script}</script>\n</body>\n</html>\n"


def add_step_names(result: Result, figure: Figure) -> Figure:
    """The figure with the names by which the steps speak of its boxes."""
    given, own = assign_line_names(result.expression), {*result.expression.lines_by_name.values()}
    boxes = [
        box._replace(title=f"{given[box.line]} = {box.title}")
        if box.line in given and box.line not in own
        else box
        for box in figure.boxes
    ]
    return figure._replace(boxes=tuple(boxes))


def read_page_file(name: str) -> str:
    return resources.files("graddiff.render.pictures").joinpath(name).read_text(encoding="utf-8")


def encode_script_json(content: Any) -> str:
    """JSON that may stand in a script: nothing in it ends the script or begins a comment."""
    return (
        json.dumps(content).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    )


def list_gradient_variables(result: Result) -> list[str]:
    """The variables that the gradient is by."""
    return [name for name in result.requested if name in result.expression.variables]


def render_inputs(result: Result) -> Iterator[str]:
    yield '<fieldset id="at"><legend>at</legend>\n'
    for name, value in ((name, result.at[name]) for name in result.expression.variables):
        label = escape_xml(name)
        yield f'<label>{label} = <input type="number" step="any" value="{float(value)!r}"></label>\n'
    yield "</fieldset>\n"


def build_page_model(result: Result, figure: Figure) -> dict[str, Any]:
    """What the script needs to know: names and formulas, in which {3} stands for line 3."""
    expression = result.expression
    teller = Explainer(result, ExplanationStyle(SPACED, str, lambda value: format_number(value, 7)))
    lines = [describe_line(teller, line) for line in range(expression.size)]
    shown = {box.line for box in figure.boxes}
    order = [
        line
        for line, operands in enumerate(expression.operands)
        if operands and line in shown and expression.operations[line] not in COMPARISONS
    ]
    flows = {*find_flowing_arrows(result, figure)}
    edges = [
        {
            "id": number_,
            "source": arrow.source,
            "target": arrow.target,
            "slot": arrow.slot,
            "template": build_partial_template(teller, arrow.target, arrow.slot),
        }
        for number_, arrow in enumerate(figure.arrows)
        if arrow in flows
    ]
    by = [
        {"name": name, "line": expression.variables[name]}
        for name in list_gradient_variables(result)
    ]
    return {
        "lines": lines,
        "edges": edges,
        "order": order,
        "variables": by,
        "output": expression.output,
    }


def find_flowing_arrows(result: Result, figure: Figure) -> list[Arrow]:
    """The arrows along which a derivative can flow, at this point or another."""
    expression = result.expression
    through = expression.find_dependent_lines(
        {line for line in result.requested.values() if line is not None}
    )
    choice = [arrow for arrow in figure.arrows if expression.operations[arrow.target].has_partials]
    return [
        a
        for a in choice
        if through[a.source] and not (expression.operations[a.target] is WHERE and a.slot == 0)
    ]


def describe_line(explainer: Explainer, line: int) -> dict[str, str]:
    """A line's name, its formula and its rule in words."""
    expression = explainer.expression
    operation, operands = expression.operations[line], expression.operands[line]
    terms = [build_placeholder(explainer, operand) for operand in operands]
    template = SPACED.compose_term(operation, terms).text if operands else ""
    name = explainer.names.get(line) or explainer.build_name_term(line).text
    words = describe_rule(operation) if operands and operation not in COMPARISONS else ""
    return {"name": name, "template": template, "words": words}


def build_placeholder(explainer: Explainer, line: int) -> Term:
    """{3}, but a number as it is and a comparison with its own operands."""
    expression = explainer.expression
    if expression.operations[line] is NUMBER:
        return explainer.build_name_term(line)
    if expression.operations[line] in COMPARISONS:
        return SPACED.compose_term(
            expression.operations[line],
            [build_placeholder(explainer, o) for o in expression.operands[line]],
        )
    return Term(f"{{{line}}}")


def build_partial_template(explainer: Explainer, target: int, slot: int) -> str:
    """The local partial with placeholders; nothing where it depends on a choice, which may turn out otherwise."""
    expression, values = explainer.expression, explainer.graph.values
    operation, operands = expression.operations[target], expression.operands[target]
    chosen = (
        operation is WHERE
        or operation.variadic
        or WHERE in parse_partial_rule(operation, slot).operations
    )
    whole = (
        operation is POW and expression.operations[operands[1]] is NUMBER
    )  # the choice is about the exponent
    if chosen and not whole:
        return ""
    terms, inputs = (
        [build_placeholder(explainer, operand) for operand in operands],
        [values[operand] for operand in operands],
    )
    return format_partial_formula(
        operation, slot, terms, Term(f"{{{target}}}"), inputs, values[target], SPACED
    )
