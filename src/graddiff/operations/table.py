"""The table of operations: every rule, declared once, in graddiff's own language.

A row gives the local partial for each operand as a formula of the operands and of `f`, the operation's own value:

    operation("div(x, y)", "1/y", "-x/y/y", symbol="/", domain="y != 0")

From it come the number on an edge, the formula printed beside it, the reference in the manual and the test of the row.
`value` is the operation in terms of others; a kind of number may know the operation natively instead (arithmetic.py).
`domain`, `kink`, `jump` and `pole` are conditions, `;` between several; `A if B` asks for A only where B holds, and
`A by y` is about the derivative by y only. `used` says what is used there. `parity` is odd for f(-x) = -f(x), even for
f(-x) = f(x). `sided` is the slope on one side of a kink if the slopes of the operands there are dx, dy. An operand with
`=` has a default, and `x...` stands for any number of operands, whose rule knows `x`, `f` and `k`, the number of
operands that are equal to `f`.

Rules: Abramowitz & Stegun, Handbook of Mathematical Functions, chapters 4 and 7; at kinks and jumps, PyTorch 2.x.
"""

from __future__ import annotations

import copyreg

from graddiff.operations.row import Operation, operation

ROWS = (
    operation("add(x, y)", "1", "1", symbol="+", meaning="sum"),
    operation("sub(x, y)", "1", "-1", symbol="-", meaning="difference"),
    operation("mul(x, y)", "y", "x", symbol="*", meaning="product"),
    operation("div(x, y)", "1/y", "-x/y/y", symbol="/", meaning="quotient", domain="y != 0"),
    operation("neg(x)", "-1", symbol="-", meaning="negative"),
    operation(
        "pow(x, y)",
        "where(y == 0, where(x == 0, 0, y*x^(y - 1)), y*x^(y - 1))",
        "where(x == 0, 0, f*log(x))",
        symbol="^",
        meaning="power",
        domain="x != 0 if y < 0; y == floor(y) if x < 0",
        jump="hypot(x, y) == 0 by y",
        used="0 is used for y",
    ),
    operation("exp(x)", "f", meaning="exponential function"),
    operation("expm1(x)", "exp(x)", meaning="exp(x) - 1, accurate near 0"),
    operation("log(x)", "1/x", meaning="natural logarithm", domain="x > 0"),
    operation("log2(x)", "1/(x*log(2))", meaning="logarithm to base 2", domain="x > 0"),
    operation("log10(x)", "1/(x*log(10))", meaning="logarithm to base 10", domain="x > 0"),
    operation("log1p(x)", "1/(1 + x)", meaning="log(1 + x), accurate near 0", domain="x > -1"),
    operation("sqrt(x)", "1/(2*f)", meaning="square root", domain="x >= 0"),
    operation("cbrt(x)", "1/(3*f^2)", parity="odd", meaning="cube root, of negative numbers too"),
    operation(
        "abs(x)",
        "sign(x)",
        parity="even",
        meaning="absolute value",
        kink="x == 0",
        sided="abs(dx)",
        used="0 is used",
    ),
    operation("sign(x)", "0", parity="odd", meaning="-1, 0 or 1", jump="x == 0", used="0 is used"),
    operation("floor(x)", "0", meaning="whole number at or below", jump="x == floor(x)", used="0 is used"),
    operation("ceil(x)", "0", meaning="whole number at or above", jump="x == floor(x)", used="0 is used"),
    operation(
        "round(x)",
        "0",
        parity="odd",
        meaning="nearest whole number, ties to even",
        jump="x - floor(x) == 0.5",
        used="0 is used",
    ),
    operation("sin(x)", "cos(x)", parity="odd", meaning="sine"),
    operation("cos(x)", "-sin(x)", parity="even", meaning="cosine"),
    operation("tan(x)", "1 + f^2", parity="odd", meaning="tangent"),
    operation("sec(x)", "f*tan(x)", parity="even", meaning="secant", value="1/cos(x)"),
    operation("csc(x)", "-f*cot(x)", parity="odd", meaning="cosecant", value="1/sin(x)", domain="sin(x) != 0"),
    operation("cot(x)", "-(1 + f^2)", parity="odd", meaning="cotangent", value="1/tan(x)", domain="sin(x) != 0"),
    operation("asin(x)", "1/sqrt((1 - x)*(1 + x))", parity="odd", meaning="inverse sine", domain="abs(x) <= 1"),
    operation("acos(x)", "-1/sqrt((1 - x)*(1 + x))", meaning="inverse cosine", domain="abs(x) <= 1"),
    operation("atan(x)", "1/(1 + x^2)", parity="odd", meaning="inverse tangent"),
    operation(
        "asec(x)",
        "1/(abs(x)*sqrt(abs(x) - 1)*sqrt(abs(x) + 1))",
        meaning="inverse secant",
        value="atan2(sqrt(abs(x) - 1)*sqrt(abs(x) + 1), sign(x))",
        domain="abs(x) >= 1",
    ),
    operation(
        "acsc(x)",
        "-1/(abs(x)*sqrt(abs(x) - 1)*sqrt(abs(x) + 1))",
        parity="odd",
        meaning="inverse cosecant",
        value="atan2(sign(x), sqrt(abs(x) - 1)*sqrt(abs(x) + 1))",
        domain="abs(x) >= 1",
    ),
    operation("acot(x)", "-1/(1 + x^2)", meaning="inverse cotangent, between 0 and pi", value="atan2(1, x)"),
    operation(
        "atan2(y, x)",
        "x/hypot(x, y)/hypot(x, y)",
        "-y/hypot(x, y)/hypot(x, y)",
        meaning="angle of the point (x, y)",
        jump="hypot(y, where(x < 0, 0, 1)) == 0",
        pole="hypot(x, y) == 0",
        used="the formula is used, undefined at (0, 0)",
    ),
    operation("sinh(x)", "cosh(x)", parity="odd", meaning="hyperbolic sine"),
    operation("cosh(x)", "sinh(x)", parity="even", meaning="hyperbolic cosine"),
    operation("tanh(x)", "sech(x)^2", parity="odd", meaning="hyperbolic tangent"),
    operation(
        "sech(x)", "-f*tanh(x)", parity="even", meaning="hyperbolic secant", value="2*exp(-abs(x))/(1 + exp(-2*abs(x)))"
    ),
    operation(
        "csch(x)",
        "-f*coth(x)",
        parity="odd",
        meaning="hyperbolic cosecant",
        value="-2*sign(x)*exp(-abs(x))/expm1(-2*abs(x))",
        domain="x != 0",
    ),
    operation(
        "coth(x)", "-csch(x)^2", parity="odd", meaning="hyperbolic cotangent", value="1/tanh(x)", domain="x != 0"
    ),
    operation("asinh(x)", "1/hypot(1, x)", parity="odd", meaning="inverse hyperbolic sine"),
    operation("acosh(x)", "1/(sqrt(x - 1)*sqrt(x + 1))", meaning="inverse hyperbolic cosine", domain="x >= 1"),
    operation(
        "atanh(x)", "1/((1 - x)*(1 + x))", parity="odd", meaning="inverse hyperbolic tangent", domain="abs(x) < 1"
    ),
    operation(
        "asech(x)",
        "-1/(x*sqrt((1 - x)*(1 + x)))",
        meaning="inverse hyperbolic secant",
        value="where(x < 0.5, log(1 + sqrt((1 - x)*(1 + x))) - log(x), "
        "log1p((1 - x)/x + sqrt((1 - x)/x)*sqrt((1 - x)/x + 2)))",
        domain="x > 0; x <= 1",
    ),
    operation(
        "acsch(x)",
        "-1/(abs(x)*hypot(1, x))",
        parity="odd",
        meaning="inverse hyperbolic cosecant",
        value="where(abs(x) < 0.5, sign(x)*(log(1 + hypot(1, x)) - log(abs(x))), asinh(1/x))",
        domain="x != 0",
    ),
    operation(
        "acoth(x)",
        "1/((1 - x)*(1 + x))",
        parity="odd",
        meaning="inverse hyperbolic cotangent",
        value="sign(x)*log1p(2/(abs(x) - 1))/2",
        domain="abs(x) > 1",
    ),
    operation(
        "min(x...)",
        "where(x == f, 1/k, 0)",
        meaning="smallest operand",
        kink="k > 1",
        used="1/k is used for each of k tied",
    ),
    operation(
        "max(x...)",
        "where(x == f, 1/k, 0)",
        meaning="largest operand",
        kink="k > 1",
        used="1/k is used for each of k tied",
    ),
    operation(
        "clamp(x, a, b)",
        "where(x > a, where(x < b, 1, 0), 0)",
        "where(x < a, 1, 0)",
        "where(x > b, 1, 0)",
        meaning="x kept between a and b",
        domain="a <= b",
        kink="x == a; x == b",
        sided="where(x == a, where(x == b, clamp(dx, da, db), max(dx, da)), min(dx, db))",
        used="0 is used",
    ),
    operation(
        "hypot(x, y)",
        "where(f == 0, 0, x/f)",
        "where(f == 0, 0, y/f)",
        meaning="sqrt(x^2 + y^2) without overflow",
        kink="f == 0",
        sided="hypot(dx, dy)",
        used="0 is used",
    ),
    operation(
        "mod(x, y)",
        "1",
        "-round((x - f)/y)",
        meaning="remainder, with the sign of y",
        domain="y != 0",
        jump="f == 0",
        used="1 is used for x",
    ),
    operation(
        "relu(x)",
        "step(x)",
        meaning="max(x, 0)",
        value="where(x > 0, x, 0)",
        kink="x == 0",
        sided="relu(dx)",
        used="0 is used",
    ),
    operation(
        "leaky_relu(x, a=0.01)",
        "where(x > 0, 1, a)",
        "where(x > 0, 0, x)",
        meaning="x where x > 0, a*x elsewhere",
        value="where(x > 0, x, a*x)",
        kink="x == 0",
        sided="where(dx > 0, dx, a*dx)",
        used="a is used",
    ),
    operation(
        "sigmoid(x)",
        "f*sigmoid(-x)",
        meaning="1/(1 + exp(-x)); sigmoid(-x) is 1 - sigmoid(x)",
        value="where(x < 0, exp(-abs(x)), 1)/(1 + exp(-abs(x)))",
    ),
    operation(
        "softplus(x)",
        "sigmoid(x)",
        meaning="log(1 + exp(x)) without overflow",
        value="where(x > 0, x, 0) + log1p(exp(-abs(x)))",
    ),
    operation("silu(x)", "sigmoid(x)*(1 + x*sigmoid(-x))", meaning="x*sigmoid(x)", value="x*sigmoid(x)"),
    operation(
        "gelu(x)",
        "erfc(-x/sqrt(2))/2 + x*exp(-x^2/2)/sqrt(2*pi)",
        meaning="x times the normal distribution function",
        value="x*(erfc(-x/sqrt(2))/2)",
    ),
    operation("erf(x)", "2*exp(-x^2)/sqrt(pi)", parity="odd", meaning="error function"),
    operation("erfc(x)", "-2*exp(-x^2)/sqrt(pi)", meaning="1 - erf(x), accurate where that is small"),
    operation(
        "logaddexp(x, y)",
        "sigmoid(x - y)",
        "sigmoid(y - x)",
        meaning="log(exp(x) + exp(y)) without overflow",
        value="where(x > y, x, y) + log1p(exp(-abs(x - y)))",
    ),
    operation(
        "step(x)", "0", meaning="1 where x > 0, else 0", value="where(x > 0, 1, 0)", jump="x == 0", used="0 is used"
    ),
    operation(
        "where(c, x, y)", "", "1", "1", meaning="x where the condition c holds, else y", used="the branch taken is used"
    ),
    operation("lt(x, y)", "", "", symbol="<", meaning="less"),
    operation("le(x, y)", "", "", symbol="<=", meaning="less or equal"),
    operation("gt(x, y)", "", "", symbol=">", meaning="greater"),
    operation("ge(x, y)", "", "", symbol=">=", meaning="greater or equal"),
    operation("eq(x, y)", "", "", symbol="==", meaning="equal"),
    operation("ne(x, y)", "", "", symbol="!=", meaning="not equal"),
)

