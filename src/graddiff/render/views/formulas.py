"""Derivatives beyond the gradient, as formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from graddiff.algebra.derivatives import (
    HigherDerivatives,
    VariableNames,
    derive_along,
    derive_hessian,
    derive_jacobian,
    derive_orders,
)
from graddiff.errors import UNUSED_STATEMENT
from graddiff.language.expression import Expression
from graddiff.notation.latex import LATEX
from graddiff.render.latex import list_latex_definitions
from graddiff.render.views.model import DerivativeView

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def build_hessian_view(expression: Expression, names: Sequence[str]) -> DerivativeView:
    """Returns every second derivative; in the text, each pair of names once."""
    hessian = derive_hessian(expression, names)
    texts = hessian.written().formulas
    body = {"hessian": {x: {y: texts[x, y] for y in names} for x in names}}
    upper_triangle = [(x, y) for i, x in enumerate(names) for y in names[i:]]
    return build_formula_view(hessian, body, upper_triangle)


def build_orders_view(expression: Expression, name: str, order: int) -> DerivativeView:
    """Returns the derivatives by one name up to an order."""
    orders = derive_orders(expression, name, order)
    texts = orders.written().formulas
    rows = [{"order": len(names), "derivative": text} for names, text in texts.items()]
    return build_formula_view(orders, {"orders": rows}, [*texts])


def build_direction_view(
    expression: Expression, direction: Mapping[str, Fraction], names: Sequence[str]
) -> DerivativeView:
    """Returns the slope in a direction, and the Hessian times the direction."""
    derivatives = derive_along(expression, direction, names)
    texts = derivatives.written().formulas
    latex_texts = derivatives.written(LATEX).formulas
    product = {name: texts[name,] for name in names}
    along = {name: str(value) for name, value in direction.items()}
    body = {"along": along, "slope": texts[()], "hessian_product": product}
    lines = [("slope", texts[()])]
    latex = [rf"\nabla {LATEX.format_name(expression.output_name)} \cdot v = {latex_texts[()]}"]
    for name, text in product.items():
        lines.append((f"(hessian × direction) by {name}", text))
        latex.append(rf"(H v)_{{{LATEX.format_name(name)}}} = {latex_texts[name,]}")
    return build_formula_view(derivatives, body, [])._replace(lines=lines, latex=latex)


def build_outputs_view(
    expression: Expression, outputs: Sequence[Expression], names: Sequence[str]
) -> DerivativeView:
    """Returns the gradient of each output, a row of the Jacobian."""
    jacobian = derive_jacobian(expression, outputs, names)
    texts = jacobian.written().formulas
    latex_texts = jacobian.written(LATEX).formulas
    rows: list[Mapping[str, object]] = []
    lines, latex = [], []
    for i, output in enumerate(outputs):
        name = output.output_name
        rows.append({"text": name, "derivatives": {x: texts[str(i), x] for x in names}})
        for x in names:
            lines.append((f"∂{bracket_expression(name)}/∂{x}", texts[str(i), x]))
            quotient = rf"\frac{{\partial f_{{{i + 1}}}}}{{\partial {LATEX.format_name(x)}}}"
            latex.append(f"{quotient} = {latex_texts[str(i), x]}")
    # Every statement is an output here, so that none is unused.
    notices = tuple(notice for notice in expression.notices if notice.kind != UNUSED_STATEMENT.name)
    view = build_formula_view(jacobian, {"outputs": rows}, [])
    return view._replace(lines=lines, latex=latex, notices=notices)


def bracket_expression(text: str) -> str:
    return text if text.isidentifier() else f"({text})"


def build_formula_view(
    derivatives: HigherDerivatives, body: Mapping[str, object], shown: Sequence[VariableNames]
) -> DerivativeView:
    """Returns the view with a line for each of the formulas `shown`."""
    output, texts = derivatives.expression.output_name, derivatives.written()
    return DerivativeView(
        head={},
        body=body,
        lines=[(format_derivative_symbol(output, names), texts.formulas[names]) for names in shown],
        where=texts.where,
        latex=[*render_latex_lines(derivatives, shown)],
        notices=derivatives.expression.notices,
    )


def render_latex_lines(
    derivatives: HigherDerivatives, shown: Sequence[VariableNames]
) -> Iterator[str]:
    """Yields the formulas `shown`, or all of them, and their definitions in LaTeX."""
    output, texts = derivatives.expression.output_name, derivatives.written(LATEX)
    for names in shown or texts.formulas:
        yield f"{format_latex_derivative(output, names)} = {texts.formulas[names]}"
    yield from list_latex_definitions(texts.where)


def format_derivative_symbol(output: str, names: VariableNames) -> str:
    """Returns ∂²f/∂x∂y, ∂³f/∂x³."""
    order = str(len(names)).translate(SUPERSCRIPTS) if len(names) > 1 else ""
    if len({*names}) == 1:
        return f"∂{order}{output}/∂{names[0]}{order}"
    return f"∂{order}{output}/{''.join(f'∂{name}' for name in names)}"


def format_latex_derivative(output: str, names: VariableNames) -> str:
    order = f"^{{{len(names)}}}" if len(names) > 1 else ""
    if len({*names}) == 1:
        below = rf"\partial {LATEX.format_name(names[0])}{order}"
    else:
        below = " ".join(rf"\partial {LATEX.format_name(name)}" for name in names)
    return rf"\frac{{\partial{order} {LATEX.format_name(output)}}}{{{below}}}"
