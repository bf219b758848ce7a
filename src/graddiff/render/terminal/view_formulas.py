"""Derivatives beyond the gradient, as formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from graddiff.algebra.derivatives import (
    HigherDerivatives,
    derive_along,
    derive_hessian,
    derive_jacobian,
    derive_orders,
)
from graddiff.errors import UNUSED_STATEMENT
from graddiff.language.expression import Expression
from graddiff.notation.latex import LATEX
from graddiff.render.terminal.views import DerivativeView


def build_hessian_view(expression: Expression, names: Sequence[str]) -> DerivativeView:
    """Every second derivative, each pair of names once in the text."""
    found = derive_hessian(expression, names)
    upper = [(x, y) for i, x in enumerate(names) for y in names[i:]]
    texts = found.written().formulas
    body = {"hessian": {x: {y: texts[x, y] for y in names} for x in names}}
    return build_formula_view(found, body, upper)


def build_orders_view(expression: Expression, name: str, order: int) -> DerivativeView:
    found = derive_orders(expression, name, order)
    texts = found.written().formulas
    rows = [{"order": len(names), "derivative": text} for names, text in texts.items()]
    return build_formula_view(found, {"orders": rows}, [*texts])


def build_direction_view(
    expression: Expression, direction: Mapping[str, Fraction], names: Sequence[str]
) -> DerivativeView:
    found = derive_along(expression, direction, names)
    texts = found.written().formulas
    product = {name: texts[name,] for name in names}
    told = {name: str(value) for name, value in direction.items()}
    body = {"along": told, "slope": texts[()], "hessian_product": product}
    answer = build_formula_view(found, body, [])
    lines = [
        ("slope", texts[()]),
        *((f"(hessian × direction) by {name}", text) for name, text in product.items()),
    ]
    in_latex = found.written(LATEX).formulas
    latex = [rf"\nabla {LATEX.format_name(expression.output_name)} \cdot v = {in_latex[()]}"]
    latex += [rf"(H v)_{{{LATEX.format_name(name)}}} = {in_latex[name,]}" for name in product]
    return answer._replace(lines=lines, latex=latex)


def build_outputs_view(
    expression: Expression, outputs: Sequence[Expression], names: Sequence[str]
) -> DerivativeView:
    """The gradient of each output."""
    found = derive_jacobian(expression, outputs, names)
    texts = found.written().formulas
    called = [one.output_name for one in outputs]
    rows = [
        {"text": f, "derivatives": {x: texts[str(i), x] for x in names}}
        for i, f in enumerate(called)
    ]
    lines = [
        (f"∂{bracket_expression(f)}/∂{x}", texts[str(i), x])
        for i, f in enumerate(called)
        for x in names
    ]
    notices = tuple(one for one in expression.notices if one.kind != UNUSED_STATEMENT.name)
    in_latex = found.written(LATEX).formulas
    latex = [
        rf"\frac{{\partial f_{{{i + 1}}}}}{{\partial {LATEX.format_name(x)}}} = {in_latex[str(i), x]}"
        for i in range(len(called))
        for x in names
    ]
    return build_formula_view(found, {"outputs": rows}, [])._replace(
        lines=lines, latex=latex, notices=notices
    )


def bracket_expression(text: str) -> str:
    return text if text.isidentifier() else f"({text})"


def build_formula_view(
    derivatives: HigherDerivatives, body: Mapping[str, object], shown: Iterable[tuple[str, ...]]
) -> DerivativeView:
    """The answer with a line for each of the formulas shown."""
    output, keys = derivatives.expression.output_name, [*shown]
    plain, set_ = derivatives.written(), derivatives.written(LATEX)
    lines = [(format_derivative_symbol(output, names), plain.formulas[names]) for names in keys]
    latex = [
        f"{format_latex_derivative(output, names)} = {set_.formulas[names]}"
        for names in keys or set_.formulas
    ]
    latex += [
        rf"\text{{where }} {LATEX.format_name(name)} = {part}" for name, part in set_.where.items()
    ]
    return DerivativeView(
        {},
        body,
        lines=lines,
        where=plain.where,
        latex=latex,
        notices=derivatives.expression.notices,
    )


def format_derivative_symbol(output: str, names: Sequence[str]) -> str:
    """∂²f/∂x∂y, ∂³f/∂x³."""
    order = format_superscript(len(names)) if len(names) > 1 else ""
    if len({*names}) == 1:
        return f"∂{order}{output}/∂{names[0]}{order}"
    return f"∂{order}{output}/{''.join(f'∂{name}' for name in names)}"


def format_superscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def format_latex_derivative(output: str, names: Sequence[str]) -> str:
    order = f"^{{{len(names)}}}" if len(names) > 1 else ""
    if len({*names}) == 1:
        below = rf"\partial {LATEX.format_name(names[0])}{order}"
    else:
        below = " ".join(rf"\partial {LATEX.format_name(name)}" for name in names)
    return rf"\frac{{\partial{order} {LATEX.format_name(output)}}}{{{below}}}"
