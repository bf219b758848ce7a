"""One self-contained page: the picture, both passes step by step, and everything computed anew where a binding changes.

No network, no framework: the script stands in the page, and computes with functions made from the table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

from graddiff.autodiff.result import Result
from graddiff.notation.line_names import names
from graddiff.notation.numerals import number
from graddiff.notation.style import SPACED, Term
from graddiff.notation.terms import formula
from graddiff.numbers.kind import partial_rule
from graddiff.operations.table import COMPARISONS, NUMBER, TABLE, WHERE
from graddiff.programs.page import functions
from graddiff.render.explanation.rules_in_words import rule_in_words
from graddiff.render.explanation.steps import Style, Teller
from graddiff.render.markup import xml_text
from graddiff.render.pictures import svg
from graddiff.render.pictures.figure import Arrow, Figure, figure

POW = TABLE["pow"]
BUTTONS = (
    ("first", "|←", "first step"),
    ("back", "←", "back"),
    ("next", "→", "next"),
    ("last", "→|", "last step"),
)


def write(result: Result, digits: int) -> Iterator[str]:
    """The page of a result."""
    drawn = with_names(result, figure(result, digits, branches=True))
    edges = [(arrow.source, arrow.target, arrow.slot) for arrow in flowing(result, drawn)]
    script = f"const graph = {embedded(model(result, drawn))};\n{functions(result, edges)}{text_of('page.js')}"
    f = xml_text(result.expression.output_name)
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{xml_text(drawn.title)}</title>\n<style>\n{text_of('page.css')}</style>\n</head>\n<body>\n"
    yield f"<h1>{xml_text(drawn.title)}</h1>\n"
    yield from inputs(result)
    yield f'<div id="picture">\n{"".join(svg.element(drawn))}</div>\n'
    yield from (
        f'<p class="notice">{xml_text(f"{one.kind}: {one.message}")}</p>\n'
        for one in result.notices
    )
    yield '<p id="step" role="status" aria-live="polite"></p>\n<p id="controls">\n'
    for name, sign, told in BUTTONS:
        yield f'<button id="{name}" type="button" aria-label="{told}">{sign}</button>\n'
    yield '<span id="place"></span> Arrow keys step; a variable shows its paths; an edge tells its rule.</p>\n<table>\n'
    yield f'<tr><th scope="row">{f}</th><td id="value"></td></tr>\n'
    for place, name in enumerate(variables(result)):
        yield f'<tr><th scope="row">∂{f}/∂{xml_text(name)}</th><td id="d{place}"></td></tr>\n'
    yield f"</table>\n<script>\n{script}</script>\n</body>\n</html>\n"


def with_names(result: Result, drawn: Figure) -> Figure:
    """The figure with the names by which the steps speak of its boxes."""
    given, own = names(result.expression), {*result.expression.lines.values()}
    boxes = [
        box._replace(title=f"{given[box.line]} = {box.title}")
        if box.line in given and box.line not in own
        else box
        for box in drawn.boxes
    ]
    return drawn._replace(boxes=tuple(boxes))


def text_of(name: str) -> str:
    return resources.files("graddiff.render.pictures").joinpath(name).read_text(encoding="utf-8")


def embedded(content: Any) -> str:
    """JSON that may stand in a script: nothing in it ends the script or begins a comment."""
    return (
        json.dumps(content).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    )


def variables(result: Result) -> list[str]:
    """The variables that the gradient is by."""
    return [name for name in result.requested if name in result.expression.variables]


def inputs(result: Result) -> Iterator[str]:
    yield '<fieldset id="at"><legend>at</legend>\n'
    for name, value in ((name, result.at[name]) for name in result.expression.variables):
        label = xml_text(name)
        yield f'<label>{label} = <input type="number" step="any" value="{float(value)!r}"></label>\n'
    yield "</fieldset>\n"


def model(result: Result, drawn: Figure) -> dict[str, Any]:
    """What the script needs to know: names and formulas, in which {3} stands for line 3."""
    expression = result.expression
    teller = Teller(result, Style(SPACED, str, lambda value: number(value, 7)))
    lines = [line_of(teller, line) for line in range(expression.size)]
    shown = {box.line for box in drawn.boxes}
    order = [
        line
        for line, operands in enumerate(expression.operands)
        if operands and line in shown and expression.operations[line] not in COMPARISONS
    ]
    flows = {*flowing(result, drawn)}
    edges = [
        {
            "id": number_,
            "source": arrow.source,
            "target": arrow.target,
            "slot": arrow.slot,
            "template": partial_template(teller, arrow.target, arrow.slot),
        }
        for number_, arrow in enumerate(drawn.arrows)
        if arrow in flows
    ]
    by = [{"name": name, "line": expression.variables[name]} for name in variables(result)]
    return {
        "lines": lines,
        "edges": edges,
        "order": order,
        "variables": by,
        "output": expression.output,
    }


def flowing(result: Result, drawn: Figure) -> list[Arrow]:
    """The arrows along which a derivative can flow, at this point or another."""
    expression = result.expression
    through = expression.depends({line for line in result.requested.values() if line is not None})
    choice = [arrow for arrow in drawn.arrows if expression.operations[arrow.target].differentiable]
    return [
        a
        for a in choice
        if through[a.source] and not (expression.operations[a.target] is WHERE and a.slot == 0)
    ]


def line_of(teller: Teller, line: int) -> dict[str, str]:
    """A line's name, its formula and its rule in words."""
    expression = teller.expression
    operation, operands = expression.operations[line], expression.operands[line]
    terms = [placeholder(teller, operand) for operand in operands]
    template = SPACED.compose(operation, terms).text if operands else ""
    name = teller.names.get(line) or teller.term(line).text
    words = rule_in_words(operation) if operands and operation not in COMPARISONS else ""
    return {"name": name, "template": template, "words": words}


def placeholder(teller: Teller, line: int) -> Term:
    """{3}, but a number as it is and a comparison with its own operands."""
    expression = teller.expression
    if expression.operations[line] is NUMBER:
        return teller.term(line)
    if expression.operations[line] in COMPARISONS:
        return SPACED.compose(
            expression.operations[line], [placeholder(teller, o) for o in expression.operands[line]]
        )
    return Term(f"{{{line}}}")


def partial_template(teller: Teller, target: int, slot: int) -> str:
    """The local partial with placeholders; nothing where it depends on a choice, which may turn out otherwise."""
    expression, values = teller.expression, teller.graph.values
    operation, operands = expression.operations[target], expression.operands[target]
    chosen = (
        operation is WHERE
        or operation.variadic
        or WHERE in partial_rule(operation, slot).operations
    )
    whole = (
        operation is POW and expression.operations[operands[1]] is NUMBER
    )  # the choice is about the exponent
    if chosen and not whole:
        return ""
    terms, inputs = (
        [placeholder(teller, operand) for operand in operands],
        [values[operand] for operand in operands],
    )
    return formula(operation, slot, terms, Term(f"{{{target}}}"), inputs, values[target], SPACED)
