"""Derivatives beyond the gradient, as formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from graddiff.algebra.derivatives import (
    Higher,
    along,
    derivatives_up_to,
    jacobian,
    second_derivatives,
)
from graddiff.language.expression import Expression
from graddiff.notation.latex import LATEX
from graddiff.render.terminal.views import Answer


def of_hessian(expression: Expression, names: Sequence[str]) -> Answer:
    """Every second derivative, each pair of names once in the text."""
    found = second_derivatives(expression, names)
    upper = [(x, y) for i, x in enumerate(names) for y in names[i:]]
    texts = found.written().formulas
    body = {"hessian": {x: {y: texts[x, y] for y in names} for x in names}}
    return answered(found, body, upper)


def of_orders(expression: Expression, name: str, order: int) -> Answer:
    found = derivatives_up_to(expression, name, order)
    texts = found.written().formulas
    rows = [{"order": len(names), "derivative": text} for names, text in texts.items()]
    return answered(found, {"orders": rows}, [*texts])


def of_direction(
    expression: Expression, direction: Mapping[str, Fraction], names: Sequence[str]
) -> Answer:
    found = along(expression, direction, names)
    texts = found.written().formulas
    product = {name: texts[name,] for name in names}
    told = {name: str(value) for name, value in direction.items()}
    body = {"along": told, "slope": texts[()], "hessian_product": product}
    answer = answered(found, body, [])
    lines = [
        ("slope", texts[()]),
        *((f"(hessian × direction) by {name}", text) for name, text in product.items()),
    ]
    in_latex = found.written(LATEX).formulas
    latex = [rf"\nabla {LATEX.name(expression.output_name)} \cdot v = {in_latex[()]}"]
    latex += [rf"(H v)_{{{LATEX.name(name)}}} = {in_latex[name,]}" for name in product]
    return answer._replace(lines=lines, latex=latex)


def of_outputs(
    expression: Expression, outputs: Sequence[Expression], names: Sequence[str]
) -> Answer:
    """The gradient of each output."""
    found = jacobian(expression, outputs, names)
    texts = found.written().formulas
    called = [one.output_name for one in outputs]
    rows = [
        {"text": f, "derivatives": {x: texts[str(i), x] for x in names}}
        for i, f in enumerate(called)
    ]
    lines = [
        (f"∂{bracketed(f)}/∂{x}", texts[str(i), x]) for i, f in enumerate(called) for x in names
    ]
    notices = tuple(one for one in expression.notices if one.kind != "unused statement")
    in_latex = found.written(LATEX).formulas
    latex = [
        rf"\frac{{\partial f_{{{i + 1}}}}}{{\partial {LATEX.name(x)}}} = {in_latex[str(i), x]}"
        for i in range(len(called))
        for x in names
    ]
    return answered(found, {"outputs": rows}, [])._replace(
        lines=lines, latex=latex, notices=notices
    )


def bracketed(text: str) -> str:
    return text if text.isidentifier() else f"({text})"


def answered(found: Higher, body: Mapping[str, object], shown: Iterable[tuple[str, ...]]) -> Answer:
    """The answer with a line for each of the formulas shown."""
    output, keys = found.expression.output_name, [*shown]
    plain, set_ = found.written(), found.written(LATEX)
    lines = [(partial(output, names), plain.formulas[names]) for names in keys]
    latex = [
        f"{partial_in_latex(output, names)} = {set_.formulas[names]}"
        for names in keys or set_.formulas
    ]
    latex += [rf"\text{{where }} {LATEX.name(name)} = {part}" for name, part in set_.where.items()]
    return Answer(
        {}, body, lines=lines, where=plain.where, latex=latex, notices=found.expression.notices
    )


def partial(output: str, names: Sequence[str]) -> str:
    """∂²f/∂x∂y, ∂³f/∂x³."""
    order = raised(len(names)) if len(names) > 1 else ""
    if len({*names}) == 1:
        return f"∂{order}{output}/∂{names[0]}{order}"
    return f"∂{order}{output}/{''.join(f'∂{name}' for name in names)}"


def raised(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))


def partial_in_latex(output: str, names: Sequence[str]) -> str:
    order = f"^{{{len(names)}}}" if len(names) > 1 else ""
    if len({*names}) == 1:
        below = rf"\partial {LATEX.name(names[0])}{order}"
    else:
        below = " ".join(rf"\partial {LATEX.name(name)}" for name in names)
    return rf"\frac{{\partial{order} {LATEX.name(output)}}}{{{below}}}"
