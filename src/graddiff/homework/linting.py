"""What a teacher should know about a homework before students do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from graddiff.autodiff.result import differentiate
from graddiff.errors import PointError
from graddiff.homework.answer_key import AnswerKey, FormulaKey, NumberKey
from graddiff.homework.judging import is_near
from graddiff.homework.misreadings import QuestionContext
from graddiff.homework.mistake_matching import collect_mistake_patterns
from graddiff.homework.mistakes import MISTAKES
from graddiff.homework.problems import HomeworkPart, Problem, bind_problem_point
from graddiff.homework.sample_points import CONVENTIONS, MIN_SAMPLES, draw_samples

# Readings that agree with the truth by chance as often as not.
COINCIDENT_READINGS = ("other", "value", "adjoint", "second")


class Finding(NamedTuple):
    """`kind` is unseen mistake, convention, undecided, no marks or wrong expect; the last one is an error."""

    kind: str
    problem: str
    part: str
    message: str


def lint_homework(key: AnswerKey) -> Iterator[Finding]:
    for problem in key.homework.problems:
        yield from lint_point(problem)
        for part in problem.parts:
            yield from lint_part(problem, part, key)


def lint_point(problem: Problem) -> Iterator[Finding]:
    """Conventions that its point needs."""
    if len(problem.at) < len(problem.expression.variables):
        return
    try:
        notices = differentiate(problem.expression, bind_problem_point(problem)).notices
    except PointError as error:
        yield Finding("convention", problem.id, "", f"no value at its point: {error.message}")
        return
    for notice in notices:
        if notice.kind in CONVENTIONS:
            yield Finding("convention", problem.id, "", f"{notice.kind}: {notice.message}")


def lint_part(problem: Problem, part: HomeworkPart, key: AnswerKey) -> Iterator[Finding]:
    own = key.parts[problem.id, part.quantity]
    if not part.marks:
        yield Finding("no marks", problem.id, part.quantity, "it is worth nothing")
    if (
        part.expect is not None
        and key.judge_answer(problem.id, part.quantity, part.expect).verdict.status != "correct"
    ):
        yield Finding(
            "wrong expect",
            problem.id,
            part.quantity,
            f"expect is {part.expect}, but it is {own.answer_text}",
        )
    if isinstance(own, FormulaKey):
        if len(own.points) < MIN_SAMPLES:
            told = f"only {len(own.points)} points were found to compare answers at, so none is ever decided"
            yield Finding(
                "undecided", problem.id, part.quantity, f"{told}; another domain may help"
            )
    else:
        yield from find_hidden_mistakes(problem, part, own)


def find_hidden_mistakes(problem: Problem, part: HomeworkPart, key: NumberKey) -> Iterator[Finding]:
    """The mistakes that lead to the right answer at the point, though not elsewhere."""
    truth = key.truth.value
    hidden = {
        (pattern.mistake, pattern.place)
        for pattern in key.patterns
        if MISTAKES[pattern.mistake].reading not in COINCIDENT_READINGS
        if pattern.numbers[0] is not None and is_near(pattern.numbers[0], truth, key.truth.scale)
    }
    if not hidden:
        return
    spots, truths = evaluate_elsewhere(problem, key)
    shown: set[str] = set()
    for pattern in collect_mistake_patterns(spots):
        place = (pattern.mistake, pattern.place)
        differs = any(n is not None and not is_near(n, t) for n, t in zip(pattern.numbers, truths))
        if place in hidden and differs and pattern.mistake not in shown:
            shown.add(pattern.mistake)
            told = MISTAKES[pattern.mistake].format_sentence(pattern.place)
            yield Finding(
                "unseen mistake",
                problem.id,
                part.quantity,
                f"leads to the right answer here: {told}",
            )


def evaluate_elsewhere(
    problem: Problem, key: NumberKey
) -> tuple[list[QuestionContext], list[float]]:
    """The graph at other points, and the quantity there."""
    expression = problem.expression
    name = next(iter(expression.variables), None)
    found = (
        []
        if name is None
        else draw_samples(problem.id, expression, name, problem.domain)[:MIN_SAMPLES]
    )
    spots = [
        QuestionContext(expression, {n: float(v) for n, v in one.at.items()}, key.line, key.aspect)
        for one in found
    ]
    truths = [
        s.get_adjoint(s.line) if key.aspect == "adjoint" else float(s.graph.values[s.line])
        for s in spots
    ]
    return spots, truths
