"""The table of mistakes in differentiating by hand: each is a rule that is bent.

`rules` say what takes the place of an operation's derivative. In a pattern on the left side, u and
v depend on the variable and c does not; g(u) is any function of one operand, trig(u) a
trigonometric one; max(u...) has any number of operands, over which the right side is summed. In a
formula on the right side,

    f      is the value of the operation
    du     is the derivative of u
    p      is the local partial by u
    p_du   is the local partial with du in the place of u
    p_x    is the local partial with the variable in the place of u

`values` are formulas that take the place of the operation's value. `reading` names a number of the
graph that is mistaken for the answer (see misreadings). `template` completes the sentence
"consistent with …", which students read; {at} is the place, {what} the number that was read.

Sources: the mistakes named in OpenStax Calculus Volume 1, chapter 3, and in the discussions of
Orton, Students' understanding of differentiation, Educational Studies in Mathematics 14 (1983),
pages 235 to 250."""

from collections.abc import Mapping
from typing import NamedTuple

TRIGONOMETRIC = ("sin", "cos", "tan", "sec", "csc", "cot")
INVERSE_TRIGONOMETRIC = ("asin", "acos", "atan", "asec", "acsc", "acot")


class Mistake(NamedTuple):
    """A row of the table. `id` is its name in `credit = { … }`."""

    id: str
    template: str
    rules: Mapping[str, str] = {}
    values: Mapping[str, str] = {}
    reading: str = ""

    def format_sentence(self, place: str) -> str:
        """Returns what went wrong, and where."""
        return self.template.format(at=place, what=place)

    @property
    def title(self) -> str:
        """The mistake without a place."""
        return self.template.partition("{")[0].rstrip(": ")


MISTAKE_ROWS = (
    Mistake(
        "inner_derivative",
        "the inner derivative left out{at}",
        {"g(u)": "p", "u^c": "p", "c^u": "p", "c/u": "p"},
    ),
    Mistake(
        "outer_at_inner_derivative",
        "the outer derivative taken at the inner derivative{at}",
        {"g(u)": "p_du", "u^c": "p_du"},
    ),
    Mistake(
        "outer_at_variable",
        "the outer derivative taken at the variable, not at the inner function{at}",
        {"g(u)": "p_x*du", "u^c": "p_x*du"},
    ),
    Mistake("outer_kept", "the outer function not differentiated{at}", {"g(u)": "f*du"}),
    Mistake(
        "product_of_derivatives",
        "the product of the derivatives taken for the derivative of the product{at}",
        {"u*v": "du*dv"},
    ),
    Mistake(
        "product_terms_swapped",
        "the two terms of the product rule paired wrongly{at}",
        {"u*v": "u*du + v*dv"},
    ),
    Mistake(
        "product_minus", "minus instead of plus in the product rule{at}", {"u*v": "du*v - u*dv"}
    ),
    Mistake(
        "quotient_of_derivatives",
        "the quotient of the derivatives taken for the derivative of the quotient{at}",
        {"u/v": "du/dv"},
    ),
    Mistake(
        "quotient_terms_swapped",
        "the two terms of the quotient rule swapped{at}",
        {"u/v": "(u*dv - du*v)/v^2", "c/u": "c*du/u^2"},
    ),
    Mistake(
        "quotient_plus",
        "plus instead of minus in the quotient rule{at}",
        {"u/v": "(du*v + u*dv)/v^2"},
    ),
    Mistake(
        "denominator_not_squared",
        "the denominator not squared in the quotient rule{at}",
        {"u/v": "(du*v - u*dv)/v", "c/u": "-c*du/u"},
    ),
    Mistake(
        "trigonometric_sign",
        "the wrong sign in a trigonometric derivative{at}",
        {"trig(u)": "-p*du"},
    ),
    Mistake(
        "coefficient_lost",
        "a constant factor lost{at}",
        {"c*u": "du", "u*c": "du", "u/c": "du", "c/u": "-du/u^2"},
    ),
    Mistake(
        "exponent_lost",
        "the exponent not brought down as a factor{at}",
        {"u^c": "u^(c - 1)*du", "sqrt(u)": "du/f", "cbrt(u)": "du/f^2"},
    ),
    Mistake(
        "power_not_lowered",
        "the power not lowered by 1{at}",
        {"u^c": "c*f*du", "sqrt(u)": "f/2*du", "cbrt(u)": "f/3*du"},
    ),
    Mistake("power_raised", "the power raised by 1, not lowered{at}", {"u^c": "c*u^(c + 1)*du"}),
    Mistake(
        "power_rule_on_exponential",
        "the power rule used on an exponential function{at}",
        {"c^u": "u*c^(u - 1)*du", "exp(u)": "u*exp(u - 1)*du", "u^v": "v*u^(v - 1)*du"},
    ),
    Mistake(
        "logarithm_lost",
        "the logarithm of the base left out{at}",
        {"c^u": "f*du", "log10(u)": "du/u", "log2(u)": "du/u"},
    ),
    Mistake(
        "constant_kept",
        "a constant term kept, whose derivative is 0{at}",
        {"u + c": "du + c", "c + u": "c + du", "u - c": "du - c", "c - u": "c - du"},
    ),
    Mistake(
        "integrated", "a power integrated, not differentiated{at}", {"u^c": "u^(c + 1)/(c + 1)*du"}
    ),
    Mistake(
        "sign_lost",
        "a sign lost{at}",
        {"u - v": "du + dv", "c - u": "du", "-u": "du", "c/u": "c*du/u^2"},
        reading="negative",
    ),
    Mistake(
        "max_to_loser",
        "the derivative passed to the operand that is not selected{at}",
        {
            "max(u...)": "where(u == f, 0, du)",
            "min(u...)": "where(u == f, 0, du)",
            "relu(u)": "where(u > 0, 0, du)",
        },
    ),
    Mistake(
        "degrees",
        "angles in degrees instead of radians",
        {
            "sin(u)": "cos(u*pi/180)*du",
            "cos(u)": "-sin(u*pi/180)*du",
            "tan(u)": "sec(u*pi/180)^2*du",
            "sec(u)": "f*tan(u*pi/180)*du",
            "csc(u)": "-f*cot(u*pi/180)*du",
            "cot(u)": "-csc(u*pi/180)^2*du",
        },
        {f"{name}(u)": f"{name}(u*pi/180)" for name in TRIGONOMETRIC}
        | {f"{name}(u)": f"{name}(u)*180/pi" for name in INVERSE_TRIGONOMETRIC},
    ),
    Mistake("one_path", "only one of several paths counted: {what}", reading="path"),
    Mistake("path_left_out", "one of several paths left out: {what}", reading="path left out"),
    Mistake(
        "last_path",
        "only the last path kept, not the sum over all paths (= instead of +=): {what}",
        reading="last path",
    ),
    Mistake("local_partial", "a local partial instead of the adjoint: {what}", reading="partial"),
    Mistake("value_for_gradient", "a value instead of a derivative: {what}", reading="value"),
    Mistake("gradient_for_value", "a derivative instead of a value: {what}", reading="adjoint"),
    Mistake("other_name", "the derivative by a different name: {what}", reading="other"),
    Mistake("second_order", "the second derivative instead of the first", reading="second"),
)

MISTAKES = {row.id: row for row in MISTAKE_ROWS}
