"""Text -> Expression: what each form means, and that lark agrees."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from lark import Token, Transformer

from build_tables import format_tables_module, make_lark_parser
from graddiff import Expression, differentiate, parse
from graddiff.operations.table import FUNCTIONS, NUMBER, TABLE, VARIABLE
from running import ROOT

MEANING = [
    ("x + y*z", "x + (y*z)"),
    ("x - y - z", "(x - y) - z"),
    ("x/y/z", "(x/y)/z"),
    ("x/y*z", "(x/y)*z"),
    ("-x^2", "-(x^2)"),
    ("x^y^z", "x^(y^z)"),
    ("x**y", "x^y"),
    ("2^-x", "2^(-x)"),
    ("2^-x^y", "2^(-(x^y))"),
    ("-x*y", "(-x)*y"),
    ("--x", "-(-x)"),
    ("+x", "x"),
    ("x*-y", "x*(-y)"),
    ("2x", "2*x"),
    ("2(x+1)", "2*(x+1)"),
    ("3sin(x)", "3*sin(x)"),
    ("(x+1)(x-1)", "(x+1)*(x-1)"),
    ("2x^2", "2*(x^2)"),
    ("1/2x", "(1/2)*x"),
    ("x^2y", "(x^2)*y"),
    ("2x*y", "(2*x)*y"),
    ("-2x", "(-2)*x"),
    ("sin(x)cos(x)", "sin(x)*cos(x)"),
    ("x − y", "x - y"),
    ("x·y×z÷w", "x*y*z/w"),
    ("x²", "x^2"),
    ("x²y³", "(x^2)*(y^3)"),
    ("-x²", "-(x^2)"),
    ("x¹⁰", "x^10"),
    ("ln(x)", "log(x)"),
    ("arcsin(x)", "asin(x)"),
    ("arsinh(x)", "asinh(x)"),
    ("leaky_relu(x)", "leaky_relu(x, 0.01)"),
    ("2e", "2*e"),
    ("2e3x", "2000*x"),
    (".5x + 5.", "0.5*x + 5"),
    ("p = x + y; p*z", "(x + y)*z"),
    ("p = x + y\ng = p*z", "(x + y)*z"),
    ("p = x + y # a sum\n\n# the product\np*z\n", "(x + y)*z"),
    ("(x +\n y) *\n z", "(x + y)*z"),
    ("h(x) = x^2; h(y)", "y^2"),
    ("h(x) = x^2; f(y) = y + 1; f(h(x))", "x^2 + 1"),
    ("h(x, y) = x - y; h(y, x)", "y - x"),
    ("h(x) = a*x; h(h(x))", "a*(a*x)"),
    ("p = 3z; h(x) = p + x; h(2)", "3*z + 2"),
    ("h(x) = x; h(y)", "y"),
    ("h(x) = 2; h(y) + y", "2 + y"),
    ("h(e) = e^2; h(x)", "x^2"),
    ("p = 3z; h(z) = p*z + p; h(2)", "3*z*2 + 3*z"),
    ("p = 2x; h(y) = p^y; f(x) = h(x) + p; f(3)", "(2*x)^3 + 2*x"),
]


def structure(expression: Expression) -> Any:
    """An expression as nested tuples: the same for texts that mean the same."""
    names = {line: name for name, line in expression.variables.items()}
    made: list[Any] = []
    for line, (operation, operands) in enumerate(zip(expression.operations, expression.operands)):
        if operation is VARIABLE:
            made.append(names[line])
        elif operation is NUMBER:
            text = expression.literals[line]
            made.append(float(text) if text[-1] in ".0123456789" else text)
        else:
            made.append((operation.name, *(made[operand] for operand in operands)))
    return made[expression.output]


@pytest.mark.parametrize(("text", "same"), MEANING, ids=[text for text, _ in MEANING])
def test_text_means_what_its_long_form_means(text: str, same: str) -> None:
    assert structure(parse(text)) == structure(parse(same))


def test_operations_stand_in_the_order_of_evaluation() -> None:
    expression = parse("(x+y)*z")
    assert [operation.name for operation in expression.operations] == [
        "variable",
        "variable",
        "add",
        "variable",
        "mul",
    ]
    assert expression.operands == [(), (), (0, 1), (), (2, 3)]


def test_variable_is_one_line_and_everything_else_as_many_as_written() -> None:
    expression = parse("sin(x)*sin(x) + 2*2")
    names = [operation.name for operation in expression.operations]
    assert (names.count("variable"), names.count("sin"), names.count("number")) == (1, 2, 2)


def test_span_covers_what_was_written_without_enclosing_brackets() -> None:
    text = " ( x + y )*z "
    expression = parse(text)
    spans = [text[slice(*expression.get_span(line))] for line in range(expression.size)]
    assert spans == ["x", "y", "x + y", "z", "( x + y )*z"]


def test_span_of_a_call_is_the_call_and_of_its_inside_the_definition() -> None:
    text = "h(x) = sin(x)^2; h(3y)"
    expression = parse(text)
    spans = {
        text[slice(*expression.get_span(line))]: name.name
        for line, name in enumerate(expression.operations)
    }
    assert spans["h(3y)"] == "pow"
    assert spans["sin(x)"] == "sin"


@pytest.mark.parametrize(
    ("text", "notices"),
    [
        ("1/2x", ["1/2x is read as (1/2)*x"]),
        ("x^2y", ["x^2y is read as (x^2)*y"]),
        ("-2^3x", ["-2^3x is read as (-2^3)*x"]),
        ("1/(2)(x)", ["1/(2)(x) is read as (1/(2))*(x)"]),
        ("(1/2)x + 2x + x²y + 2(x)", []),
        ("e = 2; e*x", ["e is a definition here, not the constant e"]),
        ("pi*e*x", []),
    ],
)
def test_notice_says_how_an_ambiguous_text_is_read(text: str, notices: list[str]) -> None:
    assert [notice.message for notice in parse(text).notices] == notices


def test_fold_interprets_each_line_once_and_in_order() -> None:
    expression = parse("p = x*2; p + sin(p)")
    texts = expression.fold(
        variable=str.upper,
        number=lambda text: f"<{text}>",
        apply=lambda operation, operands: f"{operation.name}({' '.join(operands)})",
    )
    assert texts == [
        "X",
        "<2>",
        "mul(X <2>)",
        "sin(mul(X <2>))",
        "add(mul(X <2>) sin(mul(X <2>)))",
    ]


def test_reachable_lines_are_those_the_output_is_computed_from() -> None:
    expression = parse("p = x + 1; q = y*y; where(x > 0, p, z)")
    names = [operation.name for operation in expression.operations]
    x, y, z = expression.variables.values()
    reachable = expression.find_reachable_lines()
    assert reachable == sorted(reachable)
    assert {x, z, expression.definitions["p"], names.index("gt"), expression.output} < {*reachable}
    assert y not in reachable
    assert expression.definitions["q"] not in reachable

    def get_taken_operands(line: int) -> tuple[int, ...]:
        operands = expression.operands[line]
        return operands[:2] if expression.operations[line] is TABLE["where"] else operands

    assert {*reachable} - {*expression.find_reachable_lines(get_taken_operands)} == {z}


def test_bound_name_wins_over_the_constant() -> None:
    expression = parse("e*x", ["e"])
    assert [*expression.variables] == ["e", "x"]
    assert [notice.kind for notice in expression.notices] == ["shadowed constant"]


# lark, the other parser of the same grammar


class Separators:
    """Drops the separators that separate nothing, as the manual says it, for lark."""

    always_accept = ("SEPARATOR",)

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        depth, before, held = 0, None, None
        for token in stream:
            depth += (token.type in ("LPAR", "CALL")) - (token.type == "RPAR")
            ends = before is not None and before.type in ("NUMBER", "NAME", "RPAR", "SUPERSCRIPT")
            if token.type == "SEPARATOR":
                held = token if ends and not depth else held
                continue
            if held is not None:
                yield held
            held = None
            yield token
            before = token


class Structure(Transformer[Token, Any]):
    """The same nested tuples, from lark's tree."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, Any] = {}

    def number(self, parts: list[Any]) -> Any:
        return float(parts[0])

    def variable(self, parts: list[Any]) -> Any:
        name = str(parts[0])
        return self.names.get(name, {"π": "pi", "τ": "tau"}.get(name, name))

    def group(self, parts: list[Any]) -> Any:
        return parts[1]

    def plus(self, parts: list[Any]) -> Any:
        return parts[1]

    def neg(self, parts: list[Any]) -> Any:
        return ("neg", parts[1])

    def superscript(self, parts: list[Any]) -> Any:
        digits = str(parts[1]).translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
        return ("pow", parts[0], float(digits))

    def juxtaposition(self, parts: list[Any]) -> Any:
        return ("mul", *parts)

    def gather(self, parts: list[Any]) -> Any:
        return parts if len(parts) == 1 else [*parts[0], parts[2]]

    def call(self, parts: list[Any]) -> Any:
        return (FUNCTIONS[parts[0][:-1].strip()].name, *parts[1])

    def definition(self, parts: list[Any]) -> Any:
        self.names[parts[0][:-1].strip()] = parts[1]
        return parts[1]

    def output(self, parts: list[Any]) -> Any:
        return parts[0]

    def program(self, parts: list[Any]) -> Any:
        return parts[-1]


