"""The answers to a whole homework, and the verdicts on what students answer."""

from typing import NamedTuple

from graddiff.errors import GraddiffError, HomeworkError
from graddiff.homework.answer_text import describe_reading, read_answer
from graddiff.homework.formula_key import FormulaKey
from graddiff.homework.mistake_matching import Hypothesis
from graddiff.homework.number_key import NumberKey
from graddiff.homework.problems import Homework, HomeworkPart, Problem
from graddiff.homework.verdict import Verdict

PartKey = NumberKey | FormulaKey


class JudgedAnswer(NamedTuple):
    """The verdict on an answer, the mistakes that lead to a wrong one, and the error that makes one
    unreadable."""

    verdict: Verdict
    hypotheses: tuple[Hypothesis, ...] = ()
    error: GraddiffError | None = None


class AnswerKey:
    """The keys of all parts of a homework. Raises HomeworkError if a part has no answer."""

    def __init__(self, homework: Homework) -> None:
        self.homework = homework
        self.parts: dict[tuple[str, str], PartKey] = {}
        self._judged_answers: dict[tuple[str, str, str], JudgedAnswer] = {}
        for problem in homework.problems:
            for part in problem.parts:
                self.parts[problem.id, part.quantity] = make_part_key(homework, problem, part)

    def compare_expectations(self) -> None:
        """Raises HomeworkError if an answer that the homework itself expects is wrong."""
        for (problem, quantity), key in self.parts.items():
            text = key.part.expect
            if text is None:
                continue
            if self.judge_answer(problem, quantity, text).verdict.status != "correct":
                raise HomeworkError(
                    f"problem {problem} expects {quantity} = {text}, but it is {key.answer_text}"
                )

    def judge_answer(self, problem: str, quantity: str, text: str) -> JudgedAnswer:
        """Returns the verdict on an answer. Students often give the same one: it is judged once."""
        place = (problem, quantity, text)
        if place not in self._judged_answers:
            self._judged_answers[place] = judge_text(self.parts[problem, quantity], text)
        return self._judged_answers[place]


def make_part_key(homework: Homework, problem: Problem, part: HomeworkPart) -> PartKey:
    if part.name:
        return FormulaKey(homework.id, problem, part, homework.limits)
    return NumberKey(problem, part, homework.limits)


def judge_text(key: PartKey, text: str) -> JudgedAnswer:
    """Returns the verdict on the text of an answer."""
    try:
        answer = read_answer(text, key.allowed_names, key.limits)
    except GraddiffError as error:
        return JudgedAnswer(Verdict("invalid", message=error.message), error=error)
    verdict = key.judge_answer(answer)
    if verdict.status != "wrong":
        return JudgedAnswer(verdict)
    # An answer may be wrong only because it is read otherwise than meant: 1/2x is (1/2)*x.
    message = "; ".join(filter(None, (verdict.message, describe_reading(answer))))
    return JudgedAnswer(verdict._replace(message=message), tuple(key.find_hypotheses(answer)))
