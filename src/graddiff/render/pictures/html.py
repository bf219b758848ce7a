"""One self-contained page: the picture, the passes step by step, all of it for any binding.

It needs no network and no framework: the script stands in the page, and its functions come from
the rules of the table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources

from graddiff.autodiff.result import Result
from graddiff.language.expression import Expression
from graddiff.language.parser import parse_partial_rule
from graddiff.notation.line_names import assign_line_names
from graddiff.notation.numerals import DEFAULT_DIGITS, format_number
from graddiff.notation.style import SPACED, Term
from graddiff.notation.terms import format_partial_formula
from graddiff.operations.table import COMPARISONS, NUMBER, POW, WHERE
from graddiff.programs.javascript import write_page_functions
from graddiff.render.explanation.rules_in_words import describe_rule
from graddiff.render.explanation.steps import Explainer, ExplanationStyle
from graddiff.render.markup import escape_xml
from graddiff.render.pictures import svg
from graddiff.render.pictures.figure import Arrow, Figure, build_figure

BUTTONS = (  # id, sign, what a screen reader says
    ("first", "|←", "first step"),
    ("back", "←", "back"),
    ("next", "→", "next"),
    ("last", "→|", "last step"),
)
HELP = "Arrow keys go from step to step; a variable shows its paths, an edge its rule."

# What the script gets as JSON: it needs neither truth values nor null.
PageData = Mapping[str, "PageData"] | Sequence["PageData"] | str | int | float


def render_page(result: Result, digits: int) -> Iterator[str]:
    """Yields the page of a result."""
    figure = add_step_names(result, build_figure(result, digits, branches=True))
    title = escape_xml(figure.title)
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f"<title>{title}</title>\n<style>\n{read_page_file('page.css')}</style>\n"
    yield f"</head>\n<body>\n<h1>{title}</h1>\n"
    yield from render_inputs(result)
    yield f'<div id="picture">\n{"".join(svg.render_svg_element(figure))}</div>\n'
    for notice in result.notices:
        yield f'<p class="notice">{escape_xml(f"{notice.kind}: {notice.message}")}</p>\n'
    yield from render_controls()
    yield from render_result_table(result)
    yield f"<script>\n{write_page_script(result, figure)}</script>\n</body>\n</html>\n"


def render_inputs(result: Result) -> Iterator[str]:
    """Yields an input field for each variable."""
    yield '<fieldset id="at"><legend>at</legend>\n'
    for name in result.expression.variables:
        value = repr(float(result.at[name]))
        yield f'<label>{escape_xml(name)} = <input type="number" step="any" value="{value}">'
        yield "</label>\n"
    yield "</fieldset>\n"


def render_controls() -> Iterator[str]:
    """Yields the line that says what happens in a step, and the buttons."""
    yield '<p id="step" role="status" aria-live="polite"></p>\n<p id="controls">\n'
    for name, sign, label in BUTTONS:
        yield f'<button id="{name}" type="button" aria-label="{label}">{sign}</button>\n'
    yield f'<span id="place"></span> {HELP}</p>\n'


def render_result_table(result: Result) -> Iterator[str]:
    """Yields a table with empty cells for the value and the gradient, which the script fills."""
    f = escape_xml(result.expression.output_name)
    yield f'<table>\n<tr><th scope="row">{f}</th><td id="value"></td></tr>\n'
    for place, name in enumerate(list_gradient_variables(result)):
        yield f'<tr><th scope="row">∂{f}/∂{escape_xml(name)}</th><td id="d{place}"></td></tr>\n'
    yield "</table>\n"


def write_page_script(result: Result, figure: Figure) -> str:
    """Returns the script: the model as data, the functions of both passes, and page.js."""
    model = encode_script_json(build_page_model(result, figure))
    arrows = find_flowing_arrows(result, figure)
    functions = write_page_functions(result, [(a.source, a.target, a.slot) for a in arrows])
    return f"const graph = {model};\n{functions}{read_page_file('page.js')}"


def add_step_names(result: Result, figure: Figure) -> Figure:
    """Returns the figure with the names that the steps use for boxes without a name."""
    step_names = assign_line_names(result.expression)
    named_lines = {*result.expression.lines_by_name.values()}
    boxes = []
    for box in figure.boxes:
        if box.line in step_names and box.line not in named_lines:
            box = box._replace(title=f"{step_names[box.line]} = {box.title}")
        boxes.append(box)
    return figure._replace(boxes=tuple(boxes))


def read_page_file(name: str) -> str:
    return resources.files("graddiff.render.pictures").joinpath(name).read_text(encoding="utf-8")


def encode_script_json(content: PageData) -> str:
    """Returns JSON that is safe within a script: it cannot end the script or begin a comment."""
    text = json.dumps(content)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def list_gradient_variables(result: Result) -> list[str]:
    """Returns the variables that the gradient is by; names of definitions are left out."""
    return [name for name in result.requested if name in result.expression.variables]


def build_page_model(result: Result, figure: Figure) -> PageData:
    """Returns the data of the script: names and formulas, in which {3} stands for line 3."""
    expression = result.expression
    style = ExplanationStyle(SPACED, str, lambda value: format_number(value, DEFAULT_DIGITS))
    explainer = Explainer(result, style)
    return {
        "lines": [describe_line(explainer, line) for line in range(expression.size)],
        "edges": list_edges(explainer, figure, find_flowing_arrows(result, figure)),
        "order": list_computed_lines(expression, figure),
        "variables": [
            {"name": name, "line": expression.variables[name]}
            for name in list_gradient_variables(result)
        ],
        "output": expression.output,
    }


def list_computed_lines(expression: Expression, figure: Figure) -> list[int]:
    """Returns the lines of the figure that a step computes, in the order of evaluation."""
    drawn = {box.line for box in figure.boxes}
    return [
        line
        for line, operands in enumerate(expression.operands)
        if operands and line in drawn and expression.operations[line] not in COMPARISONS
    ]


def list_edges(explainer: Explainer, figure: Figure, flowing: Sequence[Arrow]) -> list[PageData]:
    """Returns the edges along which a derivative can flow; their ids number all arrows."""
    flowing_arrows = {*flowing}
    return [
        {
            "id": number,
            "source": arrow.source,
            "target": arrow.target,
            "slot": arrow.slot,
            "template": build_partial_template(explainer, arrow.target, arrow.slot),
        }
        for number, arrow in enumerate(figure.arrows)
        if arrow in flowing_arrows
    ]


def find_flowing_arrows(result: Result, figure: Figure) -> list[Arrow]:
    """Returns the arrows along which a derivative can flow, at this point or another."""
    expression = result.expression
    requested = {line for line in result.requested.values() if line is not None}
    depends = expression.find_dependent_lines(requested)
    flowing = []
    for arrow in figure.arrows:
        operation = expression.operations[arrow.target]
        is_condition = operation is WHERE and arrow.slot == 0
        if depends[arrow.source] and operation.has_partials and not is_condition:
            flowing.append(arrow)
    return flowing


def describe_line(explainer: Explainer, line: int) -> dict[str, str]:
    """Returns the name of a line, its formula as a template, and its rule in words."""
    expression = explainer.expression
    operation, operands = expression.operations[line], expression.operands[line]
    terms = [build_placeholder(explainer, operand) for operand in operands]
    template = SPACED.compose_term(operation, terms).text if operands else ""
    name = explainer.names.get(line) or explainer.build_name_term(line).text
    slots = [s for s, operand in enumerate(operands) if operand not in expression.literals]
    words = describe_rule(operation, slots) if slots and operation not in COMPARISONS else ""
    return {"name": name, "template": template, "words": words}


def build_placeholder(explainer: Explainer, line: int) -> Term:
    """Returns {3} for line 3; a number is written itself, a comparison with its operands."""
    expression = explainer.expression
    operation = expression.operations[line]
    if operation is NUMBER:
        return explainer.build_name_term(line)
    if operation in COMPARISONS:
        operands = [build_placeholder(explainer, part) for part in expression.operands[line]]
        return SPACED.compose_term(operation, operands)
    return Term(f"{{{line}}}")


def build_partial_template(explainer: Explainer, target: int, slot: int) -> str:
    """Returns the local partial with placeholders, empty where it differs between points.

    The formula of a rule with a `where` is that of the branch taken, which another binding may
    change. The rule of a power decides by the exponent: one that is a number stays the same."""
    expression, values = explainer.expression, explainer.graph.values
    operation, operands = expression.operations[target], expression.operands[target]
    if operation is WHERE or operation.variadic:
        return ""
    has_choice = WHERE in parse_partial_rule(operation, slot).operations
    has_fixed_exponent = operation is POW and expression.operations[operands[1]] is NUMBER
    if has_choice and not has_fixed_exponent:
        return ""
    terms = [build_placeholder(explainer, operand) for operand in operands]
    inputs = [values[operand] for operand in operands]
    result = Term(f"{{{target}}}")
    return format_partial_formula(operation, slot, terms, result, inputs, values[target], SPACED)
