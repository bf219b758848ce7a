"""The kernel for many points: rows and columns agree with the single-point path, and leave to it
every point with a convention or a number that is not finite."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping, Sequence

import numpy
import pytest

from graddiff import GraddiffError, differentiate, parse
from graddiff.kernel import scalar as rows
from graddiff.kernel import vector as columns
from graddiff.kernel.finiteness import INFINITY_PRESERVING
from graddiff.kernel.program import Program, compile_program
from graddiff.kernel.registers import RegisterAllocator
from graddiff.kernel.scalar import compile_row_function
from graddiff.kernel.vector import BLOCK_ROWS, ColumnKernel
from graddiff.numbers.floats import FLOATS
from graddiff.operations.row import Operation
from graddiff.operations.table import COMPARISONS, ROWS, TABLE, WHERE
from test_reverse import random_text

pytestmark = pytest.mark.filterwarnings(
    "error::DeprecationWarning"
)  # of NumPy, about the code that is generated

SPECIAL = (-2.5, -1.0, -0.4, 0.0, 0.6, 1.0, 3.0, 1e3, -1e3, 1e-200, 1e200, -1e200)

# Formulas whose terms cancel: how large the terms are, whose last place decides the accuracy.
CANCELLING = {"silu": 1.0, "gelu": 1.0, "logaddexp": 4.0}
LARGER_ERRORS = {"coth": 8}  # the square of csch, which may be four units off itself


def programs(text: str, fixed: Mapping[str, float] | None = None) -> tuple[Program, Program]:
    """Returns the programs for rows and for columns, by all variables."""
    expression = parse(text)
    wrt = [*expression.variables.values()]
    return tuple(
        compile_program(expression, fixed or {}, wrt, natives)
        for natives in (rows.SCALAR_NATIVES, columns.VECTOR_NATIVES)
    )  # type: ignore[return-value]


def in_rows(compiled: Program, points: Sequence[Mapping[str, float]]) -> list[list[float] | None]:
    """Returns the outputs at each point, None for a point of the single-point path."""
    row = compile_row_function(compiled)
    answers: list[list[float] | None] = []
    for at in points:
        try:
            answers.append([*row(*[at[name] for name in compiled.inputs])])
        except (ArithmeticError, ValueError):
            answers.append(None)
    return answers


def in_columns(
    compiled: Program, points: Sequence[Mapping[str, float]]
) -> list[list[float] | None]:
    outputs = [numpy.empty(len(points)) for _ in compiled.outputs]
    unanswered = ColumnKernel(compiled)(
        [numpy.array([at[name] for at in points]) for name in compiled.inputs], outputs
    )
    answers = [[float(value) for value in row] for row in zip(*outputs)]
    return [
        row if unanswered is None or not unanswered[i] else None for i, row in enumerate(answers)
    ]


def alone(text: str, at: Mapping[str, float]) -> list[float] | None:
    """Returns the outputs by the single-point path, None where one is not finite."""
    try:
        result = differentiate(text, at)
    except GraddiffError:
        return None
    numbers = [result.value, *(result.gradient[name] for name in result.expression.variables)]
    return numbers if all(map(math.isfinite, numbers)) else None


def call(operation: Operation, names: Sequence[str]) -> str:
    if not operation.symbol:
        return f"{operation.name}({', '.join(names)})"
    return operation.symbol.join(names) if len(names) == 2 else operation.symbol + names[0]


@pytest.mark.parametrize(
    "operation",
    [row for row in ROWS if row.has_partials and row is not WHERE],
    ids=lambda r: r.name,
)
def test_both_backends_agree_with_the_single_point_path(operation: Operation) -> None:
    """To four units in the last place, at ordinary points, kinks and poles, and near overflow."""
    rng = random.Random(operation.name)
    names = [f"x{i}" for i in range(3 if operation.variadic else len(operation.parameters))]
    special = [*itertools.product(SPECIAL, repeat=len(names))]
    chosen = special if len(special) < 400 else rng.sample(special, 400)
    points = [dict(zip(names, values)) for values in chosen]
    points += [{name: rng.uniform(-4, 4) for name in names} for _ in range(200)]
    text = call(operation, names)
    expected = [alone(text, at) for at in points]
    for answers in map(
        lambda run, compiled: run(compiled, points), (in_rows, in_columns), programs(text)
    ):
        assert sum(row is not None for row in answers) > 20
        for at, row, single in zip(points, answers, expected):
            if row is not None:
                assert single is not None, (at, row)
                for number, reference in zip(row, single):
                    unit = math.ulp(max(abs(reference), CANCELLING.get(operation.name, 0.0)))
                    assert abs(number - reference) <= LARGER_ERRORS.get(operation.name, 4) * unit, (
                        at,
                        row,
                        single,
                    )


@pytest.mark.parametrize(
    ("text", "special", "ordinary"),
    [
        ("abs(x)", 0.0, 1e-300),
        ("relu(x)", 0.0, -1e-300),
        ("max(x, 2)", 2.0, 2.5),
        ("clamp(x, 0, 1)", 1.0, 0.5),
        ("floor(x)", 2.0, 2.5),
        ("where(x > 1, x, 2x)", 1.0, 1.5),
        ("where(where(x > 1, x, 3) > 2, x, 2x)", 1.0, 1.5),
        ("sqrt(x)", 0.0, 1.0),
        ("log(x)", -1.0, 1.0),
        ("1/(1 + exp(-x))", -1000.0, -700.0),
        ("1/(x*1e200)", 1e200, 1.0),
        ("atan(x*1e200)", 1e200, 1e-150),
        ("where(x*1e200 > 1, 2, 3)*x", 1e200, 1.0),
        ("clamp(1, x, 0)", 0.5, -0.5),
        ("0^x", 0.0, 1.0),
        ("1/x", math.inf, 2.0),
        ("where(x > 0, 1, 2)", math.inf, 2.0),
        ("where(x > 0, 1, 2)", math.nan, 2.0),
        ("x", -math.inf, 2.0),
        ("where(x > 0, 1/(x*1e200), x)", 1e200, 1.0),
        ("where(x < 0, x, 1/(x*1e200))", 1e200, 1.0),
    ],
)
def test_special_point_is_for_the_single_point_path(
    text: str, special: float, ordinary: float
) -> None:
    points = [{"x": ordinary}, {"x": special}, {"x": ordinary}]
    for run, compiled in zip((in_rows, in_columns), programs(text)):
        answers = run(compiled, points)
        assert [row is None for row in answers] == [False, True, False]
        assert run(compiled, points[:1]) == answers[:1]
        assert run(compiled, points[1:2]) == [None]
        assert answers[0] == pytest.approx(alone(text, points[0]), rel=1e-15)


@pytest.mark.parametrize("text", ["floor(x)", "ceil(x)", "round(x)"])
def test_sign_of_a_zero_is_the_same_in_all_engines(text: str) -> None:
    points = [{"x": x} for x in (-0.3, -0.0, 0.0, 0.3, -0.7, 0.7)]
    expected = [repr(differentiate(text, at).value) for at in points]
    assert expected[1:3] == ["-0.0", "0.0"]
    for run, natives in ((in_rows, rows.SCALAR_NATIVES), (in_columns, columns.VECTOR_NATIVES)):
        answers = run(compile_program(parse(text), {}, [], natives), points)
        assert [row and repr(row[0]) for row in answers] == expected


def test_border_on_which_the_bindings_stand_is_for_the_single_point_path() -> None:
    for text, answers in (
        ("where(w > 0, x, 2x)", [None]),
        ("where(w > -1, x, 2x)", [[3, 1]]),
        ("where(0 < 0, x, x^2)", [[9, 6]]),
    ):
        expression = parse(text)
        for run, natives in ((in_rows, rows.SCALAR_NATIVES), (in_columns, columns.VECTOR_NATIVES)):
            assert (
                run(
                    compile_program(expression, {"w": 0.0}, [expression.variables["x"]], natives),
                    [{"x": 3}],
                )
                == answers
            )


def test_untaken_branch_neither_spoils_a_column_nor_its_gradient() -> None:
    text = "where(x > 0, log(x)/sqrt(x), x^2)"
    points = [{"x": x} for x in (-3.0, -1.0, 2.0, 5.0)]
    answers = in_columns(programs(text)[1], points)
    for row, at in zip(answers, points):
        assert row == pytest.approx(alone(text, at), rel=1e-14)


def test_random_expressions_agree() -> None:
    rng = random.Random(11)
    compared = 0
    for seed in range(150):
        text = random_text(seed)
        names = [*parse(text).variables]
        points = [{name: rng.uniform(-3, 3) for name in names} for _ in range(8)]
        for answers in map(
            lambda run, compiled: run(compiled, points), (in_rows, in_columns), programs(text)
        ):
            for row, at in zip(answers, points):
                if row is not None:
                    assert row == pytest.approx(alone(text, at), rel=1e-9, abs=1e-9), text
                    compared += 1
    assert compared > 1000


EXTREME = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    3.0,
    -3.0,
    0.5,
    -0.5,
    1.5,
    2.4,
    -0.7,
    10.0,
    -40.0,
    710.0,
    2.0**53,
]
EXTREME += [1e-5, 1e300, -1e300, 1e-300, -1e-300, 1e155, 1e-155]
CONSTANTS = ("0", "1", "2", "3", "0.5", "1.5", "10", "1e300", "1e-300", "2^-100", "1e100", "pi")


def any_text(rng: random.Random, depth: int) -> str:
    """Returns a random expression of x, y, z and all operations, with comparisons whose sides
    differ."""
    if depth == 0 or rng.random() < 0.15:
        leaf: str = rng.choice([*"xyzxyz", rng.choice(CONSTANTS)])
        return leaf
    operation = rng.choice(ROWS if rng.random() < 0.6 else ROWS[:6])
    if operation in (WHERE, *COMPARISONS) or rng.random() < 0.1:
        left, *branches = [any_text(rng, depth - 1) for _ in range(3)]
        right = rng.choice(
            [name for name in "xyz" if name not in parse(left).variables] or CONSTANTS
        )
        return f"where({left} {rng.choice(COMPARISONS).symbol} {right}, {', '.join(branches)})"
    count = rng.choice((2, 3)) if operation.variadic else len(operation.parameters)
    operands = [any_text(rng, depth - 1) for _ in range(count)]
    return call(operation, [f"({text})" for text in operands] if operation.symbol else operands)


def settled(text: str, at: Mapping[str, float], wrt: Sequence[str]) -> list[float] | None:
    """The single-point path, None where something is not finite or there is anything to say."""
    try:
        result = differentiate(text, at, wrt)
    except GraddiffError:
        return None
    numbers = [result.value, *result.gradient.values()]
    said = [notice for notice in result.notices if notice not in result.expression.notices]
    return numbers if not said and all(map(math.isfinite, numbers)) else None


def noise(text: str, at: Mapping[str, float], wrt: Sequence[str], output: int) -> float:
    """Returns how far an output varies over points very close by: the effect of rounding."""
    rng = random.Random(0)
    beside = [{n: x * (1 + rng.uniform(-1, 1) * 1e-12) for n, x in at.items()} for _ in range(10)]
    answers = [settled(text, point, wrt) for point in (at, *beside)]
    numbers = [row[output] for row in answers if row is not None]
    return max(numbers) - min(numbers) if len(numbers) == len(answers) else math.inf


@pytest.mark.parametrize(
    "seeds", [range(200), pytest.param(range(200, 1000), marks=pytest.mark.slow)], ids=str
)
def test_what_the_kernel_answers_is_finite_and_free_of_notices(seeds: range) -> None:
    """For any expression, point and names; all else is left to the single-point path."""
    point_count = answer_count = 0
    for seed in seeds:
        rng = random.Random(seed)
        text = any_text(rng, rng.choice((2, 3, 4)))
        expression = parse(text)
        names = [*expression.variables]
        wrt = [name for name in names if rng.random() < 0.7]
        fixed = {name: rng.choice(EXTREME) for name in names if rng.random() < 0.1}
        points = [
            {n: rng.choice(EXTREME) if rng.random() < 0.7 else rng.uniform(-3, 3) for n in names}
            | fixed
            for _ in range(20)
        ]
        lines = [expression.variables[name] for name in wrt]
        for run, natives in ((in_rows, rows.SCALAR_NATIVES), (in_columns, columns.VECTOR_NATIVES)):
            for at, row in zip(
                points, run(compile_program(expression, fixed, lines, natives), points)
            ):
                point_count += 1
                if row is not None:
                    answer_count += 1
                    single = settled(text, at, wrt)
                    assert single is not None, (seed, text, at, wrt, row)
                    for i, (number, reference) in enumerate(zip(row, single)):
                        close = abs(number - reference) <= 1e-6 * abs(reference) + 1e-290
                        assert close or abs(number - reference) <= 10 * noise(text, at, wrt, i), (
                            seed,
                            text,
                            at,
                            wrt,
                            row,
                        )
    assert point_count / 2 < answer_count


@pytest.mark.parametrize(
    "size", [1, BLOCK_ROWS - 1, BLOCK_ROWS, BLOCK_ROWS + 1, 2 * BLOCK_ROWS + 5]
)
def test_blocks_join_without_a_seam(size: int) -> None:
    compiled = programs("x*y + sin(x)")[1]
    x, y = numpy.linspace(-2, 2, size), numpy.linspace(0, 1, size)
    outputs = [numpy.empty(size) for _ in compiled.outputs]
    assert ColumnKernel(compiled)([x, y], outputs) is None
    for column, expected in zip(outputs, (x * y + numpy.sin(x), y + numpy.cos(x), x)):
        assert numpy.allclose(column, expected, rtol=1e-15, atol=1e-15)


def test_nothing_is_computed_twice_and_constants_are_folded() -> None:
    """1/(1+exp(-s)) with both partials: one exponential and one quotient."""
    compiled = programs("1/(1 + exp(-(w*x + b)))", {"w": 2.0, "b": -1.0})[0]
    counts = [operation.name for operation in compiled.operations]
    assert counts.count("exp") == 1
    assert counts.count("div") == 1
    assert "neg" in counts
    assert [*compiled.inputs] == ["x"]
    sigmoid = [operation.name for operation in programs("sigmoid(x)")[0].operations]
    assert (sigmoid.count("abs"), sigmoid.count("exp")) == (1, 1)  # its slope has abs(-x) in it
    assert programs("2*3*x + 0 + 1*x")[0].operations.count(ROWS[2]) == 1


@pytest.mark.parametrize(
    ("text", "operations"),
    [
        (
            "0.7*(2*x)",
            ["mul", "mul"],
        ),  # 1.4*x, and 2*x, which must not overflow; the slope is a number
        ("0.7*(3*x)", ["mul", "mul"]),  # 0.7*3 is rounded, so the order stays
        ("-2/x", ["div", "neg", "div"]),  # the quotient and its slope share 2/x
        ("x - -y", ["neg", "add"]),
        ("sqrt(x^2 + 1)", ["mul", "add", "sqrt", "div", "mul"]),  # 2*x and 1/(2*f) leave x/f
    ],
)
def test_powers_of_two_and_signs_meet(text: str, operations: list[str]) -> None:
    names = [
        op.name for op in programs(text)[0].operations if op.name not in ("number", "variable")
    ]
    assert sorted(names) == sorted(operations)


@pytest.mark.parametrize(
    ("text", "x", "y"),
    [
        ("x*(2^-300*y)", 1e-250, 1e250),
        ("x*(0.5*y)", 5e-324, 4.0),
        ("2^-300*(x*(1/y))", 1e250, 1e250),
        ("1e-100/(2^-300*x) + y", 1e-240, 1.0),
        ("2^500*(x*(2^500*y))", 1e-250, 1e-50),
    ],
)
def test_powers_of_two_make_nothing_vanish(text: str, x: float, y: float) -> None:
    at = {"x": x, "y": y}
    for answers in map(
        lambda run, compiled: run(compiled, [at]), (in_rows, in_columns), programs(text)
    ):
        assert answers[0] is None or answers[0] == pytest.approx(alone(text, at), rel=1e-14, abs=0)


@pytest.mark.parametrize("comparison", COMPARISONS, ids=lambda row: row.name)
def test_comparison_of_what_is_negative_holds_where_it_did(comparison: Operation) -> None:
    text = f"where(-x {comparison.symbol} 1, 2, 3)"
    points = [{"x": x} for x in (-2.0, -1.0, 0.0)]
    for run, natives in ((in_rows, rows.SCALAR_NATIVES), (in_columns, columns.VECTOR_NATIVES)):
        answers = run(compile_program(parse(text), {}, [], natives), points)
        assert answers == [[differentiate(text, at).value] for at in points]


def test_gradient_by_what_does_not_flow_is_zero() -> None:
    expression = parse("floor(2)*x")
    compiled = compile_program(
        expression, {}, [None, expression.variables["x"]], rows.SCALAR_NATIVES
    )
    assert compile_row_function(compiled)(3.0) == (6.0, 0.0, 2.0)


@pytest.mark.parametrize(("name", "slot"), sorted(INFINITY_PRESERVING))
def test_infinity_stays_visible_in_what_preserves_it(name: str, slot: int) -> None:
    operation = TABLE[name]
    for operand, ordinary in itertools.product(
        (math.inf, -math.inf, math.nan), (*SPECIAL, math.inf)
    ):
        operands = [ordinary] * len(operation.parameters)
        operands[slot] = operand
        try:
            value = FLOATS.get_function(operation)(*operands)
        except (ArithmeticError, ValueError):
            continue  # the point is not answered
        assert not math.isfinite(value), operands


@pytest.mark.parametrize(
    ("text", "checked"),
    [
        (
            "atan(x) + sin(y)",
            ["x", "add"],
        ),  # atan(inf) is finite; what happens to y shows in the sum
        ("1/(x*y)", ["mul", "div"]),
        ("where(x > 0, 1/(x*y), y)", ["x", "y", "mul", "where"]),  # y counts in both branches
    ],
)
def test_only_lines_whose_infinity_would_vanish_are_checked(text: str, checked: list[str]) -> None:
    program = compile_program(parse(text), {}, [], rows.SCALAR_NATIVES)
    labels = [operation.name for operation in program.operations]
    for name, line in program.inputs.items():
        labels[line] = name
    assert [labels[line] for line in program.finiteness_checks] == checked
    branches = {labels[line]: branch for line, branch in program.finiteness_checks.items()}
    assert (branches.get("mul") is not None) == ("where" in text)  # 1/(x*y) counts in its branch


@pytest.mark.parametrize("seed", range(60))
def test_no_array_is_overwritten_while_it_is_needed(seed: int) -> None:
    program = programs(random_text(seed))[1]
    plan = RegisterAllocator(program).allocate_lines()
    stored_lines: dict[str, int] = {}
    for line, operands in enumerate(program.operands):
        for operand in operands:
            if program.operands[operand]:  # neither an input nor a constant
                assert stored_lines[plan.locations[operand]] == operand
        if operands:
            stored_lines[plan.locations[line]] = line
    for line in program.outputs:
        if program.operands[line]:
            assert stored_lines[plan.locations[line]] == line
