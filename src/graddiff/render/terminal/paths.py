"""The paths from a name to the output: their lines, their partials, their products, and the sum."""

from __future__ import annotations

from graddiff.autodiff.paths import GraphPath, PathSelection
from graddiff.autodiff.result import Result
from graddiff.errors import MANY_PATHS, Notice
from graddiff.notation.labels import Labels
from graddiff.notation.numerals import format_number
from graddiff.render.terminal.views import DerivativeView, ViewRow, build_point_view

PATH_DIGITS = 7
MAX_PATH_STEPS = 12  # of a path that are written out


def build_paths_view(result: Result, name: str, paths: PathSelection) -> DerivativeView:
    """A row a path, and the sum below."""
    labels = Labels(result.expression)
    told = [
        (
            " → ".join(list_path_labels(result, labels, path)),
            " × ".join(format_factors(path)),
            path.product,
        )
        for path in paths.paths
    ]
    total = result.gradient[name]
    table: list[ViewRow] = [[f"paths from {name}", "local partials", "product"], *told]
    if paths.is_complete:
        table += [[f"sum of {paths.total:,} path{'s' * (paths.total != 1)}", "", total]]
    rows = [
        {"path": path, "partials": [*one.partials], "product": product}
        for (path, _, product), one in zip(told, paths.paths)
    ]
    answer = build_point_view(
        result, {"paths": rows, "count": str(paths.total), "sum": total}, table, [{"sum": total}]
    )
    if paths.is_complete:
        return answer
    f = result.expression.output_name
    message = f"there are {format_path_count(paths.total)} paths; the {len(paths.paths)} with the largest products are shown, and the "
    message += f"sum over all of them, ∂{f}/∂{name}, is {format_number(total, PATH_DIGITS)}"
    return answer._replace(notices=(*answer.notices, Notice(MANY_PATHS.name, message)))


def format_path_count(paths: int) -> str:
    """A count, a very large one by its power of ten."""
    return f"{paths:,}" if paths < 10**15 else f"about 10^{len(str(paths)) - 1}"


def list_path_labels(result: Result, labels: Labels, path: GraphPath) -> list[str]:
    output = result.expression.output
    texts = [
        result.expression.output_name if line == output else labels.get_short_term(line).text
        for line in path.lines
    ]
    return (
        texts
        if len(texts) <= MAX_PATH_STEPS
        else [*texts[: MAX_PATH_STEPS // 2], "…", *texts[-MAX_PATH_STEPS // 2 :]]
    )


def format_factors(path: GraphPath) -> list[str]:
    texts = [format_number(partial, PATH_DIGITS) for partial in path.partials]
    texts = [
        f"({text})" if text.startswith("-") and place else text for place, text in enumerate(texts)
    ] or ["1"]
    return (
        texts
        if len(texts) <= MAX_PATH_STEPS
        else [*texts[: MAX_PATH_STEPS // 2], "…", *texts[-MAX_PATH_STEPS // 2 :]]
    )
