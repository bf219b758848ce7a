"""The table of operations: every rule, declared once, in graddiff's own language.

A row gives the local partial for each operand as a formula of the operands and of `f`, the
operation's own value:

    operation("div(x, y)", "1/y", "-x/y/y", meaning="quotient", symbol="/", domain="y != 0")

From it come the number on an edge, the formula printed beside it, the reference in the manual and
the test of the row. The other columns:

    meaning   the description in the reference
    symbol    how it is written between or before its operands
    parity    odd for f(-x) = -f(x), even for f(-x) = f(x)
    domain    where it has a value         } conditions, `;` between several; `A if B` asks for A
    kink      where it has two slopes      } only where B holds, and `A by y` is about the
    jump      where its value jumps        } derivative by y only
    pole      where it has no derivative   }
    sided     the slope on one side of a kink, if the slopes of the operands there are dx, dy
    used      what is used as the derivative at a kink, jump or pole
    value     the operation in terms of others, for numbers that do not know it natively

An operand with `=` has a default, and `x...` stands for any number of operands, whose rule knows
`x`, `f` and `k`, the number of operands that are equal to `f`.

Rules: Abramowitz & Stegun, Handbook of Mathematical Functions, chapters 4 and 7; at kinks and
jumps, PyTorch 2.x.
"""

from __future__ import annotations

import copyreg

from graddiff.operations.row import Operation, operation

