"""The paths from a name to the output: their lines, their partials, their products, and the sum."""

from __future__ import annotations

from graddiff.autodiff.paths import Path, Paths
from graddiff.autodiff.result import Result
from graddiff.errors import Notice
from graddiff.notation.labels import Labels
from graddiff.notation.numerals import number
from graddiff.render.terminal.views import Answer, Row, numbers

DIGITS = 7
STEPS = 12  # of a path that are written out


def of_paths(result: Result, name: str, found: Paths) -> Answer:
    """A row a path, and the sum below."""
    labels = Labels(result.expression)
    told = [
        (" → ".join(written(result, labels, path)), " × ".join(factors(path)), path.product)
        for path in found.paths
    ]
    total = result.gradient[name]
    table: list[Row] = [[f"paths from {name}", "local partials", "product"], *told]
    if found.complete:
        table += [[f"sum of {found.total:,} path{'s' * (found.total != 1)}", "", total]]
    rows = [
        {"path": path, "partials": [*one.partials], "product": product}
        for (path, _, product), one in zip(told, found.paths)
    ]
    answer = numbers(
        result, {"paths": rows, "count": str(found.total), "sum": total}, table, [{"sum": total}]
    )
    if found.complete:
        return answer
    f = result.expression.output_name
    message = f"there are {count(found.total)} paths; the {len(found.paths)} with the largest products are shown, and the "
    message += f"sum over all of them, ∂{f}/∂{name}, is {number(total, DIGITS)}"
    return answer._replace(notices=(*answer.notices, Notice("many paths", message)))


def count(paths: int) -> str:
    """A count, a very large one by its power of ten."""
    return f"{paths:,}" if paths < 10**15 else f"about 10^{len(str(paths)) - 1}"


def written(result: Result, labels: Labels, path: Path) -> list[str]:
    output = result.expression.output
    texts = [
        result.expression.output_name if line == output else labels.short(line).text
        for line in path.lines
    ]
    return texts if len(texts) <= STEPS else [*texts[: STEPS // 2], "…", *texts[-STEPS // 2 :]]


def factors(path: Path) -> list[str]:
    texts = [number(partial, DIGITS) for partial in path.partials]
    texts = [
        f"({text})" if text.startswith("-") and place else text for place, text in enumerate(texts)
    ] or ["1"]
    return texts if len(texts) <= STEPS else [*texts[: STEPS // 2], "…", *texts[-STEPS // 2 :]]