TABLE: dict[str, Operation] = {row.name: row for row in ROWS}

# What stands in a list without being computed: it has a value before the forward pass begins.
NUMBER = Operation("number")
VARIABLE = Operation("variable")

COMPARISONS = tuple(TABLE[name] for name in ("lt", "le", "gt", "ge", "eq", "ne"))
WHERE = TABLE["where"]


def taken(condition: object) -> int:
    """The slot of the branch that a `where` takes."""
    return 1 if condition else 2


def named(name: str) -> Operation:
    """The one operation of that name."""
    return TABLE.get(name) or (NUMBER if name == NUMBER.name else VARIABLE)


# The same one wherever an expression is sent.
copyreg.pickle(Operation, lambda operation: (named, (operation.name,)))


ALIASES = {
    "ln": "log",
    "arctan2": "atan2",
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "sec", "csc", "cot")},
    **{f"{ar}{name}": f"a{name}" for ar in ("ar", "arc") for name in ("sinh", "cosh", "tanh", "sech", "csch", "coth")},
}
FUNCTIONS = {row.name: row for row in ROWS if not row.symbol} | {alias: TABLE[name] for alias, name in ALIASES.items()}

CONSTANTS = {"pi": "pi", "π": "pi", "e": "e", "tau": "tau", "τ": "tau"}