# fmt: off
ROWS = (
    # call, the local partial by each operand, and the other columns by name

    # arithmetic
    operation("add(x, y)",      "1", "1",           meaning="sum", symbol="+"),
    operation("sub(x, y)",      "1", "-1",          meaning="difference", symbol="-"),
    operation("mul(x, y)",      "y", "x",           meaning="product", symbol="*"),
    operation("div(x, y)",      "1/y", "-x/y/y",    meaning="quotient",
              symbol="/", domain="y != 0"),
    operation("neg(x)",         "-1",               meaning="negative", symbol="-"),
    operation("pow(x, y)",      "where(y == 0, where(x == 0, 0, y*x^(y - 1)), y*x^(y - 1))",
                                "where(x == 0, 0, f*log(x))",
              meaning="power", symbol="^", domain="x != 0 if y < 0; y == floor(y) if x < 0",
              jump="hypot(x, y) == 0 by y", used="0 is used for y"),

    # exponentials, logarithms, roots
    operation("exp(x)",         "f",                meaning="exponential function"),
    operation("expm1(x)",       "exp(x)",           meaning="exp(x) - 1, accurate near 0"),
    operation("log(x)",         "1/x",              meaning="natural logarithm", domain="x > 0"),
    operation("log2(x)",        "1/(x*log(2))",     meaning="logarithm to base 2", domain="x > 0"),
    operation("log10(x)",       "1/(x*log(10))",    meaning="logarithm to base 10", domain="x > 0"),
    operation("log1p(x)",       "1/(1 + x)",        meaning="log(1 + x), accurate near 0",
              domain="x > -1"),
    operation("sqrt(x)",        "1/(2*f)",          meaning="square root", domain="x >= 0"),
    operation("cbrt(x)",        "1/(3*f^2)",        meaning="cube root, of negative numbers too",
              parity="odd"),

    # sign and rounding
    operation("abs(x)",         "sign(x)",          meaning="absolute value",
              parity="even", kink="x == 0", sided="abs(dx)", used="0 is used"),
    operation("sign(x)",        "0",                meaning="-1, 0 or 1",
              parity="odd", jump="x == 0", used="0 is used"),
    operation("floor(x)",       "0",                meaning="whole number at or below",
              jump="x == floor(x)", used="0 is used"),
    operation("ceil(x)",        "0",                meaning="whole number at or above",
              jump="x == floor(x)", used="0 is used"),
    operation("round(x)",       "0",                meaning="nearest whole number, ties to even",
              parity="odd", jump="x - floor(x) == 0.5", used="0 is used"),

    # trigonometry
    operation("sin(x)",         "cos(x)",           meaning="sine", parity="odd"),
    operation("cos(x)",         "-sin(x)",          meaning="cosine", parity="even"),
    operation("tan(x)",         "1 + f^2",          meaning="tangent", parity="odd"),
    operation("sec(x)",         "f*tan(x)",         meaning="secant",
              parity="even", value="1/cos(x)"),
    operation("csc(x)",         "-f*cot(x)",        meaning="cosecant",
              parity="odd", domain="sin(x) != 0", value="1/sin(x)"),
    operation("cot(x)",         "-(1 + f^2)",       meaning="cotangent",
              parity="odd", domain="sin(x) != 0", value="1/tan(x)"),

    # inverse trigonometry
    operation("asin(x)",        "1/sqrt((1 - x)*(1 + x))", meaning="inverse sine",
              parity="odd", domain="abs(x) <= 1"),
    operation("acos(x)",        "-1/sqrt((1 - x)*(1 + x))", meaning="inverse cosine",
              domain="abs(x) <= 1"),
    operation("atan(x)",        "1/(1 + x^2)",      meaning="inverse tangent", parity="odd"),
    operation("asec(x)",        "1/(abs(x)*sqrt(abs(x) - 1)*sqrt(abs(x) + 1))",
              meaning="inverse secant", domain="abs(x) >= 1",
              value="atan2(sqrt(abs(x) - 1)*sqrt(abs(x) + 1), sign(x))"),
    operation("acsc(x)",        "-1/(abs(x)*sqrt(abs(x) - 1)*sqrt(abs(x) + 1))",
              meaning="inverse cosecant", parity="odd", domain="abs(x) >= 1",
              value="atan2(sign(x), sqrt(abs(x) - 1)*sqrt(abs(x) + 1))"),
    operation("acot(x)",        "-1/(1 + x^2)",     meaning="inverse cotangent, between 0 and pi",
              value="atan2(1, x)"),
    operation("atan2(y, x)",    "x/hypot(x, y)/hypot(x, y)", "-y/hypot(x, y)/hypot(x, y)",
              meaning="angle of the point (x, y)", jump="hypot(y, where(x < 0, 0, 1)) == 0",
              pole="hypot(x, y) == 0", used="the formula is used, undefined at (0, 0)"),

    # hyperbolic functions
    operation("sinh(x)",        "cosh(x)",          meaning="hyperbolic sine", parity="odd"),
    operation("cosh(x)",        "sinh(x)",          meaning="hyperbolic cosine", parity="even"),
    operation("tanh(x)",        "sech(x)^2",        meaning="hyperbolic tangent", parity="odd"),
    operation("sech(x)",        "-f*tanh(x)",       meaning="hyperbolic secant",
              parity="even", value="2*exp(-abs(x))/(1 + exp(-2*abs(x)))"),
    operation("csch(x)",        "-f*coth(x)",       meaning="hyperbolic cosecant",
              parity="odd", domain="x != 0", value="-2*sign(x)*exp(-abs(x))/expm1(-2*abs(x))"),
    operation("coth(x)",        "-csch(x)^2",       meaning="hyperbolic cotangent",
              parity="odd", domain="x != 0", value="1/tanh(x)"),

    # inverse hyperbolic functions
    operation("asinh(x)",       "1/hypot(1, x)",    meaning="inverse hyperbolic sine",
              parity="odd"),
    operation("acosh(x)",       "1/(sqrt(x - 1)*sqrt(x + 1))", meaning="inverse hyperbolic cosine",
              domain="x >= 1"),
    operation("atanh(x)",       "1/((1 - x)*(1 + x))", meaning="inverse hyperbolic tangent",
              parity="odd", domain="abs(x) < 1"),
    operation("asech(x)",       "-1/(x*sqrt((1 - x)*(1 + x)))", meaning="inverse hyperbolic secant",
              domain="x > 0; x <= 1",
              value="where(x < 0.5, log(1 + sqrt((1 - x)*(1 + x))) - log(x), log1p((1 - x)/x + "
              "sqrt((1 - x)/x)*sqrt((1 - x)/x + 2)))"),
    operation("acsch(x)",       "-1/(abs(x)*hypot(1, x))", meaning="inverse hyperbolic cosecant",
              parity="odd", domain="x != 0",
              value="where(abs(x) < 0.5, sign(x)*(log(1 + hypot(1, x)) - log(abs(x))), "
              "asinh(1/x))"),
    operation("acoth(x)",       "1/((1 - x)*(1 + x))", meaning="inverse hyperbolic cotangent",
              parity="odd", domain="abs(x) > 1", value="sign(x)*log1p(2/(abs(x) - 1))/2"),

    # several operands
    operation("min(x...)",      "where(x == f, 1/k, 0)", meaning="smallest operand",
              kink="k > 1", used="1/k is used for each of k tied"),
    operation("max(x...)",      "where(x == f, 1/k, 0)", meaning="largest operand",
              kink="k > 1", used="1/k is used for each of k tied"),
    operation("clamp(x, a, b)", "where(x > a, where(x < b, 1, 0), 0)",
                                "where(x < a, 1, 0)",
                                "where(x > b, 1, 0)",
              meaning="x kept between a and b", domain="a <= b", kink="x == a; x == b",
              sided="where(x == a, where(x == b, clamp(dx, da, db), max(dx, da)), min(dx, db))",
              used="0 is used"),
    operation("hypot(x, y)",    "where(f == 0, 0, x/f)", "where(f == 0, 0, y/f)",
              meaning="sqrt(x^2 + y^2) without overflow", kink="f == 0", sided="hypot(dx, dy)",
              used="0 is used"),
    operation("mod(x, y)",      "1", "-round((x - f)/y)", meaning="remainder, with the sign of y",
              domain="y != 0", jump="f == 0", used="1 is used for x"),

    # networks and statistics
    operation("relu(x)",        "step(x)",          meaning="max(x, 0)",
              kink="x == 0", sided="relu(dx)", used="0 is used", value="where(x > 0, x, 0)"),
    operation("leaky_relu(x, a=0.01)", "where(x > 0, 1, a)", "where(x > 0, 0, x)",
              meaning="x where x > 0, a*x elsewhere", kink="x == 0",
              sided="where(dx > 0, dx, a*dx)", used="a is used", value="where(x > 0, x, a*x)"),
    operation("sigmoid(x)",     "f*sigmoid(-x)",
              meaning="1/(1 + exp(-x)); sigmoid(-x) is 1 - sigmoid(x)",
              value="where(x < 0, exp(-abs(x)), 1)/(1 + exp(-abs(x)))"),
    operation("softplus(x)",    "sigmoid(x)",       meaning="log(1 + exp(x)) without overflow",
              value="where(x > 0, x, 0) + log1p(exp(-abs(x)))"),
    operation("silu(x)",        "sigmoid(x)*(1 + x*sigmoid(-x))", meaning="x*sigmoid(x)",
              value="x*sigmoid(x)"),
    operation("gelu(x)",        "erfc(-x/sqrt(2))/2 + x*exp(-x^2/2)/sqrt(2*pi)",
              meaning="x times the normal distribution function", value="x*(erfc(-x/sqrt(2))/2)"),
    operation("erf(x)",         "2*exp(-x^2)/sqrt(pi)", meaning="error function", parity="odd"),
    operation("erfc(x)",        "-2*exp(-x^2)/sqrt(pi)",
              meaning="1 - erf(x), accurate where that is small"),
    operation("logaddexp(x, y)","sigmoid(x - y)", "sigmoid(y - x)",
              meaning="log(exp(x) + exp(y)) without overflow",
              value="where(x > y, x, y) + log1p(exp(-abs(x - y)))"),

    # choices and comparisons
    operation("step(x)",        "0",                meaning="1 where x > 0, else 0",
              jump="x == 0", used="0 is used", value="where(x > 0, 1, 0)"),
    operation("where(c, x, y)", "", "1", "1",       meaning="x where the condition c holds, else y",
              used="the branch taken is used"),
    operation("lt(x, y)",       "", "",             meaning="less", symbol="<"),
    operation("le(x, y)",       "", "",             meaning="less or equal", symbol="<="),
    operation("gt(x, y)",       "", "",             meaning="greater", symbol=">"),
    operation("ge(x, y)",       "", "",             meaning="greater or equal", symbol=">="),
    operation("eq(x, y)",       "", "",             meaning="equal", symbol="=="),
    operation("ne(x, y)",       "", "",             meaning="not equal", symbol="!="),
)
# fmt: on

