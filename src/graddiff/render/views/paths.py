"""The paths from a name to the output: their nodes, their partials, their products, and the sum."""

from __future__ import annotations

from graddiff.autodiff.paths import GraphPath, PathSelection
from graddiff.autodiff.result import Result
from graddiff.errors import MANY_PATHS, Notice
from graddiff.notation.labels import Labels
from graddiff.notation.numerals import DEFAULT_DIGITS, format_count, format_number
from graddiff.render.views.model import DerivativeView, ViewRow, build_point_view

MAX_PATH_STEPS = 12  # nodes or partials of a path that are written out
MAX_EXACT_COUNT = 10**15  # paths


def build_paths_view(result: Result, name: str, paths: PathSelection) -> DerivativeView:
    """Returns the view with a row for each path from a name, and the sum below."""
    labels = Labels(result.expression)
    total = result.gradient[name]
    rows = []
    table: list[ViewRow] = [[f"paths from {name}", "local partials", "product"]]
    for path in paths.paths:
        nodes = " → ".join(list_path_labels(result, labels, path))
        rows.append({"path": nodes, "partials": [*path.partials], "product": path.product})
        table.append([nodes, " × ".join(list_factors(path)), path.product])
    if paths.is_complete:
        table.append([f"sum of {format_count(paths.total, 'path')}", "", total])
    members = {"paths": rows, "count": str(paths.total), "sum": total}
    view = build_point_view(result, members, table, [{"sum": total}])
    if paths.is_complete:
        return view
    output = result.expression.output_name
    message = (
        f"there are {format_path_count(paths.total)} paths; "
        f"the {len(paths.paths)} with the largest products are shown, and the "
        f"sum over all of them, ∂{output}/∂{name}, is {format_number(total, DEFAULT_DIGITS)}"
    )
    return view._replace(notices=(*view.notices, Notice(MANY_PATHS.name, message)))


def format_path_count(count: int) -> str:
    """Returns a count; a very large one by its power of ten."""
    return f"{count:,}" if count < MAX_EXACT_COUNT else f"about 10^{len(str(count)) - 1}"


def list_path_labels(result: Result, labels: Labels, path: GraphPath) -> list[str]:
    expression = result.expression
    texts = []
    for line in path.lines:
        is_output = line == expression.output
        texts.append(expression.output_name if is_output else labels.get_short_term(line).text)
    return elide_steps(texts)


def list_factors(path: GraphPath) -> list[str]:
    """Returns the partials of a path as factors of a product: negative ones, but for the first,
    in brackets; 1 for a path without an edge."""
    texts: list[str] = []
    for partial in path.partials:
        text = format_number(partial, DEFAULT_DIGITS)
        texts.append(f"({text})" if texts and text.startswith("-") else text)
    return elide_steps(texts or ["1"])


def elide_steps(texts: list[str]) -> list[str]:
    """Returns the steps of a path; of a long one, those at both ends."""
    if len(texts) <= MAX_PATH_STEPS:
        return texts
    half = MAX_PATH_STEPS // 2
    return [*texts[:half], "…", *texts[-half:]]