def binary(name: str) -> Any:
    return lambda self, parts: (name, parts[0], parts[2])


for _name in ("add", "sub", "mul", "div", "pow", "lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Structure, _name, binary(_name))


def by_lark(text: str) -> Any:
    transformer = Structure()
    return make_lark_parser(transformer=transformer, postlex=Separators()).parse(text)


class Writer:
    """Writes random expressions in every way the language has."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.defined: list[str] = []

    def program(self) -> str:
        statements = []
        for name in self.random.sample(["p", "q", "gα"], self.random.randint(0, 2)):
            statements.append(f"{name}{self.space()}={self.space()}{self.sum(1)}")
            self.defined.append(name)
        statements.append(self.sum(self.random.choice([0, 0, 1, 1, 2, 3])))
        return self.random.choice(["; ", "\n", " # note\n", ";\n\n"]).join(statements)

    def space(self) -> str:
        return self.random.choice(["", "", "", " ", "  "])

    def sum(self, depth: int) -> str:
        terms = [self.product(depth) for _ in range(self.random.randint(1, 3))]
        return self.join(terms, ["+", "-", "−"])

    def product(self, depth: int) -> str:
        factors = [self.unary(depth) for _ in range(self.random.randint(1, 3))]
        return self.join(factors, ["*", "/", "·", "×", "÷"])

    def join(self, parts: list[str], signs: list[str]) -> str:
        text = parts[0]
        for part in parts[1:]:
            text += self.space() + self.random.choice(signs) + self.space() + part
        return text

    def unary(self, depth: int) -> str:
        return self.random.choice(["", "", "", "-", "+", "− "]) + self.power(depth)

    def power(self, depth: int) -> str:
        if self.random.random() < 0.15:
            left = self.random.choice(["2", "(x)", "3.5e1"])
            right = self.random.choice(["y", "(x+1)", "sin(z)"])
            return left + right
        base = self.atom(depth)
        kind = self.random.random()
        if kind < 0.15:
            return base + self.random.choice(["²", "³", "⁻¹"])
        if kind < 0.35:
            operator = self.random.choice(["^", "**"])
            sign = self.random.choice(["", "-"])
            return f"{base}{operator}{sign}{self.power(depth - 1)}"
        return base

    def atom(self, depth: int) -> str:
        kind = self.random.random()
        if depth <= 0 or kind < 0.5:
            return self.random.choice(
                ["x", "y", "z", "π", "e", "x₁", "2", "3.5", ".5", "1e-3", *self.defined]
            )
        if kind < 0.75:
            return f"({self.space()}{self.sum(depth - 1)}{self.space()})"
        if kind < 0.85:
            sign = self.random.choice(["<", "<=", ">", ">=", "==", "!=", "≤"])
            branches = f"{self.sum(depth - 1)}, {self.sum(depth - 1)}"
            return f"where({self.sum(depth - 1)} {sign} {self.sum(depth - 1)}, {branches})"
        name = self.random.choice(["sin", "ln", "max", "atan2", "relu", "clamp"])
        operands = [
            self.sum(depth - 1) for _ in range({"max": 3, "atan2": 2, "clamp": 3}.get(name, 1))
        ]
        return f"{name}{self.space()}({', '.join(operands)})"


def test_both_parsers_agree_on_the_examples() -> None:
    plain = [pair for pair in MEANING if "h(" not in pair[0] and "leaky" not in pair[0]]
    for text, _ in plain:
        assert structure(parse(text)) == by_lark(text), text


@pytest.mark.parametrize(
    "seeds", [range(1_000), pytest.param(range(1_000, 10_000), marks=pytest.mark.slow)], ids=str
)
def test_both_parsers_agree_on_random_expressions(seeds: range) -> None:
    transformer = Structure()
    lark = make_lark_parser(transformer=transformer, postlex=Separators())
    for seed in seeds:
        text = Writer(seed).program()
        transformer.names.clear()
        assert structure(parse(text)) == lark.parse(text), text


def test_tables_are_those_of_the_grammar() -> None:
    assert (ROOT / "src/graddiff/_tables.py").read_text(encoding="utf-8") == format_tables_module()


def test_every_operator_of_the_table_is_in_the_grammar() -> None:
    grammar = (ROOT / "src/graddiff/grammar.lark").read_text(encoding="utf-8")
    for row in TABLE.values():
        assert not row.symbol or f"-> {row.name}\n" in grammar


# size


@pytest.mark.parametrize(
    ("text", "value", "slope"),
    [
        ("(" * 100_000 + "x" + ")" * 100_000, 0.5, 1.0),
        ("+".join(["x"] * 100_000), 50_000.0, 100_000.0),
        ("-" * 100_000 + "x", 0.5, 1.0),
        ("sin(" * 100_000 + "0x" + ")" * 100_000, 0.0, 0.0),
        (
            ";".join(
                ["f0(x)=x+1", *(f"f{i}(x)=f{i - 1}(x)+1" for i in range(1, 20_000)), "f19999(x)"]
            ),
            20_000.5,
            1.0,
        ),
        ("h(x)=x+1;" + "h(" * 20_000 + "x" + ")" * 20_000, 20_000.5, 1.0),
    ],
    ids=["brackets", "sums", "signs", "calls", "definitions", "own calls"],
)
def test_depth_is_no_limit(text: str, value: float, slope: float) -> None:
    result = differentiate(text, {"x": 0.5})
    assert (result.value, result.gradient["x"]) == (value, slope)


def test_deep_sines_have_the_derivative_of_the_recurrence() -> None:
    """x' = cos(x) x' step by step, without a graph."""
    import math

    value, slope = 1.0, 1.0
    for _ in range(100_000):
        value, slope = math.sin(value), slope * math.cos(value)
    result = differentiate("sin(" * 100_000 + "x" + ")" * 100_000, {"x": 1})
    assert result.value == value
    assert result.gradient["x"] == pytest.approx(slope, rel=1e-9)
