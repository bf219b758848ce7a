"""What every view is made of: the members of its JSON, a table or equations, notices."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from graddiff.autodiff.result import Result
from graddiff.errors import Notice, PointError

ViewRow = Sequence[Any]  # of texts, numbers, and None for a number that does not exist


class DerivativeView(NamedTuple):
    """The answer of one view, built by keyword: the members of its JSON (`head` about the point,
    `body` of its own), either rows of a table or equations, and the exit code."""

    head: Mapping[str, Any]
    body: Mapping[str, Any]
    table: Sequence[ViewRow] = ()
    lines: Sequence[tuple[str, str]] = ()  # the left and the right side of each equation
    where: Mapping[str, str] = {}
    latex: Sequence[str] = ()
    notices: tuple[Notice, ...] = ()
    code: int = 0


def build_point_view(
    result: Result,
    body: Mapping[str, Any],
    table: Sequence[ViewRow],
    required_numbers: Sequence[Mapping[str, Any]],
) -> DerivativeView:
    """Returns a view at a point. Its exit code is 4 unless the gradient and all the required
    numbers are finite."""
    is_finite = result.graph.arithmetic.is_finite
    numbers = (number for row in required_numbers for number in row.values())
    is_complete = result.complete and all(map(is_finite, numbers))
    return DerivativeView(
        head={"at": result.at, "value": result.value, "gradient": result.gradient},
        body=body,
        table=table,
        notices=result.notices,
        code=0 if is_complete else PointError.exit_code,
    )
