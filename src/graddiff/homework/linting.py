"""Finds what a teacher should change in a homework before students see it."""

from collections.abc import Iterator
from typing import NamedTuple

from graddiff.autodiff.result import differentiate
from graddiff.errors import PointError
from graddiff.homework.answer_key import AnswerKey
from graddiff.homework.formula_key import FormulaKey
from graddiff.homework.mistake_matching import collect_mistake_patterns, differs_from_truth
from graddiff.homework.mistakes import MISTAKES
from graddiff.homework.number_key import NumberKey
from graddiff.homework.problems import HomeworkPart, Problem, bind_problem_point
from graddiff.homework.question import Question
from graddiff.homework.sample_admission import CONVENTION_KINDS
from graddiff.homework.sample_points import MIN_SAMPLES, draw_samples
from graddiff.homework.verdict import is_near

# Readings that often agree with the truth by chance, so that an agreement says little.
COINCIDENT_READINGS = ("other", "value", "adjoint", "second")


class Finding(NamedTuple):
    """One thing to change.

    `kind` is unseen mistake, convention, undecided, no marks or wrong expect; only the last one is
    an error. `part` is "" for a finding about the whole problem."""

    kind: str
    problem: str
    part: str
    message: str


def lint_homework(key: AnswerKey) -> Iterator[Finding]:
    """Yields the findings in the order of the homework."""
    for problem in key.homework.problems:
        yield from lint_point(problem)
        for part in problem.parts:
            yield from lint_part(problem, part, key)


def lint_point(problem: Problem) -> Iterator[Finding]:
    """Yields a finding for each convention that the point of a problem needs."""
    if any(name not in problem.at for name in problem.expression.variables):
        return
    try:
        notices = differentiate(problem.expression, bind_problem_point(problem)).notices
    except PointError as error:
        yield Finding("convention", problem.id, "", f"no value at its point: {error.message}")
        return
    for notice in notices:
        if notice.kind in CONVENTION_KINDS:
            yield Finding("convention", problem.id, "", f"{notice.kind}: {notice.message}")


def lint_part(problem: Problem, part: HomeworkPart, key: AnswerKey) -> Iterator[Finding]:
    """Yields the findings about one part."""

    def make_finding(kind: str, message: str) -> Finding:
        return Finding(kind, problem.id, part.quantity, message)

    part_key = key.parts[problem.id, part.quantity]
    if not part.marks:
        yield make_finding("no marks", "it is worth nothing")
    if part.expect is not None:
        verdict = key.judge_answer(problem.id, part.quantity, part.expect).verdict
        if verdict.status != "correct":
            message = f"expect is {part.expect}, but it is {part_key.answer_text}"
            yield make_finding("wrong expect", message)
    if isinstance(part_key, NumberKey):
        for sentence in find_hidden_mistakes(problem, part_key):
            yield make_finding("unseen mistake", f"leads to the right answer here: {sentence}")
    elif len(part_key.points) < MIN_SAMPLES:
        yield make_finding("undecided", describe_missing_points(part_key))


def describe_missing_points(key: FormulaKey) -> str:
    return (
        f"only {len(key.points)} points were found to compare answers at, so that every answer "
        "stays undecided; another domain may help"
    )


def find_hidden_mistakes(problem: Problem, key: NumberKey) -> Iterator[str]:
    """Yields a sentence for each mistake that leads to the right answer at the point, but not at
    others: students who make it get full marks."""
    truth = key.truth
    hidden = {
        (pattern.mistake, pattern.place)
        for pattern in key.patterns
        if MISTAKES[pattern.mistake].reading not in COINCIDENT_READINGS
        if pattern.numbers[0] is not None and is_near(pattern.numbers[0], truth.value, truth.scale)
    }
    if not hidden:
        return
    questions = ask_elsewhere(problem, key)
    truths = [question.truth for question in questions]
    reported: set[str] = set()
    for pattern in collect_mistake_patterns(questions):
        is_hidden = (pattern.mistake, pattern.place) in hidden
        if is_hidden and pattern.mistake not in reported and differs_from_truth(pattern, truths):
            reported.add(pattern.mistake)
            yield MISTAKES[pattern.mistake].format_sentence(pattern.place)


def ask_elsewhere(problem: Problem, key: NumberKey) -> list[Question]:
    """Returns the question of a part at MIN_SAMPLES other points; none without variables."""
    expression = problem.expression
    name = next(iter(expression.variables), None)
    if name is None:
        return []
    samples = draw_samples(problem.id, expression, name, problem.domain)[:MIN_SAMPLES]
    questions = []
    for sample in samples:
        at = {variable: float(value) for variable, value in sample.at.items()}
        questions.append(Question(expression, at, key.line, key.aspect))
    return questions
