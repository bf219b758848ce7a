"""How an expression is written: the text of each line, and the formula of an edge with its operands put in."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence

from graddiff.alphabets import ATOM, INFIX, PRECEDENCE, Alphabet, Term
from graddiff.arithmetic import FLOATS, Number, partial_rule
from graddiff.expression import Expression
from graddiff.operation import Operation
from graddiff.operations import NUMBER, TABLE, VARIABLE, WHERE, taken

LIMIT = 100  # characters; the middle of a longer text is left out
SHORT = 6  # characters of an operand that is not left out of a brief text


class Labels:
    """The text of each line as it was written; a line that came out of a function's definition is composed."""

    def __init__(self, expression: Expression) -> None:
        self.expression = expression
        self._terms: dict[int, Term] = {}

    def __getitem__(self, line: int) -> str:
        """The text of a line, its name not considered."""
        return self.term(line).text

    def short(self, line: int) -> Term:
        """The name of a line where it has one, and its text where not: what stands for it in a formula."""
        name = self.expression.names.get(line)
        return Term(name, ATOM, self.term(line).constant) if name else self.term(line)

    def term(self, line: int) -> Term:
        waiting = [line]
        while waiting:  # operands before what is composed of them, without recursion
            top = waiting[-1]
            needed = self._parts(top)
            missing = [part for part in needed if part not in self._terms]
            if missing:
                waiting += missing
            else:
                waiting.pop()
                self._terms.setdefault(top, self._compose(top))
        return self._terms[line]

    def brief(self, line: int) -> Term:
        """What stands for a line where there is little room: its name or its outline."""
        term = self.short(line)
        return term if len(term.text) <= SHORT else self.outline(line)

    def outline(self, line: int) -> Term:
        """The operation of a line with its long operands left out: `1/…`, `exp(…)`."""
        operation, operands = self.expression.operations[line], self.expression.operands[line]
        if not operands:
            return self.term(line)
        terms = [self.short(operand) for operand in operands]
        shown = [term if len(term.text) <= SHORT else Term("…") for term in terms[:4]]
        return compose(operation, shown + [Term("…")] * (len(terms) > 4))

    def partial(self, target: int, slot: int, values: list[Number], brief: bool = False) -> str:
        """The local partial on an edge as a formula of what stands for its operands."""
        term = self.brief if brief else self.short
        operands = self.expression.operands[target]
        terms, inputs = [term(operand) for operand in operands], [values[operand] for operand in operands]
        return formula(self.expression.operations[target], slot, terms, term(target), inputs, values[target])

    def _parts(self, line: int) -> tuple[int, ...]:
        if line in self._terms or line not in self.expression.inlined:
            return ()
        call = self.expression.calls.get(line)
        return call[1] if call else self.expression.operands[line]

    def _compose(self, line: int) -> Term:
        expression, operation = self.expression, self.expression.operations[line]
        if operation is NUMBER:
            return number(expression.literals[line])
        call = expression.calls.get(line)
        if line not in expression.inlined:
            precedence = ATOM if call else PRECEDENCE.get(operation.name, ATOM)
            first, last = expression.tokens[0][line], expression.tokens[1][line]
            if operation is VARIABLE:
                return Term(expression.source.text_of(first, last))
            return Term(expression.source.text_of(first, last, LIMIT), precedence, self._constant(line))
        if call:
            return Term(elide(f"{call[0]}({', '.join(self.short(part).text for part in call[1])})"))
        return compose(operation, [self.short(part) for part in expression.operands[line]])

    def _constant(self, line: int) -> float | None:
        """The value of -2 or 1/3, as exponents are written."""
        operation, operands = self.expression.operations[line], self.expression.operands[line]
        if operation.name not in ("neg", "div") or any(o not in self.expression.literals for o in operands):
            return None
        constants = [number(self.expression.literals[operand]).constant for operand in operands]
        if None in constants or not constants[-1]:
            return None
        return _FOLDED[operation.name](*constants)