TABLE: dict[str, Operation] = {row.name: row for row in ROWS}

# Lines that are not computed: they have a value before the forward pass begins.
NUMBER = Operation("number")
VARIABLE = Operation("variable")

ADD, SUB, MUL, DIV, NEG, POW = (TABLE[name] for name in ("add", "sub", "mul", "div", "neg", "pow"))
COMPARISONS = tuple(TABLE[name] for name in ("lt", "le", "gt", "ge", "eq", "ne"))
WHERE = TABLE["where"]


def get_branch_slot(condition: object) -> int:
    """Returns the slot of the branch that a `where` takes."""
    return 1 if condition else 2


def get_operation(name: str) -> Operation:
    """Returns the operation of a name in the table, or NUMBER, or VARIABLE."""
    return TABLE.get(name) or (NUMBER if name == NUMBER.name else VARIABLE)


# Operations are compared by identity, so another process looks them up in its own table.
copyreg.pickle(Operation, lambda operation: (get_operation, (operation.name,)))


ALIASES = {
    "ln": "log",
    "arctan2": "atan2",
    **{f"arc{name}": f"a{name}" for name in ("sin", "cos", "tan", "sec", "csc", "cot")},
    **{
        f"{ar}{name}": f"a{name}"
        for ar in ("ar", "arc")
        for name in ("sinh", "cosh", "tanh", "sech", "csch", "coth")
    },
}
FUNCTIONS = {row.name: row for row in ROWS if not row.symbol} | {
    alias: TABLE[name] for alias, name in ALIASES.items()
}

CONSTANTS = {"pi": "pi", "π": "pi", "e": "e", "tau": "tau", "τ": "tau"}