def headline(expression: Expression) -> str:
    """The expression as a heading: its statements, and what the output is called where that is not said in them."""
    statements = expression.source.statements()
    written = "; ".join(statements)
    named = expression.output in expression.names or len(statements) > 1
    return written if named else f"{expression.output_name} = {written}"


def number(text: str) -> Term:
    """The term of a literal or constant."""
    precedence = PRECEDENCE["neg"] if text.startswith("-") else ATOM
    simple = len(text) < 12 and text.lstrip("-").replace(".", "", 1).isdigit()
    return Term(elide(text), precedence, float(text) if simple else None)


def constant(value: float) -> Term:
    """The term of a number: a short decimal, or else a fraction if it is that of small whole numbers."""
    text = format(value, ".12g")
    if len(text) > 8:
        for divisor in range(3, 13):
            if abs(value * divisor - round(value * divisor)) < 1e-12 * abs(value * divisor):
                return Term(f"{round(value * divisor)}/{divisor}", PRECEDENCE["div"], value)
    return Term(text, PRECEDENCE["neg"] if value < 0 else ATOM, value)


def elide(text: str) -> str:
    return text if len(text) <= LIMIT else f"{text[: LIMIT // 2]}…{text[-LIMIT // 2 :]}"


def compose(operation: Operation, operands: list[Term], alphabet: Alphabet = INFIX) -> Term:
    """The text of an operation on terms, the middle of a long one left out."""
    term = alphabet.compose(operation, operands)
    return term._replace(text=elide(term.text)) if alphabet is INFIX else term


def formula(
    operation: Operation,
    slot: int,
    operands: list[Term],
    result: Term,
    values: list[Number],
    value: Number,
    alphabet: Alphabet = INFIX,
) -> str:
    """The local partial of a slot as a formula, operands put in; of a rule with a `where` the branch that is taken."""
    at = FLOATS.known(operation, slot, values, value)
    terms = [operands[slot], result, constant(at["k"])] if operation.variadic else [*operands, result]
    meaning = dict(zip(operation.known, terms))
    rule = partial_rule(operation, slot)
    numbers = FLOATS.carefully(rule, at) if WHERE in rule.operations else []
    return written(rule, meaning, numbers, alphabet).text


def written(rule: Expression, meaning: Mapping[str, Term], numbers: Sequence[Number], alphabet: Alphabet) -> Term:
    """A rule with terms put in for its variables; of a `where` the branch that is taken with the `numbers` of its
    lines."""
    names = {line: name for name, line in rule.variables.items()}
    terms: list[Term] = []
    for line, (inner, inputs) in enumerate(zip(rule.operations, rule.operands)):
        if inner is VARIABLE:
            terms.append(meaning[names[line]])
        elif inner is NUMBER:
            text = rule.literals[line]
            terms.append(Term(alphabet.name(text)) if text.isalpha() else number(text))
        elif inner is WHERE:
            terms.append(terms[inputs[taken(numbers[inputs[0]])]])
        else:
            terms.append(simplified(inner, [terms[i] for i in inputs], alphabet))
    return terms[rule.output]


def simplified(operation: Operation, operands: list[Term], alphabet: Alphabet = INFIX) -> Term:
    """An operation on terms, exact numbers worked out and the neutral 0 and 1 left away."""
    name = operation.name
    left, right = operands[0], operands[-1]
    known = [operand.constant for operand in operands]
    if name in _FOLDED and None not in known and not (name == "div" and not known[1]):
        return constant(_FOLDED[name](*known))
    if name == "mul" and 0 in known:
        return constant(0.0)
    if (name == "mul" and known[0] == 1) or (name == "add" and known[0] == 0):
        return right
    if (name in ("mul", "div", "pow") and known[1:] == [1]) or (name in ("add", "sub") and known[1:] == [0]):
        return left
    if name == "mul" and known[0] == -1:
        return simplified(TABLE["neg"], [right], alphabet)
    if name == "pow" and known[1] == 0:
        return constant(1.0)
    return compose(operation, operands, alphabet)


_FOLDED: dict[str, Callable[..., float]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
}
